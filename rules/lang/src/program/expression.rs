//! Typed expressions.

use merit_core::period::PeriodUnit;
use merit_core::{Ratio, Rounding};

use super::{ColumnId, DefineId, FactId, ListId, LocalId, OutcomeId, Place, Quantity, TableId, Type};

/// An expression with its type and its place in the source.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// What it gives.
    pub ty: Type,
    /// Where it is written.
    pub place: Place,
}

/// The forms of expressions.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A literal, a `const`, or a choice's word. The type says the unit.
    Literal(Quantity),
    /// A fact.
    Fact(FactId),
    /// A definition.
    Define(DefineId),
    /// Another outcome's rounded value.
    Outcome(OutcomeId),
    /// A `let` of the same outcome.
    Local(LocalId),
    /// A column of the row at hand: inside an aggregate's `where`, or in a record's formula.
    Column(ListId, ColumnId),
    /// Arithmetic on two values. The checker has seen to the units; the quantities' own forms decide the rest:
    /// exact with exact; day − day is a length in days; day ± length is a day; length ± length is a length.
    Arithmetic(Operator, Box<Expr>, Box<Expr>),
    /// Minus.
    Negate(Box<Expr>),
    /// A comparison of two values of one kind. Lengths compare by average months of 146,097 ÷ 4,800 days.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// Both; the right side is not looked at where the left one is `no`.
    And(Box<Expr>, Box<Expr>),
    /// Either; the right side is not looked at where the left one is `yes`.
    Or(Box<Expr>, Box<Expr>),
    /// Not.
    Not(Box<Expr>),
    /// Whether the value is missing. A value out of its range is not missing; reading it fails.
    IsMissing(Box<Expr>),
    /// `region in (AMER, EMEA)`.
    OneOf(Box<Expr>, Vec<Quantity>),
    /// The left value, or the right one where the left is missing or divides by zero.
    Otherwise(Box<Expr>, Box<Expr>),
    /// `if … then … else …`; only the chosen side is computed.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `… rounded half up to 0.1`: the nearest multiple of the step.
    Rounded(Box<Expr>, Rounding, Ratio),
    /// `sum of deals.credited where (…)`.
    Aggregate(Box<Aggregate>),
    /// `lookup regional_uplift for (region, segment)`, bands and curves too.
    Lookup(Box<Lookup>),
    /// `apply ae_rates to bookings against quota`.
    Apply(Box<Apply>),
    /// A function of values.
    Call(Function, Vec<Expr>),
    /// `total of commission in the year to date`: the sum over the person's earlier periods under the policy that end in
    /// the same stretch, and with this period's where the flag says so.
    ToDate(Recorded, PeriodUnit, bool),
    /// `periods in a row where at_quota`: this period and those right before it in which it was `yes`.
    InARow(DefineId),
    /// `previous score`: the value in the period right before, missing where there is none.
    Previous(Recorded),
    /// The average of parts (each with its weight), weighted by the weights of those that are not missing, or, where the
    /// flag is `false`, their sum with missing ones as 0.
    Weigh(Vec<(Expr, Expr)>, bool),
    /// `savings converted to USD by fx on adopted_on`: times the rate in the column that holds on the day.
    Converted(Box<Expr>, TableId, usize, Box<Expr>),
    /// `days from started to period_end, counting …`.
    Days(Box<Expr>, Box<Expr>, DayCount),
}

