//! Whether the ledger says what its runs say: line by line, and entry by entry.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::{Money, Result};

use super::ledger::{differences, entries};
use crate::model::{BookEntry, BookRow, Books, Keyed as _, Line, shown_key};

/// Something wrong, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    words: String,
    /// The same without amounts, where the words tell any.
    without_amounts: Option<String>,
}

impl Fault {
    /// One that tells no amounts.
    fn of(words: String) -> Self {
        Self { words, without_amounts: None }
    }

    /// One of a line, with amounts and without.
    fn of_amounts(line: &str, amounts: &str, without: &str) -> Self {
        Self { words: format!("{line}: {amounts}"), without_amounts: Some(format!("{line}: {without}")) }
    }

    /// Whether its words tell amounts.
    #[must_use]
    pub const fn tells_amounts(&self) -> bool {
        self.without_amounts.is_some()
    }

    /// Its words, with amounts or without.
    #[must_use]
    pub fn told(&self, amounts: bool) -> String {
        let without = self.without_amounts.as_ref().filter(|_| !amounts);
        format!("ledger: {}", without.unwrap_or(&self.words))
    }
}

/// What is wrong with a cycle's ledger. `run` is a run's id and `computed` what it gives: its posted lines,
/// with those that were posted before, have to come to that. A run that was never posted must have no lines.
#[must_use]
pub fn faults(books: &Books, run: &str, computed: &[Line]) -> Vec<Fault> {
    let mut found = of_run(books, run, computed).unwrap_or_else(|error| vec![Fault::of(error.message)]);
    found.extend(of_rows(books));
    let stray = |e: &BookEntry| format!("an entry to {} belongs to line {}, which is missing", e.account, e.line_id);
    found.extend(books.strays.iter().map(stray).map(Fault::of));
    if books.adjustments != books.adjustment_rows {
        // How many, not how much.
        let words = format!("adjustments: {} posted, {} on record", books.adjustment_rows, books.adjustments);
        found.push(Fault::of(words));
    }
    found
}

/// What the run posted against what posting writes.
fn of_run(books: &Books, run: &str, computed: &[Line]) -> Result<Vec<Fault>> {
    let Some(place) = books.runs.iter().position(|posted| posted == run) else {
        return Ok(Vec::new());
    };
    let before: BTreeSet<&str> = books.runs.iter().take(place).map(String::as_str).collect();
    let lines = || books.rows.iter().filter_map(|row| row.line.as_ref().map(|line| (row.run.as_str(), line)));
    let earlier: Vec<(String, Line)> =
        lines().filter(|(by, _)| before.contains(by)).map(|(by, line)| (format!("runs/{by}"), line.clone())).collect();
    let own: Vec<&Line> = lines().filter(|(by, _)| *by == run).map(|(_, line)| line).collect();
    let expected = differences(&earlier, computed)?;

    let posted = sums(earlier.iter().map(|(_, line)| line).chain(own.iter().copied()))?;
    let wanted = sums(computed)?;
    let expected: BTreeMap<String, &Line> = expected.iter().map(|line| (line.key(), line)).collect();
    let own: BTreeMap<String, &Line> = own.into_iter().map(|line| (line.key(), line)).collect();
    let keys: BTreeSet<&String> = posted.keys().chain(wanted.keys()).collect();
    Ok(keys
        .into_iter()
        .filter_map(|key| {
            sum_fault(posted.get(key), wanted.get(key)).or_else(|| line_fault(own.get(key), expected.get(key)))
        })
        .collect())
}

