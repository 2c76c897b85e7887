//! Reading what runs gave and what the ledger holds.

use merit_core::ids::{CycleId, RunId};
use merit_core::{Result, Scope};

use super::Scoring;
use crate::model::{Keyed, Outcome, Part, Run, RunState};
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

    /// A part of a cycle's ledger lines in order.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn ledger(&self, cycle: &CycleId, part: Part<'_>) -> Result<Vec<Posted>> {
        self.store.ledger(cycle, part).await
    }

    /// A cycle by its resource name.
    ///
    /// # Errors
    /// `UNKNOWN_CYCLE`, and those of the neighbours.
    pub async fn cycle_of(&self, cycle: &str) -> Result<CycleId> {
        Ok(self.neighbours.cycle(cycle).await?.id)
    }

    /// A part of a cycle's ledger lines in order, less those that came after the line numbered `last`; and where it ends,
    /// none where there is nothing more.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn ledger_until(
        &self,
        cycle: &CycleId,
        last: i64,
        part: Part<'_>,
    ) -> Result<(Vec<Posted>, Option<String>)> {
        let mut lines = self.store.ledger(cycle, part).await?;
        let end = lines.last().map(|posted| posted.key.clone());
        lines.retain(|posted| posted.number <= last);
        Ok((lines, end))
    }

    /// A cycle by its resource name, and the number of the ledger's last line.
    ///
    /// # Errors
    /// `UNKNOWN_CYCLE`, and those of the store.
    pub async fn ledger_now(&self, cycle: &str) -> Result<(CycleId, i64)> {
        Ok((self.neighbours.cycle(cycle).await?.id, self.store.last_line().await?))
    }

    /// A line of a cycle's ledger by its number, if it is in the scope.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn ledger_line(&self, cycle: &CycleId, number: i64, scope: &Scope) -> Result<Option<Posted>> {
        self.store.ledger_line(cycle, number, scope).await
    }

    /// Runs with their numbers, the one made last first: of a cycle, or of all.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn runs(
        &self,
        cycle: Option<&CycleId>,
        least: RunState,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, Run)>> {
        self.store.runs(cycle, least, before, limit).await
    }
}
