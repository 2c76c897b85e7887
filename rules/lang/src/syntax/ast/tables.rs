//! Bands, tiers, curves, rates, weights and decision tables.

use jiff::civil::Date;

use super::{Expr, Literal, Name, Spanned, TypeRef};
use crate::diagnostics::Span;

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
    /// The choice whose words its columns are named by.
    pub for_choice: Option<Name>,
    /// The column whose pay so far the bounds measure.
    pub filled_by: Option<Name>,
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
    /// Straight lines; below the first point, and above the last.
    Curve(Side, Side),
}

/// What a curve gives on one side of its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The end point's value.
    Clamped,
    /// The last line goes on.
    Extended,
    /// Nothing.
    Zero,
}

/// Rates of other currencies by the day from which they hold.
#[derive(Debug, Clone)]
pub struct Rates {
    /// Its name.
    pub name: Name,
    /// Into which currency.
    pub to: Name,
    /// From which currencies.
    pub from: Vec<Name>,
    /// The day, and one number for each currency.
    pub rows: Vec<RatesRow>,
    /// Whether a row with a mistake was left out.
    pub damaged: bool,
}

/// A row of rates.
#[derive(Debug, Clone)]
pub struct RatesRow {
    /// The first day on which they hold.
    pub from: Spanned<Date>,
    /// One number for each currency.
    pub values: Vec<Literal>,
    /// The whole row.
    pub span: Span,
}

/// An average of weighted parts.
#[derive(Debug, Clone)]
pub struct Weigh {
    /// Its name.
    pub name: Name,
    /// What it gives.
    pub ty: TypeRef,
    /// Whether parts that are missing are left out; otherwise they count as 0.
    pub left_out: bool,
    /// What it is about.
    pub about: Option<Name>,
    /// The head row, whose labels nobody reads.
    pub head: Vec<Column>,
    /// Its parts.
    pub rows: Vec<WeighRow>,
    /// The whole.
    pub span: Span,
    /// Whether a row with a mistake was left out.
    pub damaged: bool,
}

/// A part and its weight.
#[derive(Debug, Clone)]
pub struct WeighRow {
    /// A definition or an input.
    pub part: Name,
    /// How much it weighs.
    pub weight: Expr,
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
