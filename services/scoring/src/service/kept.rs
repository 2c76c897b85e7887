//! What was made for one answer and serves the next as well: it is made once for a state of what it is made from, and kept
//! while it is asked for.

use std::future::Future;
use std::sync::Arc;

use merit_core::Result;
use tokio::sync::Mutex;

/// The one that was asked for last. Cheap to clone.
#[derive(Debug)]
pub struct Kept<S, T>(Arc<Mutex<Option<Made<S, T>>>>);

#[derive(Debug)]
struct Made<S, T> {
    state: S,
    made: Arc<T>,
    /// Whether anybody has asked since it was looked at last.
    asked: bool,
}

impl<S, T> Clone for Kept<S, T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S, T> Default for Kept<S, T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<S: PartialEq, T> Kept<S, T> {
    /// What is made from a state. Whoever comes while it is made waits for it, and doesn't make it, too; when whoever has it made
    /// gives up, the next one begins anew.
    ///
    /// # Errors
    /// Those of making it; then nothing is kept.
    pub async fn of(&self, state: S, make: impl Future<Output = Result<T>>) -> Result<Arc<T>> {
        let mut kept = self.0.lock().await;
        if let Some(found) = kept.as_mut().filter(|found| found.state == state) {
            found.asked = true;
            return Ok(found.made.clone());
        }
        // The one before goes first: there may be no memory for two.
        *kept = None;
        let made = Arc::new(make.await?);
        *kept = Some(Made { state, made: made.clone(), asked: true });
        Ok(made)
    }

    /// Drops it if nobody has asked since this was called last. Whether nothing is kept any more.
    pub async fn forget_unasked(&self) -> bool {
        let mut kept = self.0.lock().await;
        if kept.as_mut().is_some_and(|made| std::mem::take(&mut made.asked)) {
            return false;
        }
        *kept = None;
        true
    }
}

#[cfg(test)]
mod tests {
    use merit_core::Error;

    use super::*;

    #[tokio::test]
    async fn it_is_made_once_for_a_state_and_while_it_is_asked_for() {
        let kept = Kept::default();
        let made = async |state: &'static str, value: u32| *kept.of(state, async { Ok(value) }).await.unwrap();
        assert_eq!((made("june", 1).await, made("june", 2).await), (1, 1));
        assert_eq!((made("july", 3).await, made("june", 4).await), (3, 4), "only the last one is kept");
        assert!(!kept.forget_unasked().await, "somebody has asked");
        assert_eq!(made("june", 5).await, 4);
        assert!(!kept.forget_unasked().await);
        assert!(kept.forget_unasked().await, "nobody has");
        assert_eq!(made("june", 6).await, 6);
    }

    #[tokio::test]
    async fn what_fails_is_tried_again() {
        let kept: Kept<u32, u32> = Kept::default();
        let failed = async { Err(Error::internal("the store is away")) };
        kept.of(1, failed).await.unwrap_err();
        assert_eq!(*kept.of(1, async { Ok(7) }).await.unwrap(), 7);
    }
}
