//! What feedback keeps. Nothing is overwritten; every change has a number, and a cut-off pins all up to one.

#[cfg(test)]
mod conformance;
pub mod postgres;
pub mod sqlite;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::ids::{CycleId, PersonId};
use merit_core::once::{Asked, Once, Outcome};
use merit_core::{Result, Scope};

use crate::model::{Note, NoteContent, NoteId, Rating, Reply, Row, SelfAssessment, Tally};

/// Checked rows of one file.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a, T> {
    /// Where the rows come from.
    pub source: &'a str,
    /// Count only.
    pub validate_only: bool,
    /// When the import came.
    pub recorded_at: Timestamp,
    /// Each external id once.
    pub rows: &'a [Row<T>],
}

/// A place that keeps feedback. A cut-off of 0 means now.
#[async_trait]
pub trait Store: Send + Sync {
    /// Adds what is new, makes versions of what changed, in one transaction.
    async fn import_notes(&self, batch: Batch<'_, NoteContent>) -> Result<Tally>;
    /// As [`Store::import_notes`].
    async fn import_self_assessments(&self, batch: Batch<'_, SelfAssessment>) -> Result<Tally>;
    /// As [`Store::import_notes`].
    async fn import_ratings(&self, batch: Batch<'_, Rating>) -> Result<Tally>;
    /// The answer that a request got, if it came before.
    ///
    /// # Errors
    /// `REQUEST_ID_REUSED` when the caller used its id for something else.
    async fn answered(&self, asked: &Asked) -> Result<Option<Vec<u8>>>;
    /// Adds a note that was written here; its external id is the number of the change. Where it may be asked for twice,
    /// it is added once.
    ///
    /// # Errors
    /// As [`Store::answered`]; then nothing is written.
    async fn create_note(
        &self,
        content: &NoteContent,
        at: Timestamp,
        once: Option<&Once<'_, Note>>,
    ) -> Result<Outcome<Note>>;
    /// A note as it is now.
    async fn note(&self, id: &NoteId) -> Result<Option<Note>>;
    /// Adds an answer and gives the note with it. Where it may be asked for twice, it is added once.
    ///
    /// # Errors
    /// As [`Store::answered`]; then nothing is written.
    async fn reply(
        &self,
        id: &NoteId,
        reply: &Reply,
        at: Timestamp,
        once: Option<&Once<'_, Note>>,
    ) -> Result<Outcome<Note>>;
    /// Marks a note as read, unless it was.
    async fn acknowledge(&self, id: &NoteId, at: Timestamp) -> Result<()>;
    /// Notes that a person gave or received, and somebody in a scope too, by [`sort_key`], after a key.
    async fn notes_of(&self, person: &PersonId, after: Option<&str>, limit: usize, scope: &Scope) -> Result<Vec<Note>>;
    /// Notes given from the first to the last day, by [`sort_key`].
    async fn snapshot_notes(&self, first: Date, last: Date, cutoff: i64) -> Result<Vec<Note>>;
    /// The latest self-assessment of each person and goal of a cycle, by person and goal.
    async fn snapshot_self_assessments(&self, cycle: &CycleId, cutoff: i64) -> Result<Vec<SelfAssessment>>;
    /// Ratings from the first to the last day, by person, measure, day and then the order of recording.
    async fn snapshot_ratings(&self, first: Date, last: Date, cutoff: i64) -> Result<Vec<Rating>>;
    /// The number of the last change, 0 when there was none.
    async fn cutoff(&self) -> Result<i64>;
}

/// What notes are sorted and paged by: the day, then the id.
#[must_use]
pub fn sort_key(note: &Note) -> String {
    format!("{}|{}", note.content.given_on, note.id)
}
