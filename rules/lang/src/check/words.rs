//! Types, values and bounds in the reader's words.

use merit_core::{Currency, Money, Value, ValueType};

use crate::program::{Quantity, Type};

/// A type: `money`, `percent`, the choice `Region`; a currency only where it tells two apart.
pub fn type_words(ty: &Type) -> String {
    match ty {
        Type::Choice(name) => format!("the choice `{name}`"),
        other => other.value_type().word().to_owned(),
    }
}

/// Two types, with their currencies if that is all that tells them apart.
pub fn two_types(left: &Type, right: &Type) -> (String, String) {
    match (left, right) {
        (Type::Money(a), Type::Money(b)) if a != b => (format!("money in {a}"), format!("money in {b}")),
        _ => (type_words(left), type_words(right)),
    }
}

/// A type with its article, for sentences: `an amount of money`, `a percentage`.
pub fn a_type(ty: &Type) -> String {
    match ty {
        Type::Money(_) => "an amount of money".to_owned(),
        Type::Percent => "a percentage".to_owned(),
        Type::Number => "a number".to_owned(),
        Type::Count => "a count".to_owned(),
        Type::Points => "points".to_owned(),
        Type::Date => "a date".to_owned(),
        Type::Duration => "a length of time".to_owned(),
        Type::Text => "a text".to_owned(),
        Type::YesNo => "a condition that is yes or no".to_owned(),
        Type::Choice(name) => format!("one of the choice `{name}`"),
        Type::Participant => "a participant".to_owned(),
    }
}

/// What is wanted and what is there instead, each with its article, and with their currencies if that is all that tells
/// them apart.
pub fn wanted_and_found(want: &Type, found: &Type) -> (String, String) {
    match (want, found) {
        (Type::Money(a), Type::Money(b)) if a != b => {
            (format!("an amount of money in {a}"), format!("an amount of money in {b}"))
        }
        _ => (a_type(want), a_type(found)),
    }
}

/// A value as people write it.
pub fn value_words(ty: &Type, quantity: &Quantity) -> String {
    match (ty, quantity) {
        (Type::Money(currency), Quantity::Exact(major)) => merit_core::money::spoken(major, *currency),
        (_, Quantity::Day(day)) => day.to_string(),
        (_, Quantity::Length(length)) => length.spoken(),
        (_, Quantity::Words(words)) => words.clone(),
        (_, Quantity::Flag(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        (Type::Percent, Quantity::Exact(ratio)) => Value::Percent(ratio.clone()).spoken(),
        (Type::Points, Quantity::Exact(ratio)) => Value::Points(ratio.clone()).spoken(),
        (_, Quantity::Exact(ratio)) => Value::Number(ratio.clone()).spoken(),
    }
}

/// The outside value for a quantity; `None` where it doesn't fit its type (an amount beyond the largest).
pub fn to_value(ty: &Type, quantity: &Quantity) -> Option<Value> {
    Some(match (ty, quantity) {
        (Type::Money(currency), Quantity::Exact(major)) => Value::Money(Money::from_major(major, *currency).ok()?),
        (Type::Percent, Quantity::Exact(ratio)) => Value::Percent(ratio.clone()),
        (Type::Number, Quantity::Exact(ratio)) => Value::Number(ratio.clone()),
        (Type::Count, Quantity::Exact(ratio)) => Value::Count(ratio.to_i64()?),
        (Type::Points, Quantity::Exact(ratio)) => Value::Points(ratio.clone()),
        (Type::Date, Quantity::Day(day)) => Value::Date(*day),
        (Type::Duration, Quantity::Length(length)) => Value::Duration(*length),
        (Type::Text, Quantity::Words(words)) => Value::Text(words.clone()),
        (Type::Choice(_), Quantity::Words(words)) => Value::Choice(words.clone()),
        (Type::Participant, Quantity::Words(words)) => Value::Participant(merit_core::ids::PersonId::new(words).ok()?),
        (Type::YesNo, Quantity::Flag(yes)) => Value::YesNo(*yes),
        _ => return None,
    })
}

/// The quantity of an outside value.
pub fn to_quantity(value: &Value) -> Quantity {
    match value {
        Value::Money(money) => Quantity::Exact(money.major()),
        Value::Percent(ratio) | Value::Number(ratio) | Value::Points(ratio) => Quantity::Exact(ratio.clone()),
        Value::Count(count) => Quantity::Exact(merit_core::Ratio::whole(*count)),
        Value::Date(day) => Quantity::Day(*day),
        Value::Duration(length) => Quantity::Length(*length),
        Value::Text(words) | Value::Choice(words) => Quantity::Words(words.clone()),
        Value::YesNo(yes) => Quantity::Flag(*yes),
        Value::Participant(id) => Quantity::Words(id.as_str().to_owned()),
    }
}

/// A kind with its currency or choice.
pub fn full_type(kind: ValueType, currency: Currency, choice: Option<&str>) -> Type {
    match kind {
        ValueType::Money => Type::Money(currency),
        ValueType::Percent => Type::Percent,
        ValueType::Number => Type::Number,
        ValueType::Count => Type::Count,
        ValueType::Points => Type::Points,
        ValueType::Date => Type::Date,
        ValueType::Duration => Type::Duration,
        ValueType::Text => Type::Text,
        ValueType::YesNo => Type::YesNo,
        ValueType::Choice => Type::Choice(choice.unwrap_or_default().to_owned()),
        ValueType::Participant => Type::Participant,
    }
}

/// Whether both values lie in that order; values of different kinds never do.
pub fn less(left: &Quantity, right: &Quantity) -> bool {
    match (left, right) {
        (Quantity::Exact(a), Quantity::Exact(b)) => a < b,
        (Quantity::Day(a), Quantity::Day(b)) => a < b,
        (Quantity::Length(a), Quantity::Length(b)) => average_days(*a) < average_days(*b),
        _ => false,
    }
}

/// A length by average months of 146,097 ÷ 4,800 days, times 4,800.
fn average_days(length: merit_core::Span) -> i64 {
    i64::from(length.months) * 146_097 + i64::from(length.days) * 4_800
}
