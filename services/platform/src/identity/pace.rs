//! When an identity provider's keys are read again, and by which timer.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

/// When keys are read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Always, after this time.
    pub every: Duration,
    /// For a key that is not known, at most once in this time.
    pub unknown: Duration,
    /// The same as long as none were ever read: nobody gets in until they are.
    pub first: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { every: Duration::from_secs(600), unknown: Duration::from_secs(60), first: Duration::from_secs(5) }
    }
}

/// Time that passes.
#[async_trait]
pub(super) trait Timer: Send + Sync {
    /// Since a moment that stays the same.
    fn now(&self) -> Duration;

    /// Waits until so much has passed since that moment.
    async fn until(&self, time: Duration);
}

/// The machine's own.
pub(super) struct Machine(Instant);

impl Machine {
    pub fn new() -> Self {
        Self(Instant::now())
    }
}

#[async_trait]
impl Timer for Machine {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    async fn until(&self, time: Duration) {
        tokio::time::sleep(time.saturating_sub(self.now())).await;
    }
}
