//! Types with units, and the exact quantities that are computed with.

use merit_core::{Currency, Span, ValueType};
use serde::{Deserialize, Serialize};

use jiff::civil::Date;
use merit_core::Ratio;

/// A stretch of the source text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// What an expression is: its kind and its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Type {
    /// An amount of a currency, in exact major units (not rounded to coins).
    Money(Currency),
    /// A ratio: 1.25 is 125%.
    Percent,
    /// A plain number.
    Number,
    /// A whole number.
    Count,
    /// Recognition points.
    Points,
    /// A calendar day.
    Date,
    /// Months and days.
    Duration,
    /// Free text.
    Text,
    /// Yes or no.
    YesNo,
    /// One of the named choice's words: the choice's name.
    Choice(String),
    /// A person.
    Participant,
}

/// An exact value in the units of its [`Type`], which the expression at hand knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quantity {
    /// Money in major units, a ratio, a number, a count, points.
    #[serde(rename = "n")]
    Exact(Ratio),
    /// A date.
    #[serde(rename = "d")]
    Day(Date),
    /// A duration.
    #[serde(rename = "l")]
    Length(Span),
    /// Text, a choice's word, a person's id (without the collection).
    #[serde(rename = "w")]
    Words(String),
    /// Yes or no.
    #[serde(rename = "b")]
    Flag(bool),
}

/// The values that are taken, both ends included; open where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Range {
    /// The least.
    pub min: Option<Quantity>,
    /// The most.
    pub max: Option<Quantity>,
}

impl Type {
    /// The kind, without the currency or the choice.
    #[must_use]
    pub const fn value_type(&self) -> ValueType {
        match self {
            Self::Money(_) => ValueType::Money,
            Self::Percent => ValueType::Percent,
            Self::Number => ValueType::Number,
            Self::Count => ValueType::Count,
            Self::Points => ValueType::Points,
            Self::Date => ValueType::Date,
            Self::Duration => ValueType::Duration,
            Self::Text => ValueType::Text,
            Self::YesNo => ValueType::YesNo,
            Self::Choice(_) => ValueType::Choice,
            Self::Participant => ValueType::Participant,
        }
    }
}
