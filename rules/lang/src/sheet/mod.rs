//! A policy's tables as a spreadsheet has them: written as CSV, and taken back from what a spreadsheet pastes or saves.

mod cells;
mod read;
mod table;

use merit_core::Problem;

use self::read::Sheet;
use self::table::Table;
use crate::Source;
use crate::diagnostics::{Diagnostics, render};
use crate::format::readable;

/// Why a table was not written or taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableError {
    /// The policy itself can't be read.
    Policy(Diagnostics),
    /// There is no such table, or the rows as a whole are not its rows: what to do about it.
    Table(String),
    /// Cells that can't be taken, in the order of the rows.
    Cells(Vec<Problem>),
}

impl TableError {
    /// In words, a line for each problem.
    #[must_use]
    pub fn words(&self, source: &Source) -> String {
        match self {
            Self::Policy(said) => render(said, source, false),
            Self::Table(message) => message.clone(),
            Self::Cells(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        }
    }
}

/// A table of a policy as CSV: its head row, then its rows, comments left out.
///
/// # Errors
/// When the policy can't be read or has no such table.
pub fn table_to_csv(source: &Source, name: &str) -> Result<String, TableError> {
    let schema = readable(source).map_err(TableError::Policy)?;
    let table = Table::find(&source.text, schema, name).map_err(TableError::Table)?;
    let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let rows = std::iter::once(table.labels()).chain(table.rows());
    for row in rows {
        // Nothing that is written to memory fails.
        let _ = csv.write_record(&row);
    }
    let bytes = csv.into_inner().unwrap_or_default();
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// The policy's text with a table's rows replaced by those of a sheet: comma, semicolon or tab separated, with the
/// table's head row. The table is formatted; nothing else of the file changes. A comment beside a row stays with the row
/// that has the same first cell.
///
/// # Errors
/// When the policy can't be read, has no such table, or cells of the sheet can't be taken. Then all of them are told.
pub fn table_from_csv(source: &Source, name: &str, sheet: &str) -> Result<String, TableError> {
    let schema = readable(source).map_err(TableError::Policy)?;
    let text = &source.text;
    let table = Table::find(text, schema, name).map_err(TableError::Table)?;
    let sheet = Sheet::read(sheet, &table.labels()).map_err(TableError::Table)?;
    let currency = cells::currency_sign(text);
    let mut rows = Vec::new();
    let mut problems = Vec::new();
    for row in &sheet.rows {
        let taken = cells::row(row, &table, &currency, &mut problems);
        rows.extend(taken.map(|cells| (row.number, cells)));
    }
    if problems.is_empty() {
        problems.extend(table.out_of_place(&rows));
    }
    if problems.is_empty() {
        problems = rows.iter().filter_map(|(number, cells)| table.refused(*number, cells)).collect();
    }
    if !problems.is_empty() {
        return Err(TableError::Cells(problems));
    }
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(_, cells)| cells).collect();
    let replaced = table.with_rows(&rows).ok_or_else(|| TableError::Table(odd(name)))?;
    let mut new = text.clone();
    new.replace_range(table.place(), &replaced);
    match readable(&Source { name: source.name.clone(), text: new.clone() }) {
        Ok(_) => Ok(new),
        Err(said) => Err(TableError::Table(said.0.first().map_or_else(|| odd(name), |one| one.title.clone()))),
    }
}

fn odd(name: &str) -> String {
    format!("the rows can't be put into the table `{name}`; look at its rows in the policy and at the sheet's")
}

#[cfg(test)]
mod tests;
