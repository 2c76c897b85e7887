//! Where the goals service keeps its record. Any store has to pass the same tests, in `conformance`.

#[cfg(test)]
mod conformance;
pub mod postgres;
pub mod sqlite;

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::{CycleId, GoalId};
use merit_core::once::{Asked, Once, Outcome};
use merit_core::{Result, Scope};

use crate::model::{Change, Cycle, Goal, Owner, SchemaRecord};

/// Which goals are wanted, as on record when. Each part narrows the others down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalQuery {
    /// As on record after this change. It has been recorded.
    pub cutoff: i64,
    /// Only of this cycle.
    pub cycle: Option<CycleId>,
    /// Only of these owners.
    pub owners: Option<Vec<Owner>>,
    /// Of the goals of people, only theirs.
    pub scope: Scope,
    /// Only these.
    pub ids: Option<Vec<GoalId>>,
    /// Only ids after this one.
    pub after: Option<String>,
    /// At most so many.
    pub limit: Option<usize>,
}

impl GoalQuery {
    /// All goals as on record after a change.
    #[must_use]
    pub const fn at(cutoff: i64) -> Self {
        Self { cutoff, cycle: None, owners: None, scope: Scope::Everyone, ids: None, after: None, limit: None }
    }

    /// All goals of a cycle as on record after a change.
    #[must_use]
    pub fn of_cycle(cutoff: i64, cycle: CycleId) -> Self {
        Self { cycle: Some(cycle), ..Self::at(cutoff) }
    }
}

/// An append-only record of schemas, cycles and goals. Nothing that was recorded is ever changed or removed.
#[async_trait]
pub trait Store: Send + Sync {
    /// The number of the last change; 0 before the first.
    async fn cutoff(&self) -> Result<i64>;

    /// The last version of each schema name, the one in force last.
    async fn schemas(&self) -> Result<Vec<SchemaRecord>>;

    /// All cycles as on record after a change, earliest start first.
    async fn cycles(&self, cutoff: i64) -> Result<Vec<Cycle>>;

    /// Goals in the order of their ids' bytes, each as on record after the cut-off: its last version by then, and the
    /// identities, targets and progress recorded by then.
    async fn goals(&self, query: &GoalQuery) -> Result<Vec<Goal>>;

    /// Which goals these keys of a source are on record, by key.
    async fn identities(&self, source: &str, external_ids: &[String]) -> Result<BTreeMap<String, GoalId>>;

    /// Records a change as a whole if the last one is `expected`, and gives its number, which is higher.
    ///
    /// # Errors
    /// `ABORTED` when another change was recorded meanwhile; then nothing is written.
    async fn record(&self, expected: i64, change: &Change, now: Timestamp) -> Result<i64>;

    /// The answer that a request got, if it came before.
    ///
    /// # Errors
    /// `REQUEST_ID_REUSED` when the caller used its id for something else.
    async fn answered(&self, asked: &Asked) -> Result<Option<Vec<u8>>>;

    /// As [`Store::record`], for what may be asked for twice: it is recorded once, whatever the last change is by then.
    /// Without a change only the answer is recorded, to the change that was the last.
    ///
    /// # Errors
    /// Those of [`Store::record`] and of [`Store::answered`]; then nothing is written.
    async fn record_once(
        &self,
        expected: i64,
        change: Option<&Change>,
        now: Timestamp,
        once: &Once<'_, i64>,
    ) -> Result<Outcome<i64>>;
}
