//! Where a person stands, and how long what it takes to say so is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::civil::Date;
use merit_core::Result;
use merit_core::ids::PersonId;
use merit_platform::access::Permit;
use merit_platform::wire;
use merit_proto::scoring::v1 as proto;
use tokio::time::sleep;

use super::{Grpc, messages};

/// How long what was made for one answer is kept for the next.
const KEPT: Duration = Duration::from_secs(60);

/// Whether somebody is waiting to forget.
pub type Forgetting = Arc<AtomicBool>;

impl Grpc {
    pub(super) async fn standing(
        &self,
        request: &proto::GetStandingRequest,
        permit: &Permit,
    ) -> Result<proto::GetStandingResponse> {
        let person = PersonId::from_name(&request.person)?;
        let on: Option<Date> = wire::optional_day("the day", &request.on)?;
        permit.on(&person).await?;
        let standing = self.scoring.standing(&person, &request.cycle, on).await?;
        self.forget_in_time();
        Ok(proto::GetStandingResponse {
            on: standing.on.to_string(),
            elapsed: standing.elapsed.to_string(),
            goals: standing.goals.into_iter().map(messages::standing).collect(),
        })
    }

    /// Has what is kept dropped once nobody asks for it any more.
    fn forget_in_time(&self) {
        if self.forgetting.swap(true, Ordering::AcqRel) {
            return;
        }
        let (scoring, forgetting) = (self.scoring.clone(), self.forgetting.clone());
        tokio::spawn(async move {
            loop {
                sleep(KEPT).await;
                if scoring.forget_unasked().await {
                    forgetting.store(false, Ordering::Release);
                    return;
                }
            }
        });
    }
}
