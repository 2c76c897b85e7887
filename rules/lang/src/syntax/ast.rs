//! The syntax tree: what a policy or schema file says, with the place of every part. Names are not resolved and types not
//! checked.

use jiff::civil::Date;
use merit_core::period::PeriodUnit;
use merit_core::{Ratio, Rounding, Span as Length, ValueType};

use crate::diagnostics::Span;

/// Something and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The thing.
    pub node: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A thing at a place.
    pub const fn new(node: T, span: Span) -> Self {
        Self { node, span }
    }
}

/// A name or a text, and its place.
pub type Name = Spanned<String>;

/// A parsed file.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// The header's lines.
    pub header: Header,
    /// Declarations that could be read, in order.
    pub items: Vec<Item>,
    /// Names of declarations with mistakes in them: nothing more is said about those or about what uses them.
    pub damaged: Vec<Name>,
}

/// The lines before the first declaration.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// The policy's or schema's name.
    pub name: Option<Name>,
    /// Its version.
    pub version: Option<Spanned<u32>>,
    /// What it is about.
    pub about: Option<Name>,
    /// The schema it is checked against.
    pub uses_schema: Option<Name>,
    /// The measure that `quota` and `attainment` belong to.
    pub attainment_of: Option<Name>,
    /// First and last day.
    pub effective: Option<Spanned<(Date, Option<Date>)>>,
    /// Whom it applies to: everyone (no condition) or those for whom the condition holds.
    pub applies: Option<Spanned<Option<Expr>>>,
    /// The period it is computed for.
    pub period: Option<Spanned<PeriodUnit>>,
    /// The currency of its money.
    pub currency: Option<Name>,
    /// How a date plus months rounds at a month's end: up, or down.
    pub month_ends_up: Option<Spanned<bool>>,
    /// Whether a header line could not be read; nothing is then said about lines that lack.
    pub damaged: bool,
}

/// A declaration.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a file has a few thousand at most")]
pub enum Item {
    /// `const`
    Const { name: Name, value: Literal },
    /// `choice`
    Choice { name: Name, options: Vec<Name> },
    /// `record`
    Record(Record),
    /// `measure`
    Measure(Measure),
    /// `participant { … }`
    Attributes(Vec<Field>),
    /// `event`
    Event { name: Name, about: Option<Name> },
    /// `inputs { … }`
    Inputs { fields: Vec<Field>, span: Span },
    /// `credit`
    Credit(Credit),
    /// `define`
    Define { name: Name, ty: Option<TypeRef>, value: Expr, about: Option<Name> },
    /// `tiers`, `bands` or `curve`
    Bands(Bands),
    /// `table`
    Table(Table),
    /// `payout` or `recommend`
    Outcome(Outcome),
    /// `contest`
    Contest(Contest),
    /// `settle`
    Settle(Settle),
    /// `recognize`
    Recognize(Recognize),
    /// `check`
    Check(Check),
    /// `test`
    Test(Test),
}

/// A type as written.
#[derive(Debug, Clone)]
pub struct TypeRef {
    /// Which.
    pub kind: TypeKind,
    /// Where.
    pub span: Span,
}

/// What a type's words say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeKind {
    /// A word of the language.
    Plain(ValueType),
    /// The name of a choice.
    Named(String),
    /// `list of` a record.
    List(String),
}

/// An input, an attribute or a record's column.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeRef,
    /// What it is computed from.
    pub formula: Option<Expr>,
    /// Its range, default and whether it may be missing.
    pub options: FieldOptions,
    /// What it is about.
    pub about: Option<Name>,
}

/// What may follow a type.
#[derive(Debug, Clone, Default)]
pub struct FieldOptions {
    /// Least and most, both inside.
    pub range: Option<Range>,
    /// What stands for a missing value.
    pub default: Option<Literal>,
    /// Where it says that a value may be missing.
    pub optional: Option<Span>,
}

/// A range, both ends inside.
#[derive(Debug, Clone)]
pub struct Range {
    /// The least.
    pub min: Literal,
    /// The most; none for `and above`.
    pub max: Option<Literal>,
    /// The whole.
    pub span: Span,
}

/// A result record.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its name.
    pub name: Name,
    /// The list's name.
    pub plural: Option<Name>,
    /// The date that puts it in a period.
    pub dated_by: Option<Name>,
    /// Whose it is.
    pub belongs_to: Option<Name>,
    /// Its columns.
    pub fields: Vec<Field>,
}

/// A measure of the schema.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeRef,
    /// What it is computed from.
    pub formula: Option<Expr>,
    /// Range, default, optional.
    pub options: FieldOptions,
    /// Whether more is better.
    pub higher_is_better: bool,
    /// One of the four perspectives, as written.
    pub perspective: String,
    /// What it is about.
    pub about: Option<Name>,
}

/// Who gets credit.
#[derive(Debug, Clone)]
pub struct Credit {
    /// The list.
    pub list: Name,
    /// Which column is shared out.
    pub of: Option<Name>,
    /// The shares.
    pub shares: Vec<Share>,
    /// The date whose reporting line rolls credit up.
    pub roll_up_on: Option<Name>,
    /// The whole.
    pub span: Span,
}

/// One share of a credit.
#[derive(Debug, Clone)]
pub struct Share {
    /// A participant column.
    pub to: Name,
    /// How much of it.
    pub percent: Spanned<Ratio>,
    /// Whether it is on top of the 100%.
    pub in_addition: bool,
    /// Who gets it where the receiver is missing.
    pub otherwise: Option<Name>,
}

