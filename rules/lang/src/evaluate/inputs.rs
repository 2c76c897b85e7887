//! One person's inputs from a JSON file, with values in the policy's own words: for trying a policy out.
//!
//! ```json
//! {
//!   "person": "ana-silva", "period_start": "2026-04-01", "period_end": "2026-07-01",
//!   "role": "AE", "quota": "$400,000", "csat": 4.6,
//!   "deals": [ { "id": "D-1", "credited": "$400,000", "term": "36 months", "is_new": true } ]
//! }
//! ```

use std::collections::BTreeMap;

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::text::shown;
use merit_core::{Currency, Error, Money, Period, Ratio, Result, Span, Value};
use serde_json::Value as Json;

use super::{PersonInputs, Row};
use crate::diagnostics::nearest;
use crate::program::{ColumnSource, Fact, List, Program, Type};

const PERSON: &str = "person";
const START: &str = "period_start";
const END: &str = "period_end";
const ID: &str = "id";

/// Reads one person's inputs for the policy: an object with `person`, `period_start`, `period_end` (the day after the
/// last), and the policy's inputs by name. A list is an array of objects; a row may have an `id`. What is not there, or
/// `null`, is missing.
///
/// # Errors
/// `BAD_INPUT` with words that name the place, for anything that the policy can't read.
pub fn inputs_from_json(program: &Program, text: &str) -> Result<PersonInputs> {
    let json: Json = serde_json::from_str(text).map_err(|error| bad(format!("the input is not JSON: {error}")))?;
    let Json::Object(object) = json else {
        return Err(bad("the input must be one object, like { \"person\": \"ana-silva\", \"quota\": \"$400,000\" }"));
    };
    let person = match object.get(PERSON) {
        Some(Json::String(id)) => PersonId::new(id)?,
        Some(_) => return Err(bad("`person` must be a person's id in quotes, like \"ana-silva\"")),
        None => return Err(bad("`person` is missing: add a line like \"person\": \"ana-silva\"")),
    };
    let day = |name: &str, example: &str| match object.get(name) {
        Some(json) => date(name, json),
        None => Err(bad(format!("`{name}` is missing: add a line like \"{name}\": \"{example}\""))),
    };
    let period = Period::new(day(START, "2026-04-01")?, day(END, "2026-07-01")?)?;
    let mut inputs = PersonInputs {
        person,
        period,
        facts: BTreeMap::new(),
        lists: BTreeMap::new(),
        history: super::History::default(),
    };
    for (name, json) in object.iter().filter(|(name, _)| ![PERSON, START, END].contains(&name.as_str())) {
        if json.is_null() {
            continue;
        }
        if let Some(fact) = program.facts.iter().find(|fact| fact.name == *name) {
            inputs.facts.insert(name.clone(), fact_value(fact, json)?);
        } else if let Some(list) = program.lists.iter().find(|list| list.name == *name) {
            inputs.lists.insert(name.clone(), rows(list, json)?);
        } else {
            return Err(bad(unknown(name, "input of the policy", known(program))));
        }
    }
    Ok(inputs)
}

fn bad(message: impl Into<String>) -> Error {
    Error::invalid("BAD_INPUT", message)
}

fn known(program: &Program) -> Vec<&str> {
    let facts = program.facts.iter().map(|fact| fact.name.as_str());
    facts.chain(program.lists.iter().map(|list| list.name.as_str())).chain([PERSON, START, END]).collect()
}

