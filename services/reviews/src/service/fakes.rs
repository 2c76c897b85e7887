//! Neighbours that tests can bend: what they answer, when they fail, and what was asked of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::stream::{BoxStream, StreamExt as _};
use jiff::Timestamp;
use jiff::civil::date;
use merit_core::ids::{CycleId, PersonId, RunId};
use merit_core::{Currency, Error, FixedClock, Kind, Money, Result};

use super::{Execution, Neighbours, Outbox, Reviews};
use crate::model::{
    Adjustment, Cutoffs, Cycle, Gathered, Progress, RewardKind, RewardLine, RosterEntry, Run, Scope, StoredCard,
    Verification,
};
use crate::relay::Relay;
use crate::store::{OperationStore, Store, sqlite};

pub(crate) const CYCLE: &str = "cycles/2026-Q3";

/// Everything that a test may change.
pub(crate) struct World {
    pub cycle: Cycle,
    pub cutoffs: Cutoffs,
    /// The run that the present inputs give.
    pub run: &'static str,
    pub gathered: Gathered,
    pub adjustments: Vec<Adjustment>,
    /// After how many messages an execution breaks off.
    pub breaks_after: Option<usize>,
    /// What posting answers before it posts, or after.
    pub refuses_post: Option<Error>,
    pub loses_post_answer: bool,
    /// Runs in the order of their posting.
    pub ledger: Vec<String>,
    pub executions: usize,
    /// Whether an execution goes on for ever.
    pub hangs: bool,
    /// Whether a verification finds a line of the ledger at fault.
    pub wrong_ledger: bool,
}

pub(crate) struct FakeNeighbours(pub Mutex<World>);

/// An outbox that may be silent, or take a mail and lose the answer.
#[derive(Default)]
pub(crate) struct FakeOutbox {
    /// Mails by key, with how often each was handed over.
    pub mails: Mutex<BTreeMap<String, u32>>,
    /// How many more mails it takes before it goes silent.
    pub takes: Mutex<Option<u32>>,
    /// Whether the mail at which it goes silent was taken all the same.
    pub loses_answer: Mutex<bool>,
    /// A key that it refuses for good.
    pub refuses: Mutex<Option<String>>,
}

/// The service over fakes and a real store.
pub(crate) struct Bench {
    pub reviews: Reviews,
    pub operations: Arc<dyn OperationStore>,
    pub world: Arc<FakeNeighbours>,
    pub outbox: Arc<FakeOutbox>,
    pub store: Arc<dyn Store>,
    pub relay: Arc<Relay>,
    pub folder: tempfile::TempDir,
}

pub(crate) fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

pub(crate) fn cycle() -> Cycle {
    Cycle {
        id: CycleId::new("2026-Q3").unwrap(),
        first_day: date(2026, 7, 1),
        last_day: date(2026, 9, 30),
        self_assessment_until: Some(date(2026, 10, 10)),
        ended: true,
        window_ended: true,
        automatic: false,
        shows_pay: false,
    }
}

pub(crate) fn reward(payout: &str, minor: i64, held: i64) -> RewardLine {
    RewardLine {
        policy: "AE commission".to_owned(),
        version: 1,
        payout: payout.to_owned(),
        about: String::new(),
        line: "2026-Q3".to_owned(),
        amount: usd(minor),
        held: usd(held),
        earned_on: "2026-09-30".to_owned(),
        payable_on: "2026-09-30".to_owned(),
        because: Vec::new(),
        figures: Vec::new(),
        adjustment: false,
        kind: RewardKind::Payout,
        taken_back: None,
    }
}

pub(crate) fn adjustment(who: &str, number: u32, minor: i64) -> Adjustment {
    let line = RewardLine {
        policy: "Manual adjustment".to_owned(),
        version: 0,
        line: format!("adjustment-{number}"),
        because: vec!["a deal counted late".to_owned()],
        adjustment: true,
        kind: RewardKind::Adjustment,
        ..reward("", minor, 0)
    };
    Adjustment { person: person(who), line }
}

pub(crate) fn on_roster(who: &str, manager: Option<&str>) -> RosterEntry {
    RosterEntry { person: person(who), manager: manager.map(person), team: "east".to_owned(), active: true }
}

/// Ana reports to Bo; both are paid.
fn two_people() -> Gathered {
    Gathered {
        roster: vec![on_roster("ana", Some("bo")), on_roster("bo", None)],
        rewards: vec![
            (person("ana"), reward("commission", 100_000, 10_000)),
            (person("bo"), reward("bonus", 50_000, 0)),
        ],
        ..Gathered::default()
    }
}

