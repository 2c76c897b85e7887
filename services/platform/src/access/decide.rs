//! The one decision function, by Cedar over the policies in `services/platform/access`. What was decided once is known: a
//! decision depends on few things, and evaluating it again would cost a hundred times as much as looking it up.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression,
};
use merit_core::Result;

use super::Action;
use super::policies::Policies;
use crate::identity::Principal;

/// Decisions kept. A process sees far fewer; one that is not kept is only decided again.
const KEPT: usize = 100_000;

/// How the caller stands to the person that a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// They are that person.
    Oneself,
    /// The person reports to them, at whatever level, on the day of the request.
    Report,
    /// Anybody else: peers, other teams, those who were once their people.
    Other,
}

/// What a decision depends on besides caller, action and person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    /// The cycle shows a team's pay to its manager.
    pub team_pay_shown: bool,
}

/// Decides. Cheap to clone.
#[derive(Clone)]
pub struct Decider(Arc<Loaded>);

struct Loaded {
    policies: Policies,
    authorizer: Authorizer,
    decided: RwLock<HashMap<Question, bool>>,
}

/// All that a decision depends on. Who exactly calls does not matter, unless a policy names them.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    roles: u8,
    is_person: bool,
    named: Option<String>,
    action: Action,
    relation: Option<Relation>,
    team_pay_shown: bool,
}

impl Decider {
    /// By the policies that come with Merit.
    ///
    /// # Errors
    /// As [`Decider::parse`].
    pub fn embedded() -> Result<Self> {
        Ok(Self::by(Policies::embedded()?))
    }

    /// By the policies of a file, over the schema that comes with Merit.
    ///
    /// # Errors
    /// `ACCESS_POLICIES` when the file can't be read, and as [`Decider::parse`].
    pub fn from_file(path: &Path) -> Result<Self> {
        Ok(Self::by(Policies::from_file(path)?))
    }

    /// By the policies of a text.
    ///
    /// # Errors
    /// `ACCESS_POLICIES` when they can't be parsed, hold a template, speak of an action, a role, a kind or an attribute that
    /// the schema doesn't have, or name a single person as whose goals or pay it is.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(Self::by(Policies::parse("the access policies", text)?))
    }

    fn by(policies: Policies) -> Self {
        Self(Arc::new(Loaded { policies, authorizer: Authorizer::new(), decided: RwLock::default() }))
    }

    /// Whether a caller may do something that is the organisation's.
    #[must_use]
    pub fn permits(&self, principal: &Principal, action: Action) -> bool {
        !action.is_about_people() && self.answer(principal, action, None, Terms::default())
    }

    /// Whether a caller may do something about a person who stands to them like this.
    #[must_use]
    pub fn permits_about(&self, principal: &Principal, action: Action, relation: Relation, terms: Terms) -> bool {
        action.is_about_people() && self.answer(principal, action, Some(relation), terms)
    }

    /// Whether there may be somebody about whom a caller may do something.
    #[must_use]
    pub fn permits_about_anybody(&self, principal: &Principal, action: Action) -> bool {
        let relations = [Relation::Oneself, Relation::Report, Relation::Other];
        relations.iter().any(|relation| {
            [false, true]
                .iter()
                .any(|shown| self.permits_about(principal, action, *relation, Terms { team_pay_shown: *shown }))
        })
    }

    /// What was decided before, or is now. What Cedar can't decide is denied.
    fn answer(&self, principal: &Principal, action: Action, relation: Option<Relation>, terms: Terms) -> bool {
        let loaded = &self.0;
        let question = Question {
            roles: principal.roles.iter().fold(0, |roles, role| roles | role.bit()),
            is_person: principal.person().is_some(),
            named: loaded.policies.names(&principal.subject).then(|| principal.subject.clone()),
            action,
            relation,
            team_pay_shown: action == Action::ReadPay && terms.team_pay_shown,
        };
        if let Some(known) = loaded.decided.read().unwrap_or_else(PoisonError::into_inner).get(&question) {
            return *known;
        }
        let allowed = self.decide(principal, action, relation, terms).unwrap_or(false);
        let mut decided = loaded.decided.write().unwrap_or_else(PoisonError::into_inner);
        if decided.len() < KEPT {
            decided.insert(question, allowed);
        }
        allowed
    }

    /// None where Cedar could not decide: a denial.
    fn decide(&self, principal: &Principal, action: Action, relation: Option<Relation>, terms: Terms) -> Option<bool> {
        let user = uid("Merit::User", &principal.subject)?;
        let caller = principal.person().and_then(|person| uid("Merit::Person", person.as_str()));
        let mut entities = Vec::new();
        let mut roles = HashSet::new();
        for role in &principal.roles {
            let role = uid("Merit::Role", role.word())?;
            entities.push(Entity::new_no_attrs(role.clone(), HashSet::new()));
            roles.insert(role);
        }
        let resource = match (relation, &caller) {
            (None, _) => uid("Merit::Organisation", "merit")?,
            (Some(Relation::Oneself), Some(caller)) => caller.clone(),
            // No person has an id with a space: this is nobody in particular.
            (Some(_), _) => uid("Merit::Person", "somebody else")?,
        };
        let managers = match (relation, &caller) {
            (Some(Relation::Report), Some(caller)) => HashSet::from([caller.clone()]),
            _ => HashSet::new(),
        };
        entities.push(Entity::new_no_attrs(resource.clone(), managers));
        let mut attributes = HashMap::new();
        if let Some(caller) = caller {
            attributes.insert("person".to_owned(), RestrictedExpression::new_entity_uid(caller.clone()));
            if caller != resource {
                entities.push(Entity::new_no_attrs(caller, HashSet::new()));
            }
        }
        entities.push(Entity::new(user.clone(), attributes, roles).ok()?);
        let context = if action == Action::ReadPay {
            Context::from_pairs([("teamPayShown".to_owned(), RestrictedExpression::new_bool(terms.team_pay_shown))])
                .ok()?
        } else {
            Context::empty()
        };
        let loaded = &self.0;
        let action = uid("Merit::Action", action.word())?;
        let request = Request::new(user, action, resource, context, Some(&loaded.policies.schema)).ok()?;
        let entities = Entities::from_entities(entities, Some(&loaded.policies.schema)).ok()?;
        let response = loaded.authorizer.is_authorized(&request, &loaded.policies.set, &entities);
        // A policy that errs is skipped, which would let an erring `forbid` fail open.
        if response.diagnostics().errors().next().is_some() {
            return None;
        }
        Some(response.decision() == Decision::Allow)
    }
}

fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    let kind: EntityTypeName = kind.parse().ok()?;
    Some(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Role;

    #[test]
    fn the_schema_and_the_actions_are_the_same_words() {
        let schema = Policies::embedded().unwrap().schema;
        let mut known: Vec<String> = schema.actions().map(|action| action.id().unescaped().to_owned()).collect();
        known.sort();
        let mut ours: Vec<String> = Action::ALL.iter().map(|action| action.word().to_owned()).collect();
        ours.sort();
        assert_eq!(ours, known);
    }

    #[test]
    fn pay_and_attainment_are_separate() {
        let decider = Decider::embedded().unwrap();
        let about = |role, action, relation, shown| {
            decider.permits_about(&Principal::new("mia", role), action, relation, Terms { team_pay_shown: shown })
        };
        assert!(about(Role::Manager, Action::ReadAttainment, Relation::Report, false));
        assert!(!about(Role::Manager, Action::ReadPay, Relation::Report, false));
        assert!(about(Role::Manager, Action::ReadPay, Relation::Report, true));
        assert!(!about(Role::Manager, Action::ReadPay, Relation::Other, true));
        assert!(about(Role::Member, Action::ReadPay, Relation::Oneself, false));
        assert!(!about(Role::Member, Action::ReadAttainment, Relation::Report, true));
        assert!(about(Role::Executive, Action::ReadAttainment, Relation::Other, false));
        assert!(!about(Role::Executive, Action::ReadPay, Relation::Other, true));
        // One of our own parts is nobody: a subject that sounds like a person opens nothing.
        assert!(!about(Role::CompensationAdministrator, Action::AdjustPay, Relation::Oneself, false));
        assert!(about(Role::CompensationAdministrator, Action::AdjustPay, Relation::Other, false));
    }

    #[test]
    fn an_error_is_a_denial() {
        // The forbid errs (an attribute that one of our own parts doesn't have), so it would be skipped.
        let text = r#"permit (principal, action, resource);"#;
        assert!(Decider::parse(text).unwrap().permits(&Principal::new("operator", Role::Operator), Action::ReadRuns));
        let loose = r#"@id("x") forbid (principal, action, resource) when { 9223372036854775807 + 1 == 0 };"#;
        let decider = Decider::parse(&format!("{text}\n{loose}")).unwrap();
        assert!(!decider.permits(&Principal::new("operator", Role::Operator), Action::ReadRuns));
    }

    #[test]
    fn a_user_whom_a_policy_names_is_told_apart() {
        let text = r#"permit (principal == Merit::User::"cora", action == Merit::Action::"readPay", resource);"#;
        let decider = Decider::parse(text).unwrap();
        let pay = |subject: &str| {
            let reader = Principal::new(subject, Role::Member);
            decider.permits_about(&reader, Action::ReadPay, Relation::Other, Terms::default())
        };
        // Each twice, the second time from what is kept.
        assert_eq!(["ana", "cora", "ana", "cora"].map(pay), [false, true, false, true]);
    }
}
