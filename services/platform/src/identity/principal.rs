//! A caller with their roles. What a role opens is said by the policies of [`crate::access`] alone.

use std::collections::BTreeSet;

use merit_core::Error;
use merit_core::ids::PersonId;
use serde::{Deserialize, Serialize};

/// What a caller may act as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A person, for what is their own.
    Member,
    /// A person, for their reporting line.
    Manager,
    /// Reads everything about performance.
    Executive,
    /// Imports, publishes policies, runs reviews.
    RevenueOperations,
    /// Adjusts and approves pay.
    CompensationAdministrator,
    /// Reads everything, changes nothing.
    Auditor,
    /// Runs the software on this machine.
    Operator,
    /// Another service of ours.
    Service,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Member,
        Self::Manager,
        Self::Executive,
        Self::RevenueOperations,
        Self::CompensationAdministrator,
        Self::Auditor,
        Self::Operator,
        Self::Service,
    ];

    /// The word for it: `revenue-operations`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Manager => "manager",
            Self::Executive => "executive",
            Self::RevenueOperations => "revenue-operations",
            Self::CompensationAdministrator => "compensation-administrator",
            Self::Auditor => "auditor",
            Self::Operator => "operator",
            Self::Service => "service",
        }
    }

    /// Its place in a set of roles.
    #[must_use]
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The role with that word.
    ///
    /// # Errors
    /// `UNKNOWN_ROLE`, listing the words.
    pub fn from_word(word: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|role| role.word() == word).ok_or_else(|| {
            let words: Vec<_> = Self::ALL.iter().map(|role| role.word()).collect();
            Error::invalid("UNKNOWN_ROLE", format!("`{word}` is no role; take one of {}", words.join(", ")))
        })
    }
}

/// A verified caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// A person's id, or `operator` or `service` for our own parts.
    pub subject: String,
    /// At least one.
    pub roles: BTreeSet<Role>,
}

impl Principal {
    /// A caller with one role.
    #[must_use]
    pub fn new(subject: &str, role: Role) -> Self {
        Self { subject: subject.to_owned(), roles: BTreeSet::from([role]) }
    }

    /// The person, unless it is one of our own parts.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        if self.is_ours() { None } else { PersonId::new(&self.subject).ok() }
    }

    /// Whether it is one of our own parts.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        [Role::Operator, Role::Service].iter().any(|role| self.roles.contains(role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_parts_are_nobody() {
        assert_eq!(Principal::new("ana", Role::Member).person(), PersonId::new("ana").ok());
        // A role of ours with a person's name as subject is not that person.
        for role in [Role::Operator, Role::Service] {
            let roles = [role, Role::Manager].into();
            assert!(Principal { subject: "ana".to_owned(), roles }.person().is_none(), "{}", role.word());
        }
    }

    #[test]
    fn each_role_has_its_own_place() {
        assert_eq!(Role::ALL.iter().fold(0, |set, role| set | role.bit()), u8::MAX);
    }
}
