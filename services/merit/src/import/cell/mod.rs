//! One cell's text as a typed value: dates, numbers and amounts in the forms that a profile names. Nothing is guessed: a
//! text that could mean two things is a problem that says how to settle it.

mod date;
mod money;
mod number;

use merit_core::text::{line, shown};
use merit_core::{Currency, Ratio, Span, Value, ValueType};
use merit_rules::nearest;

pub use date::DateFormat;
pub use number::{Mark, PercentFormat};

/// How a column writes its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Formats {
    pub dates: DateFormat,
    /// The decimal point; `.` if none is named.
    pub decimal: Option<Mark>,
    /// What stands between thousands, if anything may.
    pub thousands: Option<Mark>,
    /// Of amounts that don't name theirs.
    pub currency: Option<Currency>,
    pub percent: Option<PercentFormat>,
    /// Of a length of time that is a bare number.
    pub unit: Option<Unit>,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    Days,
    Weeks,
    Months,
    Quarters,
    Years,
}

impl Unit {
    const fn span(self, number: i32) -> Option<Span> {
        let (months, days) = match self {
            Self::Days => (Some(0), Some(number)),
            Self::Weeks => (Some(0), number.checked_mul(7)),
            Self::Months => (Some(number), Some(0)),
            Self::Quarters => (number.checked_mul(3), Some(0)),
            Self::Years => (number.checked_mul(12), Some(0)),
        };
        match (months, days) {
            (Some(months), Some(days)) => Some(Span { months, days }),
            _ => None,
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word.strip_suffix('s').unwrap_or(word) {
            "day" => Self::Days,
            "week" => Self::Weeks,
            "month" => Self::Months,
            "quarter" => Self::Quarters,
            "year" => Self::Years,
            _ => return None,
        })
    }
}

/// What a schema says of a value.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub kind: ValueType,
    /// The words of a choice.
    pub options: &'a [String],
    /// The currency that the schema keeps it in, if it says so.
    pub currency: Option<Currency>,
}

/// Reads a text that is not empty. People are not read here: who somebody is takes an index.
///
/// # Errors
/// Words for people: what is wrong and what to do.
pub fn value(wanted: Wanted<'_>, text: &str, formats: &Formats) -> Result<Value, String> {
    Ok(match wanted.kind {
        ValueType::Money => Value::Money(money::money(text, formats, wanted.currency)?),
        ValueType::Percent => Value::Percent(percent(text, formats)?),
        ValueType::Number => Value::Number(number::number(text, formats)?),
        ValueType::Points => {
            Value::Points(number::number(text.strip_suffix("points").unwrap_or(text).trim_end(), formats)?)
        }
        ValueType::Count => Value::Count(count(text, formats)?),
        ValueType::Date => Value::Date(formats.dates.read(text)?),
        ValueType::Duration => Value::Duration(duration(text, formats.unit)?),
        ValueType::Text => Value::Text(line("the text", text).map_err(|error| error.message)?),
        ValueType::YesNo => Value::YesNo(yes_no(text)?),
        ValueType::Choice => Value::Choice(choice(text, wanted.options)?),
        ValueType::Participant => {
            Value::Participant(merit_core::ids::PersonId::new(text).map_err(|error| error.message)?)
        }
    })
}

/// Reads a share such as a weight: `25%`, or a bare number where the profile says what it means.
///
/// # Errors
/// Words for people.
pub fn percent(text: &str, formats: &Formats) -> Result<Ratio, String> {
    number::percent(text, formats)
}

fn count(text: &str, formats: &Formats) -> Result<i64, String> {
    let number = number::number(text, formats)?;
    number
        .is_whole()
        .then(|| number.to_i64())
        .flatten()
        .ok_or_else(|| format!("`{}` is not a whole number", shown(text)))
}

fn yes_no(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "true" => Ok(true),
        "no" | "n" | "false" => Ok(false),
        _ => Err(format!("`{}` is not yes or no; give the profile `aliases` that say which it is", shown(text))),
    }
}

