//! How long what was made for one answer is kept for the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use super::Grpc;

/// What nobody asks for so long is dropped, within twice the time.
const KEPT: Duration = Duration::from_secs(60);

/// Whether somebody is waiting to forget.
pub type Forgetting = Arc<AtomicBool>;

impl Grpc {
    /// Has what is kept dropped once nobody asks for it any more. To be called before it is made: whoever asks may be gone after.
    pub(super) fn forget_in_time(&self) {
        if self.forgetting.swap(true, Ordering::AcqRel) {
            return;
        }
        let (scoring, forgetting) = (self.scoring.clone(), self.forgetting.clone());
        tokio::spawn(async move {
            loop {
                sleep(KEPT).await;
                // Whoever asks from now on starts another one, unless this one goes on.
                forgetting.store(false, Ordering::Release);
                if scoring.forget_unasked().await || forgetting.swap(true, Ordering::AcqRel) {
                    return;
                }
            }
        });
    }
}
