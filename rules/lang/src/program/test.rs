//! Test blocks.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::ids::PersonId;
use merit_core::{Money, Ratio, Value};

use super::{ColumnId, DefineId, FactId, ListId, OutcomeId, Quantity, Type};

/// `test "…" { given { … } expect … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Its title.
    pub name: String,
    /// Line of the title, from 1.
    pub line: u32,
    /// Periods that follow one another; one, where the test has no `period` blocks.
    pub periods: Vec<TestPeriod>,
    /// Who is ranked; none: the test is about one participant.
    pub group: Option<TestGroup>,
    /// What is expected after the last period.
    pub after: Vec<Expectation>,
}

/// Those whom a test ranks.
#[derive(Debug, Clone, PartialEq)]
pub enum TestGroup {
    /// `given 20 participants`: so many, each with another value to be ranked by.
    Size(u32),
    /// `given ana { … }`: each with all that is given, in the test's order.
    Members(Vec<(PersonId, GivenSet)>),
}

/// What one period of a test gives and expects.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestPeriod {
    /// What is given.
    pub given: GivenSet,
    /// What is expected, in order.
    pub expectations: Vec<Expectation>,
}

/// All that is given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GivenSet {
    /// Values and rows by input name.
    pub inputs: BTreeMap<String, Given>,
    /// Events that have come.
    pub events: BTreeSet<String>,
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

/// What is expected. Amounts are in major units.
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
    /// `expect score rounds to 78.3%`: half up to the step.
    RoundsTo {
        /// Whose value.
        target: Target,
        /// Its type.
        ty: Type,
        /// Which value.
        value: Ratio,
        /// The step of the literal's last digit.
        step: Ratio,
    },
    /// A part of a payout: `expect commission held back = $3,000.00`.
    Part {
        /// Which payout.
        outcome: OutcomeId,
        /// Which part.
        part: AmountPart,
        /// How much.
        value: Ratio,
    },
    /// `expect paid = $1`: what becomes payable to the payee, settling included.
    Paid(Ratio),
    /// `expect owed = $1`: what is left of draws to be taken back.
    Owed(Ratio),
    /// `expect total of commission = $3`, over all periods.
    Total {
        /// Which payout; none: what is paid.
        outcome: Option<OutcomeId>,
        /// What becomes payable of it; otherwise what is earned.
        payable: bool,
        /// How much.
        value: Ratio,
    },
    /// `expect deals.earned = $1, $2`: a column, row by row.
    Column {
        /// The list.
        list: ListId,
        /// The column.
        column: ColumnId,
        /// Row by row.
        values: Vec<Quantity>,
    },
    /// `expect credit to owner of amount = $1`: shares of the given rows of the credited list.
    Credit {
        /// Credited as.
        to: String,
        /// Of which field.
        of: String,
        /// How much in all.
        value: Ratio,
    },
    /// `expect rating = high for 6 participants`.
    Share {
        /// Index into the program's contests.
        contest: usize,
        /// What they get.
        gets: Prize,
        /// How many.
        participants: u32,
    },
    /// `expect rating = high for ana, bo`.
    Won {
        /// Index into the program's contests.
        contest: usize,
        /// What they get.
        gets: Prize,
        /// Who.
        participants: Vec<PersonId>,
    },
    /// `expect rating is a guideline`: index into the program's contests.
    Guideline(usize),
    /// `expect recognized "Hot streak"`, `expect not recognized …`.
    Recognized {
        /// Index into the program's recognitions.
        recognition: usize,
        /// Whether it is expected.
        yes: bool,
        /// `… with 250 points`.
        points: Option<Ratio>,
    },
}

/// What a contest gives somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prize {
    /// Money.
    Money(Money),
    /// A label.
    Label(String),
}

/// A part of a payout's amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountPart {
    /// What is held back until an event, or until cash comes in.
    Held,
    /// What becomes payable in the period, earlier parts that are freed included.
    Payable,
    /// What is taken back, as a positive amount.
    TakenBack,
    /// What was held back earlier and is freed now.
    Released,
}

impl AmountPart {
    /// Its words in a policy.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Held => "held back",
            Self::Payable => "payable",
            Self::TakenBack => "taken back",
            Self::Released => "released",
        }
    }
}

/// What can be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A fact, such as `attainment`.
    Fact(FactId),
    /// A definition.
    Define(DefineId),
    /// An outcome's amount, what is held included.
    Outcome(OutcomeId),
}
