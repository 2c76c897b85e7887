//! What a program tells about itself to those who provide its inputs and use its outputs.

use jiff::civil::Date;
use merit_core::period::PeriodUnit;
use merit_core::{Currency, ValueType};

use super::{OutcomeKind, Program, StatementKind};

/// Something that a policy asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Its kind; none for a list.
    pub ty: Option<ValueType>,
    /// Where it comes from.
    pub source: InputSource,
    /// Whether the policy goes on without it: `optional`, or with a default.
    pub optional: bool,
    /// For a list or a quota `year to date`: from the start of that stretch on, not of the period.
    pub to_date: Option<PeriodUnit>,
    /// Whether values that change inside the period are averaged by days.
    pub averaged: bool,
    /// Whether a cycle's quota is spread evenly over the policy's periods in it.
    pub spread: bool,
    /// What it is, for people.
    pub about: Option<String>,
}

impl Input {
    /// An input that is needed as it is.
    pub(crate) fn plain(name: &str, ty: Option<ValueType>, source: InputSource, about: Option<String>) -> Self {
        let name = name.to_owned();
        Self { name, ty, source, optional: false, to_date: None, averaged: false, spread: false, about }
    }
}

/// Where an input comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputSource {
    /// An attribute of the participant.
    Attribute,
    /// A measure of the catalogue.
    Measure,
    /// Records of that list.
    Records(String),
    /// The target of the header's measure.
    Quota,
    /// The header's measure against its target: computed, not asked for.
    Attainment,
    /// The period's bounds: computed, not asked for.
    Builtin,
    /// An earlier outcome.
    Outcome,
}

/// Something that a policy gives for each participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputInfo {
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub kind: OutputKind,
    /// Its kind.
    pub ty: ValueType,
    /// What it is, for people.
    pub about: Option<String>,
}

/// What becomes of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputKind {
    /// A figure, shown as a score.
    Define,
    /// Posted to the ledger.
    Payout,
    /// Proposed, never posted.
    Recommend,
}

/// A `check` line and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// The line as it is written, without `check`.
    pub text: String,
    /// Its line, from 1.
    pub line: u32,
    /// `not proved yet`.
    pub status: String,
}

impl Program {
    /// The policy's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.header.name
    }

    /// Its version, from 1.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.header.version
    }

    /// What it is about.
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        self.header.about.as_deref()
    }

    /// First and last day on which it holds, both included.
    #[must_use]
    pub const fn effective(&self) -> (Date, Option<Date>) {
        self.header.effective
    }

    /// How long its period is.
    #[must_use]
    pub const fn period(&self) -> PeriodUnit {
        self.header.period
    }

    /// The currency of its amounts.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.header.currency
    }

    /// The measure of `attainment of …`, which binds that name, `quota` and `attainment`.
    #[must_use]
    pub fn attainment_of(&self) -> Option<&str> {
        self.header.measure.as_deref()
    }

    /// What it asks for, by name.
    #[must_use]
    pub const fn inputs(&self) -> &std::collections::BTreeMap<String, Input> {
        &self.inputs
    }

    /// Every list that it needs, those of the header measure's formula included.
    #[must_use]
    pub fn lists(&self) -> Vec<&str> {
        self.lists.iter().map(|list| list.name.as_str()).collect()
    }

    /// The list that its `credit` block credits.
    #[must_use]
    pub fn credit(&self) -> Option<&str> {
        self.credit.as_ref().and_then(|credit| self.lists.get(credit.list.0)).map(|list| list.name.as_str())
    }

    /// The month, from 1, in which a year to date begins.
    #[must_use]
    pub const fn year_starts(&self) -> i8 {
        self.header.year_starts
    }

    /// The money field that `credited` is a share of, where its `credit` block names one.
    #[must_use]
    pub fn credited_field(&self) -> Option<&str> {
        self.credit.as_ref().and_then(|credit| credit.of.first()).map(String::as_str)
    }

    /// The names of its contests.
    #[must_use]
    pub fn contests(&self) -> Vec<&str> {
        self.contests.iter().map(|contest| contest.name.as_str()).collect()
    }

    /// Whether it settles anything per payee.
    #[must_use]
    pub const fn settle(&self) -> bool {
        self.settle.is_some()
    }

    /// Whether it guarantees an amount, so that even someone without payouts has to be settled.
    #[must_use]
    pub fn guarantees(&self) -> bool {
        self.settle.as_ref().is_some_and(|settle| settle.guarantee.is_some())
    }

    /// Whether it takes back by computing earlier periods again, so that all that they read has to stay on record.
    #[must_use]
    pub fn recomputes(&self) -> bool {
        let statements = self.outcomes.iter().flat_map(|outcome| &outcome.statements);
        statements.into_iter().any(|s| matches!(&s.kind, StatementKind::TakeBack(block) if block.recomputing))
    }

    /// Whether it settles over all policies' payouts.
    #[must_use]
    pub fn settles_all(&self) -> bool {
        self.settle.as_ref().is_some_and(|settle| settle.all)
    }

    /// What it gives for each participant: definitions, then payouts and recommendations, as they are written.
    #[must_use]
    pub fn outputs(&self) -> Vec<OutputInfo> {
        let defines = self.defines.iter().map(|define| OutputInfo {
            name: define.name.clone(),
            kind: OutputKind::Define,
            ty: define.ty.value_type(),
            about: define.about.clone(),
        });
        let outcomes = self.outcomes.iter().map(|outcome| OutputInfo {
            name: outcome.name.clone(),
            kind: match outcome.kind {
                OutcomeKind::Payout => OutputKind::Payout,
                OutcomeKind::Recommend => OutputKind::Recommend,
            },
            ty: outcome.ty.value_type(),
            about: outcome.about.clone(),
        });
        defines.chain(outcomes).collect()
    }

    /// How many tests it has.
    #[must_use]
    pub const fn tests(&self) -> usize {
        self.tests.len()
    }

    /// Its `check` lines.
    #[must_use]
    pub fn checks(&self) -> Vec<CheckReport> {
        self.checks.clone()
    }
}
