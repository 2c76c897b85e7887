//! Taking files of results.

use std::collections::BTreeMap;

use merit_core::{Problem, Result, Value};

use super::{Scoring, apart, check};
use crate::compute::plan;
use crate::model::ImportCounts;

/// A row as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultRow {
    /// Line in the file.
    pub line: u32,
    /// The schema's record.
    pub record: String,
    /// Unique for the source and record.
    pub external_id: String,
    /// By field.
    pub values: BTreeMap<String, Value>,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// What was taken.
    pub counts: ImportCounts,
    /// Rows that can't be taken; if there is one, nothing was written.
    pub problems: Vec<Problem>,
    /// Rows that are on record and don't count.
    pub quarantined: Vec<Problem>,
}

impl Scoring {
    /// Takes a file whole or not at all. `problems` are those found before, while the rows were read.
    ///
    /// # Errors
    /// `NO_SCHEMA`, and those of the store.
    pub async fn import_results(
        &self,
        source: &str,
        rows: Vec<ResultRow>,
        problems: Vec<Problem>,
        validate_only: bool,
    ) -> Result<ImportReport> {
        let text = self.schema_text().await?;
        let known = self.neighbours.known(&check::named(&rows)).await?;
        let mut checked = apart(move || check::check(&plan::schema(&text)?, &known, rows)).await?;
        checked.problems.extend(problems);
        let mut report =
            ImportReport { problems: checked.problems, quarantined: checked.quarantined, ..ImportReport::default() };
        if report.problems.is_empty() || validate_only {
            // With problems, this only counts what the good rows would do.
            let dry_run = validate_only || !report.problems.is_empty();
            report.counts = self.store.import_results(source, checked.ready, dry_run, self.clock.now()).await?;
        }
        Ok(report)
    }
}
