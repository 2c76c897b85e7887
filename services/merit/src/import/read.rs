//! From a file to typed rows.

use std::path::Path;

use merit_core::{Error, Problem, Result};
use merit_rules::Schema;

use super::fields::{Fields, columns_of};
use super::filter::filtered;
use super::rows::{self, Material, Rows};
use super::table;
use super::withdrawn::{self, Withdrawn};
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
    /// What those of them come to that are on record from before.
    pub withdrawn: Withdrawn,
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
    let chosen = filtered(profile, file, &table, &columns)?;
    let left_out = chosen.left_out.len();
    let misfit = |problems| {
        let message = format!("the profile `{}` and the file `{file}` don't fit together", profile.name);
        Error::invalid("PROFILE_MISFIT", message).with_problems(problems)
    };
    let material = Material { profile, columns: &columns, rows: chosen.taken, schema, people, recorded };
    let made = rows::make(kind, &material).map_err(misfit)?;
    let withdrawn = withdrawn::read(&Material { rows: chosen.left_out, ..material }).map_err(misfit)?;
    let mut problems = chosen.problems;
    problems.extend(made.problems);
    problems.extend(table.problems);
    problems.sort();
    problems.dedup();
    Ok(Reading { rows: made.rows, problems, left_out, withdrawn, fields: made.fields })
}
