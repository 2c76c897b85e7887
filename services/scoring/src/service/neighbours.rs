//! What scoring asks of the other services.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::civil::Date;
use merit_core::Result;
use merit_core::ids::{CycleId, PersonId};

use crate::model::{Cutoffs, Cycle, Goal, Person, Rating};

/// The other services. Cut-offs are numbers of their own changes, 0 for the latest.
#[async_trait]
pub trait Neighbours: Send + Sync {
    /// The numbers of their last changes; our own is 0.
    async fn cutoffs(&self) -> Result<Cutoffs>;

    /// The text of the schema in force. `NO_SCHEMA`.
    async fn schema(&self) -> Result<String>;

    /// A cycle by its resource name.
    async fn cycle(&self, name: &str) -> Result<Cycle>;

    /// Whether a cycle, by its resource name, shows a team's pay to its manager.
    async fn team_pay_shown(&self, cycle: &str) -> Result<bool>;

    /// All cycles.
    async fn cycles(&self) -> Result<Vec<Cycle>>;

    /// Those of the people who are in the directory.
    async fn known(&self, people: &BTreeSet<PersonId>) -> Result<BTreeSet<PersonId>>;

    /// Everyone's dated history.
    async fn people(&self, cutoff: i64) -> Result<Vec<Person>>;

    /// All goals of a cycle.
    async fn goals(&self, cycle: &CycleId, cutoff: i64) -> Result<Vec<Goal>>;

    /// One person's goals in a cycle.
    async fn goals_of(&self, cycle: &CycleId, person: &PersonId) -> Result<Vec<Goal>>;

    /// Ratings of the days, both included; of one person, measure and day, the later recorded last.
    async fn ratings(&self, first: Date, last: Date, cutoff: i64) -> Result<Vec<(PersonId, Rating)>>;
}