/// A table keyed by one ordered value.
#[derive(Debug, Clone)]
pub struct Bands {
    /// Its name.
    pub name: Name,
    /// How it is read.
    pub kind: BandsKind,
    /// The type of what it is keyed by.
    pub by: TypeRef,
    /// The head row.
    pub head: Vec<Column>,
    /// Its rows, for a curve its points.
    pub rows: Vec<BandRow>,
    /// The whole.
    pub span: Span,
    /// Whether a row with a mistake was left out.
    pub damaged: bool,
}

/// How a table keyed by one value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BandsKind {
    /// Each band at its own rate.
    Marginal,
    /// The reached rate on everything.
    Retroactive,
    /// A plain lookup.
    Lookup,
    /// Straight lines, the end points' values outside.
    Clamped,
    /// Straight lines, the last ones go on outside.
    Extended,
    /// Straight lines, nothing outside.
    ZeroOutside,
}

/// A column of a head row.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its label.
    pub name: Name,
    /// For a result: its type.
    pub result: Option<TypeRef>,
}

/// A band and its values.
#[derive(Debug, Clone)]
pub struct BandRow {
    /// The band.
    pub band: Band,
    /// Its values.
    pub values: Vec<Expr>,
    /// The whole row.
    pub span: Span,
}

/// Lower bound inside, upper bound outside; for a curve's point both are the point.
#[derive(Debug, Clone)]
pub struct Band {
    /// From here; none for `below`.
    pub from: Option<Literal>,
    /// To below here; none for `and above`.
    pub to: Option<Literal>,
    /// The whole.
    pub span: Span,
}

/// A decision table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Whether rows may not overlap; otherwise the first match counts.
    pub unique: bool,
    /// The head row.
    pub head: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// The whole.
    pub span: Span,
    /// Whether a row with a mistake was left out.
    pub damaged: bool,
}

/// A row of a decision table.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// Whether it is the `otherwise` row.
    pub otherwise: bool,
    /// The whole.
    pub span: Span,
}

/// A cell.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What it says.
    pub kind: CellKind,
    /// Where.
    pub span: Span,
}

/// What a cell says.
#[derive(Debug, Clone)]
pub enum CellKind {
    /// `-`
    Any,
    /// `otherwise`
    Otherwise,
    /// `in a, b`
    In(Vec<Name>),
    /// A band.
    Band(Band),
    /// A value.
    Value(Expr),
}

/// A payout or a recommendation.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Whether it pays; otherwise it recommends.
    pub pays: bool,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeRef,
    /// What it is about.
    pub about: Option<Name>,
    /// Its statements, as written.
    pub statements: Vec<Spanned<Statement>>,
    /// Whether a statement with a mistake was left out.
    pub damaged: bool,
}

/// A statement of an outcome.
#[derive(Debug, Clone)]
pub enum Statement {
    /// `let`
    Let { name: Name, value: Expr },
    /// `pay` or `propose`
    Amount { pays: bool, value: Expr },
    /// `multiply by`
    Multiply { by: Expr, when: Option<Expr>, because: Option<Name> },
    /// `gate`
    Gate { condition: Expr, otherwise: Option<(bool, Expr)>, because: Option<Name> },
    /// `cap at`
    Cap { at: Expr, because: Option<Name> },
    /// `floor at`
    Floor { at: Expr, because: Option<Name> },
    /// `round`
    Round { mode: Rounding, to: Literal },
    /// `hold back`
    Hold { percent: Spanned<Ratio>, until: Name, because: Option<Name> },
}

/// A contest.
#[derive(Debug, Clone)]
pub struct Contest {
    /// Its name.
    pub name: Name,
    /// What it is about.
    pub about: Option<Name>,
    /// What people are ranked by.
    pub by: Expr,
    /// Within groups of this attribute.
    pub within: Option<Name>,
    /// How many places win.
    pub places: Spanned<u32>,
    /// The prizes, first place first.
    pub prizes: Vec<Literal>,
    /// Why.
    pub because: Option<Name>,
}

/// A settlement.
#[derive(Debug, Clone)]
pub struct Settle {
    /// Whether it is over every policy's payouts.
    pub all: bool,
    /// The cap over them.
    pub cap: Option<(Expr, Option<Name>)>,
    /// The whole.
    pub span: Span,
}

/// A recognition.
#[derive(Debug, Clone)]
pub struct Recognize {
    /// Its name.
    pub name: Name,
    /// What it is about.
    pub about: Option<Name>,
    /// Its statements, as written.
    pub statements: Vec<Spanned<Recognition>>,
    /// Whether a statement with a mistake was left out.
    pub damaged: bool,
}

/// A statement of a recognition.
#[derive(Debug, Clone)]
pub enum Recognition {
    /// `when`
    When(Expr),
    /// `badge`
    Badge { name: Name, level: Option<Name> },
    /// `award`
    Award(Expr),
    /// `kudos`
    Kudos { from: Name, saying: Option<Template> },
    /// `announce`
    Announce { to: Name, saying: Template },
    /// `once per`; none is once in the policy's life.
    Once(Option<PeriodUnit>),
}

/// A text with holes.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its parts.
    pub parts: Vec<TemplatePart>,
}

/// A part of a text with holes.
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Words.
    Text(String),
    /// `{participant.name}`
    ParticipantName,
    /// `{name}`
    Hole(Name),
}

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
    /// What it gives.
    pub given: Vec<Binding>,
    /// What it expects.
    pub expects: Vec<Spanned<Expectation>>,
    /// Whether a line with a mistake was left out.
    pub damaged: bool,
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
    /// `recognized`, or not.
    Recognized { name: Name, expected: bool },
    /// A value; of the amount that is held back, if `held`.
    Equals { name: Name, held: bool, value: Given },
}

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
    Apply { table: Name, column: Option<Name>, to: Name, against: Option<Name> },
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
