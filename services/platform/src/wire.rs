//! Between the wire's messages and the core's types, in one place.

use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::text::shown;
use merit_core::{Error, Money, Problem, Ratio, Result, Value, ValueType};
use merit_proto::r#type::v1 as proto;

/// A value for the wire.
#[must_use]
pub fn value(value: &Value) -> proto::Value {
    proto::Value { kind: kind(value.kind()).into(), text: value.to_string() }
}

/// A value from the wire.
///
/// # Errors
/// `BAD_VALUE` when the kind is missing or the text is not of its form, and those of [`Value::parse`].
pub fn parse_value(value: &proto::Value) -> Result<Value> {
    Value::parse(parse_kind(value.kind())?, &value.text)
}

/// A kind from the wire.
///
/// # Errors
/// `BAD_VALUE` when it is missing.
pub fn parse_kind(kind: proto::ValueKind) -> Result<ValueType> {
    Ok(match kind {
        proto::ValueKind::Unspecified => return Err(Error::invalid("BAD_VALUE", "a value says no kind")),
        proto::ValueKind::Money => ValueType::Money,
        proto::ValueKind::Percent => ValueType::Percent,
        proto::ValueKind::Number => ValueType::Number,
        proto::ValueKind::Count => ValueType::Count,
        proto::ValueKind::Points => ValueType::Points,
        proto::ValueKind::Date => ValueType::Date,
        proto::ValueKind::Duration => ValueType::Duration,
        proto::ValueKind::Text => ValueType::Text,
        proto::ValueKind::YesNo => ValueType::YesNo,
        proto::ValueKind::Choice => ValueType::Choice,
        proto::ValueKind::Participant => ValueType::Participant,
    })
}

/// A kind for the wire.
#[must_use]
pub const fn kind(kind: ValueType) -> proto::ValueKind {
    match kind {
        ValueType::Money => proto::ValueKind::Money,
        ValueType::Percent => proto::ValueKind::Percent,
        ValueType::Number => proto::ValueKind::Number,
        ValueType::Count => proto::ValueKind::Count,
        ValueType::Points => proto::ValueKind::Points,
        ValueType::Date => proto::ValueKind::Date,
        ValueType::Duration => proto::ValueKind::Duration,
        ValueType::Text => proto::ValueKind::Text,
        ValueType::YesNo => proto::ValueKind::YesNo,
        ValueType::Choice => proto::ValueKind::Choice,
        ValueType::Participant => proto::ValueKind::Participant,
    }
}

/// An amount for the wire.
#[must_use]
pub fn money(money: Money) -> proto::Money {
    proto::Money { currency_code: money.currency.code().to_owned(), minor_units: money.minor }
}

/// An amount from the wire.
///
/// # Errors
/// `UNKNOWN_CURRENCY`.
pub fn parse_money(money: &proto::Money) -> Result<Money> {
    Ok(Money::new(money.minor_units, money.currency_code.parse()?))
}

/// A problem for the wire.
#[must_use]
pub fn problem(problem: &Problem) -> proto::ImportProblem {
    proto::ImportProblem { line: problem.line, column: problem.column.clone(), message: problem.message.clone() }
}

/// A problem from the wire.
#[must_use]
pub fn parse_problem(problem: &proto::ImportProblem) -> Problem {
    Problem { line: problem.line, column: problem.column.clone(), message: problem.message.clone() }
}

/// A day from the wire.
///
/// # Errors
/// `BAD_DATE`, with `what` as the subject of the sentence.
pub fn day(what: &str, text: &str) -> Result<Date> {
    // `jiff` also reads times and offsets; a day here is ten characters.
    let date = (text.len() == 10).then(|| text.parse().ok()).flatten();
    date.ok_or_else(|| Error::invalid("BAD_DATE", format!("{what} `{}` is not a day like 2026-07-01", shown(text))))
}

/// A day from the wire, none where it is empty.
///
/// # Errors
/// `BAD_DATE`, with `what` as the subject of the sentence.
pub fn optional_day(what: &str, text: &str) -> Result<Option<Date>> {
    if text.is_empty() { Ok(None) } else { day(what, text).map(Some) }
}

/// An instant from the wire, none where it is empty.
///
/// # Errors
/// `BAD_TIME`.
pub fn optional_instant(text: &str) -> Result<Option<Timestamp>> {
    let bad = |_| Error::invalid("BAD_TIME", format!("`{}` is not an instant like 2026-10-05T08:00:00Z", shown(text)));
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(bad) }
}

/// An exact ratio from the wire.
///
/// # Errors
/// `BAD_NUMBER`, with `what` as the subject of the sentence.
pub fn ratio(what: &str, text: &str) -> Result<Ratio> {
    text.parse().map_err(|_| Error::invalid("BAD_NUMBER", format!("{what} `{}` is not a number", shown(text))))
}

/// An exact ratio from the wire, none where it is empty.
///
/// # Errors
/// `BAD_NUMBER`, with `what` as the subject of the sentence.
pub fn optional_ratio(what: &str, text: &str) -> Result<Option<Ratio>> {
    if text.is_empty() { Ok(None) } else { ratio(what, text).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_crosses_the_wire() {
        for kind in ValueType::ALL {
            let text = match kind {
                ValueType::Money => "USD 1.00",
                ValueType::Date => "2026-07-01",
                ValueType::Duration => "P1M0D",
                ValueType::YesNo => "yes",
                ValueType::Text | ValueType::Choice | ValueType::Participant => "a",
                _ => "3",
            };
            let original = Value::parse(kind, text).unwrap();
            assert_eq!(parse_value(&value(&original)).unwrap(), original);
        }
    }

    #[test]
    fn days_are_ten_characters() {
        assert!(day("the day", "2026-07-01").is_ok());
        for bad in ["2026-7-1", "2026-07-01T00:00", "2026-02-30", "20260701", ""] {
            assert_eq!(day("the day", bad).unwrap_err().reason, "BAD_DATE");
        }
    }
}
