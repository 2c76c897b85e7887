//! A typed value as it is imported, stored, sent and exported. Each has one canonical text, so equal values have equal
//! bytes on every store.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::ids::PersonId;
use crate::money::Money;
use crate::ratio::Ratio;
use crate::text::shown;

/// The kinds of value that a schema can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueType {
    /// An amount of a currency.
    Money,
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
    /// One of a schema's named choices.
    Choice,
    /// A person.
    Participant,
}

/// A length of time in calendar months and days. Years and quarters are months, weeks are days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Calendar months.
    pub months: i32,
    /// Days beyond the months.
    pub days: i32,
}

/// A typed value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "kebab-case")]
pub enum Value {
    /// An amount.
    Money(Money),
    /// A ratio: 1.25 is 125%.
    Percent(Ratio),
    /// A plain number.
    Number(Ratio),
    /// A whole number.
    Count(i64),
    /// Recognition points.
    Points(Ratio),
    /// A calendar day.
    Date(Date),
    /// Months and days.
    Duration(Span),
    /// Free text.
    Text(String),
    /// Yes or no.
    YesNo(bool),
    /// One of a schema's named choices.
    Choice(String),
    /// A person.
    Participant(PersonId),
}

impl ValueType {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Money,
        Self::Percent,
        Self::Number,
        Self::Count,
        Self::Points,
        Self::Date,
        Self::Duration,
        Self::Text,
        Self::YesNo,
        Self::Choice,
        Self::Participant,
    ];

    /// The word for it, as in a policy: `yes/no`, `percent`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Percent => "percent",
            Self::Number => "number",
            Self::Count => "count",
            Self::Points => "points",
            Self::Date => "date",
            Self::Duration => "duration",
            Self::Text => "text",
            Self::YesNo => "yes/no",
            Self::Choice => "choice",
            Self::Participant => "participant",
        }
    }

    /// The type with that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl Value {
    /// Which kind it is.
    #[must_use]
    pub const fn kind(&self) -> ValueType {
        match self {
            Self::Money(_) => ValueType::Money,
            Self::Percent(_) => ValueType::Percent,
            Self::Number(_) => ValueType::Number,
            Self::Count(_) => ValueType::Count,
            Self::Points(_) => ValueType::Points,
            Self::Date(_) => ValueType::Date,
            Self::Duration(_) => ValueType::Duration,
            Self::Text(_) => ValueType::Text,
            Self::YesNo(_) => ValueType::YesNo,
            Self::Choice(_) => ValueType::Choice,
            Self::Participant(_) => ValueType::Participant,
        }
    }

    /// The number behind a money (major units), percent, number, count or points value.
    #[must_use]
    pub fn number(&self) -> Option<Ratio> {
        match self {
            Self::Money(money) => Some(money.major()),
            Self::Percent(r) | Self::Number(r) | Self::Points(r) => Some(r.clone()),
            Self::Count(n) => Some(Ratio::whole(*n)),
            _ => None,
        }
    }

    /// Reads the canonical text of a kind (see [`fmt::Display`] of [`Value`]).
    ///
    /// # Errors
    /// `BAD_VALUE` when the text is not that kind's canonical form, or a more exact reason for money and numbers.
    pub fn parse(kind: ValueType, text: &str) -> Result<Self> {
        let bad = |what: &str| Error::invalid("BAD_VALUE", format!("`{}` is not {what}", shown(text)));
        Ok(match kind {
            ValueType::Money => Self::Money(text.parse()?),
            ValueType::Percent => Self::Percent(text.parse()?),
            ValueType::Number => Self::Number(text.parse()?),
            ValueType::Points => Self::Points(text.parse()?),
            ValueType::Count => Self::Count(text.parse().map_err(|_| bad("a whole number"))?),
            ValueType::Date => Self::Date(text.parse().map_err(|_| bad("a date like 2026-07-01"))?),
            ValueType::Duration => Self::Duration(text.parse()?),
            ValueType::Text => Self::Text(text.to_owned()),
            ValueType::YesNo => match text {
                "yes" => Self::YesNo(true),
                "no" => Self::YesNo(false),
                _ => return Err(bad("yes or no")),
            },
            ValueType::Choice => Self::Choice(text.to_owned()),
            ValueType::Participant => Self::Participant(PersonId::new(text)?),
        })
    }

    /// For people: `$1,234.50`, `104.5%`, `1,200`, `12 months`, `Enterprise`. Ratios are shown with at most 4 decimals.
    #[must_use]
    pub fn spoken(&self) -> String {
        match self {
            Self::Money(money) => money.spoken(),
            Self::Percent(r) => format!("{}%", crate::money::grouped(&(r * &Ratio::whole(100)).decimal(4))),
            Self::Number(r) => crate::money::grouped(&r.decimal(4)),
            Self::Count(n) => crate::money::grouped(&n.to_string()),
            Self::Points(r) => format!("{} points", crate::money::grouped(&r.decimal(4))),
            Self::Duration(span) => span.spoken(),
            other => other.to_string(),
        }
    }
}

