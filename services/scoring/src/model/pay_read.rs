//! That somebody read somebody else's pay.

use jiff::Timestamp;
use merit_core::ids::PersonId;

/// A read of somebody else's pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayRead {
    /// Who read: a person's id, or `operator` or `service` for our own parts.
    pub reader: String,
    /// The words of the roles that they had.
    pub roles: Vec<String>,
    /// Whose pay; none: that of several people.
    pub person: Option<PersonId>,
    /// Of what: the resource name of a cycle or a run.
    pub what: String,
    /// The call.
    pub method: String,
    /// When.
    pub at: Timestamp,
}

/// Which reads are wanted, the latest first.
#[derive(Debug, Clone, Default)]
pub struct PayReadsPart {
    /// Only of this person's pay.
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
