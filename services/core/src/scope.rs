//! Whose rows a reader may see. A decision about a list is such a scope; it becomes a filter in the query.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::ids::PersonId;

/// Whose rows. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everybody's.
    Everyone,
    /// Only theirs; nobody's where it is empty.
    People(Arc<BTreeSet<PersonId>>),
}

impl Scope {
    /// Nobody's.
    #[must_use]
    pub fn nobody() -> Self {
        Self::People(Arc::default())
    }

    /// Theirs.
    #[must_use]
    pub fn of(people: impl IntoIterator<Item = PersonId>) -> Self {
        Self::People(Arc::new(people.into_iter().collect()))
    }

    /// One person's.
    #[must_use]
    pub fn only(person: &PersonId) -> Self {
        Self::of([person.clone()])
    }

    /// Whether a person's rows are in it.
    #[must_use]
    pub fn holds(&self, person: &PersonId) -> bool {
        match self {
            Self::Everyone => true,
            Self::People(people) => people.contains(person),
        }
    }

    /// The ids as a JSON array for a statement's filter, none for everybody.
    #[must_use]
    pub fn ids(&self) -> Option<Vec<String>> {
        match self {
            Self::Everyone => None,
            Self::People(people) => Some(people.iter().map(|person| person.as_str().to_owned()).collect()),
        }
    }
}
