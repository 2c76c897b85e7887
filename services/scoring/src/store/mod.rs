//! What scoring asks of its storage, role by role. Any store has to pass the same tests, in `conformance`.

#[cfg(test)]
mod conformance;
pub mod postgres;
pub mod sqlite;

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::{CycleId, PersonId, RunId};
use merit_core::once::{Asked, Once, Outcome as Came};
use merit_core::reads::ReadsPart;
use merit_core::{Money, Period, Result, Scope};

use crate::model::{
    Balance, Books, Chunk, Claim, Closed, Event, Frozen, Granted, ImportCounts, Line, NewResult, Opening, Outcome,
    OutcomeKind, Part, PayRead, Policy, Run, RunState, StoredResult, TraceRow,
};

/// Results, version upon version.
#[async_trait]
pub trait Results: Send + Sync {
    /// Takes rows of one source, all or none. A row whose content is on record as its latest version changes nothing. With
    /// `dry_run` nothing is written, and the counts say what would be.
    async fn import_results(
        &self,
        source: &str,
        rows: Vec<NewResult>,
        dry_run: bool,
        at: Timestamp,
    ) -> Result<ImportCounts>;

    /// The versions that count at a cut-off, dated in the period, by record, source and external id.
    async fn results_in(&self, period: Period, cutoff: i64) -> Result<Vec<StoredResult>>;

    /// The number of the last change to results, events, opening balances and adjustments.
    async fn cutoff(&self) -> Result<i64>;
}

/// Events that held back amounts wait for.
#[async_trait]
pub trait Events: Send + Sync {
    /// Takes rows, all or none. One that is on record changes nothing. With `dry_run` nothing is written.
    async fn import_events(&self, rows: Vec<Event>, dry_run: bool, at: Timestamp) -> Result<ImportCounts>;

    /// Those on record at a cut-off that came by a day, in order.
    async fn events(&self, by: jiff::civil::Date, cutoff: i64) -> Result<Vec<Event>>;
}

/// Opening balances, version upon version.
#[async_trait]
pub trait Openings: Send + Sync {
    /// Takes rows, all or none. One whose value is on record as its latest changes nothing. With `dry_run` nothing is
    /// written.
    async fn import_openings(&self, rows: Vec<Opening>, dry_run: bool, at: Timestamp) -> Result<ImportCounts>;

    /// Those that count at a cut-off, by participant, policy and last day, each with the number of the change that it came
    /// with. What was taken off the record is left out.
    async fn openings(&self, cutoff: i64) -> Result<Vec<(Opening, i64)>>;

    /// The cycles that are closed, each by its latest posted run, oldest first.
    async fn closed(&self) -> Result<Vec<Closed>>;
}

/// Registered policies.
#[async_trait]
pub trait Policies: Send + Sync {
    /// All of them by name and version, with the last days that their texts name.
    async fn policies(&self) -> Result<Vec<Policy>>;

    /// Adds them, all or none; once where it may be asked for twice.
    ///
    /// # Errors
    /// `CONCURRENT_CHANGE` when one was registered meanwhile; those of [`Requests::answered`]; then nothing is written.
    async fn add_policies(&self, policies: Vec<Policy>, at: Timestamp, once: Option<&Once<'_, ()>>)
    -> Result<Came<()>>;
}

/// Runs, their frozen inputs, shards and outcomes.
#[async_trait]
pub trait Runs: Send + Sync {
    /// Adds a run with its frozen inputs and shards of so many participants. False when it was there.
    async fn create_run(&self, run: &Run, frozen: &Frozen, roster: &[PersonId], shard_size: usize) -> Result<bool>;

    /// A run.
    async fn run(&self, id: &RunId) -> Result<Option<Run>>;

    /// Runs of a cycle, or of all, that came at least so far, with their numbers: the one made last first, only those
    /// numbered before one.
    async fn runs(
        &self,
        cycle: Option<&CycleId>,
        least: RunState,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, Run)>>;

    /// The cycle's run that was made last, of those that came at least so far.
    async fn latest_run(&self, cycle: &CycleId, least: RunState) -> Result<Option<RunId>>;

    /// The people and goals that a run froze, into inputs whose other parts are given.
    async fn thaw(&self, id: &RunId, frozen: &mut Frozen) -> Result<()>;

    /// Moves a run from one state to the next with what the stage gave, in one transaction. False when it had moved.
    async fn advance(
        &self,
        id: &RunId,
        from: RunState,
        to: RunState,
        outcomes: Vec<Outcome>,
        root: &str,
    ) -> Result<bool>;