impl Expr {
    /// The expressions that it is made of, as they are read. Not those of what it names.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Literal(_)
            | ExprKind::Fact(_)
            | ExprKind::Define(_)
            | ExprKind::Outcome(_)
            | ExprKind::Local(_)
            | ExprKind::Column(..)
            | ExprKind::ToDate(..)
            | ExprKind::InARow(_)
            | ExprKind::Previous(_) => Vec::new(),
            ExprKind::Arithmetic(_, a, b)
            | ExprKind::Compare(_, a, b)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Otherwise(a, b)
            | ExprKind::Converted(a, _, _, b)
            | ExprKind::Days(a, b, _) => vec![a, b],
            ExprKind::Negate(a)
            | ExprKind::Not(a)
            | ExprKind::IsMissing(a)
            | ExprKind::OneOf(a, _)
            | ExprKind::Rounded(a, ..) => vec![a],
            ExprKind::If(a, b, c) => vec![a, b, c],
            ExprKind::Aggregate(aggregate) => aggregate.condition.iter().collect(),
            ExprKind::Lookup(lookup) => lookup.arguments.iter().collect(),
            ExprKind::Apply(apply) => std::iter::once(&apply.to).chain(&apply.against).chain(&apply.start).collect(),
            ExprKind::Call(_, arguments) => arguments.iter().collect(),
            ExprKind::Weigh(parts, _) => parts.iter().flat_map(|(part, weight)| [part, weight]).collect(),
        }
    }
}

/// What earlier periods have on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// A definition's value.
    Define(DefineId),
    /// An outcome's amount.
    Outcome(OutcomeId),
}

/// Arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// +
    Add,
    /// −
    Subtract,
    /// ×
    Multiply,
    /// ÷
    Divide,
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// =
    Equal,
    /// <>
    NotEqual,
    /// <
    Below,
    /// <=, `is at most`
    AtMost,
    /// >
    Above,
    /// >=, `is at least`
    AtLeast,
}

/// Which days of a stretch are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayCount {
    /// The first and the last day.
    BothEnds,
    /// Not the last day.
    FirstDay,
    /// Not the first day.
    LastDay,
    /// Neither.
    NeitherEnd,
}

/// Functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// The least of its arguments.
    Min,
    /// The greatest of its arguments.
    Max,
    /// Without the sign; one argument.
    Abs,
    /// Whole months from the first date to the second, negative when backwards.
    MonthsBetween,
    /// Days from the first date to the second, negative when backwards.
    DaysBetween,
}

/// A figure over the rows of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Which figure.
    pub kind: AggregateKind,
    /// Over which list.
    pub list: ListId,
    /// Of which column; none for `count of` and `any of` a list.
    pub column: Option<ColumnId>,
    /// Which rows count; all, if absent.
    pub condition: Option<Expr>,
    /// `average of … weighted by` this column.
    pub weighted_by: Option<ColumnId>,
}

/// Figures over rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateKind {
    /// The total; 0 for no rows.
    Sum,
    /// How many rows; 0 for no rows. With a column: rows where it is not missing.
    Count,
    /// The greatest; missing for no rows.
    Highest,
    /// The least; missing for no rows.
    Lowest,
    /// Total ÷ number of rows (or weights); missing for no rows.
    Average,
    /// Whether there is such a row.
    Any,
}

/// A look-up in bands, a curve or a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// Where.
    pub table: TableId,
    /// Which result column, from 0.
    pub column: usize,
    /// One for bands and curves, one per condition column for a grid.
    pub arguments: Vec<Expr>,
}

/// Tiers applied to an amount.
///
/// Without `against` the tiers are keyed by the amount's own type: marginal tiers pay each band's rate on the part of
/// the amount inside it; retroactive ones pay the reached band's rate on the whole amount. With `against` (tiers keyed
/// by percent, marginal) a band `50% to below 80%` is the part of the amount from 50% to 80% of `against`.
#[derive(Debug, Clone, PartialEq)]
pub struct Apply {
    /// The tiers.
    pub table: TableId,
    /// The amount (a fact, definition or let: usually `bookings` or a count).
    pub to: Expr,
    /// What percents are taken of: the quota.
    pub against: Option<Expr>,
    /// Which result column holds the rate, from 0.
    pub column: usize,
    /// Where in the bands the amount begins: a running total. 0, if absent.
    pub start: Option<Expr>,
}
