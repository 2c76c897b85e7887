//! From a file to typed rows.

use std::collections::BTreeSet;
use std::path::Path;

use merit_core::text::shown;
use merit_core::{Error, Problem, Result};
use merit_rules::Schema;

use super::fields::{Columns, Fields, columns_of};
use super::profile::Words;
use super::rows::{self, Material, Rows};
use super::table::{self, Row, Table};
use super::{ImportKind, PeopleIndex, Profile, Recorded};

/// What is on record that a file's cells are read by.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The schema in force.
    pub schema: Option<&'a Schema>,
    /// People by their names.
    pub people: &'a PeopleIndex,
    /// What policies put on record.
    pub recorded: &'a Recorded,
}

/// What was read from a file.
#[derive(Debug)]
pub struct Reading {
    /// Rows that can be checked further.
    pub rows: Rows,
    /// What is wrong with the file's rows, by line. Where there is one, nothing may be written.
    pub problems: Vec<Problem>,
    /// Rows that the profile's `only` and `except` left out.
    pub left_out: usize,
    fields: Fields,
}

impl Reading {
    /// A problem that a service found, with the file's column in place of the field.
    #[must_use]
    pub fn in_the_files_words(&self, mut problem: Problem) -> Problem {
        let column = self.fields.column(&problem.column);
        if !column.is_empty() {
            column.clone_into(&mut problem.column);
        }
        problem
    }
}

/// Reads a file.
///
/// # Errors
/// `UNREADABLE` when it can't be opened, and those of [`read_bytes`].
pub fn read(kind: ImportKind, file: &Path, profile: &Profile, known: &Known<'_>) -> Result<Reading> {
    let bytes = std::fs::read(file)
        .map_err(|error| Error::not_found("UNREADABLE", format!("`{}` can't be read: {error}", file.display())))?;
    read_bytes(kind, &name_of(file), &bytes, profile, known)
}

/// The file's name without its folder, for messages and the record of imports.
pub fn name_of(file: &Path) -> String {
    file.file_name().map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Reads a file's bytes. Rows with problems are told, and left out where nothing further can be checked about them.
///
/// # Errors
/// `NO_SCHEMA` when types are needed that only a schema knows; `SPREADSHEET`, `NOT_UTF8`, `EMPTY_FILE`, `OPEN_QUOTE`,
/// `WRONG_DELIMITER` and `DUPLICATE_COLUMN` when the file is no CSV file; `PROFILE_MISFIT` when the profile doesn't fit it or
/// the schema, with all the reasons; `NO_ROWS` when the profile's filters leave nothing.
pub fn read_bytes(kind: ImportKind, file: &str, bytes: &[u8], profile: &Profile, known: &Known<'_>) -> Result<Reading> {
    let Known { schema, people, recorded } = *known;
    if kind.needs_schema() && schema.is_none() {
        return Err(Error::precondition(
            "NO_SCHEMA",
            format!(
                "there is no schema yet that says what {kind} may have; register one with `merit schema apply FILE`"
            ),
        ));
    }
    let table = table::read(file, bytes, profile.delimiter)?;
    let columns = columns_of(&table);
    let rows = filtered(profile, file, &table, &columns)?;
    let left_out = table.rows.len() - rows.len();
    let material = Material { profile, columns: &columns, rows, schema, people, recorded };
    let made = rows::make(kind, &material).map_err(|problems| {
        let message = format!("the profile `{}` and the file `{file}` don't fit together", profile.name);
        Error::invalid("PROFILE_MISFIT", message).with_problems(problems)
    })?;
    let mut problems = table.problems;
    problems.extend(made.problems);
    problems.sort();
    problems.dedup();
    Ok(Reading { rows: made.rows, problems, left_out, fields: made.fields })
}

fn filtered<'t>(profile: &Profile, file: &str, table: &'t Table, columns: &Columns) -> Result<Vec<&'t Row>> {
    let is_one_of = |row: &Row, column: &String, words: &Words| {
        // A column that isn't there is told when the profile is bound.
        columns.get(column).is_none_or(|index| words.0.iter().any(|word| row.cells.get(*index) == Some(word)))
    };
    let rows: Vec<&Row> = table
        .rows
        .iter()
        .filter(|row| profile.only.iter().all(|(column, words)| is_one_of(row, column, words)))
        .filter(|row| {
            let known = profile.except.iter().filter(|(column, _)| columns.contains_key(*column));
            !known.into_iter().any(|(column, words)| is_one_of(row, column, words))
        })
        .collect();
    if rows.is_empty() && !table.rows.is_empty() {
        return Err(Error::invalid(
            "NO_ROWS",
            format!(
                "the profile `{}` leaves out every row of `{file}`{}",
                profile.name,
                there_is(profile, table, columns)
            ),
        ));
    }
    Ok(rows)
}

/// What stands in the first column that rows were chosen by.
fn there_is(profile: &Profile, table: &Table, columns: &Columns) -> String {
    let Some((column, words)) = profile.only.first_key_value() else { return String::new() };
    let Some(index) = columns.get(column) else { return String::new() };
    let found: BTreeSet<&str> = table.rows.iter().filter_map(|row| row.cells.get(*index)).take(1000).collect();
    let quoted = |words: &mut dyn Iterator<Item = &str>| {
        words.take(8).map(|word| format!("`{}`", shown(word))).collect::<Vec<_>>().join(", ")
    };
    format!(
        "; it takes only those whose `{}` is {}, and there are {}",
        shown(column),
        quoted(&mut words.0.iter().map(String::as_str)),
        quoted(&mut found.into_iter())
    )
}
