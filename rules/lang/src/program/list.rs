//! Lists of records.

use super::{Expr, Quantity, Type};

/// A list that a program reads: `deals : list of Deal`.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// The list's name: `deals`.
    pub name: String,
    /// The record's name: `Deal`.
    pub record: String,
    /// All that a row may be asked for.
    pub columns: Vec<Column>,
}

/// A column of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// How it is got. A value given under its name wins over computing it.
    pub source: ColumnSource,
    /// Whether it may be missing.
    pub optional: bool,
    /// What the schema puts in the place of a missing value.
    pub default: Option<Quantity>,
}

/// How a column is got.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnSource {
    /// Given by name.
    Given,
    /// The participant's share of the row: `credited`.
    Credited,
    /// How the participant was credited: `owner`, `overlay`, `manager`.
    CreditedAs,
    /// The participant's share of that field: `credited_margin`.
    CreditedOf(String),
    /// A record's formula over the row's other columns.
    Formula(Box<Expr>),
    /// The policy's own: `define deals.earned = …`. It may read whatever a definition may.
    Defined(Box<Expr>),
}

/// A measure's formula on its own, outside any policy: what a schema keeps for one.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// The formula; its [`super::ListId`]s point into `lists`. It reads no facts.
    pub value: Expr,
    /// The lists that it reads.
    pub lists: Vec<List>,
}
