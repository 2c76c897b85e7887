//! How fast a connection is read. Whoever asks for more than their share is read more slowly: what they send then waits on
//! their side, and doesn't take the processors from everybody else while it is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// How long nothing is read from a connection on which a call was refused because its caller had their share.
const REST: Duration = Duration::from_secs(1);
/// No caller yet.
const NOBODY: u64 = 0;
/// More than one caller: a gateway's connection, which isn't slowed down for one of them.
const MANY: u64 = 1;

/// A connection's pace, known to whoever reads it and to whoever refuses its calls.
#[derive(Debug, Clone)]
pub struct Pace(Arc<Known>);

#[derive(Debug)]
struct Known {
    began: Instant,
    /// Milliseconds after the beginning until which nothing is read.
    rests_until: AtomicU64,
    caller: AtomicU64,
    calls: AtomicU64,
}

impl Pace {
    /// Of a connection that begins now. Needs a runtime.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Known {
            began: Instant::now(),
            rests_until: AtomicU64::new(0),
            caller: AtomicU64::new(NOBODY),
            calls: AtomicU64::new(0),
        }))
    }

    /// Takes note of a call on it.
    pub fn called(&self) {
        self.0.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes note of a call on it, and of who makes it, by a number.
    pub fn used_by(&self, caller: u64) {
        self.called();
        let caller = caller.max(MANY + 1);
        let known = self.0.caller.compare_exchange(NOBODY, caller, Ordering::Relaxed, Ordering::Relaxed);
        if known.is_err_and(|known| known != caller) {
            self.0.caller.store(MANY, Ordering::Relaxed);
        }
    }

    /// How many calls were made on it.
    pub fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::Relaxed)
    }

    /// Lets it rest, because its caller had their share; not where it is others' connection, too.
    pub fn slow_down(&self) {
        if self.0.caller.load(Ordering::Relaxed) != MANY {
            let until = self.0.began.elapsed().saturating_add(REST).as_millis();
            self.0.rests_until.store(u64::try_from(until).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
    }

    /// Until when it rests, if it does.
    pub fn rests_until(&self) -> Option<Instant> {
        let until = self.0.rests_until.load(Ordering::Relaxed);
        if until == 0 {
            return None;
        }
        let until = self.0.began.checked_add(Duration::from_millis(until))?;
        (Instant::now() < until).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_callers_connection_rests_and_that_of_many_does_not() {
        let (own, shared) = (Pace::new(), Pace::new());
        for caller in [7, 7] {
            own.used_by(caller);
        }
        for caller in [7, 8, 7] {
            shared.used_by(caller);
        }
        assert_eq!(own.rests_until(), None);
        let before = Instant::now();
        for pace in [&own, &shared] {
            pace.slow_down();
        }
        let until = own.rests_until().unwrap();
        assert!(until + Duration::from_millis(1) >= before + REST, "milliseconds are whole");
        assert_eq!(shared.rests_until(), None);
        tokio::time::sleep_until(until).await;
        assert_eq!(own.rests_until(), None);
    }
}
