//! The rules: whole files or nothing, notes that only their two people answer, self-assessments inside their window.

mod checks;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::ids::{CycleId, GoalId, PersonId};
use merit_core::{Clock, Error, Result, Scope, text};
use merit_platform::store::requests::{Once, Outcome};

use crate::model::{File, Fingerprint, Note, NoteContent, NoteId, Rating, Reply, SelfAssessment, Tally};
use crate::neighbours::Neighbours;
use crate::store::{Batch, Store};

/// Feedback, over any store and any neighbours.
pub struct Feedback {
    store: Arc<dyn Store>,
    neighbours: Arc<dyn Neighbours>,
    clock: Arc<dyn Clock>,
}

impl Feedback {
    /// Over these.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, neighbours: Arc<dyn Neighbours>, clock: Arc<dyn Clock>) -> Self {
        Self { store, neighbours, clock }
    }

    /// Takes a file of notes or, if any row is at fault, lists all that are.
    ///
    /// # Errors
    /// When the store or a neighbour fails; rows at fault are no error but part of the tally.
    pub async fn import_notes(&self, file: File<NoteContent>) -> Result<Tally> {
        let mut problems = checks::whole_file(&file);
        problems.extend(checks::notes(&file.rows, self.neighbours.as_ref()).await?);
        match self.batch(&file, &problems) {
            Some(batch) => self.store.import_notes(batch).await,
            None => Ok(refused(file, problems)),
        }
    }

    /// As [`Feedback::import_notes`], for self-assessments.
    ///
    /// # Errors
    /// As [`Feedback::import_notes`].
    pub async fn import_self_assessments(&self, file: File<SelfAssessment>) -> Result<Tally> {
        let mut problems = checks::whole_file(&file);
        problems.extend(checks::self_assessments(&file.rows, self.neighbours.as_ref()).await?);
        match self.batch(&file, &problems) {
            Some(batch) => self.store.import_self_assessments(batch).await,
            None => Ok(refused(file, problems)),
        }
    }

    /// As [`Feedback::import_notes`], for ratings.
    ///
    /// # Errors
    /// As [`Feedback::import_notes`].
    pub async fn import_ratings(&self, file: File<Rating>) -> Result<Tally> {
        let mut problems = checks::whole_file(&file);
        problems.extend(checks::ratings(&file.rows, self.neighbours.as_ref()).await?);
        match self.batch(&file, &problems) {
            Some(batch) => self.store.import_ratings(batch).await,
            None => Ok(refused(file, problems)),
        }
    }

    fn batch<'a, T: Fingerprint>(&self, file: &'a File<T>, problems: &[merit_core::Problem]) -> Option<Batch<'a, T>> {
        (file.problems.is_empty() && problems.is_empty()).then(|| Batch {
            source: &file.source,
            validate_only: file.validate_only,
            recorded_at: self.clock.now(),
            rows: &file.rows,
        })
    }

    /// Gives one note, today. What was asked for before is not checked again.
    ///
    /// # Errors
    /// `BAD_TEXT`; `BAD_NOTE` with what is wrong, such as an unknown receiver; `REQUEST_ID_REUSED`.
    pub async fn create_note(
        &self,
        author: PersonId,
        receiver: PersonId,
        words: &str,
        goal: Option<GoalId>,
        once: Option<&Once<'_, Note>>,
    ) -> Result<Outcome<Note>> {
        if let Some(once) = once
            && let Some(before) = self.store.answered(once.asked).await?
        {
            return Ok(Outcome::Before(before));
        }
        let now = self.clock.now();
        let content = NoteContent {
            author,
            receiver,
            given_on: today(now),
            text: text::note("the note", words)?,
            goal,
            reply: None,
            acknowledged_on: None,
        };
        let row = crate::model::Row { line: 0, external_id: String::new(), content };
        let problems = checks::notes(std::slice::from_ref(&row), self.neighbours.as_ref()).await?;
        if let Some(first) = problems.into_iter().next() {
            return Err(Error::invalid("BAD_NOTE", first.message));
        }
        self.store.create_note(&row.content, now, once).await
    }

    /// Answers a note, today.
    ///
    /// # Errors
    /// `UNKNOWN_NOTE`; `BAD_TEXT`; `PERMISSION_DENIED` for anyone but its author and its receiver.
    pub async fn reply(&self, id: &NoteId, by: &PersonId, words: &str) -> Result<Note> {
        let note = self.note(id).await?;
        if *by != note.content.author && *by != note.content.receiver {
            return Err(Error::denied("only the note's author and its receiver may answer it"));
        }
        let now = self.clock.now();
        let reply = Reply { author: by.clone(), given_on: today(now), text: text::note("the answer", words)? };
        self.store.reply(id, &reply, now).await?;
        self.note(id).await
    }

    /// Says that a note was read. Again does nothing.
    ///
    /// # Errors
    /// `UNKNOWN_NOTE`; `PERMISSION_DENIED` for anyone but its receiver.
    pub async fn acknowledge(&self, id: &NoteId, by: &PersonId) -> Result<Note> {
        let note = self.note(id).await?;
        if *by != note.content.receiver {
            return Err(Error::denied("only the note's receiver may acknowledge it"));
        }
        if note.acknowledged_at.is_some() {
            return Ok(note);
        }
        self.store.acknowledge(id, self.clock.now()).await?;
        self.note(id).await
    }

    async fn note(&self, id: &NoteId) -> Result<Note> {
        self.store
            .note(id)
            .await?
            .ok_or_else(|| Error::not_found("UNKNOWN_NOTE", format!("there is no note `{}`", id.name())))
    }

    /// Notes that a person gave or received, oldest first, after a sort key, at most `limit`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn notes_of(&self, person: &PersonId, after: Option<&str>, limit: usize) -> Result<Vec<Note>> {
        self.store.notes_of(person, after, limit, &Scope::Everyone).await
    }

    /// The notes of a stretch of days and the self-assessments of a cycle, as on record at a cut-off (0: now).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn snapshot(
        &self,
        cycle: &CycleId,
        first: Date,
        last: Date,
        cutoff: i64,
    ) -> Result<(Vec<Note>, Vec<SelfAssessment>)> {
        let notes = self.store.snapshot_notes(first, last, cutoff).await?;
        Ok((notes, self.store.snapshot_self_assessments(cycle, cutoff).await?))
    }

    /// The ratings of a stretch of days, as on record at a cut-off (0: now). Of two for the same person, measure and day
    /// the later recorded comes later.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn snapshot_ratings(&self, first: Date, last: Date, cutoff: i64) -> Result<Vec<Rating>> {
        self.store.snapshot_ratings(first, last, cutoff).await
    }

    /// The number of the last change.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn cutoff(&self) -> Result<i64> {
        self.store.cutoff().await
    }
}

fn refused<T>(file: File<T>, found: Vec<merit_core::Problem>) -> Tally {
    let mut problems = file.problems;
    problems.extend(found);
    problems.sort();
    Tally { problems, ..Tally::default() }
}

fn today(now: Timestamp) -> Date {
    now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date()
}

#[cfg(test)]
mod tests;
