//! Records of who read what about others: which of their rows are wanted.

use jiff::Timestamp;

use crate::ids::PersonId;

/// Which reads are wanted, the latest first. Every service that shows what is not everybody's keeps such a record.
#[derive(Debug, Clone, Default)]
pub struct ReadsPart {
    /// Only those about this person.
    pub person: Option<PersonId>,
    /// Only by this reader.
    pub reader: Option<String>,
    /// Only from this instant on.
    pub since: Option<Timestamp>,
    /// Only before this instant.
    pub until: Option<Timestamp>,
    /// Only those numbered before this one.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: usize,
}
