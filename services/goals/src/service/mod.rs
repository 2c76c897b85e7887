//! The rules of the goals service over any store.

mod cascade;
mod check;
mod coverage;
mod cycles;
mod goals;
mod import;
mod neighbours;
mod one_goal;
mod schemas;
pub mod smart;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use merit_core::once::{Asked, Once, Outcome, numbered};
use merit_core::{Clock, Error, Kind, Result};

pub use coverage::Coverage;
pub use cycles::LAST_ENDED;
pub use goals::{Assessed, Listing};
pub use neighbours::{People, Schema, Schemas};
pub use one_goal::Expect;

use crate::model::Change;
use crate::store::Store;

/// How often a change starts again because another one was recorded meanwhile.
const ATTEMPTS: usize = 5;

/// What is to be reached, by whom, in which cycle.
#[derive(Clone)]
pub struct Goals {
    store: Arc<dyn Store>,
    people: Arc<dyn People>,
    schemas: Arc<dyn Schemas>,
    clock: Arc<dyn Clock>,
}

impl Goals {
    /// Over a store and its neighbours.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        people: Arc<dyn People>,
        schemas: Arc<dyn Schemas>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { store, people, schemas, clock }
    }

    /// The number of the last change on record; 0 before the first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn cutoff(&self) -> Result<i64> {
        self.store.cutoff().await
    }

    /// The change that a cut-off means: 0 is the last one.
    ///
    /// # Errors
    /// `BAD_CUTOFF` when there is no such change yet, and those of the store.
    pub async fn resolve(&self, cutoff: i64) -> Result<i64> {
        let last = self.store.cutoff().await?;
        match cutoff {
            0 => Ok(last),
            given if (1..=last).contains(&given) => Ok(given),
            given => {
                Err(Error::invalid("BAD_CUTOFF", format!("there is no change {given} of goals; the last is {last}")))
            }
        }
    }

    /// Records a change that was planned over what was on record after a cut-off, if there is one. Says whether that is
    /// done; if not, another change came in between and the plan has to be made again.
    async fn recorded(&self, cutoff: i64, change: Option<Change>) -> Result<bool> {
        let Some(change) = change else { return Ok(true) };
        match self.store.record(cutoff, &change, self.clock.now()).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind == Kind::Aborted => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The number of the change that a request was answered with, if it came before.
    async fn answered(&self, asked: Option<&Asked>) -> Result<Option<i64>> {
        let Some(asked) = asked else { return Ok(None) };
        let before = self.store.answered(asked).await?;
        before.map(|answer| Outcome::Before(answer).change()).transpose()
    }

    /// As [`Goals::recorded`], once where it may be asked for twice. Gives the number of the change, that of the last one
    /// where there is nothing to record.
    async fn recorded_once(&self, cutoff: i64, change: Option<Change>, asked: Option<&Asked>) -> Result<Option<i64>> {
        let now = self.clock.now();
        let done = match (asked, &change) {
            (Some(asked), change) => {
                let once = Once { asked, answer: &numbered };
                self.store.record_once(cutoff, change.as_ref(), now, &once).await.and_then(Outcome::change)
            }
            (None, Some(change)) => self.store.record(cutoff, change, now).await,
            (None, None) => Ok(cutoff),
        };
        match done {
            Err(error) if error.kind == Kind::Aborted => Ok(None),
            done => done.map(Some),
        }
    }
}

/// Given up after [`ATTEMPTS`].
fn busy() -> Error {
    Error::new(Kind::Aborted, "ABORTED", "other changes of goals keep coming in; try again later")
}
