//! What the close asks of its neighbours. The generated clients stand behind it in production.

use async_trait::async_trait;
use futures::stream::BoxStream;
use jiff::Timestamp;
use merit_core::Result;
use merit_core::ids::{CycleId, PersonId, RunId};

use crate::model::{Adjustment, Cutoffs, Cycle, Gathered, Progress, Run, Scope, StoredCard, Verification};

/// What an execution tells.
#[derive(Debug, Clone)]
pub enum Execution {
    /// How far it has come.
    Progress(Progress),
    /// It is settled.
    Settled(Run),
}

/// The services that a close reads from and acts on.
#[async_trait]
pub trait Neighbours: Send + Sync {
    /// A cycle by its resource name, `cycles/last-ended` included.
    async fn cycle(&self, name: &str) -> Result<Cycle>;
    /// Where each service's records end now.
    async fn cutoffs(&self) -> Result<Cutoffs>;
    /// Pins a run's inputs.
    async fn freeze(&self, cycle: &CycleId, cutoffs: Cutoffs) -> Result<Run>;
    /// Takes a run to settled; one that is settled answers at once.
    async fn execute(&self, run: &RunId) -> Result<BoxStream<'static, Result<Execution>>>;
    /// Everything that a run's scorecards are made of.
    async fn gather(&self, scope: &Scope) -> Result<Gathered>;
    /// The cycle's manual adjustments, by person and line.
    async fn adjustments(&self, cycle: &CycleId) -> Result<Vec<Adjustment>>;
    /// Whether a run has lines of a person.
    async fn has_lines(&self, run: &RunId, person: &PersonId) -> Result<bool>;
    /// Posts a run's lines; how many were posted now.
    async fn post(&self, run: &RunId, approved_at: Timestamp) -> Result<u32>;
    /// Computes a run again from its pins; what differs is told with its amounts only where those are wanted.
    async fn verify(&self, run: &RunId, amounts: bool) -> Result<Verification>;
}

/// Where mails go.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Puts a scorecard in the outbox of mails. The same key again does nothing.
    async fn enqueue(&self, key: &str, card: &StoredCard) -> Result<()>;
}
