//! Where the directory keeps its record. Any store has to pass the same tests, in `conformance`.

#[cfg(test)]
mod conformance;
pub mod postgres;
pub mod sqlite;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::once::{Asked, Once, Outcome};
use merit_core::{Result, Scope};

use crate::model::{Change, Identity, Person};

/// Values that have to be in force on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Having {
    /// The day.
    pub on: Date,
    /// Attributes, each once, and their values as they are written.
    pub values: Vec<(&'static str, String)>,
}

/// Which people are wanted, as on record when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleQuery {
    /// As on record after this change. It has been recorded.
    pub cutoff: i64,
    /// Only ids after this one.
    pub after: Option<String>,
    /// At most so many.
    pub limit: Option<usize>,
    /// Only these, where any are named.
    pub names: Vec<PersonId>,
    /// Only those of whom all of this is in force on a day, where anything is asked for.
    pub having: Having,
    /// Whose address, keys and attributes are read. Of the others only the name and the attributes that anybody may read of
    /// anybody.
    pub scope: Scope,
}

impl PeopleQuery {
    /// Everyone as on record after a change.
    #[must_use]
    pub const fn at(cutoff: i64) -> Self {
        let having = Having { on: Date::ZERO, values: Vec::new() };
        Self { cutoff, after: None, limit: None, names: Vec::new(), having, scope: Scope::Everyone }
    }
}

/// What a change of one person has to be held against, beside the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near<'a> {
    /// The person, and those whom the change names; and everybody above any of them on whatever day.
    pub people: Vec<PersonId>,
    /// Whoever had this address, letters counting alike.
    pub email: &'a str,
    /// Whoever is this row of a source.
    pub identity: &'a Identity,
}

/// An append-only record of people. Nothing that was recorded is ever changed or removed.
#[async_trait]
pub trait Store: Send + Sync {
    /// The number of the last change; 0 before the first.
    async fn cutoff(&self) -> Result<i64>;

    /// People in the order of their ids' bytes, each with the last name and address by the cut-off, and the identities and
    /// the whole history recorded by then.
    async fn people(&self, query: &PeopleQuery) -> Result<Vec<Person>>;

    /// Who reports to whom on a day, as on record at a cut-off, by the id of the one who reports.
    async fn lines(&self, cutoff: i64, on: Date) -> Result<Vec<(PersonId, PersonId)>>;

    /// Records a change as a whole if the last one is `expected`, and gives its number, which is higher.
    ///
    /// # Errors
    /// `ABORTED` when another change was recorded meanwhile; then nothing is written.
    async fn record(&self, expected: i64, change: &Change, now: Timestamp) -> Result<i64>;

    /// Those on record at a cut-off whom a change of one person has to be held against, by id.
    async fn near(&self, cutoff: i64, near: &Near<'_>) -> Result<Vec<PersonId>>;

    /// The answer that a request got, if it came before.
    ///
    /// # Errors
    /// `REQUEST_ID_REUSED` when the caller used its id for something else.
    async fn answered(&self, asked: &Asked) -> Result<Option<Vec<u8>>>;

    /// As [`Store::record`], for what may be asked for twice: it is recorded once, whatever the last change is by then. An
    /// empty change records nothing but the answer, to the change that was the last.
    ///
    /// # Errors
    /// Those of [`Store::record`] and of [`Store::answered`]; then nothing is written.
    async fn record_once(
        &self,
        expected: i64,
        change: &Change,
        now: Timestamp,
        once: &Once<'_, i64>,
    ) -> Result<Outcome<i64>>;
}
