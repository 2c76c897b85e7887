//! Access policies as text, read and checked before anything is decided by them.

use std::collections::BTreeSet;
use std::path::Path;

use cedar_policy::{EntityUid, PolicySet, Schema, ValidationMode, Validator};
use merit_core::text::shown;
use merit_core::{Error, Problem, Result};
use miette::Diagnostic;

const POLICIES: &str = include_str!("../../access/merit.cedar");
const SCHEMA: &str = include_str!("../../access/merit.cedarschema");

/// Policies that can be decided by.
pub(super) struct Policies {
    pub(super) set: PolicySet,
    pub(super) schema: Schema,
    users: BTreeSet<String>,
}

impl Policies {
    /// Those that come with Merit.
    pub(super) fn embedded() -> Result<Self> {
        Self::parse("the access policies", POLICIES)
    }

    /// Those of a file.
    pub(super) fn from_file(path: &Path) -> Result<Self> {
        let name = format!("`{}`", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| {
            refused(
                &name,
                &format!("can't be read: {error}; check `policies_file` under [access] in the configuration"),
            )
        })?;
        Self::parse(&name, &text).map_err(|error| {
            let advice =
                "mend it, or leave out `policies_file` under [access] to use the policies that come with Merit";
            Error { message: format!("{}; {advice}", error.message), ..error }
        })
    }

    /// Those of a text; `name` is what messages call it.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self> {
        let faulty = |fault: &dyn Diagnostic| refused(name, &described(text, fault));
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|error| faulty(&error))?;
        let set: PolicySet = text.parse().map_err(|error: cedar_policy::ParseErrors| faulty(&error))?;
        let verdict = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
        let faults: Vec<&dyn Diagnostic> = verdict.validation_errors().map(|fault| fault as &dyn Diagnostic).collect();
        match faults.as_slice() {
            [] => {}
            [fault] => return Err(faulty(*fault)),
            faults => {
                let mut rows: Vec<(u32, String)> =
                    faults.iter().map(|fault| (line(text, *fault).unwrap_or(0), said(*fault))).collect();
                // They come in no order of their own.
                rows.sort();
                let rows = rows.into_iter().map(|(line, said)| Problem::row(line, said));
                let several = refused(name, &format!("can't be used: {} mistakes", faults.len()));
                return Err(several.with_problems(rows.collect()));
            }
        }
        // A template decides nothing until it is linked, and nothing here links one.
        if set.num_of_templates() > 0 {
            return Err(refused(name, "hold a template (`?principal` or `?resource`), which would decide nothing"));
        }
        let literals: Vec<EntityUid> = set.policies().flat_map(cedar_policy::Policy::entity_literals).collect();
        // A decision is about how people stand to the caller, not about who they are: such a policy would never apply.
        if let Some(person) = literals.iter().find(|literal| literal.type_name().to_string() == "Merit::Person") {
            let why = "name the person {} as whose goals, figures or pay it is, which would never apply; \
                       name a caller as `principal == Merit::User::\"…\"`, or speak of roles and reporting lines";
            return Err(refused(name, &why.replace("{}", &shown(&person.to_string()))));
        }
        let users = literals.iter().filter(|literal| literal.type_name().to_string() == "Merit::User");
        let users = users.map(|user| user.id().unescaped().to_owned()).collect();
        Ok(Self { set, schema, users })
    }

    /// Whether a policy names this user.
    pub(super) fn names(&self, subject: &str) -> bool {
        self.users.contains(subject)
    }
}

fn refused(name: &str, why: &str) -> Error {
    Error::precondition("ACCESS_POLICIES", format!("{name} {why}"))
}

/// What is wrong, in which line, and what may have been meant.
fn described(text: &str, fault: &dyn Diagnostic) -> String {
    let line = line(text, fault).map(|line| format!(" in line {line}")).unwrap_or_default();
    format!("can't be used{line}: {}", said(fault))
}

fn said(fault: &dyn Diagnostic) -> String {
    let help = fault.help().map(|help| format!("; {}", help.to_string().trim_end_matches('?'))).unwrap_or_default();
    format!("{fault}{help}")
}

/// The line at fault, counted from 1.
fn line(text: &str, fault: &dyn Diagnostic) -> Option<u32> {
    let offset = fault.labels().and_then(|mut labels| labels.next()).map(|label| label.offset())?;
    let before = text.get(..offset)?.matches('\n').count();
    u32::try_from(before + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_that_make_no_sense_are_refused() {
        let fine = "// Fine.\npermit (principal, action, resource);\n";
        for (text, said) in [
            ("permit", "in line 3"),
            ("permit (principal, action == Merit::Action::\"readEverything\", resource);", "readEverything"),
            ("permit (principal in Merit::Role::\"mangaer\", action, resource);", "mangaer"),
            ("forbid (principal, action, resource) when { principal.person.pay > 3 };", "line 3: "),
            ("forbid (principal, action, resource == ?resource);", "template"),
            ("forbid (principal, action, resource == Merit::Person::\"bo\");", "Merit::Person::\"bo\""),
            ("forbid (principal, action, resource == Merit::Organisation::\"acme\");", "acme"),
        ] {
            let error = Policies::parse("`access.cedar`", &format!("{fine}{text}")).err().unwrap();
            assert_eq!(error.reason, "ACCESS_POLICIES", "{text}");
            assert!(error.to_string().contains(said) && error.message.contains("`access.cedar`"), "{text}: {error}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = Policies::from_file(Path::new("/nowhere/access.cedar")).err().unwrap();
        assert!(error.message.contains("/nowhere/access.cedar"), "{error}");
    }
}
