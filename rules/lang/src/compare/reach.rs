//! Which parts of a policy something that is paid depends on.

use std::collections::{BTreeMap, BTreeSet};

use super::meaning::{meaning, written};
use crate::program::{ColumnSource, Expr, FactSource, OutcomeKind, Place, Program, Table, TableKind};

/// Names that pay depends on, in either of two programs, constants among them.
pub(super) struct Reach(BTreeSet<String>);

impl Reach {
    pub(super) fn of(old: &Program, new: &Program) -> Self {
        let mut names = reached(old);
        names.append(&mut reached(new));
        Self(names)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// Everything that the policy's payouts, contests, settlement and condition name, and what that names.
fn reached(program: &Program) -> BTreeSet<String> {
    let texts = texts(program);
    let mut reached = BTreeSet::new();
    let mut next = roots(program);
    while let Some(name) = next.pop() {
        if let Some(text) = texts.get(name.as_str()) {
            next.extend(names(text).filter(|found| !reached.contains(*found)).map(str::to_owned));
        }
        reached.insert(name);
    }
    reached
}

fn roots(program: &Program) -> Vec<String> {
    let payouts = program.outcomes.iter().filter(|outcome| outcome.kind == OutcomeKind::Payout);
    let mut roots: Vec<String> = payouts.map(|outcome| outcome.name.clone()).collect();
    let mut from = |text: &str| roots.extend(names(text).map(str::to_owned));
    for expr in program.header.applies.iter().chain(program.contests.iter().map(|contest| &contest.rank_by)) {
        from(&text(program, expr));
    }
    if let Some(settle) = &program.settle {
        let cap = settle.cap_total.as_ref().map(|cap| &cap.at);
        for expr in cap.into_iter().chain(settle.guarantee.as_ref().map(|guarantee| &guarantee.at_least)) {
            from(&text(program, expr));
        }
    }
    let within = program.contests.iter().filter_map(|contest| program.facts.get(contest.within?.0));
    let within: Vec<String> = within.map(|fact| fact.name.clone()).collect();
    roots.extend(within);
    roots
}

/// Each named part as a text that holds the names it reads.
fn texts(program: &Program) -> BTreeMap<&str, String> {
    let mut texts = BTreeMap::new();
    for define in &program.defines {
        texts.insert(define.name.as_str(), text(program, &define.value));
    }
    for outcome in &program.outcomes {
        let statements: Vec<String> =
            outcome.statements.iter().map(|statement| written(program, statement.place)).collect();
        texts.insert(outcome.name.as_str(), statements.join(" "));
    }
    for table in &program.tables {
        texts.insert(table.name.as_str(), of_table(program, table));
    }
    for column in program.lists.iter().flat_map(|list| &list.columns) {
        if let ColumnSource::Defined(formula) | ColumnSource::Formula(formula) = &column.source {
            texts.insert(column.name.as_str(), text(program, formula));
        }
    }
    for fact in &program.facts {
        let read = match &fact.source {
            FactSource::Formula(formula) => text(program, formula),
            FactSource::Attainment { measure, quota, .. } => {
                let name = |id: &crate::program::FactId| program.facts.get(id.0).map(|fact| fact.name.as_str());
                format!("{} {}", name(measure).unwrap_or_default(), name(quota).unwrap_or_default())
            }
            _ => continue,
        };
        texts.insert(fact.name.as_str(), read);
    }
    texts
}

fn of_table(program: &Program, table: &Table) -> String {
    let rows: Vec<Place> = match &table.kind {
        TableKind::Bands(bands) | TableKind::Tiers(_, bands) => bands.bands.iter().map(|band| band.place).collect(),
        TableKind::Grid(grid) => grid.rows.iter().map(|row| row.place).collect(),
        TableKind::Curve(_) | TableKind::Rates(_) => Vec::new(),
    };
    let rows: Vec<String> = rows.into_iter().map(|place| written(program, place)).collect();
    rows.join(" ")
}

/// As it is written, for constants, and by meaning, for what stands in the schema.
fn text(program: &Program, expr: &Expr) -> String {
    format!("{} {}", written(program, expr.place), meaning(program, expr))
}

/// The words of a text that can be names.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}
