//! That somebody read scorecards that are not their own.

use jiff::Timestamp;
use merit_core::ids::{PersonId, RunId};

/// A read of somebody else's scorecards, or of what tells as much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Who read: a person's id, or `operator` or `service` for our own parts.
    pub reader: String,
    /// The words of the roles that they had; none where those were not kept.
    pub roles: Vec<String>,
    /// Of which run; of a dry run, of the one that it would be.
    pub run: RunId,
    /// Whose scorecards; none: those of several people.
    pub person: Option<PersonId>,
    /// The call; empty where that was not kept.
    pub method: String,
    /// When.
    pub at: Timestamp,
}
