//! What registered policies put on record for later periods.

use std::collections::BTreeMap;

use merit_core::{Currency, Result, ValueType};
use merit_rules::{OnRecord, Program, Schema};

use super::{Scoring, apart};
use crate::compute::plan;
use crate::model::Policy;

/// A value that a policy puts on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its kind.
    pub kind: ValueType,
    /// Of an amount.
    pub currency: Option<Currency>,
    /// The words of a choice.
    pub options: Vec<String>,
}

impl Recorded {
    fn of(schema: &Schema, found: OnRecord) -> Self {
        let OnRecord { kind, currency, choice } = found;
        let options = choice.and_then(|choice| schema.choices().get(&choice).cloned()).unwrap_or_default();
        Self { kind, currency, options }
    }
}

/// A policy by all its versions: what any of them knows.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// By name; of the latest version that has it.
    pub figures: BTreeMap<String, Recorded>,
    /// Names of payouts.
    pub payouts: Vec<String>,
    /// Titles of recognition.
    pub titles: Vec<String>,
    /// Whether it advances pay that is owed back.
    pub draws: bool,
    /// The currency of its amounts.
    pub currency: Option<Currency>,
}

impl Known {
    fn take(&mut self, schema: &Schema, program: &Program) {
        let figures = program.on_record().into_iter();
        self.figures.extend(figures.map(|(name, found)| (name.to_owned(), Recorded::of(schema, found))));
        self.payouts.extend(program.payouts().into_iter().map(str::to_owned));
        self.titles.extend(program.titles().into_iter().map(str::to_owned));
        self.draws |= program.draws();
        self.currency = Some(program.currency());
    }
}

/// All registered policies by name. Versions come in their order.
pub(super) fn known(policies: &[Policy]) -> Result<BTreeMap<String, Known>> {
    let mut found: BTreeMap<String, Known> = BTreeMap::new();
    for policy in policies {
        let schema = plan::schema(&policy.schema_text)?;
        found.entry(policy.name.clone()).or_default().take(&schema, &plan::load(policy, &schema)?);
    }
    Ok(found)
}

impl Scoring {
    /// What each of the policies puts on record, in their order.
    ///
    /// # Errors
    /// `POLICY_UNREADABLE`, `SCHEMA_UNREADABLE`.
    pub async fn recorded(&self, policies: Vec<Policy>) -> Result<Vec<BTreeMap<String, Recorded>>> {
        let of = |policy: Policy| Ok(known(&[policy])?.into_values().next().unwrap_or_default().figures);
        apart(move || policies.into_iter().map(of).collect()).await
    }
}
