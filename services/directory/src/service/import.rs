//! What a file of people would change, and everything that is wrong with it. Pure: record and file in, plan out.

use std::collections::BTreeMap;

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::text::{self, shown};
use merit_core::{Error, Problem, Value};

use super::reporting::{Lines, circles};
use super::{addresses, own_ids};
use crate::model::{
    Change, ENDED, Fact, Identity, MANAGER, Outcome, PeopleFile, Person, PersonRow, STARTED, Version, in_force,
};

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What to write; empty when there is a problem.
    pub change: Change,
    /// What to tell.
    pub outcome: Outcome,
}

/// A row whose own words are right.
struct Checked<'a> {
    row: &'a PersonRow,
    id: PersonId,
    identity: Identity,
    version: Version,
    from: Date,
}

/// Holds a file against the record.
///
/// A row says what holds from its day on. It records the values that differ from those in force on that day; one that
/// differs from a value recorded for the very same day is a new version of it. Attributes that the row doesn't name stay
/// as they are, and so does an address that it leaves empty.
#[must_use]
pub fn plan(record: &[Person], file: &PeopleFile) -> Plan {
    let mut planner = Planner::new(record, file);
    let rows: Vec<Checked<'_>> = file.rows.iter().filter_map(|row| planner.check(row)).collect();
    file.rows.iter().for_each(|row| planner.check_references(row));
    let versions: Vec<_> = rows.iter().map(|checked| (checked.row, &checked.version)).collect();
    planner.outcome.problems.extend(addresses::problems(&planner.record, &versions));
    rows.iter().for_each(|row| planner.take(row));
    planner.check_reporting_lines(&rows);
    planner.finish()
}

struct Planner<'a> {
    record: BTreeMap<&'a str, &'a Person>,
    /// Who is which row of the file's source, on record and, as rows are checked, in the file.
    identities: BTreeMap<String, PersonId>,
    /// The line of each person in the file.
    lines: BTreeMap<String, u32>,
    source: String,
    change: Change,
    outcome: Outcome,
}

impl<'a> Planner<'a> {
    fn new(record: &'a [Person], file: &PeopleFile) -> Self {
        let mut problems = file.problems.clone();
        let source = match text::line("the source", &file.source) {
            Ok(source) => source,
            Err(error) => {
                problems.push(Problem::row(0, error.message));
                String::new()
            }
        };
        let identities = record
            .iter()
            .flat_map(|person| person.identities.iter().map(move |identity| (identity, person)))
            .filter(|(identity, _)| identity.source == source)
            .map(|(identity, person)| (identity.external_id.clone(), person.id.clone()))
            .collect();
        let change = Change { source: source.clone(), file_name: shown(&file.file_name), ..Change::default() };
        let outcome = Outcome { problems, ..Outcome::default() };
        let record = record.iter().map(|person| (person.id.as_str(), person)).collect();
        Self { record, identities, lines: BTreeMap::new(), source, change, outcome }
    }

    fn problem(&mut self, row: &PersonRow, column: &str, message: impl Into<String>) {
        self.outcome.problems.push(Problem::cell(row.line, column, message));
    }

    /// The value, or nothing and a problem with the cell.
    fn cell<T>(&mut self, row: &PersonRow, column: &str, read: Result<T, Error>) -> Option<T> {
        read.map_err(|error| self.problem(row, column, error.message)).ok()
    }