fn unknown(name: &str, what: &str, known: Vec<&str>) -> String {
    let hint = nearest(name, known.iter().copied())
        .map_or_else(|| format!("it knows {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
    format!("`{}` is no {what}: {hint}", shown(name))
}

fn date(place: &str, json: &Json) -> Result<Date> {
    let text = json.as_str().unwrap_or_default();
    text.parse().map_err(|_| bad(format!("`{place}` must be a date like \"2026-07-01\"")))
}

fn fact_value(fact: &Fact, json: &Json) -> Result<Value> {
    value(&format!("`{}`", fact.name), &fact.ty, json)
}

fn rows(list: &List, json: &Json) -> Result<Vec<Row>> {
    let Json::Array(items) = json else {
        return Err(bad(format!("`{}` must be a list of objects: [ {{ … }}, {{ … }} ]", list.name)));
    };
    items.iter().enumerate().map(|(index, item)| row(list, index + 1, item)).collect()
}

fn row(list: &List, number: usize, json: &Json) -> Result<Row> {
    let place = format!("row {number} of `{}`", list.name);
    let Json::Object(object) = json else { return Err(bad(format!("{place} must be an object: {{ … }}"))) };
    let mut row = Row { id: format!("row {number}"), ..Row::default() };
    for (name, json) in object {
        let column = list.columns.iter().find(|column| column.name == *name);
        match (column, json) {
            (_, Json::Null) => {}
            (None, Json::String(id)) if name == ID => row.id.clone_from(id),
            (None, _) => {
                let columns = list.columns.iter().map(|column| column.name.as_str()).chain([ID]).collect();
                return Err(bad(format!("{place}: {}", unknown(name, "column", columns))));
            }
            (Some(column), json) => {
                let found = value(&format!("`{name}` in {place}"), &column.ty, json)?;
                match (&column.source, found) {
                    (ColumnSource::Credited, Value::Money(money)) => row.credited = Some(money),
                    (ColumnSource::CreditedOf(of), Value::Money(money)) => {
                        row.credited_of.insert(of.clone(), money);
                    }
                    (ColumnSource::CreditedAs, Value::Text(word) | Value::Choice(word)) => row.credited_as = Some(word),
                    (_, found) => drop(row.values.insert(name.clone(), found)),
                }
            }
        }
    }
    Ok(row)
}

/// A value in the policy's own words. `place` names it in messages.
fn value(place: &str, ty: &Type, json: &Json) -> Result<Value> {
    let text = match json {
        Json::String(text) => text.trim().to_owned(),
        Json::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Json::Number(number) => number.to_string(),
        _ => return Err(bad(format!("{place} must be {}", example(ty)))),
    };
    let wrong = || bad(format!("{place} is `{}`, but it must be {}", shown(&text), example(ty)));
    let bare = json.is_number();
    Ok(match ty {
        Type::Money(_) if !bare => Value::Money(money(&text).map_err(|error| match error.reason.as_str() {
            "BAD_NUMBER" | "BAD_MONEY" => wrong(),
            _ => bad(format!("{place}: {}", error.message)),
        })?),
        Type::Percent if !bare => {
            let number = text.strip_suffix('%').and_then(number).ok_or_else(wrong)?;
            Value::Percent(&number * &Ratio::percent(1))
        }
        Type::Number => Value::Number(number(&text).ok_or_else(wrong)?),
        Type::Count => Value::Count(number(&text).and_then(|number| number.to_i64()).ok_or_else(wrong)?),
        Type::Points => {
            let digits = text.strip_suffix("points").or_else(|| text.strip_suffix("point")).unwrap_or(&text);
            Value::Points(number(digits.trim()).ok_or_else(wrong)?)
        }
        Type::Date => Value::Date(text.parse().map_err(|_| wrong())?),
        Type::Duration => Value::Duration(duration(&text).ok_or_else(wrong)?),
        Type::YesNo => Value::YesNo(match text.as_str() {
            "yes" => true,
            "no" => false,
            _ => return Err(wrong()),
        }),
        Type::Text => Value::Text(text),
        Type::Choice(_) => Value::Choice(text),
        Type::Participant => Value::Participant(PersonId::new(&text)?),
        Type::Money(_) | Type::Percent => return Err(wrong()),
    })
}

fn example(ty: &Type) -> String {
    match ty {
        Type::Money(currency) if *currency == Currency::USD => "an amount like \"$1,200.50\"".to_owned(),
        Type::Money(currency) => format!("an amount like \"{currency} 1,200.50\""),
        Type::Percent => "a percentage like \"104%\"".to_owned(),
        Type::Number => "a number like 4.6".to_owned(),
        Type::Count => "a whole number like 12".to_owned(),
        Type::Points => "points like \"250 points\"".to_owned(),
        Type::Date => "a date like \"2026-07-01\"".to_owned(),
        Type::Duration => "a duration like \"12 months\"".to_owned(),
        Type::Text => "text in quotes".to_owned(),
        Type::YesNo => "\"yes\" or \"no\"".to_owned(),
        Type::Choice(name) => format!("a word of the choice `{name}` in quotes"),
        Type::Participant => "a person's id in quotes".to_owned(),
    }
}

/// `$1,200.50`, `-$5`, `EUR 10,000`.
fn money(text: &str) -> Result<Money> {
    let (sign, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (currency, digits) = match rest.strip_prefix('$') {
        Some(digits) => (Currency::USD, digits),
        None => match rest.split_once(' ') {
            Some((code, digits)) => (code.parse()?, digits.trim()),
            None => return Err(bad_money()),
        },
    };
    let amount = number(digits).ok_or_else(bad_money)?;
    Money::from_major(&if sign { -amount } else { amount }, currency)
}

fn bad_money() -> Error {
    Error::invalid("BAD_MONEY", "not an amount")
}

/// A plain decimal; commas only between groups of three digits, as in a policy.
fn number(text: &str) -> Option<Ratio> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut groups = whole.trim_start_matches('-').split(',');
    let first = groups.next()?;
    let mut grouped = false;
    for group in groups {
        grouped = true;
        if group.len() != 3 {
            return None;
        }
    }
    let comma_in_fraction = fraction.is_some_and(|fraction| fraction.contains(','));
    if (grouped && !(1..=3).contains(&first.len())) || comma_in_fraction || text.contains('/') {
        return None;
    }
    text.replace(',', "").parse().ok()
}

/// `12 months`, `1 year 6 months`.
fn duration(text: &str) -> Option<Span> {
    let mut span = Span { months: 0, days: 0 };
    let mut words = text.split_whitespace();
    let mut any = false;
    while let Some(count) = words.next() {
        let count: i32 = count.parse().ok()?;
        let unit = words.next()?;
        let (months, days) = match unit.strip_suffix('s').unwrap_or(unit) {
            "day" => (0, 1),
            "week" => (0, 7),
            "month" => (1, 0),
            "quarter" => (3, 0),
            "year" => (12, 0),
            _ => return None,
        };
        span.months = span.months.checked_add(count.checked_mul(months)?)?;
        span.days = span.days.checked_add(count.checked_mul(days)?)?;
        any = true;
    }
    any.then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_commas_only_between_thousands() {
        for (text, expected) in [
            ("1,200.50", Some("1200.5")),
            ("-1,200", Some("-1200")),
            ("1200", Some("1200")),
            ("1,2", None),
            ("1200,300", None),
            ("12,5", None),
            ("1.200,50", None),
            ("1/2", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(number(text), expected.map(|e| e.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn amounts_and_durations_are_written_as_in_a_policy() {
        for (text, expected) in
            [("$1,200.50", "USD 1200.50"), ("EUR 10,000", "EUR 10000.00"), ("-$5", "USD -5.00"), ("JPY 500", "JPY 500")]
        {
            assert_eq!(money(text).unwrap().to_string(), expected);
        }
        assert!(money("$1.005").is_err() && money("12").is_err() && money("XXX 1").is_err());
        assert_eq!(duration("1 year 6 months"), Some(Span { months: 18, days: 0 }));
        assert_eq!(duration("2 weeks"), Some(Span { months: 0, days: 14 }));
        assert_eq!((duration("12"), duration("months"), duration("")), (None, None, None));
    }
}
