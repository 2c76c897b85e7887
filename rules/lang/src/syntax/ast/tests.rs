//! Test blocks and check lines.

use super::{Expr, Literal, Name, Spanned};
use crate::diagnostics::Span;

/// A check line.
#[derive(Debug, Clone)]
pub struct Check {
    /// As written.
    pub text: String,
    /// The whole.
    pub span: Span,
    /// Outcomes and definitions that it speaks of.
    pub subjects: Vec<Name>,
    /// Values that it holds them against.
    pub values: Vec<Expr>,
    /// Of `as a deal's amount rises`: the row and the column.
    pub row: Option<(Name, Option<Name>)>,
    /// Of `as quota rises` and `per 1% of attainment`: the input.
    pub input: Option<Name>,
}

/// A test.
#[derive(Debug, Clone)]
pub struct Test {
    /// Its name.
    pub name: Name,
    /// Periods that follow one another; then `given` is empty.
    pub periods: Vec<TestPeriod>,
    /// Who is ranked.
    pub group: Option<Group>,
    /// What it gives; to all members of a group.
    pub given: Vec<Binding>,
    /// What it expects.
    pub expects: Vec<Spanned<Expectation>>,
    /// Whether a line with a mistake was left out.
    pub damaged: bool,
}

/// A group that is ranked.
#[derive(Debug, Clone)]
pub enum Group {
    /// `given 20 participants`.
    Size(Spanned<u32>),
    /// `given ana { … }`, each with what it gives.
    Members(Vec<(Name, Vec<Binding>)>),
}

/// `name = value`
#[derive(Debug, Clone)]
pub struct Binding {
    /// What is given.
    pub name: Name,
    /// Its value.
    pub value: Given,
}

/// A value that a test gives.
#[derive(Debug, Clone)]
pub enum Given {
    /// A literal.
    Literal(Literal),
    /// A choice's option, or a person.
    Word(Name),
    /// Rows of a list.
    Rows { rows: Vec<Spanned<Vec<Binding>>>, span: Span },
}

/// What a test expects.
#[derive(Debug, Clone)]
pub enum Expectation {
    /// `recognized`, or not; with how many points.
    Recognized { name: Name, expected: bool, points: Option<Literal> },
    /// A value, or a part of an outcome's amount.
    Equals { name: Name, part: Part, value: Given },
    /// A value, rounded half up to the literal's digits.
    RoundsTo { name: Name, value: Literal },
    /// What becomes payable to the payee, settling included.
    Paid(Literal),
    /// What the payee owes back.
    Owed(Literal),
    /// Over all periods; of no name: what was paid.
    Total { name: Option<Name>, payable: bool, value: Literal },
    /// A list's column, row by row.
    Column { list: Name, column: Name, values: Vec<Literal> },
    /// A share of the first row of the list that is credited.
    Credit { to: Name, of: Name, value: Literal },
    /// To whom a contest gives something.
    Won { name: Name, value: Given, members: Vec<Name> },
    /// How many participants a contest gives something.
    Share { name: Name, value: Given, participants: Spanned<u32> },
    /// A contest's distribution that binds nobody.
    Guideline(Name),
}

/// `period 1 { … }`
#[derive(Debug, Clone)]
pub struct TestPeriod {
    /// From 1.
    pub number: Spanned<u32>,
    /// What it gives.
    pub given: Vec<Binding>,
    /// What it expects.
    pub expects: Vec<Spanned<Expectation>>,
}

/// Which part of an outcome's amount is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The rounded amount.
    Whole,
    /// What is held back of it.
    Held,
    /// What becomes payable in the period.
    Payable,
    /// What is taken back, as a positive amount.
    TakenBack,
    /// What was held back earlier and is freed now.
    Released,
}
