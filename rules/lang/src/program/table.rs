//! Bands, tiers, curves and grids.

use jiff::civil::Date;
use merit_core::Ratio;

use super::{Expr, Place, Quantity, Type};

/// A table of any kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Where its name is written.
    pub place: Place,
    /// Its result columns, at least one.
    pub columns: Vec<ResultColumn>,
    /// What it holds.
    pub kind: TableKind,
}

/// A result column: `rate -> percent`.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultColumn {
    /// Its label.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// The kinds of tables.
#[derive(Debug, Clone, PartialEq)]
pub enum TableKind {
    /// `bands … by …`: for `lookup`.
    Bands(BandTable),
    /// `tiers … by …`: for `apply`.
    Tiers(TierMode, BandTable),
    /// `curve … by …`: for `lookup`.
    Curve(Curve),
    /// `rates … to …`: for `converted to`.
    Rates(Rates),
    /// `table … unique|first`: for `lookup`.
    Grid(Grid),
}

/// How tiers pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TierMode {
    /// Each band at its own rate.
    Marginal,
    /// The reached rate on everything.
    Retroactive,
}

/// Bands that follow one another without gap or overlap, lowest first.
#[derive(Debug, Clone, PartialEq)]
pub struct BandTable {
    /// What the bands are keyed by.
    pub by: Type,
    /// The key's label: `attainment`.
    pub label: String,
    /// The result column whose pay so far the bounds measure, from 0; otherwise they measure the amount itself.
    pub filled_by: Option<usize>,
    /// The bands, lowest first.
    pub bands: Vec<Band>,
}

/// One band with its results.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Its bounds.
    pub bound: Bound,
    /// One result for each result column.
    pub values: Vec<Expr>,
    /// The row in the source.
    pub place: Place,
}

/// Half-open: `from` is inside, `below` is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The least value inside; open below, if absent.
    pub from: Option<Quantity>,
    /// The least value above; open above, if absent.
    pub below: Option<Quantity>,
}

/// Straight lines between points.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// What it is keyed by.
    pub by: Type,
    /// The key's label.
    pub label: String,
    /// What happens before the first point.
    pub below: Outside,
    /// What happens after the last point.
    pub above: Outside,
    /// Key and one result for each result column, in rising order of the key; at least two.
    pub points: Vec<(Ratio, Vec<Ratio>)>,
}

/// What a curve gives outside its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// The end point's value.
    Clamped,
    /// The end segments go on straight.
    Extended,
    /// Zero.
    Zero,
}

/// A table with one or more condition columns. `table … unique` is refused where rows overlap, so that both `unique`
/// and `first` take the first row that matches.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Label and type of each condition column.
    pub conditions: Vec<(String, Type)>,
    /// The rows in order; the `otherwise` row, if any, is the last one and all its cells are [`Cell::Any`].
    pub rows: Vec<GridRow>,
}

/// A row of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct GridRow {
    /// One for each condition column.
    pub cells: Vec<Cell>,
    /// One result for each result column.
    pub values: Vec<Expr>,
    /// Whether it is the `otherwise` row.
    pub otherwise: bool,
    /// The row in the source.
    pub place: Place,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// `-`
    Any,
    /// One value, or `in A, B`: any of these.
    In(Vec<Quantity>),
    /// `below 50%`, `50% to below 80%`, `80% and above`.
    Within(Bound),
}

/// Rates of other currencies, each row from its day until the next row's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates {
    /// The first day of each row, rising, and one rate for each of the table's columns, which are named by currency.
    pub rows: Vec<(Date, Vec<Ratio>)>,
}
