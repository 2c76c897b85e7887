//! What a review's store must do. Rules live in the service; a store keeps its promises about transactions.

#[cfg(test)]
pub(crate) mod conformance;
pub mod postgres;
mod rows;
pub mod sqlite;

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::{CycleId, RunId};
use merit_core::once::Asked;
use merit_core::reads::ReadsPart;
use merit_core::{Result, Scope};

use crate::model::{Change, End, NewOperation, NewReview, Operation, Progress, Read, Review, StoredCard};
use crate::service::CardPage;

/// A mail that waits to be handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Counts all mails in the order they were asked for.
    pub seq: i64,
    /// The mail's key.
    pub key: String,
    /// The scorecard that it carries.
    pub card: StoredCard,
}

/// Keeps closes that go on by themselves.
#[async_trait]
pub trait OperationStore: Send + Sync {
    /// Keeps an operation, unless it was asked for before; which it is, and whether it is new.
    ///
    /// # Errors
    /// `REQUEST_ID_REUSED` when the caller used the id for something else.
    async fn begin_operation(&self, new: &NewOperation) -> Result<(Operation, bool)>;
    /// The operation that a request began, if it came before.
    ///
    /// # Errors
    /// `REQUEST_ID_REUSED` when the caller used the id for something else.
    async fn requested(&self, asked: &Asked) -> Result<Option<Operation>>;
    /// Says, by the database's clock, that somebody is at work on one, for so long from now on. False when it has ended or
    /// its lease had run out.
    async fn renew(&self, seq: i64, lease: Duration) -> Result<bool>;
    /// An operation by its number. One whose lease ran out, by the database's clock, was interrupted then, for good.
    async fn operation(&self, seq: i64) -> Result<Option<Operation>>;
    /// Operations, newest first: before one, at most so many.
    async fn operations(&self, before: Option<i64>, limit: usize) -> Result<Vec<Operation>>;
    /// Keeps how far one is, if it has not ended.
    async fn advance(&self, seq: i64, progress: &Progress) -> Result<()>;
    /// Keeps how one ended, if it has not.
    async fn end(&self, seq: i64, end: &End) -> Result<()>;
    /// Ends all that have not.
    async fn end_all(&self, end: &End) -> Result<()>;
}

/// Keeps reviews, their decisions, their scorecards, and the mails that wait to be handed on.
#[async_trait]
pub trait Store: Send + Sync {
    /// Keeps a review in its first state, unless its run has one already. The review on record either way.
    async fn begin(&self, review: NewReview) -> Result<Review>;
    /// The review of a run.
    async fn review(&self, run: &RunId) -> Result<Option<Review>>;
    /// The cycle's latest review that is neither rejected nor superseded, or else its latest.
    async fn latest(&self, cycle: &CycleId) -> Result<Option<Review>>;
    /// All reviews of a cycle, oldest first.
    async fn of_cycle(&self, cycle: &CycleId) -> Result<Vec<Review>>;
    /// Applies a change whole. False, and nothing is done, when the review is not as the change expects it.
    async fn apply(&self, change: Change) -> Result<bool>;
    /// All scorecards of a run, by person and kind.
    async fn cards(&self, run: &RunId) -> Result<Vec<StoredCard>>;
    /// Some scorecards of a run, of people in a scope, by person and kind.
    async fn card_page(&self, run: &RunId, page: &CardPage, scope: &Scope) -> Result<Vec<StoredCard>>;
    /// The run of a cycle that was published last, with its review's number; none where none was published.
    async fn published(&self, cycle: &CycleId) -> Result<Option<(i64, RunId)>>;
    /// Puts on record that somebody read scorecards that are not their own. Never changed.
    async fn record_read(&self, read: &Read) -> Result<()>;
    /// Reads on record with their numbers, the latest first.
    async fn reads(&self, part: &ReadsPart) -> Result<Vec<(i64, Read)>>;
    /// Mails that wait, after one, in order.
    async fn waiting(&self, after: i64, limit: u32) -> Result<Vec<Waiting>>;
    /// Puts on record which mails were handed on, and which were refused and why.
    async fn handed_on(&self, handed: &[i64], refused: &[(i64, String)], at: Timestamp) -> Result<()>;
}
