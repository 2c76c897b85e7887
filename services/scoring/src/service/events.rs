//! Taking files of events: which event of the schema came, for whose earnings, when.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::text::shown;
use merit_core::{Kind, Problem, Result};
use merit_rules::nearest;

use super::results::ImportReport;
use super::{Scoring, apart};
use crate::compute::plan;
use crate::model::{Cycle, Event, Occurred};

/// A row as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Line in the file.
    pub line: u32,
    /// The schema's event.
    pub event: String,
    /// The cycle's resource name: whose earnings it is for.
    pub cycle: String,
    /// For whom; none: for everybody.
    pub person: Option<PersonId>,
    /// The day it came.
    pub on: Date,
}

/// What rows are held against.
struct Known {
    events: BTreeSet<String>,
    cycles: BTreeMap<String, Option<Cycle>>,
    people: BTreeSet<PersonId>,
    on_record: Vec<Event>,
}

impl Scoring {
    /// Takes a file whole or not at all. `problems` are those found before, while the rows were read.
    ///
    /// # Errors
    /// `NO_SCHEMA`, and those of the neighbours and the store.
    pub async fn import_events(
        &self,
        rows: Vec<EventRow>,
        problems: Vec<Problem>,
        validate_only: bool,
    ) -> Result<ImportReport> {
        let text = self.schema_text().await?;
        let events = apart(move || Ok(plan::schema(&text)?.events().keys().cloned().collect())).await?;
        let named: BTreeSet<PersonId> = rows.iter().filter_map(|row| row.person.clone()).collect();
        let people = self.neighbours.known(&named).await?;
        let cycles = self.cycles(rows.iter().map(|row| row.cycle.as_str()).collect()).await?;
        let on_record = self.store.events(Date::MAX, i64::MAX).await?;
        let (ready, mut found) = check(&Known { events, cycles, people, on_record }, rows);
        found.extend(problems);
        let mut report = ImportReport { problems: found, ..ImportReport::default() };
        if report.problems.is_empty() || validate_only {
            let dry_run = validate_only || !report.problems.is_empty();
            report.counts = self.store.import_events(ready, dry_run, self.clock.now()).await?;
        }
        Ok(report)
    }

    /// Cycles by resource name; none where there is no such cycle.
    async fn cycles(&self, names: BTreeSet<&str>) -> Result<BTreeMap<String, Option<Cycle>>> {
        let mut found = BTreeMap::new();
        for name in names {
            let cycle = match self.neighbours.cycle(name).await {
                Ok(cycle) => Some(cycle),
                Err(error) if matches!(error.kind, Kind::NotFound | Kind::InvalidArgument) => None,
                Err(error) => return Err(error),
            };
            found.insert(name.to_owned(), cycle);
        }
        Ok(found)
    }
}

/// Rows that can be taken, and what is wrong with the others.
fn check(known: &Known, rows: Vec<EventRow>) -> (Vec<Event>, Vec<Problem>) {
    let (mut ready, mut problems) = (Vec::new(), Vec::new());
    let mut seen: BTreeMap<(String, String, Option<PersonId>), u32> = BTreeMap::new();
    for row in rows {
        let before = problems.len();
        if !known.events.contains(&row.event) {
            problems.push(Problem::cell(row.line, "event", no_event(&known.events, &row.event)));
        }
        let cycle = known.cycles.get(&row.cycle).and_then(Option::as_ref);
        match cycle {
            None => problems.push(Problem::cell(row.line, "cycle", no_cycle(&row.cycle))),
            Some(cycle) if row.on < cycle.period.start => {
                let message = format!(
                    "{} is before {} begins on {}, so nothing was earned in it yet; correct the date or the cycle",
                    row.on, cycle.id, cycle.period.start
                );
                problems.push(Problem::cell(row.line, "date", message));
            }
            Some(_) => {}
        }
        if let Some(person) = row.person.as_ref().filter(|person| !known.people.contains(*person)) {
            let message = format!("`{person}` is not in the directory; import people first");
            problems.push(Problem::cell(row.line, "person", message));
        }
        let key = (row.event.clone(), row.cycle.clone(), row.person.clone());
        if let Some(first) = seen.insert(key, row.line) {
            let message = format!("line {first} says already when this came; keep one of the two rows");
            problems.push(Problem::row(row.line, message));
        }
        let Some(cycle) = cycle.filter(|_| problems.len() == before) else { continue };
        let (first, last) = (cycle.period.start, cycle.period.last());
        let occurred = Occurred { event: row.event, first, last, on: row.on };
        let event = Event { cycle: cycle.id.clone(), person: row.person, occurred };
        match known.on_record.iter().find(|other| same(other, &event) && other.occurred.on < row.on) {
            Some(other) => problems.push(Problem::cell(row.line, "date", came(other))),
            None => ready.push(event),
        }
    }
    (ready, problems)
}

fn same(one: &Event, other: &Event) -> bool {
    (&one.occurred.event, &one.cycle, &one.person) == (&other.occurred.event, &other.cycle, &other.person)
}

fn came(on_record: &Event) -> String {
    let Occurred { event, on, .. } = &on_record.occurred;
    format!(
        "`{event}` is on record as of {on}, and what it frees may be paid; if that was wrong, correct it by an adjustment"
    )
}

/// What to write instead of an event that isn't there.
pub(super) fn no_event(events: &BTreeSet<String>, name: &str) -> String {
    let names = || events.iter().map(String::as_str);
    let there = match nearest(name, names()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if events.is_empty() => "add it there as `event …` first".to_owned(),
        None => format!("it has {}", names().collect::<Vec<_>>().join(", ")),
    };
    format!("the schema has no event `{}`; {there}", shown(name))
}

fn no_cycle(name: &str) -> String {
    let Some(id) = name.strip_prefix("cycles/").map(shown) else {
        let name = shown(name);
        return format!("`{name}` is not a cycle's name like `cycles/2026-Q2`; write `cycles/` before the cycle's id");
    };
    format!("there is no cycle `{id}`; correct it, or open it with `merit cycle open {id}`")
}
