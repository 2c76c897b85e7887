//! Expressions and literals.

use jiff::civil::Date;
use merit_core::period::PeriodUnit;
use merit_core::{Ratio, Rounding, Span as Length};

use super::Name;
use crate::diagnostics::Span;

/// A literal and its place.
#[derive(Debug, Clone)]
pub struct Literal {
    /// Its value.
    pub kind: LiteralKind,
    /// Where.
    pub span: Span,
}

/// A literal's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiteralKind {
    /// An amount: major units, and the code or `$`.
    Money { major: Ratio, currency: String },
    /// 1.25 is 125%.
    Percent(Ratio),
    /// Points.
    Points(Ratio),
    /// A length of time.
    Duration(Length),
    /// A day.
    Date(Date),
    /// Yes or no.
    YesNo(bool),
    /// Words.
    Text(String),
    /// A number; whole if it is written without a point.
    Number { value: Ratio, whole: bool },
}

/// An expression and its place.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it says.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// What an expression says.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A literal.
    Literal(LiteralKind),
    /// A name.
    Name(String),
    /// `-x`
    Negative(Box<Expr>),
    /// `not x`
    Not(Box<Expr>),
    /// Two values and an operator.
    Binary { op: Operator, op_span: Span, left: Box<Expr>, right: Box<Expr> },
    /// `x is missing`
    IsMissing(Box<Expr>),
    /// `x in (a, b)`
    In { value: Box<Expr>, options: Vec<Name> },
    /// `if … then … else …`
    If { condition: Box<Expr>, then: Box<Expr>, otherwise: Box<Expr> },
    /// `apply rates to amount against whole`
    Apply { table: Name, column: Option<Name>, to: Name, against: Option<Name>, start: Option<Name> },
    /// `lookup table for arguments`
    Lookup { table: Name, column: Option<Name>, arguments: Vec<Expr> },
    /// `sum of deals.amount where (…)`
    Aggregate {
        kind: Aggregate,
        list: Name,
        column: Option<Name>,
        condition: Option<Box<Expr>>,
        weighted_by: Option<Name>,
    },
    /// `x rounded half up to 0.1`
    Rounded { value: Box<Expr>, mode: Rounding, to: Literal },
    /// `total of commission in the year to date`; without this period for `earlier in the year`
    ToDate { name: Name, unit: PeriodUnit, with_this: bool },
    /// `periods in a row where at_quota`
    InARow(Name),
    /// `previous score`
    Previous(Name),
    /// `savings converted to USD by fx on adopted_on`
    Converted { value: Box<Expr>, to: Name, rates: Name, on: Name },
    /// `days from started to period_end, counting both ends`
    Days { from: Name, to: Name, count: DayCount },
    /// `min(a, b)`
    Call { function: Function, arguments: Vec<Expr> },
}

/// Which ends of a span of days count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayCount {
    /// First and last.
    BothEnds,
    /// Only the first.
    FirstDay,
    /// Only the last.
    LastDay,
    /// Neither.
    NeitherEnd,
}

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// or
    Or,
    /// and
    And,
    /// otherwise
    Otherwise,
    /// =
    Equal,
    /// <>
    NotEqual,
    /// <
    Less,
    /// `<=`, is at most
    AtMost,
    /// >
    Greater,
    /// `>=`, is at least
    AtLeast,
    /// +
    Add,
    /// -
    Subtract,
    /// *
    Multiply,
    /// /
    Divide,
}

impl Operator {
    /// As people read it.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Otherwise => "otherwise",
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::AtMost => "is at most",
            Self::Greater => ">",
            Self::AtLeast => "is at least",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "×",
            Self::Divide => "÷",
        }
    }
}

/// What is made of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// sum
    Sum,
    /// count
    Count,
    /// highest
    Highest,
    /// lowest
    Lowest,
    /// average
    Average,
    /// any
    Any,
}

impl Aggregate {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Highest => "highest",
            Self::Lowest => "lowest",
            Self::Average => "average",
            Self::Any => "any",
        }
    }
}

/// A built-in function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `min(…)`
    Min,
    /// `max(…)`
    Max,
    /// `abs(x)`
    Abs,
    /// `months_between(from, to)`
    MonthsBetween,
    /// `days_between(from, to)`
    DaysBetween,
}