fn choice(text: &str, options: &[String]) -> Result<String, String> {
    if options.iter().any(|option| option == text) {
        return Ok(text.to_owned());
    }
    let words = options.join(", ");
    Err(match nearest(text, options.iter().map(String::as_str)) {
        Some(option) => format!(
            "`{}` is none of {words}; if `{option}` is meant, correct it or give the profile an alias",
            shown(text)
        ),
        None => format!("`{}` is none of {words}; correct it or give the profile an alias", shown(text)),
    })
}

fn duration(text: &str, unit: Option<Unit>) -> Result<Span, String> {
    let bad = || format!("`{}` is not a length of time like `12 months` or `90 days`", shown(text));
    if text.starts_with('P') {
        return text.parse().map_err(|_| bad());
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let unit = unit.ok_or_else(|| {
            format!("`{}` names no unit; write `{0} months`, or say `unit = \"months\"` in the profile", shown(text))
        })?;
        return text.parse().ok().and_then(|number| unit.span(number)).ok_or_else(bad);
    }
    let mut total = Span { months: 0, days: 0 };
    let mut words = text.split_whitespace();
    while let Some(number) = words.next() {
        let part = || Unit::from_word(words.next()?)?.span(number.parse().ok().filter(|n: &i32| *n >= 0)?);
        let part = { part }().ok_or_else(bad)?;
        total.months = total.months.checked_add(part.months).ok_or_else(bad)?;
        total.days = total.days.checked_add(part.days).ok_or_else(bad)?;
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn read(kind: ValueType, text: &str, formats: &Formats) -> String {
        let options = ["GTXPro".to_owned(), "MGSpecial".to_owned()];
        match value(Wanted { kind, options: &options, currency: None }, text, formats) {
            Ok(value) => value.to_string(),
            Err(message) => message,
        }
    }

    #[test]
    fn words_counts_and_lengths_of_time() {
        let months = Formats { unit: Some(Unit::Months), ..Formats::default() };
        for (kind, text, formats, expected) in [
            (ValueType::Count, "12", None, "12"),
            (ValueType::Count, "1.5", None, "`1.5` is not a whole number"),
            (ValueType::Points, "250 points", None, "250"),
            (ValueType::YesNo, "TRUE", None, "yes"),
            (ValueType::YesNo, "n", None, "no"),
            (ValueType::YesNo, "1", None, "`1` is not yes or no; give the profile `aliases` that say which it is"),
            (ValueType::Choice, "GTXPro", None, "GTXPro"),
            (
                ValueType::Choice,
                "GTX Pro",
                None,
                "`GTX Pro` is none of GTXPro, MGSpecial; if `GTXPro` is meant, correct it or give the profile an alias",
            ),
            (
                ValueType::Choice,
                "Axe",
                None,
                "`Axe` is none of GTXPro, MGSpecial; correct it or give the profile an alias",
            ),
            (ValueType::Duration, "12 months", None, "P12M0D"),
            (ValueType::Duration, "1 year 2 weeks", None, "P12M14D"),
            (ValueType::Duration, "P3M0D", None, "P3M0D"),
            (ValueType::Duration, "24", Some(&months), "P24M0D"),
            (
                ValueType::Duration,
                "24",
                None,
                "`24` names no unit; write `24 months`, or say `unit = \"months\"` in the profile",
            ),
            (ValueType::Duration, "24 moons", None, "`24 moons` is not a length of time like `12 months` or `90 days`"),
            (
                ValueType::Duration,
                "9999999999 years",
                None,
                "`9999999999 years` is not a length of time like `12 months` or `90 days`",
            ),
            (
                ValueType::Text,
                "a\u{202E}b",
                None,
                "the text holds a character that can't be seen (U+202E); type it again by hand",
            ),
            (ValueType::Participant, "ana-silva", None, "ana-silva"),
        ] {
            assert_eq!(read(kind, text, formats.unwrap_or(&Formats::default())), expected, "{text}");
        }
    }
}