    /// Takes a free shard. Times are milliseconds since 1970.
    async fn claim(&self, id: &RunId, now: i64, lease_until: i64) -> Result<Claim>;

    /// Writes a chunk. `STALE_EPOCH` when somebody took the shard meanwhile, and then nothing is written.
    async fn write_chunk(&self, id: &RunId, shard: i64, epoch: i64, chunk: Chunk) -> Result<()>;

    /// How many participants are evaluated.
    async fn evaluated(&self, id: &RunId) -> Result<u32>;

    /// A part of the outcomes of one kind, by key.
    async fn outcomes(&self, id: &RunId, kind: OutcomeKind, part: Part<'_>) -> Result<Vec<Outcome>>;

    /// All outcomes of some kinds, everybody's.
    async fn all_outcomes(&self, id: &RunId, kinds: &[OutcomeKind]) -> Result<Vec<Outcome>>;

    /// The traces of some participants, of those that are in the scope.
    async fn traces(&self, id: &RunId, scope: &Scope, participants: &[String]) -> Result<Vec<TraceRow>>;

    /// What the latest posted run of each cycle that ended before a day left behind, oldest cycle first.
    async fn balances_before(&self, first_day: jiff::civil::Date) -> Result<Vec<Balance>>;

    /// What draws of cycles that ended before a day leave to be taken back, by the ledger: whose, under which policy.
    async fn owed_before(&self, first_day: jiff::civil::Date) -> Result<Vec<(PersonId, String, Money)>>;

    /// What posted runs of cycles that ended before a day gave, by participant, oldest first.
    async fn granted_before(&self, first_day: jiff::civil::Date) -> Result<Vec<(PersonId, Granted)>>;
}

/// Who read whose pay: a record that only grows.
#[async_trait]
pub trait PayReads: Send + Sync {
    /// Adds a read.
    async fn log_pay_read(&self, read: &PayRead) -> Result<()>;

    /// A part of the reads with their numbers, the latest first.
    async fn pay_reads(&self, part: &ReadsPart) -> Result<Vec<(i64, PayRead)>>;
}

/// A ledger line with the run that posted it; empty for an adjustment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// Its number on the ledger, from 1.
    pub number: i64,
    /// Where pages go on.
    pub key: String,
    /// The run's id, or empty.
    pub run: String,
    /// The line.
    pub line: Line,
}

/// The ledger: it only grows.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Posts a settled run against what is posted for its cycle, and marks it posted, in one transaction. Gives how many
    /// lines were posted: 0 when it was posted before. `at` is when it was approved; `now` is when the request came, which
    /// is answered once where it may come twice.
    ///
    /// # Errors
    /// `UNKNOWN_RUN`; `NOT_SETTLED` before that state; those of [`Requests::answered`]; then nothing is written.
    async fn post(&self, id: &RunId, at: &str, now: Timestamp, once: Option<&Once<'_, u32>>) -> Result<Came<u32>>;

    /// Adds an adjustment, numbered for the participant and cycle; once where it may be asked for twice.
    ///
    /// # Errors
    /// Those of [`Requests::answered`]; then nothing is written.
    async fn adjust(
        &self,
        cycle: &CycleId,
        line: Line,
        at: Timestamp,
        once: Option<&Once<'_, Line>>,
    ) -> Result<Came<Line>>;

    /// All that the ledger keeps of a cycle, row by row, as it was at one moment.
    async fn books(&self, cycle: &CycleId) -> Result<Books>;

    /// A part of the lines of a cycle, in the order of the export.
    async fn ledger(&self, cycle: &CycleId, part: Part<'_>) -> Result<Vec<Posted>>;

    /// A line of a cycle by its number, if it is in the scope.
    async fn ledger_line(&self, cycle: &CycleId, number: i64, scope: &Scope) -> Result<Option<Posted>>;

    /// The number of the ledger's last line; 0 before the first.
    async fn last_line(&self) -> Result<i64>;

    /// The number of the run that was posted last, counted over all cycles; 0 before the first.
    async fn last_posting(&self) -> Result<i64>;
}

/// What was asked for under an id, and the answer that it got.
#[async_trait]
pub trait Requests: Send + Sync {
    /// The answer that a request got, if it came before.
    ///
    /// # Errors
    /// `REQUEST_ID_REUSED` when the caller used its id for something else.
    async fn answered(&self, asked: &Asked) -> Result<Option<Vec<u8>>>;
}

/// Everything at once.
pub trait Store: Results + Events + Openings + Policies + Runs + Ledger + PayReads + Requests {}

impl<T: Results + Events + Openings + Policies + Runs + Ledger + PayReads + Requests> Store for T {}
