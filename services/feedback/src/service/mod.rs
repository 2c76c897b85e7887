//! The rules: whole files or nothing, notes that only their two people answer, self-assessments inside their window.

mod checks;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::ids::{CycleId, GoalId, PersonId};
use merit_core::once::{Once, Outcome};
use merit_core::{Clock, Error, Result, Scope, text};

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

    /// Gives one note, today. `goals_seen` says whether the author may read the receiver's goals, and so name one. What was
    /// asked for before is not checked again.
    ///
    /// # Errors
    /// `BAD_TEXT`; `BAD_NOTE` with what is wrong, such as an unknown receiver; `REQUEST_ID_REUSED`; [`Error::hidden`] for a
    /// goal that the author may not name.
    pub async fn create_note(
        &self,
        author: PersonId,
        receiver: PersonId,
        words: &str,
        goal: Option<GoalId>,
        goals_seen: bool,
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
        self.may_name(&row.content, goals_seen).await?;
        let problems = checks::notes(std::slice::from_ref(&row), self.neighbours.as_ref()).await?;
        if let Some(first) = problems.into_iter().next() {
            return Err(Error::invalid("BAD_NOTE", first.message));
        }
        self.store.create_note(&row.content, now, once).await
    }

    /// A goal of somebody whose goals the author may not read can't be told from one that isn't there.
    async fn may_name(&self, note: &NoteContent, goals_seen: bool) -> Result<()> {
        let Some(goal) = &note.goal else { return Ok(()) };
        let found = self.neighbours.goals(&BTreeSet::from([goal.clone()])).await?.remove(goal);
        let seen = found.is_some_and(|facts| match facts.owner {
            None => true,
            Some(owner) if owner == note.author => true,
            Some(owner) => goals_seen && owner == note.receiver,
        });
        if seen { Ok(()) } else { Err(Error::hidden(&goal.name())) }
    }

    /// Answers a note, today. `seen` says whose notes the one who answers may see. What was asked for
    /// before is answered as it was then.
    ///
    /// # Errors
    /// [`Error::hidden`]; `BAD_TEXT`; `REQUEST_ID_REUSED`; `PERMISSION_DENIED` for those who see it and are neither its author nor its receiver.
    pub async fn reply(
        &self,
        id: &NoteId,
        by: &PersonId,
        words: &str,
        seen: &Scope,
        once: Option<&Once<'_, Note>>,
    ) -> Result<Outcome<Note>> {
        let note = self.note(id, seen).await?;
        if *by != note.content.author && *by != note.content.receiver {
            return Err(Error::denied("only the note's author and its receiver may answer it"));
        }
        let now = self.clock.now();
        let reply = Reply { author: by.clone(), given_on: today(now), text: text::note("the answer", words)? };
        self.store.reply(id, &reply, now, once).await
    }

    /// Says that a note was read. Again does nothing. `seen` says whose notes the one who says so may see.
    ///
    /// # Errors
    /// [`Error::hidden`]; `PERMISSION_DENIED` for those who see it and are not its receiver.
    pub async fn acknowledge(&self, id: &NoteId, by: &PersonId, seen: &Scope) -> Result<Note> {
        let note = self.note(id, seen).await?;
        if *by != note.content.receiver {
            return Err(Error::denied("only the note's receiver may acknowledge it"));
        }
        if note.acknowledged_at.is_some() {
            return Ok(note);
        }
        self.store.acknowledge(id, self.clock.now()).await?;
        self.note(id, seen).await
    }

    /// A note that somebody in the scope gave or received.
    async fn note(&self, id: &NoteId, seen: &Scope) -> Result<Note> {
        let found = self.store.note(id).await?;
        let found = found.filter(|note| seen.holds(&note.content.author) || seen.holds(&note.content.receiver));
        found.ok_or_else(|| Error::hidden(&id.name()))
    }

    /// Notes that a person gave or received, and somebody in the scope too, oldest first, after a sort key, at most `limit`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn notes_of(
        &self,
        person: &PersonId,
        after: Option<&str>,
        limit: usize,
        scope: &Scope,
    ) -> Result<Vec<Note>> {
        self.store.notes_of(person, after, limit, scope).await
    }

    /// The notes of a stretch of days and the self-assessments of a cycle, as on record at a cut-off (0: now).
    ///
    /// # Errors
    /// `BAD_CUTOFF` when there is no such change yet, and when the store fails.
    pub async fn snapshot(
        &self,
        cycle: &CycleId,
        first: Date,
        last: Date,
        cutoff: i64,
    ) -> Result<(Vec<Note>, Vec<SelfAssessment>)> {
        let cutoff = self.resolve(cutoff).await?;
        let notes = self.store.snapshot_notes(first, last, cutoff).await?;
        Ok((notes, self.store.snapshot_self_assessments(cycle, cutoff).await?))
    }

    /// The ratings of a stretch of days, as on record at a cut-off (0: now). Of two for the same person, measure and day
    /// the later recorded comes later.
    ///
    /// # Errors
    /// `BAD_CUTOFF` when there is no such change yet, and when the store fails.
    pub async fn snapshot_ratings(&self, first: Date, last: Date, cutoff: i64) -> Result<Vec<Rating>> {
        self.store.snapshot_ratings(first, last, self.resolve(cutoff).await?).await
    }

    /// The change that a cut-off means: 0 is the last one.
    async fn resolve(&self, cutoff: i64) -> Result<i64> {
        let last = self.store.cutoff().await?;
        match cutoff {
            0 => Ok(last),
            given if (1..=last).contains(&given) => Ok(given),
            given => {
                Err(Error::invalid("BAD_CUTOFF", format!("there is no change {given} of feedback; the last is {last}")))
            }
        }
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
