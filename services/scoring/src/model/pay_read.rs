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
