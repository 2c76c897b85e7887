//! Which of a file's rows a profile takes.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::text::shown;
use merit_core::{Error, Problem, Result};

use super::Profile;
use super::fields::Columns;
use super::profile::Words;
use super::table::{Row, Table};

/// A file's rows by what becomes of them.
#[derive(Debug)]
pub struct Chosen<'t> {
    pub taken: Vec<&'t Row>,
    pub left_out: Vec<&'t Row>,
    /// Rows of which the profile doesn't say whether it takes them.
    pub problems: Vec<Problem>,
}

/// A column and the texts that rows are chosen by.
struct Choice<'p> {
    column: &'p str,
    words: &'p [String],
    lowered: BTreeSet<String>,
    index: usize,
}

impl<'p> Choice<'p> {
    /// Those whose columns are there; of others it is told when the profile is bound.
    fn list(of: &'p BTreeMap<String, Words>, columns: &Columns) -> Vec<Self> {
        let there = of.iter().filter_map(|(column, words)| Some((column, words, *columns.get(column)?)));
        there
            .map(|(column, Words(words), index)| {
                let lowered = words.iter().map(|word| word.to_lowercase()).collect();
                Self { column, words, lowered, index }
            })
            .collect()
    }

    fn cell<'r>(&self, row: &'r Row) -> &'r str {
        row.cells.get(self.index).unwrap_or_default()
    }

    /// Spreadsheets write `TRUE` what a CRM writes as `true`.
    fn holds(&self, row: &Row) -> bool {
        self.lowered.contains(&self.cell(row).to_lowercase())
    }
}

/// Chooses rows by the profile's `only` and `except`.
///
/// # Errors
/// `NO_ROWS` when nothing is left, and nothing to be done about what was left out.
pub fn filtered<'t>(profile: &Profile, file: &str, table: &'t Table, columns: &Columns) -> Result<Chosen<'t>> {
    let only = Choice::list(&profile.only, columns);
    let except = Choice::list(&profile.except, columns);
    let both: Vec<(&Choice<'_>, &Choice<'_>)> = only
        .iter()
        .filter_map(|takes| Some((takes, except.iter().find(|leaves| leaves.column == takes.column)?)))
        .collect();
    let mut chosen = Chosen { taken: Vec::new(), left_out: Vec::new(), problems: Vec::new() };
    for row in &table.rows {
        let unclear = both.iter().filter(|(takes, leaves)| !takes.holds(row) && !leaves.holds(row));
        let before = chosen.problems.len();
        chosen.problems.extend(unclear.map(|(takes, leaves)| neither(row, takes, leaves)));
        if chosen.problems.len() > before {
            continue;
        }
        let taken = only.iter().all(|choice| choice.holds(row)) && !except.iter().any(|choice| choice.holds(row));
        if taken { &mut chosen.taken } else { &mut chosen.left_out }.push(row);
    }
    let nothing = chosen.taken.is_empty() && chosen.problems.is_empty() && profile.withdrawn.is_empty();
    if nothing && !table.rows.is_empty() {
        return Err(Error::invalid(
            "NO_ROWS",
            format!(
                "the profile `{}` leaves out every row of `{file}`{}",
                profile.name,
                there_is(profile, table, columns)
            ),
        ));
    }
    Ok(chosen)
}

fn neither(row: &Row, takes: &Choice<'_>, leaves: &Choice<'_>) -> Problem {
    let said = match takes.cell(row) {
        "" => "an empty cell".to_owned(),
        text => format!("`{}`", shown(text)),
    };
    let [taken, left_out] = [takes, leaves].map(|choice| quoted(choice.words.iter().map(String::as_str)));
    let message = format!(
        "{said} is neither what the profile takes ({taken}) nor what it leaves out ({left_out}); correct the cell, or add \
         its text to the profile's `only` or `except`"
    );
    Problem::cell(row.line, takes.column, message)
}

fn quoted<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.take(8).map(|word| format!("`{}`", shown(word))).collect::<Vec<_>>().join(", ")
}

/// What stands in the first column that rows were chosen by.
fn there_is(profile: &Profile, table: &Table, columns: &Columns) -> String {
    let Some((column, words)) = profile.only.first_key_value() else { return String::new() };
    let Some(index) = columns.get(column) else { return String::new() };
    let found: BTreeSet<&str> = table.rows.iter().filter_map(|row| row.cells.get(*index)).take(1000).collect();
    format!(
        "; it takes only those whose `{}` is {}, and there are {}",
        shown(column),
        quoted(words.0.iter().map(String::as_str)),
        quoted(found.into_iter())
    )
}
