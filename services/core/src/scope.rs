//! Whose rows a reader may see. A decision about a list is such a scope; it becomes a filter in the query.

use std::collections::BTreeSet;

use crate::ids::PersonId;

/// Whose rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everybody's.
    Everyone,
    /// Only theirs; nobody's where it is empty.
    People(BTreeSet<PersonId>),
}

impl Scope {
    /// Nobody's.
    #[must_use]
    pub const fn nobody() -> Self {
        Self::People(BTreeSet::new())
    }

    /// One person's.
    #[must_use]
    pub fn only(person: &PersonId) -> Self {
        Self::People(BTreeSet::from([person.clone()]))
    }

    /// Whether a person's rows are in it.
    #[must_use]
    pub fn holds(&self, person: &PersonId) -> bool {
        match self {
            Self::Everyone => true,
            Self::People(people) => people.contains(person),
        }
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Everyone, scope) | (scope, Self::Everyone) => scope.clone(),
            (Self::People(one), Self::People(two)) => Self::People(one & two),
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
