//! What is known of everybody up to a day, credited. Whoever asks where they stand asks it of the same records.

use std::sync::Arc;

use jiff::civil::Date;
use merit_core::{Period, Result};

use super::freeze::assemble;
use super::{Scoring, apart};
use crate::compute::Basis;
use crate::model::{Cutoffs, Cycle, Frozen, Policy};

/// Of which day it is, and of what state of the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    cycle: Cycle,
    on: Date,
    cutoffs: Cutoffs,
    schema_text: String,
    policies: Vec<Policy>,
}

impl Scoring {
    /// Everybody in a cycle up to a day, as on record now, without goals.
    ///
    /// # Errors
    /// `NO_SCHEMA`, and those of the neighbours and the store.
    pub(super) async fn present(&self, cycle: &Cycle, on: Date) -> Result<Arc<Basis>> {
        let cutoffs = Cutoffs { goals: 0, scoring: self.store.cutoff().await?, ..self.neighbours.cutoffs().await? };
        let (schema_text, policies) = (self.schema_text().await?, self.policies().await?);
        let state = State { cycle: cycle.clone(), on, cutoffs, schema_text, policies };
        let make = async {
            let frozen = self.known(&state).await?;
            apart(move || Basis::of(frozen)).await
        };
        self.kept.present.of(state.clone(), make).await
    }

    async fn known(&self, state: &State) -> Result<Frozen> {
        let State { cycle, on, cutoffs, schema_text, .. } = state;
        let policies = self.policies_of(cycle).await?;
        let (mut results, mut ratings) = (Vec::new(), Vec::new());
        if let Ok(known) = Period::through(cycle.period.start, *on) {
            results = self.store.results_in(known, cutoffs.scoring).await?;
            ratings = self.neighbours.ratings(known.start, *on, cutoffs.feedback).await?;
        }
        let people = assemble(&cycle.period, self.neighbours.people(cutoffs.directory).await?, ratings, Vec::new());
        let (cycle, cutoffs, schema_text) = (cycle.clone(), *cutoffs, schema_text.clone());
        Ok(Frozen { cycle, cutoffs, schema_text, policies, people, goals: Vec::new(), results })
    }
}
