//! Addresses of a whole file: nobody's pay goes to somebody else, and every manager can be sent the team's scorecard.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::ids::PersonId;
use merit_core::{Problem, Value};

use crate::model::{MANAGER, Person, PersonRow, Version};

/// What is wrong with the addresses of people and of those whom they report to.
pub(super) fn problems(record: &BTreeMap<&str, &Person>, rows: &[(&PersonRow, &Version)]) -> Vec<Problem> {
    let mut emails: BTreeMap<&str, Option<&str>> =
        record.values().map(|person| (person.id.as_str(), person.email.as_deref())).collect();
    emails.extend(rows.iter().map(|(_, version)| (version.person.as_str(), version.email.as_deref())));
    let mut problems = shared(&emails, rows);
    problems.extend(managers_without(&emails, rows));
    problems
}

/// Addresses that two people have. Letters count alike, as relays do.
fn shared(emails: &BTreeMap<&str, Option<&str>>, rows: &[(&PersonRow, &Version)]) -> Vec<Problem> {
    let mut owners: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (person, email) in emails {
        if let Some(email) = email {
            owners.entry(email.to_ascii_lowercase()).or_default().push(person);
        }
    }
    let other = |version: &Version| {
        let email = version.email.as_deref()?.to_ascii_lowercase();
        owners.get(&email)?.iter().copied().find(|owner| *owner != version.person.as_str())
    };
    rows.iter()
        .filter_map(|(row, version)| {
            let other = other(version)?;
            let email = version.email.as_deref().unwrap_or_default();
            let advice = format!("`{email}` is the address of `{other}` too; give each person an address of their own");
            Some(Problem::cell(row.line, "email", advice))
        })
        .collect()
}

/// Managers whom a row names and who have no address, once each.
fn managers_without(emails: &BTreeMap<&str, Option<&str>>, rows: &[(&PersonRow, &Version)]) -> Vec<Problem> {
    let mut told: BTreeSet<&PersonId> = BTreeSet::new();
    let mut problems = Vec::new();
    for (row, version) in rows {
        let Some(Some(Value::Participant(manager))) = row.attributes.get(MANAGER) else { continue };
        let without = emails.get(manager.as_str()).is_some_and(Option::is_none);
        if without && told.insert(manager) {
            let advice = format!(
                "`{manager}` manages `{}` and has no e-mail address for the team's scorecard; give `{manager}` one in the file",
                version.person
            );
            problems.push(Problem::cell(row.line, MANAGER, advice));
        }
    }
    problems
}