pub(crate) async fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let operations = Arc::new(sqlite::open(&folder.path().join("reviews.db")).await.unwrap());
    let store: Arc<dyn Store> = operations.clone();
    let world = Arc::new(FakeNeighbours(Mutex::new(World {
        cycle: cycle(),
        cutoffs: Cutoffs { directory: 1, goals: 2, feedback: 3, scoring: 4 },
        run: "2026-q3-aaa",
        gathered: two_people(),
        adjustments: Vec::new(),
        breaks_after: None,
        refuses_post: None,
        loses_post_answer: false,
        ledger: Vec::new(),
        executions: 0,
        hangs: false,
        wrong_ledger: false,
    })));
    let outbox = Arc::new(FakeOutbox::default());
    let clock = Arc::new(FixedClock("2026-10-12T08:00:00Z".parse().unwrap()));
    let relay = Arc::new(Relay::new(Arc::clone(&store), outbox.clone(), clock.clone()));
    let reviews = Reviews::new(Arc::clone(&store), world.clone(), Arc::clone(&relay), clock);
    Bench { reviews, operations, world, outbox, store, relay, folder }
}

impl Bench {
    /// Changes what the neighbours answer.
    pub(crate) fn set(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.world.0.lock().unwrap());
    }

    pub(crate) fn ledger(&self) -> Vec<String> {
        self.world.0.lock().unwrap().ledger.clone()
    }
}

fn silent() -> Error {
    Error::new(Kind::Unavailable, "UNKNOWN", "no answer")
}

#[async_trait]
impl Neighbours for FakeNeighbours {
    async fn cycle(&self, _: &str) -> Result<Cycle> {
        Ok(self.0.lock().unwrap().cycle.clone())
    }

    async fn cutoffs(&self) -> Result<Cutoffs> {
        Ok(self.0.lock().unwrap().cutoffs)
    }

    async fn freeze(&self, _: &CycleId, cutoffs: Cutoffs) -> Result<Run> {
        let id = RunId::new(self.0.lock().unwrap().run)?;
        Ok(Run { id, cutoffs, root: String::new(), participants: 2 })
    }

    async fn execute(&self, run: &RunId) -> Result<BoxStream<'static, Result<Execution>>> {
        let mut world = self.0.lock().unwrap();
        world.executions += 1;
        if world.hangs {
            return Ok(futures::stream::pending().boxed());
        }
        let mut messages: Vec<Result<Execution>> = ["crediting", "scoring", "ranking", "settling"]
            .into_iter()
            .map(|stage| Ok(Execution::Progress(Progress { stage: stage.to_owned(), done: 1, total: 2 })))
            .collect();
        messages.push(Ok(Execution::Settled(Run {
            id: run.clone(),
            cutoffs: world.cutoffs,
            root: format!("root-of-{run}"),
            participants: 2,
        })));
        if let Some(after) = world.breaks_after {
            messages.truncate(after);
            messages.push(Err(silent()));
        }
        Ok(futures::stream::iter(messages).boxed())
    }

    async fn gather(&self, _: &Scope) -> Result<Gathered> {
        Ok(self.0.lock().unwrap().gathered.clone())
    }

    async fn adjustments(&self, _: &CycleId) -> Result<Vec<Adjustment>> {
        Ok(self.0.lock().unwrap().adjustments.clone())
    }

    async fn has_lines(&self, _: &RunId, person: &PersonId) -> Result<bool> {
        Ok(self.0.lock().unwrap().gathered.rewards.iter().any(|(who, _)| who == person))
    }

    async fn post(&self, run: &RunId, _: Timestamp) -> Result<u32> {
        let mut world = self.0.lock().unwrap();
        if let Some(error) = world.refuses_post.take() {
            return Err(error);
        }
        // As scoring does: a run that was posted is not posted again.
        let posted = if world.ledger.iter().any(|posted| posted == run.as_str()) { 0 } else { 2 };
        if posted > 0 {
            world.ledger.push(run.to_string());
        }
        if std::mem::take(&mut world.loses_post_answer) { Err(silent()) } else { Ok(posted) }
    }

    async fn verify(&self, run: &RunId, amounts: bool) -> Result<Verification> {
        let wrong = self.0.lock().unwrap().wrong_ledger;
        let ana = "ledger: ana, AE commission, commission, 2026-Q3";
        let fault = if amounts { "$1.00 posted, $2.00 computed" } else { "another amount posted than computed" };
        Ok(Verification {
            matches: !wrong,
            expected_root: format!("root-of-{run}"),
            found_root: format!("root-of-{run}"),
            run_engine_version: "1".to_owned(),
            engine_version: "1".to_owned(),
            differences: wrong.then(|| format!("{ana}: {fault}")).into_iter().collect(),
            amounts_told: wrong && amounts,
        })
    }
}

#[async_trait]
impl Outbox for FakeOutbox {
    async fn enqueue(&self, key: &str, _: &StoredCard) -> Result<()> {
        if self.refuses.lock().unwrap().as_deref() == Some(key) {
            return Err(Error::invalid("BAD_TEXT", "a name can't be sent"));
        }
        let mut takes = self.takes.lock().unwrap();
        let silent_now = *takes == Some(0);
        if let Some(left) = takes.as_mut() {
            *left = left.saturating_sub(1);
        }
        if !silent_now || *self.loses_answer.lock().unwrap() {
            *self.mails.lock().unwrap().entry(key.to_owned()).or_default() += 1;
        }
        if silent_now { Err(silent()) } else { Ok(()) }
    }
}
