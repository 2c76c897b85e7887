//! Reading what runs gave and what the ledger holds.

use merit_core::Result;
use merit_core::ids::RunId;

use super::Scoring;
use crate::model::{Cycle, Keyed, Outcome, Part};
use crate::store::Posted;

impl Scoring {
    /// A part of a run's outcomes of one kind with their keys, in order.
    ///
    /// # Errors
    /// `UNKNOWN_RUN`.
    pub async fn outcomes<K: Keyed>(&self, run: &RunId, part: Part<'_>) -> Result<Vec<(String, K)>> {
        self.run(run).await?;
        let found = self.store.outcomes(run, K::KIND, part).await?;
        found.iter().map(|outcome: &Outcome| Ok((outcome.key.clone(), outcome.read()?))).collect()
    }

    /// A part of a cycle's ledger lines in order, with the cycle.
    ///
    /// # Errors
    /// Those of the neighbours, and of the store.
    pub async fn ledger(&self, cycle: &str, part: Part<'_>) -> Result<(Cycle, Vec<Posted>)> {
        let cycle = self.neighbours.cycle(cycle).await?;
        let lines = self.store.ledger(&cycle.id, part).await?;
        Ok((cycle, lines))
    }
}
