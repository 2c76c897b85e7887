//! The syntax tree: what a policy or schema file says, with the place of every part. Names are not resolved and types not
//! checked.

mod expressions;
mod outcomes;
mod schema;
mod stages;
mod tables;
mod tests;

use jiff::civil::Date;
use merit_core::ValueType;
use merit_core::period::PeriodUnit;

use crate::diagnostics::Span;
pub use expressions::{Aggregate, DayCount, Expr, ExprKind, Function, Literal, LiteralKind, Operator};
pub use outcomes::{ListColumn, Outcome, Statement};
pub use schema::{Field, FieldOptions, Measure, Range, Record};
pub use stages::{
    Contest, Credit, Draw, Guarantee, Prizes, Recognition, Recognize, Settle, Share, Template, TemplatePart,
};
pub use tables::{
    Band, BandRow, Bands, BandsKind, Cell, CellKind, Column, Rates, RatesRow, Row, Side, Table, Weigh, WeighRow,
};
pub use tests::{Binding, Check, Expectation, Given, Group, Part, Test, TestPeriod};

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
    /// The month, from 1, in which a year to date begins.
    pub year_starts: Option<Spanned<i8>>,
    /// How a date plus months rounds at a month's end: up, or down.
    pub month_ends_up: Option<Spanned<bool>>,
    /// Whether a header line could not be read; nothing is then said about lines that lack.
    pub damaged: bool,
}

/// A declaration.
#[derive(Debug, Clone)]
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
    /// `define` of a list's column; its name is the list's, a point and the column's
    Column { list: Name, column: Name, name: Name, ty: Option<TypeRef>, value: Expr },
    /// `weigh`
    Weigh(Weigh),
    /// `tiers`, `bands` or `curve`
    Bands(Bands),
    /// `rates`
    Rates(Rates),
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
