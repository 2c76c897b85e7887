//! Values, and what stands in their place where there is none.

use std::cmp::Ordering;

use jiff::civil::Date;
use merit_core::{Currency, Ratio, Value as Outside, ValueType};
use num_bigint::BigInt;
use num_rational::BigRational;

use crate::syntax::ast::{LiteralKind, TypeKind};

/// A value. Units are the checker's business; an amount of money is in major units.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Money, a percentage, points, a count or a number.
    Number(BigRational),
    Day(Date),
    Length {
        months: i64,
        days: i64,
    },
    /// Text, a choice's word, a person.
    Words(String),
    Flag(bool),
}

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Something that has to be there isn't.
    Missing,
    /// Something that may be missing is.
    Absent,
    /// A divisor is 0.
    Zero,
    /// Out of range, of another kind, or too large: nothing stands in for it.
    NotScored,
}

pub type Answer = Result<Value, Gap>;

impl Gap {
    /// Whether `otherwise` stands in for it.
    pub fn is_caught(self) -> bool {
        self != Self::NotScored
    }
}

/// Gaps that were met; the worst of them counts.
#[derive(Debug, Default)]
pub struct Gaps(pub Vec<Gap>);

impl Gaps {
    /// Nothing, or the gap that decides: one that nothing catches before all others.
    pub fn worst(self) -> Result<(), Gap> {
        match self.0.iter().find(|gap| !gap.is_caught()).or(self.0.first()) {
            Some(gap) => Err(*gap),
            None => Ok(()),
        }
    }

    pub fn and(mut self, mut other: Self) -> Self {
        self.0.append(&mut other.0);
        self
    }
}

impl Value {
    pub fn literal(literal: &LiteralKind) -> Self {
        match literal {
            LiteralKind::Money { major: ratio, .. }
            | LiteralKind::Percent(ratio)
            | LiteralKind::Points(ratio)
            | LiteralKind::Number { value: ratio, .. } => Self::Number(exact(ratio)),
            LiteralKind::Duration(length) => Self::Length { months: length.months.into(), days: length.days.into() },
            LiteralKind::Date(day) => Self::Day(*day),
            LiteralKind::YesNo(yes) => Self::Flag(*yes),
            LiteralKind::Text(text) => Self::Words(text.clone()),
        }
    }

    pub fn count(number: usize) -> Self {
        whole(i64::try_from(number).unwrap())
    }

    pub fn number(&self) -> &BigRational {
        match self {
            Self::Number(number) => number,
            other => panic!("{other:?} is no number"),
        }
    }

    pub fn yes(&self) -> bool {
        match self {
            Self::Flag(yes) => *yes,
            other => panic!("{other:?} is neither yes nor no"),
        }
    }

    pub fn day(&self) -> Date {
        match self {
            Self::Day(day) => *day,
            other => panic!("{other:?} is no date"),
        }
    }

    /// Which is more. A length of months is compared with days by the calendar's average: 400 years are 146,097 days.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::Day(a), Self::Day(b)) => a.cmp(b),
            (Self::Words(a), Self::Words(b)) => a.cmp(b),
            (Self::Flag(a), Self::Flag(b)) => a.cmp(b),
            (Self::Length { months: m, days: d }, Self::Length { months: n, days: e }) => {
                let average = |months: i64, days: i64| months * 146_097 + days * 400 * 12;
                average(*m, *d).cmp(&average(*n, *e))
            }
            _ => panic!("{self:?} and {other:?} can't be compared"),
        }
    }
}

/// A value from outside as one of a type; what is of another kind or currency is not scored.
pub fn given(value: &Outside, ty: &TypeKind, currency: Currency) -> Answer {
    use ValueType as T;
    let kind = match ty {
        TypeKind::Plain(kind) => *kind,
        TypeKind::Named(_) => T::Choice,
        TypeKind::List(_) => panic!("a list is no value"),
    };
    match (value, kind) {
        (Outside::Money(money), T::Money) if money.currency == currency => Ok(Value::Number(major(money))),
        (Outside::Percent(r), T::Percent) | (Outside::Number(r), T::Number) | (Outside::Points(r), T::Points) => {
            Ok(Value::Number(exact(r)))
        }
        (Outside::Number(r), T::Count) if exact(r).is_integer() => Ok(Value::Number(exact(r))),
        (Outside::Count(n), T::Count | T::Number) => Ok(whole(*n)),
        (Outside::Date(day), T::Date) => Ok(Value::Day(*day)),
        (Outside::Duration(length), T::Duration) => {
            Ok(Value::Length { months: length.months.into(), days: length.days.into() })
        }
        (Outside::Text(words) | Outside::Choice(words), T::Text | T::Choice) => Ok(Value::Words(words.clone())),
        (Outside::YesNo(yes), T::YesNo) => Ok(Value::Flag(*yes)),
        (Outside::Participant(person), T::Participant) => Ok(Value::Words(person.as_str().to_owned())),
        _ => Err(Gap::NotScored),
    }
}

pub fn exact(ratio: &Ratio) -> BigRational {
    ratio.to_string().parse().unwrap()
}

pub fn whole(number: i64) -> Value {
    Value::Number(integer(number))
}

pub fn integer(number: i64) -> BigRational {
    BigRational::from_integer(BigInt::from(number))
}

/// An amount in major units.
pub fn major(money: &merit_core::Money) -> BigRational {
    integer(money.minor) / coins(money.currency)
}

/// Coins in one unit of a currency.
pub fn coins(currency: Currency) -> BigRational {
    (0..currency.digits()).fold(integer(1), |coins, _| coins * integer(10))
}

/// Whether a whole number of coins can be kept as an amount.
pub fn fits(coins: &BigRational) -> bool {
    coins.is_integer() && i64::try_from(coins.to_integer()).is_ok()
}
