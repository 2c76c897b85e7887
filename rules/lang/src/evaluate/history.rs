//! What earlier periods left behind: values on record, amounts that wait, draws that are owed.

use std::collections::BTreeMap;

use merit_core::{Money, Period, Ratio, Value};
use serde::{Deserialize, Serialize};

use super::Evaluation;
use crate::program::Program;
use crate::trace::Figure;

/// What a person's earlier periods under a policy left behind. It comes from the ledger and from earlier runs, or from
/// opening balances; never from a guess.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// Earlier periods, oldest first.
    pub periods: Vec<Past>,
    /// What waits for an event or for cash.
    pub waiting: Vec<Waiting>,
    /// What is left of recoverable draws, in the policy's currency.
    pub owed: Option<Money>,
}

/// One earlier period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Which days.
    pub period: Period,
    /// What the policy gave and read: definitions, outcomes and facts by name. What is not scored is absent.
    pub values: BTreeMap<String, Value>,
}

/// An amount that was earned and is not payable yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Of which payout.
    pub payout: String,
    /// The first day of the period in which it was earned.
    pub since: jiff::civil::Date,
    /// The last day of that period.
    pub until: jiff::civil::Date,
    /// How much waits.
    pub amount: Money,
    /// What for.
    pub what: Awaited,
}

/// What an amount waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Awaited {
    /// An event of the schema.
    Event(String),
    /// Cash for what was invoiced.
    Cash {
        /// The list that tells of cash.
        list: String,
        /// Its amounts.
        column: String,
        /// By what cash is matched with the invoice.
        reference: String,
        /// The part of the payout's amount that this invoice earned.
        earned: Money,
        /// What was invoiced.
        invoiced: Money,
        /// What has been collected so far.
        collected: Money,
    },
}

/// An amount that was waiting and becomes payable now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Of which payout.
    pub payout: String,
    /// The first day of the period in which it was earned.
    pub since: jiff::civil::Date,
    /// The last day of that period.
    pub until: jiff::civil::Date,
    /// How much.
    pub amount: Money,
    /// What came: the event's name, or the invoice's reference.
    pub what: String,
    /// How that came about, for people.
    pub words: Vec<String>,
}

/// Behind a payout's name: what it took back, on record beside what was left. No name has a space.
pub(super) const TAKEN_BACK: &str = " taken back";

impl Past {
    /// What an outcome came to before anything was taken back: that is what its sales had earned.
    pub(super) fn earned(&self, name: &str) -> Option<Ratio> {
        let number = |name: &str| self.values.get(name).and_then(Value::number);
        let back = number(&format!("{name}{TAKEN_BACK}")).unwrap_or(Ratio::ZERO);
        Some(&number(name)? + &back)
    }
}

/// Whether what is on record under a name belongs to one of these outputs: its value, or what it took back.
#[must_use]
pub fn recorded_of(name: &str, outputs: &[String]) -> bool {
    let output = name.strip_suffix(TAKEN_BACK).unwrap_or(name);
    outputs.iter().any(|known| known == output)
}

/// What a period puts on record for those after it: the facts that were there, and all that is scored, by name.
#[must_use]
pub fn record(program: &Program, evaluation: &Evaluation) -> BTreeMap<String, Value> {
    let facts = program.facts.iter().zip(&evaluation.trace.facts).filter_map(|(fact, told)| match &told.value {
        Figure::Is(value) => Some((fact.name.clone(), value.to_value(&fact.ty).ok()?)),
        Figure::Not(_) => None,
    });
    let outputs = evaluation
        .outputs
        .iter()
        .filter_map(|output| Some((output.name.clone(), output.outcome.as_ref().ok()?.clone())));
    let back = evaluation.outputs.iter().filter_map(|output| {
        let back = output.taken_back.filter(|back| back.minor != 0)?;
        Some((format!("{}{TAKEN_BACK}", output.name), Value::Money(back)))
    });
    facts.chain(outputs).chain(back).collect()
}
