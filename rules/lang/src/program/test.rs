//! Test blocks.

use std::collections::BTreeMap;

use merit_core::Value;

use super::{DefineId, FactId, OutcomeId, Quantity, Type};

/// `test "…" { given { … } expect … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Its title.
    pub name: String,
    /// Line of the title, from 1.
    pub line: u32,
    /// What is given, by input name.
    pub given: BTreeMap<String, Given>,
    /// What is expected, in order.
    pub expectations: Vec<Expectation>,
}

/// What a test gives under a name.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// A single value, of the input's own type (a whole literal given for a number is a number).
    Value(Value),
    /// Rows of a list: column name to value; `credited` and `credited_as` like any other column.
    Rows(Vec<BTreeMap<String, Value>>),
}

/// One `expect` line.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// Line, from 1.
    pub line: u32,
    /// What is expected.
    pub kind: ExpectationKind,
}

/// What is expected.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectationKind {
    /// `expect attainment = 100%`; compared exactly.
    Equals {
        /// Whose value.
        target: Target,
        /// Its type: says how the expected value is shown.
        ty: Type,
        /// Which value.
        value: Quantity,
    },
    /// `expect commission held back = $3,000.00`.
    HeldBack {
        /// Which payout.
        outcome: OutcomeId,
        /// How much, in major units.
        value: Quantity,
    },
    /// `expect recognized "Hot streak"`, `expect not recognized …`.
    Recognized {
        /// Index into the program's recognitions.
        recognition: usize,
        /// Whether it is expected.
        yes: bool,
    },
}

/// What can be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A fact, such as `attainment`.
    Fact(FactId),
    /// A definition.
    Define(DefineId),
    /// An outcome's rounded value, what is held included.
    Outcome(OutcomeId),
}
