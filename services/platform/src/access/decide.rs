//! The one decision function, by Cedar over the policies in `services/platform/access`.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression, Schema, ValidationMode, Validator,
};
use merit_core::{Error, Result};

use super::Action;
use crate::identity::Principal;

const POLICIES: &str = include_str!("../../access/merit.cedar");
const SCHEMA: &str = include_str!("../../access/merit.cedarschema");

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
    policies: PolicySet,
    schema: Schema,
    authorizer: Authorizer,
}

impl Decider {
    /// By the policies that come with Merit.
    ///
    /// # Errors
    /// As [`Decider::parse`].
    pub fn embedded() -> Result<Self> {
        Self::parse(POLICIES)
    }

    /// By the policies of a file, over the schema that comes with Merit.
    ///
    /// # Errors
    /// `ACCESS_POLICIES` when the file can't be read, and as [`Decider::parse`].
    pub fn from_file(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Error::precondition("ACCESS_POLICIES", format!("`{}` can't be read: {error}", path.display()))
        })?;
        Self::parse(&text)
    }

    /// By the policies of a text.
    ///
    /// # Errors
    /// `ACCESS_POLICIES` when they can't be parsed, or speak of an action, a kind or an attribute that the schema doesn't
    /// have.
    pub fn parse(text: &str) -> Result<Self> {
        let refused =
            |why: String| Error::precondition("ACCESS_POLICIES", format!("the access policies are refused: {why}"));
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|error| refused(error.to_string()))?;
        let policies: PolicySet =
            text.parse().map_err(|error: cedar_policy::ParseErrors| refused(error.to_string()))?;
        let verdict = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if let Some(fault) = verdict.validation_errors().next() {
            return Err(refused(fault.to_string()));
        }
        Ok(Self(Arc::new(Loaded { policies, schema, authorizer: Authorizer::new() })))
    }

    /// Whether a caller may do something that is the organisation's.
    #[must_use]
    pub fn permits(&self, principal: &Principal, action: Action) -> bool {
        !action.is_about_people() && self.decide(principal, action, None, Terms::default()).unwrap_or(false)
    }

    /// Whether a caller may do something about a person who stands to them like this.
    #[must_use]
    pub fn permits_about(&self, principal: &Principal, action: Action, relation: Relation, terms: Terms) -> bool {
        action.is_about_people() && self.decide(principal, action, Some(relation), terms).unwrap_or(false)
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
        let request = Request::new(user, action, resource, context, Some(&loaded.schema)).ok()?;
        let entities = Entities::from_entities(entities, Some(&loaded.schema)).ok()?;
        let response = loaded.authorizer.is_authorized(&request, &loaded.policies, &entities);
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
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).unwrap();
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
    fn policies_that_make_no_sense_are_refused() {
        for text in ["permit", r#"permit (principal, action == Merit::Action::"readEverything", resource);"#] {
            assert_eq!(
                Decider::parse(text).err().map(|error| error.reason),
                Some("ACCESS_POLICIES".to_owned()),
                "{text}"
            );
        }
    }
}
