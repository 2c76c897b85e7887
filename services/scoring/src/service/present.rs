//! What is known of everybody up to a day, credited. Whoever asks where they stand asks it of the same records, so it is made
//! once for a state of all of them, and kept while it is asked for.

use std::sync::Arc;

use jiff::civil::Date;
use merit_core::{Period, Result};
use tokio::sync::Mutex;

use super::freeze::assemble;
use super::{Scoring, apart};
use crate::compute::credit;
use crate::compute::credit::Credited;
use crate::compute::plan::Plan;
use crate::model::{Cutoffs, Cycle, Frozen, Policy};

/// Everybody, without goals, up to a day.
#[derive(Debug)]
pub struct Present {
    /// What there is.
    pub plan: Plan,
    /// To whom.
    pub credited: Credited,
}

/// Of which day it is, and of what state of the records.
#[derive(Debug, PartialEq, Eq)]
struct State {
    cycle: Cycle,
    on: Date,
    cutoffs: Cutoffs,
    schema_text: String,
    policies: Vec<Policy>,
}

struct Made {
    state: State,
    present: Arc<Present>,
    /// Whether anybody has asked since it was looked at last.
    asked: bool,
}

/// The one that was asked for last.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<Option<Made>>>);

impl Scoring {
    /// Everybody in a cycle up to a day, as on record now.
    ///
    /// # Errors
    /// `NO_SCHEMA`, and those of the neighbours and the store.
    pub(super) async fn present(&self, cycle: &Cycle, on: Date) -> Result<Arc<Present>> {
        let cutoffs = Cutoffs { goals: 0, scoring: self.store.cutoff().await?, ..self.neighbours.cutoffs().await? };
        let (schema_text, policies) = (self.schema_text().await?, self.policies().await?);
        let state = State { cycle: cycle.clone(), on, cutoffs, schema_text, policies };
        // Whoever comes meanwhile waits for what is made, and doesn't make it, too.
        let mut kept = self.present.0.lock().await;
        if let Some(made) = kept.as_mut().filter(|made| made.state == state) {
            made.asked = true;
            return Ok(made.present.clone());
        }
        *kept = None;
        let frozen = self.known(&state).await?;
        let present = apart(move || {
            let plan = Plan::new(frozen)?;
            let credited = credit(&plan);
            Ok(Present { plan, credited })
        });
        let present = Arc::new(present.await?);
        *kept = Some(Made { state, present: present.clone(), asked: true });
        Ok(present)
    }

    /// Drops what is known of everybody if nobody has asked for it since this was called last: of a large organisation it takes
    /// a lot of memory. Whether nothing is kept any more.
    pub async fn forget_unasked(&self) -> bool {
        let mut kept = self.present.0.lock().await;
        if kept.as_mut().is_some_and(|made| std::mem::take(&mut made.asked)) {
            return false;
        }
        *kept = None;
        true
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
