//! What a schema declares, and the inputs that a policy binds to it.

use merit_core::period::PeriodUnit;

use super::{Expr, Literal, Name, Spanned, TypeRef};
use crate::diagnostics::Span;

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
    /// `year to date` and the like: from the start of which stretch on.
    pub to_date: Option<Spanned<PeriodUnit>>,
    /// Where it says that values which change are averaged by days.
    pub averaged: Option<Span>,
    /// Where it says that a cycle's target is spread over its periods.
    pub spread: Option<Span>,
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