    /// Checks what a row says by itself, and that it is the only one of its person.
    fn check<'r>(&mut self, row: &'r PersonRow) -> Option<Checked<'r>> {
        let known = self.record.contains_key(row.person_id.as_str());
        let given = PersonId::new(&row.person_id);
        let id = self.cell(row, "person_id", if known { given } else { given.and_then(own_ids::free) });
        let display_name = self.cell(row, "display_name", text::line("the name", &row.display_name));
        let email = match row.email.trim() {
            "" => Some(None),
            email => self.cell(row, "email", text::address(email)).map(Some),
        };
        let from = day(&row.from);
        if row.from.is_empty() {
            self.problem(row, "from", "the row doesn't say from which day on it holds; give a date like 2026-07-01");
        } else if from.is_none() {
            self.problem(row, "from", format!("`{}` is not a date like 2026-07-01", shown(&row.from)));
        }
        self.check_values(row);
        let id = id?;
        let identity = self.identify(row, &id)?;
        let on_record = self.record.get(id.as_str());
        let email = email?.or_else(|| on_record.and_then(|person| person.email.clone()));
        let version = Version { person: id.clone(), display_name: display_name?, email };
        Some(Checked { row, id, identity, version, from: from? })
    }

    /// The row's identity in the source, if nothing on record or earlier in the file speaks against it.
    fn identify(&mut self, row: &PersonRow, id: &PersonId) -> Option<Identity> {
        if let Some(line) = self.lines.get(id.as_str()).copied() {
            self.problem(row, "person_id", format!("`{id}` is on line {line} already; give each person one row"));
            return None;
        }
        self.lines.insert(id.as_str().to_owned(), row.line);
        let recorded = self.record.get(id.as_str()).and_then(|person| {
            person.identities.iter().find(|identity| identity.source == self.source).map(|i| i.external_id.clone())
        });
        let external_id = match (row.external_id.trim(), &recorded) {
            ("", Some(recorded)) => recorded.clone(),
            ("", None) => id.as_str().to_owned(),
            (given, _) => self.cell(row, "external_id", text::line("the external id", given))?,
        };
        if let Some(recorded) = recorded.filter(|recorded| *recorded != external_id) {
            let (said, recorded) = (shown(&external_id), shown(&recorded));
            self.problem(
                row,
                "external_id",
                format!("`{id}` is `{recorded}` of `{}` on record, and this row is `{said}`; give another person another id", self.source),
            );
            return None;
        }
        match self.identities.get(&external_id) {
            Some(other) if other != id => {
                let message = match self.lines.get(other.as_str()) {
                    Some(line) => {
                        format!(
                            "`{}` is on line {line} already; give each person a key of their own",
                            shown(&external_id)
                        )
                    }
                    None => format!(
                        "`{}` of `{}` is `{other}` on record; keep that id, or give this person another key",
                        shown(&external_id),
                        self.source
                    ),
                };
                self.problem(row, "external_id", message);
                None
            }
            _ => {
                self.identities.insert(external_id.clone(), id.clone());
                Some(Identity { source: self.source.clone(), external_id })
            }
        }
    }

    /// Checks the attributes' names and texts, and the kinds of those that the directory itself understands.
    fn check_values(&mut self, row: &PersonRow) {
        for (name, value) in &row.attributes {
            if !is_attribute_name(name) {
                let message = format!("`{}` can't be an attribute: use small letters, digits and `_`", shown(name));
                self.problem(row, name, message);
            }
            let Some(value) = value else { continue };
            if let Value::Text(words) | Value::Choice(words) = value {
                self.cell(row, name, text::line(&format!("`{}`", shown(name)), words));
            }
            let wanted = match name.as_str() {
                MANAGER => "participant",
                STARTED | ENDED => "date",
                _ => continue,
            };
            if value.kind().word() != wanted {
                let message = format!("`{name}` needs a {wanted}, and this is {}", value.kind().word());
                self.problem(row, name, message);
            }
        }
        if let (Some(Some(Value::Date(started))), Some(Some(Value::Date(ended)))) =
            (row.attributes.get(STARTED), row.attributes.get(ENDED))
            && ended < started
        {
            self.problem(row, ENDED, format!("the last day of work, {ended}, is before the first, {started}"));
        }
    }

    /// Checks that the people whom a row names are there.
    fn check_references(&mut self, row: &PersonRow) {
        for (name, value) in &row.attributes {
            let Some(Value::Participant(person)) = value else { continue };
            if name == MANAGER && person.as_str() == row.person_id {
                self.problem(
                    row,
                    name,
                    format!("`{person}` can't be their own manager; leave the manager of the top person empty"),
                );
            } else if !self.record.contains_key(person.as_str()) && !self.lines.contains_key(person.as_str()) {
                self.problem(
                    row,
                    name,
                    format!("`{person}` is neither in this file nor on record; add a row for them"),
                );
            }
        }
    }

    /// Adds what a row says beyond the record.
    fn take(&mut self, row: &Checked<'_>) {
        let person = self.record.get(row.id.as_str()).copied();
        let history = person.map_or(&[][..], |person| &person.history);
        let before = self.change.facts.len();
        for (attribute, value) in &row.row.attributes {
            let known = in_force(history.iter().filter(|fact| fact.attribute == *attribute), row.from);
            if known.and_then(|fact| fact.value.as_ref()) != value.as_ref() {
                let fact = Fact { attribute: attribute.clone(), from: row.from, value: value.clone(), seq: 0 };
                self.change.facts.push((row.id.clone(), fact));
            }
        }
        let mut differs = self.change.facts.len() > before;
        if person.is_none_or(|p| p.display_name != row.version.display_name || p.email != row.version.email) {
            self.change.versions.push(row.version.clone());
            differs = true;
        }
        if person.is_none_or(|p| !p.identities.contains(&row.identity)) {
            self.change.identities.push((row.identity.clone(), row.id.clone()));
            differs = true;
        }
        let count = match (person, differs) {
            (None, _) => &mut self.outcome.added,
            (Some(_), true) => &mut self.outcome.changed,
            (Some(_), false) => &mut self.outcome.unchanged,
        };
        *count += 1;
    }

    /// Checks that with the file's changes nobody reports to themselves through others, on any day.
    fn check_reporting_lines(&mut self, rows: &[Checked<'_>]) {
        if !self.change.facts.iter().any(|(_, fact)| fact.attribute == MANAGER) {
            return;
        }
        let mut days: BTreeMap<PersonId, BTreeMap<Date, Option<PersonId>>> = BTreeMap::new();
        let recorded =
            self.record.values().flat_map(|person| person.effective().into_iter().map(|fact| (&person.id, fact)));
        let planned = self.change.facts.iter().map(|(person, fact)| (person, fact));
        for (person, fact) in recorded.chain(planned) {
            let line = days.entry(person.clone()).or_default();
            if fact.attribute == MANAGER {
                line.insert(fact.from, manager(person, fact));
            }
        }
        for row in rows {
            days.entry(row.id.clone()).or_default();
        }
        let lines: Lines = days.into_iter().map(|(person, line)| (person, line.into_iter().collect())).collect();
        for circle in circles(&lines) {
            let line = circle.people.iter().filter_map(|person| self.lines.get(person.as_str())).min().copied();
            let names: Vec<String> =
                circle.people.iter().chain(circle.people.first()).map(|person| format!("`{person}`")).collect();
            let message = format!(
                "the reporting line goes in a circle from {} on: {}; change one manager",
                circle.from,
                names.join(" → ")
            );
            self.outcome.problems.push(Problem::cell(line.unwrap_or(0), MANAGER, message));
        }
    }

    fn finish(mut self) -> Plan {
        if !self.outcome.problems.is_empty() {
            let mut problems = std::mem::take(&mut self.outcome.problems);
            problems.sort();
            problems.dedup();
            self.outcome = Outcome { problems, ..Outcome::default() };
            self.change = Change::default();
        }
        Plan { change: self.change, outcome: self.outcome }
    }
}

/// Whom a person reports to by a fact. Somebody named as their own manager is a problem of its own and reports to nobody.
fn manager(person: &PersonId, fact: &Fact) -> Option<PersonId> {
    match &fact.value {
        Some(Value::Participant(manager)) if manager != person => Some(manager.clone()),
        _ => None,
    }
}

/// A day in its one form, `2026-07-01`.
fn day(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| day.year() > 0 && day.to_string() == text)
}

fn is_attribute_name(name: &str) -> bool {
    name.len() <= merit_core::ids::MAX_ID
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
