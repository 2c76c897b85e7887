//! What any store of scoring has to do, whatever it is made of. [`holds`] runs each on a fresh store.

pub mod ledger;
pub mod lists;
pub mod pay_reads;
pub mod records;
pub mod requests;
pub mod runs;
pub mod shards;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::date;
use merit_core::ids::{CycleId, PersonId, RunId};
use merit_core::{Currency, Money, Period};

use super::Store;
use crate::model::{Cutoffs, Cycle, Frozen, Line, LineKind, Outcome, Run, RunState};

/// Makes one test of each law for the store that an expression opens.
macro_rules! holds {
    ($open:expr) => {
        $crate::store::conformance::holds!($open => pay_reads:
            reads_of_pay_stay_on_record, reads_of_pay_are_listed_by_what_is_named);
        $crate::store::conformance::holds!($open => records:
            results_are_kept_version_by_version, many_results_are_written_at_once, a_dry_run_writes_nothing,
            events_are_kept_once, openings_are_kept_version_by_version, a_registered_policy_is_never_replaced,
            what_is_on_record_stays);
        $crate::store::conformance::holds!($open => runs:
            a_run_is_made_once_and_read_back, the_latest_run_is_the_last_made_and_the_last_posted,
            a_run_moves_once_from_each_state, runs_are_listed_the_last_one_first, outcomes_that_are_there_are_left, earlier_cycles_leave_balances);
        $crate::store::conformance::holds!($open => shards:
            shards_are_claimed_one_by_one, a_stale_epoch_writes_nothing, workers_at_once_never_share_a_shard,
            a_shard_that_changes_hands_keeps_only_what_its_holder_wrote);
        $crate::store::conformance::holds!($open => ledger:
            only_a_settled_run_is_posted_and_only_once, two_that_post_at_once_post_once, the_ledger_sums_to_zero,
            a_later_run_posts_the_differences, adjustments_are_numbered,
            adjustments_at_once_are_told_apart, the_ledger_only_grows, books_are_all_that_is_kept);
        $crate::store::conformance::holds!($open => requests:
            a_run_that_is_posted_twice_gets_one_answer, policies_that_are_published_twice_get_one_answer,
            an_adjustment_that_is_asked_for_twice_is_one, what_fails_keeps_no_answer);
        $crate::store::conformance::holds!($open => lists:
            pages_follow_the_bytes_of_keys, parts_are_chosen_by_what_is_named, a_scope_shows_its_people_only, scores_without_pay_are_shown_apart, a_line_is_found_by_its_number,
            pages_under_a_scope_are_full);
    };
    ($open:expr => $room:ident: $($law:ident),+ $(,)?) => {$(
        #[tokio::test]
        async fn $law() {
            let (behind, store) = $open.await;
            $crate::store::conformance::$room::$law(&store, &behind).await;
        }
    )+};
}
pub(crate) use holds;

/// What somebody does behind the store's back.
#[async_trait]
pub trait Behind: Send + Sync {
    /// Runs a statement; the database's own words where it refuses.
    async fn run(&self, statement: &'static str) -> Result<(), String>;

    /// Rows of a word and a number.
    async fn rows(&self, statement: &'static str) -> Vec<(String, i64)>;
}

fn now() -> Timestamp {
    "2026-10-05T08:00:00Z".parse().unwrap()
}

fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

fn cycle(id: &str) -> CycleId {
    CycleId::new(id).unwrap()
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn third_quarter() -> Period {
    Period::quarter(2026, 3).unwrap()
}

/// A run of a cycle that has the quarter's days.
fn a_run(id: &str, of: &str, quarter: i8) -> Run {
    let period = Period::quarter(2026, quarter).unwrap();
    Run {
        id: RunId::new(id).unwrap(),
        cycle: cycle(of),
        first_day: period.start,
        last_day: period.last(),
        state: RunState::Frozen,
        cutoffs: Cutoffs { directory: 1, goals: 2, feedback: 3, scoring: 4 },
        policies: Vec::new(),
        schema_text: "schema".to_owned(),
        engine_version: "1.0.0".to_owned(),
        inputs_sha256: "abc".to_owned(),
        root: String::new(),
        participants: 3,
        results: 7,
    }
}

fn nothing_frozen(run: &Run) -> Frozen {
    Frozen {
        cycle: Cycle { id: run.cycle.clone(), period: third_quarter(), zone: "UTC".to_owned() },
        cutoffs: run.cutoffs,
        schema_text: run.schema_text.clone(),
        policies: Vec::new(),
        people: std::collections::BTreeMap::new(),
        goals: Vec::new(),
        results: Vec::new(),
    }
}

/// A line of a payout, with a tenth held back.
fn a_line(who: &str, payout: &str, minor: i64) -> Line {
    Line {
        participant: person(who),
        policy: "Commission".to_owned(),
        version: 1,
        payout: payout.to_owned(),
        line: "2026-Q3".to_owned(),
        amount: usd(minor),
        held: usd(minor / 10),
        taken_back: None,
        earned_on: date(2026, 9, 30),
        payable_on: date(2026, 9, 30),
        reason: "Zoë's \"reason\"".to_owned(),
        because: vec!["Section 6".to_owned()],
        about: String::new(),
        kind: LineKind::Payout,
        words: vec![],
    }
}

fn outcomes(lines: &[Line]) -> Vec<Outcome> {
    lines.iter().map(|line| Outcome::of(line).unwrap()).collect()
}

/// A run of the third quarter that has settled with these lines.
async fn settled(store: &dyn Store, id: &str, lines: &[Line]) -> RunId {
    settled_of(store, a_run(id, "2026-Q3", 3), outcomes(lines)).await
}

async fn settled_of(store: &dyn Store, run: Run, outcomes: Vec<Outcome>) -> RunId {
    assert!(store.create_run(&run, &nothing_frozen(&run), &[], 1).await.unwrap());
    let id = run.id;
    store.advance(&id, RunState::Frozen, RunState::Ranked, outcomes, "").await.unwrap();
    assert!(store.advance(&id, RunState::Ranked, RunState::Settled, vec![], "root").await.unwrap());
    id
}
