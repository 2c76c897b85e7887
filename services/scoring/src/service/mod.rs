//! The rules of scoring, over storage and neighbours that it knows by trait only.

mod adjust;
mod balance_check;
mod balances;
mod carry;
mod check;
mod cutoffs;
mod earlier;
mod events;
mod execute;
mod explain;
mod figures;
mod freeze;
mod impact;
mod kept;
mod lists;
mod neighbours;
mod pay_reads;
mod policies;
mod present;
mod recorded;
mod results;
mod standing;
#[cfg(test)]
pub(crate) mod tests;
mod verify;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use merit_core::ids::RunId;
use merit_core::{Clock, Error, Result};
use merit_rules::Program;

pub use adjust::NewAdjustment;
pub use balances::BalanceRow;
pub use events::EventRow;
pub use execute::Progress;
pub use explain::{Explainable, Explanation, Told};
pub use figures::Untold;
pub use impact::{Compared, Comparison, Named};
pub use neighbours::Neighbours;
pub use pay_reads::NewPayRead;
pub use policies::{Publication, Refusal, SourceText};
pub use recorded::Recorded;
pub use results::{ImportReport, ResultRow};
pub use verify::Verification;

use self::kept::Kept;
use crate::compute::Basis;
use crate::model::Run;
use crate::store::Store;

/// How runs are worked off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Workers of one run in this process, at least 1.
    pub workers: usize,
    /// Participants of one shard.
    pub shard_size: usize,
    /// Participants of one transaction.
    pub chunk_size: usize,
    /// Milliseconds that a worker keeps a shard without writing.
    pub lease: i64,
}

impl Default for Settings {
    fn default() -> Self {
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { workers, shard_size: 1000, chunk_size: 250, lease: 15_000 }
    }
}

/// Programs by policy name, version and digest.
type Programs = HashMap<(String, u32, String), Arc<Program>>;

/// Scoring. Cheap to clone.
#[derive(Clone)]
pub struct Scoring {
    store: Arc<dyn Store>,
    neighbours: Arc<dyn Neighbours>,
    clock: Arc<dyn Clock>,
    settings: Settings,
    programs: Arc<Mutex<Programs>>,
    kept: Keeping,
}

/// What answers are made from, kept for the next.
#[derive(Debug, Clone, Default)]
struct Keeping {
    present: Kept<present::State, Basis>,
    /// What was frozen for a run never changes.
    explained: Kept<RunId, Basis>,
    previewed: Kept<freeze::Sources, explain::Previewed>,
}

impl Scoring {
    /// Over a store and neighbours.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        neighbours: Arc<dyn Neighbours>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Self {
        Self { store, neighbours, clock, settings, programs: Arc::default(), kept: Keeping::default() }
    }

    /// A run.
    ///
    /// # Errors
    /// `UNKNOWN_RUN`.
    pub async fn run(&self, id: &RunId) -> Result<Run> {
        let run = self.store.run(id).await?;
        run.ok_or_else(|| Error::not_found("UNKNOWN_RUN", format!("there is no run `{id}`")))
    }

    /// Drops what nobody has asked for since this was called last: of a large organisation it takes a lot of memory. Whether
    /// nothing is kept any more.
    pub async fn forget_unasked(&self) -> bool {
        let Keeping { present, explained, previewed } = &self.kept;
        let gone = [present.forget_unasked().await, explained.forget_unasked().await, previewed.forget_unasked().await];
        gone.into_iter().all(|gone| gone)
    }

    /// The number of the last change to results, events, opening balances and adjustments.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn cutoff(&self) -> Result<i64> {
        self.store.cutoff().await
    }
}

/// Runs a computation where it doesn't hold up the others.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
