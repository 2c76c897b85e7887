//! Taking files of opening balances: what policies left to people before Merit closed their cycles.

use std::collections::BTreeSet;

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::{Problem, Result, Value};

use super::results::ImportReport;
use super::{Scoring, apart, balance_check, recorded};
use crate::compute::plan;

/// A row as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceRow {
    /// Line in the file.
    pub line: u32,
    /// Whose.
    pub person: PersonId,
    /// The policy's name.
    pub policy: String,
    /// A name of the policy, `owed`, `held` or `recognition`.
    pub what: String,
    /// None: taken off the record.
    pub value: Option<Value>,
    /// First day of the stretch.
    pub first: Date,
    /// Its last day.
    pub last: Date,
    /// For `held`: of which payout.
    pub payout: String,
    /// For `held`: the event it waits for.
    pub until: String,
}

impl Scoring {
    /// Takes a file whole or not at all. `problems` are those found before, while the rows were read.
    ///
    /// # Errors
    /// `NO_SCHEMA`, `POLICY_UNREADABLE`, and those of the neighbours and the store.
    pub async fn import_balances(
        &self,
        rows: Vec<BalanceRow>,
        problems: Vec<Problem>,
        validate_only: bool,
    ) -> Result<ImportReport> {
        let text = self.schema_text().await?;
        let registered = self.store.policies().await?;
        let named: BTreeSet<PersonId> = rows.iter().map(|row| row.person.clone()).collect();
        let people = self.neighbours.known(&named).await?;
        let on_record = self.store.openings(i64::MAX).await?;
        let closed = self.store.closed().await?;
        let (ready, mut found) = apart(move || {
            let events = plan::schema(&text)?.events().keys().cloned().collect();
            let policies = recorded::known(&registered)?;
            Ok(balance_check::check(&balance_check::Ground { policies, events, people, on_record, closed }, rows))
        })
        .await?;
        found.extend(problems);
        let mut report = ImportReport { problems: found, ..ImportReport::default() };
        if report.problems.is_empty() || validate_only {
            let dry_run = validate_only || !report.problems.is_empty();
            report.counts = self.store.import_openings(ready, dry_run, self.clock.now()).await?;
        }
        Ok(report)
    }
}
