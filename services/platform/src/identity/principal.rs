//! A caller with their roles, and simple role checks. Finer policies come on top of this, not beside it.

use std::collections::BTreeSet;

use merit_core::ids::PersonId;
use merit_core::{Error, Kind};
use serde::{Deserialize, Serialize};
use tonic::{Request, Status};

use crate::access::Permit;
use crate::status::to_status;

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

/// May import, publish policies and run reviews.
pub const ADMINISTER: &[Role] = &[Role::RevenueOperations, Role::Operator, Role::Service];
/// May read everyone's goals, results, scores and pay.
pub const READ_ALL: &[Role] = &[
    Role::RevenueOperations,
    Role::CompensationAdministrator,
    Role::Executive,
    Role::Auditor,
    Role::Operator,
    Role::Service,
];
/// May adjust pay.
pub const PAY_ADMIN: &[Role] = &[Role::CompensationAdministrator, Role::RevenueOperations, Role::Operator];
/// Anyone with an identity.
pub const ANYONE: &[Role] = &Role::ALL;

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
        if self.has_any(&[Role::Operator, Role::Service]) { None } else { PersonId::new(&self.subject).ok() }
    }

    /// Whether one of these roles is theirs.
    #[must_use]
    pub fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }
}

/// The caller, if they have one of the roles.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity, `PERMISSION_DENIED` with another role.
pub fn require<T>(request: &Request<T>, roles: &[Role]) -> Result<Principal, Status> {
    let principal = caller(request)?;
    // The handler decides by roles alone.
    if let Some(permit) = request.extensions().get::<Permit>() {
        permit.about_nobody();
    }
    if principal.has_any(roles) { Ok(principal) } else { Err(to_status(Error::denied("your role may not do this"))) }
}

/// The caller, if they are that person or have one of the roles.
///
/// # Errors
/// As [`require`].
pub fn require_self_or<T>(request: &Request<T>, person: &PersonId, roles: &[Role]) -> Result<Principal, Status> {
    let principal = require(request, ANYONE)?;
    if principal.has_any(roles) || principal.person().as_ref() == Some(person) {
        Ok(principal)
    } else {
        Err(to_status(Error::denied("your role may not do this for another person")))
    }
}

fn caller<T>(request: &Request<T>) -> Result<Principal, Status> {
    request.extensions().get::<Principal>().cloned().ok_or_else(|| {
        to_status(Error::new(
            Kind::Unauthenticated,
            "NO_IDENTITY",
            "this call needs a token; make one with `merit token` and pass it with --token",
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(principal: Option<Principal>) -> Request<()> {
        let mut request = Request::new(());
        if let Some(principal) = principal {
            request.extensions_mut().insert(principal);
        }
        request
    }

    #[test]
    fn nobody_without_an_identity_or_role_gets_in() {
        let ana = PersonId::new("ana").unwrap();
        let member = || request(Some(Principal::new("ana", Role::Member)));
        assert_eq!(require(&request(None), ANYONE).unwrap_err().code(), tonic::Code::Unauthenticated);
        assert_eq!(require(&member(), ADMINISTER).unwrap_err().code(), tonic::Code::PermissionDenied);
        assert!(require_self_or(&member(), &ana, READ_ALL).is_ok());
        assert!(require_self_or(&member(), &PersonId::new("bo").unwrap(), READ_ALL).is_err());
        // A role of ours with a person's name as subject is not that person.
        assert!(Principal::new("ana", Role::Operator).person().is_none());
    }
}