impl Span {
    /// For people: `12 months`, `1 month 3 days`, `0 days`.
    #[must_use]
    pub fn spoken(&self) -> String {
        let part = |n: i32, one: &str| format!("{n} {one}{}", if n.abs() == 1 { "" } else { "s" });
        match (self.months, self.days) {
            (0, days) => part(days, "day"),
            (months, 0) => part(months, "month"),
            (months, days) => format!("{} {}", part(months, "month"), part(days, "day")),
        }
    }
}

/// The canonical text: `P12M3D`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{}M{}D", self.months, self.days)
    }
}

impl FromStr for Span {
    type Err = Error;

    /// # Errors
    /// `BAD_VALUE` when it is not of the form `P12M3D`.
    fn from_str(text: &str) -> Result<Self> {
        let parse = || {
            let (months, days) = text.strip_prefix('P')?.strip_suffix('D')?.split_once('M')?;
            Some(Self { months: months.parse().ok()?, days: days.parse().ok()? })
        };
        parse().ok_or_else(|| Error::invalid("BAD_VALUE", format!("`{}` is not a duration like P12M0D", shown(text))))
    }
}

/// The canonical text: `USD 12.50`, `5/4`, `2026-07-01`, `yes`, `P12M0D`, `ana-silva`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(money) => money.fmt(f),
            Self::Percent(r) | Self::Number(r) | Self::Points(r) => fmt::Display::fmt(r, f),
            Self::Count(n) => n.fmt(f),
            Self::Date(day) => fmt::Display::fmt(day, f),
            Self::Duration(span) => span.fmt(f),
            Self::Text(text) | Self::Choice(text) => f.write_str(text),
            Self::YesNo(yes) => f.write_str(if *yes { "yes" } else { "no" }),
            Self::Participant(id) => fmt::Display::fmt(id, f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_text_round_trips() {
        for (kind, text) in [
            (ValueType::Money, "USD 12.50"),
            (ValueType::Percent, "5/4"),
            (ValueType::Number, "-3"),
            (ValueType::Count, "12"),
            (ValueType::Points, "250"),
            (ValueType::Date, "2026-02-28"),
            (ValueType::Duration, "P12M-3D"),
            (ValueType::Text, "a b"),
            (ValueType::YesNo, "no"),
            (ValueType::Choice, "Enterprise"),
            (ValueType::Participant, "ana"),
        ] {
            let value = Value::parse(kind, text).unwrap();
            assert_eq!((value.kind(), value.to_string().as_str()), (kind, text));
            assert_eq!(ValueType::from_word(kind.word()), Some(kind));
        }
        assert!(Value::parse(ValueType::Date, "2026-02-29").is_err());
        assert!(Value::parse(ValueType::YesNo, "true").is_err());
    }

    #[test]
    fn people_read_units() {
        for (value, words) in [
            (Value::Percent("1.045".parse().unwrap()), "104.5%"),
            (Value::Count(1200), "1,200"),
            (Value::Duration(Span { months: 1, days: 3 }), "1 month 3 days"),
            (Value::Points(Ratio::whole(250)), "250 points"),
        ] {
            assert_eq!(value.spoken(), words);
        }
    }
}