/// What each key adds up to: a line of it with the sum of amounts and of what is held back.
fn sums<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Result<BTreeMap<String, (&'l Line, Money, Money)>> {
    let mut sums: BTreeMap<String, (&'l Line, Money, Money)> = BTreeMap::new();
    for line in lines {
        match sums.get_mut(&line.key()) {
            None => drop(sums.insert(line.key(), (line, line.amount, line.held))),
            Some((_, amount, held)) => {
                *amount = amount.plus(line.amount)?;
                *held = held.plus(line.held)?;
            }
        }
    }
    Ok(sums)
}

fn sum_fault(posted: Option<&(&Line, Money, Money)>, wanted: Option<&(&Line, Money, Money)>) -> Option<Fault> {
    let line = posted.or(wanted)?.0;
    let nothing = Money::zero(line.amount.currency);
    let (amount, held) = posted.map_or((nothing, nothing), |(_, amount, held)| (*amount, *held));
    let (due, due_held) = wanted.map_or((nothing, nothing), |(_, amount, held)| (*amount, *held));
    let name = named(line);
    if amount != due {
        let amounts = format!("{} posted, {} computed", amount.spoken(), due.spoken());
        return Some(Fault::of_amounts(&name, &amounts, "another amount posted than computed"));
    }
    let amounts = || format!("{} held back, {} computed", held.spoken(), due_held.spoken());
    (held != due_held).then(|| Fault::of_amounts(&name, &amounts(), "another amount held back than computed"))
}

fn line_fault(own: Option<&&Line>, expected: Option<&&Line>) -> Option<Fault> {
    let words = match (own, expected) {
        (Some(own), Some(expected)) if own == expected => return None,
        (Some(own), Some(_)) => format!("{}: posted with other words", named(own)),
        (Some(own), None) => format!("{}: posted although nothing had changed", named(own)),
        (None, Some(expected)) => format!("{}: not posted", named(expected)),
        (None, None) => return None,
    };
    Some(Fault::of(words))
}

/// What is wrong with rows, whoever posted them.
fn of_rows(books: &Books) -> Vec<Fault> {
    let mut by_line: BTreeMap<i64, Vec<&BookEntry>> = BTreeMap::new();
    for entry in &books.entries {
        by_line.entry(entry.line_id).or_default().push(entry);
    }
    let posted: BTreeSet<&str> = books.runs.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for row in &books.rows {
        let Some(line) = &row.line else {
            found.push(Fault::of(format!("{}: can't be read", shown_key(&row.key))));
            continue;
        };
        let name = named(line);
        if !row.run.is_empty() && !posted.contains(row.run.as_str()) {
            let words = format!("{name}: posted by runs/{}, which was never posted for this cycle", row.run);
            found.push(Fault::of(words));
        }
        if !agrees(row, line) {
            let kept = Money::new(row.amount, line.amount.currency);
            let amounts = format!("kept as {}, written as {}", kept.spoken(), line.amount.spoken());
            found.push(Fault::of_amounts(&name, &amounts, "not kept as it is written"));
        }
        let words = entries_fault(line, by_line.get(&row.id)).map(|fault| format!("{name}: {fault}"));
        found.extend(words.map(Fault::of));
    }
    found
}

/// Whether a row's columns are those of its line.
fn agrees(row: &BookRow, line: &Line) -> bool {
    row.key == line.key()
        && row.participant == line.participant.as_str()
        && row.currency == line.amount.currency.code()
        && row.amount == line.amount.minor
        && row.held == line.held.minor
}

fn entries_fault(line: &Line, found: Option<&Vec<&BookEntry>>) -> Option<String> {
    let code = line.amount.currency.code();
    let Ok(due) = entries(line.amount, line.held) else {
        return Some("too large to have entries".to_owned());
    };
    let due: BTreeSet<(&str, &str, i64)> =
        due.iter().filter(|(_, minor)| *minor != 0).map(|(account, minor)| (account.word(), code, *minor)).collect();
    let found: BTreeSet<(&str, &str, i64)> =
        found.into_iter().flatten().map(|e| (e.account.as_str(), e.currency.as_str(), e.amount)).collect();
    let sum: i128 = found.iter().map(|(_, _, minor)| i128::from(*minor)).sum();
    if found == due {
        None
    } else if found.is_empty() {
        Some("has no entries".to_owned())
    } else if sum != 0 {
        Some("its entries don't sum to zero".to_owned())
    } else {
        Some("its entries are not those of its amount".to_owned())
    }
}

/// A line for people.
fn named(line: &Line) -> String {
    format!("{}, {}, {}, {}", line.participant, line.policy, line.payout, line.line)
}
