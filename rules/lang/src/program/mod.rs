//! The checked, typed program: plain data that the checker builds and the evaluator runs. Nothing here computes.
//!
//! Everything that a program names lies in a vector of the program and is referred to by its index ([`FactId`],
//! [`DefineId`], …), so that evaluating needs no look-up by name. Every expression knows its type and its place in the
//! source text. Constants are folded into literals.

mod credit;
mod expression;
mod list;
mod on_record;
mod outcome;
mod quantity;
mod report;
#[cfg(test)]
pub(crate) mod sample;
mod stage;
mod table;
mod test;

pub use credit::{Credit, RollUp, Share};
pub use expression::{
    Aggregate, AggregateKind, Apply, Comparison, DayCount, Expr, ExprKind, Function, Lookup, Operator, Recorded,
};
pub use list::{Column, ColumnSource, Formula, List};
pub use on_record::OnRecord;
pub use outcome::{Cash, Outcome, OutcomeKind, Statement, StatementKind, TakeBack};
pub use quantity::{Place, Quantity, Range, Type};
pub use report::{CheckReport, Input, InputSource, OutputInfo, OutputKind};
pub use stage::{
    Announce, CapTotal, Contest, Draw, Guarantee, KudosSaying, OncePer, Prizes, Recognize, Settle, TemplatePart,
};
pub use table::{
    Band, BandTable, Bound, Cell, Curve, Grid, GridRow, Outside, Rates, ResultColumn, Table, TableKind, TierMode,
};
pub use test::{AmountPart, Expectation, ExpectationKind, Given, GivenSet, Prize, Target, Test, TestGroup, TestPeriod};

use std::collections::BTreeMap;

use jiff::civil::Date;
use merit_core::Currency;
use merit_core::period::PeriodUnit;

macro_rules! index {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub usize);
    )*};
}

index! {
    /// Index into [`Program::facts`].
    FactId;
    /// Index into [`Program::lists`].
    ListId;
    /// Index into the columns of one [`List`].
    ColumnId;
    /// Index into [`Program::defines`].
    DefineId;
    /// Index into [`Program::tables`].
    TableId;
    /// Index into [`Program::outcomes`].
    OutcomeId;
    /// Index of a `let` among the lets of one outcome, from 0.
    LocalId;
}

/// A policy that was read and checked, with its tests and checks.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// The policy's source text; every [`Place`] points into it.
    pub(crate) text: String,
    /// What stands above the declarations.
    pub(crate) header: Header,
    /// Every single value that is read anywhere: attributes, measures, `quota`, `attainment`, built-ins. `attainment`
    /// and measures with a formula stand after the facts that they are computed from.
    pub(crate) facts: Vec<Fact>,
    /// Every list that is read anywhere, the header measure's included.
    pub(crate) lists: Vec<List>,
    /// Tables of all kinds.
    pub(crate) tables: Vec<Table>,
    /// Definitions, in the order in which they are written.
    pub(crate) defines: Vec<Define>,
    /// Payouts and recommendations, in the order in which they are written.
    pub(crate) outcomes: Vec<Outcome>,
    /// Definitions and outcomes so that each stands after all that it reads.
    pub(crate) order: Vec<Step>,
    /// How results are credited, if the policy says so.
    pub(crate) credit: Option<Credit>,
    /// Recognitions, in the order in which they are written.
    pub(crate) recognitions: Vec<Recognize>,
    /// Contests, in the order in which they are written.
    pub(crate) contests: Vec<Contest>,
    /// The settle block.
    pub(crate) settle: Option<Settle>,
    /// The test blocks.
    pub(crate) tests: Vec<Test>,
    /// The check lines.
    pub(crate) checks: Vec<CheckReport>,
    /// What the policy asks for, by name: for those who must provide it.
    pub(crate) inputs: BTreeMap<String, Input>,
}

/// What stands above a policy's declarations.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The policy's name.
    pub name: String,
    /// Its version, from 1.
    pub version: u32,
    /// What it is about.
    pub about: Option<String>,
    /// First and last day on which it holds, both included.
    pub effective: (Date, Option<Date>),
    /// Whom it applies to; everyone, if absent. A yes/no expression over facts and definitions.
    pub applies: Option<Expr>,
    /// How long its period is.
    pub period: PeriodUnit,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Which way `date + months` goes where the month has no such day.
    pub month_ends: Option<MonthEnds>,
    /// The month, from 1, in which a year to date begins.
    pub year_starts: i8,
    /// The measure of `attainment of …`.
    pub measure: Option<String>,
}

/// Where `2026-01-31 + 1 month` goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthEnds {
    /// To the month's last day.
    Down,
    /// To the next month's first day.
    Up,
}

/// Something that can be computed, in [`Program::order`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A definition.
    Define(DefineId),
    /// A payout or a recommendation.
    Outcome(OutcomeId),
    /// A column of the policy's own, for every row of its list.
    Column(ListId, ColumnId),
}

/// A single value that comes from outside, or is bound by the header.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Its name in the policy: `quota`.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// How it is got. A value given under its name wins over computing it.
    pub source: FactSource,
    /// The range that the policy or the schema declares, the narrower of both; both ends included. A value outside it
    /// makes each output that reads it not scored.
    pub range: Range,
    /// Whether it may be missing (`optional`). Reading any other one that is missing makes an output not scored.
    pub optional: bool,
    /// What stands in for it where it is missing.
    pub default: Option<Quantity>,
    /// What it is, for people.
    pub about: Option<String>,
}

/// How a fact is got.
#[derive(Debug, Clone, PartialEq)]
pub enum FactSource {
    /// Given by name: an attribute, a measure without a formula, `quota`, an outcome of another policy.
    Given,
    /// A measure's formula over the program's lists.
    Formula(Box<Expr>),
    /// `attainment`: the measure against its target. For higher is better `measure ÷ quota`; for lower is better
    /// `2 − measure ÷ quota`, never below 0.
    Attainment {
        /// The measure's fact.
        measure: FactId,
        /// The fact `quota`.
        quota: FactId,
        /// The measure's direction.
        higher_is_better: bool,
    },
    /// The period's first day.
    PeriodStart,
    /// The day after the period's last.
    PeriodEnd,
}

/// A named expression: `define score : percent = …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Define {
    /// Its name.
    pub name: String,
    /// Its declared or inferred type.
    pub ty: Type,
    /// What it is.
    pub value: Expr,
    /// What it is, for people.
    pub about: Option<String>,
    /// Where its name is written.
    pub place: Place,
}
