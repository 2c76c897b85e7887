//! What a handler asks about the people that its call is about.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use merit_core::ids::PersonId;
use merit_core::{Error, Kind, Result, Scope};
use tonic::{Request, Status};

use super::{Action, Decider, Reach, Relation, Terms};
use crate::identity::Principal;
use crate::status::to_status;

/// A caller who is known, with the permission that their call needs.
#[derive(Clone)]
pub struct Permit {
    principal: Principal,
    action: Action,
    decider: Decider,
    reach: Arc<dyn Reach>,
    decided: Arc<AtomicBool>,
}

impl Permit {
    /// For a call that needs a permission.
    #[must_use]
    pub fn new(principal: Principal, action: Action, decider: Decider, reach: Arc<dyn Reach>) -> Self {
        Self { principal, action, decider, reach, decided: Arc::default() }
    }

    /// The permit that the layer put on a request.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` where the layer was not passed.
    pub fn of<T>(request: &Request<T>) -> Result<Self, Status> {
        request.extensions().get::<Self>().cloned().ok_or_else(|| {
            to_status(Error::new(
                Kind::Unauthenticated,
                "NO_IDENTITY",
                "this call needs a token; make one with `merit token` and pass it with --token",
            ))
        })
    }

    /// Who calls.
    #[must_use]
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The person who calls.
    ///
    /// # Errors
    /// `PERMISSION_DENIED` for our own parts, which are nobody.
    pub fn person(&self) -> Result<PersonId> {
        self.principal.person().ok_or_else(|| {
            Error::denied("this is for a person to do; make a token with `merit token --as PERSON --role member`")
        })
    }

    /// Asks about another permission than the one that the call itself needs.
    #[must_use]
    pub fn to(&self, action: Action) -> Self {
        Self { action, ..self.clone() }
    }

    /// Whether the caller may also do something that is the organisation's.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        self.decider.permits(&self.principal, action)
    }

    /// Lets the call go on if it may be made about this person.
    ///
    /// # Errors
    /// [`Error::hidden`], the same for somebody who is not on record. `UNAVAILABLE` when the reporting line can't be asked.
    pub async fn on(&self, person: &PersonId) -> Result<()> {
        self.on_terms(person, Terms::default()).await
    }

    /// As [`Permit::on`], under terms.
    ///
    /// # Errors
    /// As [`Permit::on`].
    pub async fn on_terms(&self, person: &PersonId, terms: Terms) -> Result<()> {
        if self.allows(person, terms).await? { Ok(()) } else { Err(Error::hidden(&person.name())) }
    }

    /// Whether the call may be made about this person.
    ///
    /// # Errors
    /// `UNAVAILABLE` when the reporting line can't be asked.
    pub async fn allows(&self, person: &PersonId, terms: Terms) -> Result<bool> {
        self.decided.store(true, Ordering::Relaxed);
        let other = self.about(Relation::Other, terms);
        // Nobody reports to our own parts.
        let Some(oneself) = self.principal.person() else { return Ok(other) };
        if oneself == *person {
            return Ok(self.about(Relation::Oneself, terms));
        }
        let report = self.about(Relation::Report, terms);
        if report == other {
            return Ok(other);
        }
        Ok(if self.reach.line(&oneself).await?.contains(person) { report } else { other })
    }

    /// About whom the call may be made: the same decisions as [`Permit::on`], as a filter.
    ///
    /// # Errors
    /// `UNAVAILABLE` when the reporting line can't be asked.
    pub async fn scope(&self) -> Result<Scope> {
        self.scope_on(Terms::default()).await
    }

    /// As [`Permit::scope`], under terms.
    ///
    /// # Errors
    /// As [`Permit::scope`].
    pub async fn scope_on(&self, terms: Terms) -> Result<Scope> {
        self.decided.store(true, Ordering::Relaxed);
        let other = self.about(Relation::Other, terms);
        let Some(oneself) = self.principal.person() else {
            return Ok(if other { Scope::Everyone } else { Scope::nobody() });
        };
        let (report, own) = (self.about(Relation::Report, terms), self.about(Relation::Oneself, terms));
        if other && report && own {
            return Ok(Scope::Everyone);
        }
        // Everybody but oneself, or but one's line, is more than a scope can say: then it is only those whom it can name.
        let mut people = if report { self.reach.line(&oneself).await? } else { Arc::default() };
        // A line may have a thousand people: it is only copied where it has to change.
        if people.contains(&oneself) != own {
            let people = Arc::make_mut(&mut people);
            if own {
                people.insert(oneself)
            } else {
                people.remove(&oneself)
            };
        }
        Ok(Scope::People(people))
    }

    /// Says that the handler needs no decision about a person: what it gives is about nobody, or about the caller alone.
    pub fn about_nobody(&self) {
        self.decided.store(true, Ordering::Relaxed);
    }

    /// Whether a decision was asked for.
    pub(super) fn is_decided(&self) -> bool {
        self.decided.load(Ordering::Relaxed)
    }

    fn about(&self, relation: Relation, terms: Terms) -> bool {
        self.decider.permits_about(&self.principal, self.action, relation, terms)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use async_trait::async_trait;

    use super::*;
    use crate::identity::Role;

    /// Bo reports to whoever asks.
    struct Bo;

    #[async_trait]
    impl Reach for Bo {
        async fn line(&self, _: &PersonId) -> Result<Arc<BTreeSet<PersonId>>> {
            Ok(Arc::new(BTreeSet::from([PersonId::new("bo").unwrap()])))
        }
    }

    #[tokio::test]
    async fn a_forbidden_line_is_closed_where_everybody_else_is_open() {
        let text = r#"
            permit (principal, action == Merit::Action::"readPay", resource);
            forbid (principal, action == Merit::Action::"readPay", resource)
              when { principal has person && principal.person != resource && resource in principal.person };
        "#;
        let mia = Principal::new("mia", Role::Manager);
        let permit = Permit::new(mia, Action::ReadPay, Decider::parse(text).unwrap(), Arc::new(Bo));
        let [mia, bo, cy] = ["mia", "bo", "cy"].map(|id| PersonId::new(id).unwrap());
        for (person, allowed) in [(&mia, true), (&bo, false), (&cy, true)] {
            assert_eq!(permit.allows(person, Terms::default()).await.unwrap(), allowed, "{person}");
        }
        // A scope tells of fewer rather than of more.
        assert_eq!(permit.scope().await.unwrap(), Scope::only(&mia));
        assert!(permit.on(&bo).await.is_err_and(|error| error == Error::hidden("people/bo")));
    }
}
