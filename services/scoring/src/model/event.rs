//! Events from outside: what held back amounts wait for.

use merit_core::ids::{CycleId, PersonId};

use super::Occurred;

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// Whose earnings it is for.
    pub cycle: CycleId,
    /// For whom; none: for everybody.
    pub person: Option<PersonId>,
    /// What came, when, with the cycle's days.
    pub occurred: Occurred,
}
