//! Notes, replies, self-assessments and ratings, and what an import of them did.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::ids::{CycleId, GoalId, PersonId};
use merit_core::{Error, Problem, Ratio, Result, Value, digest};

/// Where notes come from that were written here and not imported.
pub const WRITTEN_HERE: &str = "merit";

/// A note's id. It follows from the note's source and external id, so it is the same on every store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoteId(String);

impl NoteId {
    /// The id of the row with that source and external id.
    #[must_use]
    pub fn of(source: &str, external_id: &str) -> Self {
        let hash = digest::sha256(format!("{source}\0{external_id}").as_bytes());
        Self(hash.chars().take(20).collect())
    }

    /// From a resource name, `notes/…`.
    ///
    /// # Errors
    /// `BAD_NAME` when it is not one.
    pub fn from_name(name: &str) -> Result<Self> {
        match name.strip_prefix("notes/") {
            Some(id) if merit_core::ids::check("a note's id", id).is_ok() => Ok(Self(id.to_owned())),
            _ => Err(Error::invalid(
                "BAD_NAME",
                format!("`{}` is not a name like notes/…", merit_core::text::shown(name)),
            )),
        }
    }

    /// From what a store kept.
    #[must_use]
    pub const fn stored(id: String) -> Self {
        Self(id)
    }

    /// The id alone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The resource name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("notes/{}", self.0)
    }
}

impl fmt::Display for NoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A note as it was given: what a row of a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteContent {
    /// Who gave it.
    pub author: PersonId,
    /// Whom it is about.
    pub receiver: PersonId,
    /// The day it was given.
    pub given_on: Date,
    /// One or more lines.
    pub text: String,
    /// The goal it is about.
    pub goal: Option<GoalId>,
    /// The receiver's answer, where the file had one, with its day.
    pub reply: Option<(String, Date)>,
    /// The day it was acknowledged, where the file says so.
    pub acknowledged_on: Option<Date>,
}

/// An answer to a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The note's author or its receiver.
    pub author: PersonId,
    /// The day it was given.
    pub given_on: Date,
    /// One or more lines.
    pub text: String,
}

/// A note with everything that followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Which one.
    pub id: NoteId,
    /// Where it came from.
    pub source: String,
    /// Its id there.
    pub external_id: String,
    /// As it was given.
    pub content: NoteContent,
    /// When its receiver said that it was read.
    pub acknowledged_at: Option<Timestamp>,
    /// Oldest first.
    pub replies: Vec<Reply>,
}

/// A person's own view of one of their goals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfAssessment {
    /// Whose goal and view.
    pub person: PersonId,
    /// The goal's cycle.
    pub cycle: CycleId,
    /// Which goal.
    pub goal: GoalId,
    /// 1 is 100%; at least 0. None when only words were given.
    pub rating: Option<Ratio>,
    /// Empty when only a rating was given.
    pub comment: String,
    /// The day it was given.
    pub given_on: Date,
}

/// A value of a measure that no record gives, for a person on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// Who was rated.
    pub person: PersonId,
    /// The measure's name in the schema.
    pub measure: String,
    /// The value.
    pub value: Value,
    /// The day it holds for.
    pub on: Date,
    /// Who rated, if that is known.
    pub rater: Option<PersonId>,
}

/// A row of a file, read but not yet checked against what else is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<T> {
    /// Line in the file, from 1.
    pub line: u32,
    /// With the file's source it identifies the row for good.
    pub external_id: String,
    /// What it says.
    pub content: T,
}

/// A file.
#[derive(Debug, Clone)]
pub struct File<T> {
    /// Where the rows come from.
    pub source: String,
    /// Check everything, write nothing.
    pub validate_only: bool,
    /// The rows that could be read.
    pub rows: Vec<Row<T>>,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that are new.
    pub added: u32,
    /// Rows that made a new version of something on record.
    pub changed: u32,
    /// Rows that were on record already.
    pub unchanged: u32,
    /// Rows that can't be taken. If there is one, nothing was written.
    pub problems: Vec<Problem>,
}

/// What a row is compared by: equal digests are equal rows.
pub trait Fingerprint {
    /// The fields in a fixed order.
    fn fields(&self) -> Vec<String>;

    /// SHA-256 over the fields and their lengths.
    fn digest(&self) -> String {
        let joined: String = self.fields().iter().map(|field| format!("{}:{field}", field.len())).collect();
        digest::sha256(joined.as_bytes())
    }
}

/// The text of something that may be missing.
pub(crate) fn or_empty<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

impl Fingerprint for NoteContent {
    fn fields(&self) -> Vec<String> {
        let (reply, replied_on) = self.reply.clone().map_or_else(Default::default, |(text, on)| (text, on.to_string()));
        vec![
            self.author.to_string(),
            self.receiver.to_string(),
            self.given_on.to_string(),
            self.text.clone(),
            or_empty(self.goal.as_ref()),
            reply,
            replied_on,
            or_empty(self.acknowledged_on.as_ref()),
        ]
    }
}

impl Fingerprint for SelfAssessment {
    fn fields(&self) -> Vec<String> {
        vec![
            self.person.to_string(),
            self.cycle.to_string(),
            self.goal.to_string(),
            or_empty(self.rating.as_ref()),
            self.comment.clone(),
            self.given_on.to_string(),
        ]
    }
}

impl Fingerprint for Rating {
    fn fields(&self) -> Vec<String> {
        vec![
            self.person.to_string(),
            self.measure.clone(),
            self.value.kind().word().to_owned(),
            self.value.to_string(),
            self.on.to_string(),
            or_empty(self.rater.as_ref()),
        ]
    }
}
