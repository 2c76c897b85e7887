//! Results that a profile took once and leaves out now: a deal that was won and is open again. On record they would go on
//! counting, so they are corrected to what the profile says.
//!
//! Results can't be listed. Which rows are on record is asked by importing them in a dry run, which counts what would change.

use merit_core::{Problem, Result};
use merit_platform::wire;
use merit_proto::scoring::v1::ResultRow;
use merit_proto::r#type::v1::{ImportProblem, ImportSummary};
use merit_rules::Schema;

use super::rows::{self, Material, Rows};
use super::{ImportKind, Profile};

/// Rows that were left out, corrected as the profile says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Withdrawn {
    /// What those that are on record come to.
    pub rows: Vec<ResultRow>,
    /// Rows that can't be looked up, with the reason.
    pub unsure: Vec<Problem>,
}

/// Reads the rows that were left out.
///
/// # Errors
/// What keeps `withdrawn` from fitting the file or the schema.
pub fn read(material: &Material<'_>) -> Result<Withdrawn, Vec<Problem>> {
    let Some(schema) = material.schema.filter(|_| !material.profile.withdrawn.is_empty()) else {
        return Ok(Withdrawn::default());
    };
    let mut profile = material.profile.clone();
    profile.fields.extend(profile.withdrawn.clone());
    let rows = material.rows.clone();
    let made = rows::make(ImportKind::Results, &Material { profile: &profile, rows, ..*material })?;
    let Rows::Results(rows) = made.rows else { return Ok(Withdrawn::default()) };
    match rows.iter().find_map(|row| refused(&profile, schema, row)) {
        Some(problem) => Err(vec![problem]),
        None => Ok(Withdrawn { rows, unsure: made.problems }),
    }
}

/// A row that the schema's ranges put aside counts for nothing, but a dry run doesn't count it either.
fn refused(profile: &Profile, schema: &Schema, row: &ResultRow) -> Option<Problem> {
    let record = schema.records().get(&row.record)?;
    profile.withdrawn.keys().find_map(|name| {
        let value = wire::parse_value(row.values.get(name)?).ok()?;
        let reason = record.fields.get(name)?.accepts(&value).err()?;
        let message = format!(
            "the profile's `withdrawn` corrects `{name}`, and the schema refuses what it says: {reason}; let the range of \
             `{name}` begin there, or take `withdrawn` out of a copy of the profile"
        );
        Some(Problem::row(1, message))
    })
}

/// What was found on record.
#[derive(Debug, Default)]
pub struct Found {
    /// The corrections of rows that are on record and say something else.
    pub rows: Vec<ResultRow>,
    /// Rows that the service couldn't look up.
    pub unsure: Vec<ImportProblem>,
}

/// Finds the corrections that change something. `dry_run` imports rows without writing them.
///
/// # Errors
/// Those of `dry_run`.
pub async fn on_record(
    rows: Vec<ResultRow>,
    dry_run: impl AsyncFn(Vec<ResultRow>) -> Result<ImportSummary>,
) -> Result<Found> {
    let mut found = Found::default();
    let mut halves = vec![rows];
    let mut first = true;
    while let Some(mut rows) = halves.pop() {
        if rows.is_empty() {
            continue;
        }
        let summary = dry_run(rows.clone()).await?;
        if std::mem::take(&mut first) {
            found.unsure = [summary.problems, summary.quarantined].concat();
        }
        match usize::try_from(summary.changed).unwrap_or(usize::MAX) {
            0 => {}
            changed if changed >= rows.len() => found.rows.append(&mut rows),
            // Some are on record, some aren't.
            _ => {
                let second = rows.split_off(rows.len() / 2);
                halves.extend([second, rows]);
            }
        }
    }
    Ok(found)
}

/// What is told of a correction.
pub fn told(profile: &Profile, row: &ResultRow) -> Problem {
    let becomes: Vec<String> = profile
        .withdrawn
        .keys()
        .filter_map(|name| Some(format!("`{name}` becomes {}", row.values.get(name)?.text)))
        .collect();
    let message = format!(
        "`{}` is on record and is left out now, so {}; a cycle that was closed with it needs another close",
        merit_core::text::shown(&row.external_id),
        becomes.join(" and ")
    );
    Problem::row(row.line, message)
}
