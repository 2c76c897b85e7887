//! Reading what runs gave and what the ledger holds.

use merit_core::Result;
use merit_core::ids::{PersonId, RunId};

use super::Scoring;
use crate::model::{Cycle, Keyed, Outcome};
use crate::store::{Part, Posted};

/// Which rows are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// Only this participant's.
    pub participant: Option<&'a PersonId>,
    /// Only keys after this one.
    pub after: Option<&'a str>,
    /// At most so many.
    pub limit: usize,
}

impl Scoring {
    /// A run's outcomes of one kind with their keys, in order.
    ///
    /// # Errors
    /// `UNKNOWN_RUN`.
    pub async fn outcomes<K: Keyed>(&self, run: &RunId, wanted: Wanted<'_>) -> Result<Vec<(String, K)>> {
        self.run(run).await?;
        let Wanted { participant, after, limit } = wanted;
        let part = Part { kind: K::KIND, participant: participant.map(PersonId::as_str), after, limit };
        let found = self.store.outcomes(run, part).await?;
        found.iter().map(|outcome: &Outcome| Ok((outcome.key.clone(), outcome.read()?))).collect()
    }

    /// A cycle's ledger lines in order, with the cycle.
    ///
    /// # Errors
    /// Those of the neighbours, and of the store.
    pub async fn ledger(&self, cycle: &str, wanted: Wanted<'_>) -> Result<(Cycle, Vec<Posted>)> {
        let cycle = self.neighbours.cycle(cycle).await?;
        let Wanted { participant, after, limit } = wanted;
        let lines = self.store.ledger(&cycle.id, participant.map(PersonId::as_str), after, limit).await?;
        Ok((cycle, lines))
    }
}
