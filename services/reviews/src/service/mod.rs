//! The close's own rules, over a store and the neighbours' ports. Knows no wire format and no database.

mod approve;
pub mod compose;
mod ports;
mod publish;
mod read;
mod run;
mod verify;

#[cfg(test)]
pub(crate) mod fakes;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use merit_core::ids::{CycleId, RunId};
use merit_core::text::shown;
use merit_core::{Clock, Error, Result};
use tokio::sync::Mutex;

use crate::model::{Cycle, Pins, Review, Scope};
use crate::relay::Relay;
use crate::store::Store;

pub use approve::Approved;
pub use ports::{Execution, Neighbours, Outbox};
pub use publish::Published;
pub use read::{CardPage, Others, Readable, Reader};
pub use run::Ran;
pub use verify::Verified;

/// Who decides where the cycle's setting does.
const SYSTEM: &str = "system";

/// Runs, approves and publishes reviews.
pub struct Reviews {
    store: Arc<dyn Store>,
    neighbours: Arc<dyn Neighbours>,
    relay: Arc<Relay>,
    clock: Arc<dyn Clock>,
    // INVARIANT: one decision at a time, so that two approvals never post to the ledger in the other order than the one in
    // which they are kept.
    deciding: Mutex<()>,
}

impl Reviews {
    /// Over a store and the neighbours.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        neighbours: Arc<dyn Neighbours>,
        relay: Arc<Relay>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { store, neighbours, relay, clock, deciding: Mutex::new(()) }
    }

    /// The cycle's id behind a resource name, `cycles/last-ended` included.
    async fn cycle_id(&self, name: &str) -> Result<CycleId> {
        if name == "cycles/last-ended" {
            return Ok(self.neighbours.cycle(name).await?.id);
        }
        CycleId::from_name(name)
    }

    async fn cycle(&self, id: &CycleId) -> Result<Cycle> {
        self.neighbours.cycle(&id.name()).await
    }

    /// The review that is meant: a run's, or the cycle's latest that is neither rejected nor superseded, or else its latest.
    pub(crate) async fn find(&self, cycle: &str, run: &str) -> Result<Review> {
        let cycle = self.cycle_id(cycle).await?;
        if !run.is_empty() {
            let run = if run.contains('/') { RunId::from_name(run)? } else { RunId::new(run)? };
            let found = self.store.review(&run).await?.filter(|review| review.cycle == cycle);
            return found.ok_or_else(|| {
                Error::not_found(
                    "UNKNOWN_RUN",
                    format!(
                        "cycle {cycle} has no run `{}`; `merit review status --cycle {cycle}` shows what it has",
                        shown(run.as_str())
                    ),
                )
            });
        }
        self.store.latest(&cycle).await?.ok_or_else(|| {
            Error::not_found(
                "NO_REVIEW",
                format!("cycle {cycle} has no review yet; make one with `merit review run --cycle {cycle}`"),
            )
        })
    }

    /// The review of a run that is known to be on record.
    pub(crate) async fn again(&self, run: &RunId) -> Result<Review> {
        self.store.review(run).await?.ok_or_else(|| Error::internal(format!("the review of {run} is gone")))
    }
}

/// What to gather for a run with these pins.
fn scope(cycle: &Cycle, run: &RunId, pins: &Pins) -> Scope {
    Scope {
        cycle: cycle.id.clone(),
        first_day: cycle.first_day,
        last_day: cycle.last_day,
        run: run.clone(),
        goals: pins.goals,
        feedback: pins.feedback,
    }
}
