//! How fast a connection is read. Whoever asks for more than their share, or takes back what they ask for, is read more
//! slowly: what they send then waits on their side, and doesn't take the processors from everybody else.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::identity::Acting;

/// How long nothing is read from a connection on which a call was refused because its caller had their share.
const REST: Duration = Duration::from_secs(1);
/// How long a call that is taken back lets its connection rest, where more are taken back than it has credit for.
const FOR_EACH: Duration = Duration::from_millis(5);
/// Calls that may be taken back: those that time alone gives credit for, and those that answers give it for, at most.
const CREDIT: (i64, i64) = (16, 100);
/// As far as it goes down: nobody rests for longer at a time than this many calls.
const DEBT: i64 = -100;
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
    credit: Mutex<Credit>,
    acting: Acting,
}

/// How many calls may still be taken back before a connection rests: one for each that is answered, and one each time that one
/// would have rested. Where callers give up on some of what they ask for, they may; where they wait for next to nothing of it,
/// they are held to so many calls a second.
#[derive(Debug)]
struct Credit {
    left: i64,
    /// Up to when time has given it.
    until: Duration,
}

impl Credit {
    const fn new() -> Self {
        Self { left: CREDIT.0, until: Duration::ZERO }
    }

    fn answered(&mut self) {
        self.left = (self.left + 1).min(CREDIT.1);
    }

    /// One was taken back at a time since the beginning; how long the connection rests for it.
    fn taken_back(&mut self, now: Duration) -> Duration {
        let given = now.saturating_sub(self.until).as_millis() / FOR_EACH.as_millis();
        if given > 0 {
            let with_time = self.left.saturating_add(i64::try_from(given).unwrap_or(i64::MAX)).min(CREDIT.0);
            self.left = self.left.max(with_time);
            self.until = now;
        }
        self.left = (self.left - 1).max(DEBT);
        FOR_EACH * u32::try_from(-self.left).unwrap_or(0)
    }
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
            credit: Mutex::new(Credit::new()),
            acting: Acting::default(),
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

    /// Takes note of a call on it whose caller took it back. Where too many are, the connection rests for a moment.
    pub fn taken_back(&self) {
        let rest = self.0.credit.lock().unwrap_or_else(PoisonError::into_inner).taken_back(self.0.began.elapsed());
        if !rest.is_zero() {
            self.rest(rest);
        }
    }

    /// Takes note of a call on it that was answered.
    pub fn answered(&self) {
        self.0.credit.lock().unwrap_or_else(PoisonError::into_inner).answered();
    }

    /// Lets it rest, because its caller had their share.
    pub fn slow_down(&self) {
        self.rest(REST);
    }

    /// Where whoever verifies the caller says that it acts for others.
    pub fn acting(&self) -> &Acting {
        &self.0.acting
    }

    /// Not where it is others' connection, too.
    fn rest(&self, rest: Duration) {
        if self.0.caller.load(Ordering::Relaxed) != MANY && !self.0.acting.for_others() {
            let until = self.0.began.elapsed().saturating_add(rest).as_millis();
            // A longer rest isn't cut short by a shorter one.
            self.0.rests_until.fetch_max(u64::try_from(until).unwrap_or(u64::MAX), Ordering::Relaxed);
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
        (0..17).for_each(|_| own.taken_back());
        assert_eq!(own.rests_until(), Some(until), "a longer rest isn't cut short by a shorter one");
        assert!(until + Duration::from_millis(1) >= before + REST, "milliseconds are whole");
        assert_eq!(shared.rests_until(), None);
        tokio::time::sleep_until(until).await;
        assert_eq!(own.rests_until(), None);
    }

    #[test]
    fn who_waits_for_next_to_nothing_is_held_to_so_many_calls_a_second() {
        let mut credit = Credit::new();
        let rests = |credit: &mut Credit, calls: u32, now| (0..calls).map(|_| credit.taken_back(now)).sum::<Duration>();
        let now = Duration::from_secs(7);
        assert_eq!(rests(&mut credit, 16, now), Duration::ZERO, "a few may be taken back, whoever calls");
        assert_eq!(credit.taken_back(now), FOR_EACH);
        assert_eq!(credit.taken_back(now), FOR_EACH * 2);
        assert_eq!(credit.taken_back(now + FOR_EACH * 2), FOR_EACH, "time gives two, and one is taken back");
        rests(&mut credit, 1000, now);
        assert_eq!(credit.taken_back(now), FOR_EACH * 100, "no rest is longer");
        let later = now + FOR_EACH * 1000;
        assert_eq!(rests(&mut credit, 16, later), Duration::ZERO);
        assert_eq!(credit.taken_back(later), FOR_EACH, "time gives as many as there were at first");
    }

    #[test]
    fn who_waits_for_as_much_as_they_take_back_never_rests() {
        let mut credit = Credit::new();
        let now = Duration::from_secs(7);
        for _ in 0..1000 {
            credit.answered();
            assert_eq!(credit.taken_back(now), Duration::ZERO);
        }
        for _ in 0..1000 {
            credit.answered();
        }
        // A hundred at once that were on their way when somebody gave up.
        assert!((0..100).all(|_| credit.taken_back(now).is_zero()));
        assert_eq!(credit.taken_back(now), FOR_EACH);
    }

    #[tokio::test]
    async fn a_connection_whose_calls_are_taken_back_rests_and_one_that_acts_for_others_does_not() {
        let (own, gateway, service) = (Pace::new(), Pace::new(), Pace::new());
        gateway.used_by(8);
        service.acting().set_for_others();
        for pace in [&own, &gateway, &service] {
            for _ in 0..30 {
                pace.used_by(7);
                pace.taken_back();
            }
        }
        assert!(own.rests_until().is_some());
        assert_eq!((gateway.rests_until(), service.rests_until()), (None, None));
    }
}
