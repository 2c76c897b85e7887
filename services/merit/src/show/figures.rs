//! Values of the wire as figures: for people with units, for files as plain decimals.

use merit_core::money::grouped;
use merit_core::{Money, Ratio, Value};
use merit_platform::wire;
use merit_proto::r#type::v1 as proto;

/// Places at which a decimal that doesn't end is rounded half even, in exports.
const PLACES: u32 = 12;

/// For people: `$1,234.50`, `104.5%`; `–` where there is none.
#[must_use]
pub fn spoken(value: Option<&proto::Value>) -> String {
    value.and_then(|value| wire::parse_value(value).ok()).map_or_else(|| "–".to_owned(), |value| value.spoken())
}

/// An amount for people.
#[must_use]
pub fn amount(money: Option<&proto::Money>) -> String {
    money.and_then(|money| wire::parse_money(money).ok()).map_or_else(|| "–".to_owned(), |money| money.spoken())
}

/// A ratio as a percentage with one decimal for people; `–` where there is none.
#[must_use]
pub fn percent(ratio: &str) -> String {
    match ratio.parse::<Ratio>() {
        Ok(ratio) => format!("{}%", grouped(&(&ratio * &Ratio::whole(100)).fixed(1))),
        Err(_) => "–".to_owned(),
    }
}

/// A ratio as a percentage with as many decimals as it has, up to six; empty where there is none.
#[must_use]
pub fn exact_percent(ratio: &str) -> String {
    ratio.parse::<Ratio>().map(|ratio| Value::Percent(ratio).spoken()).unwrap_or_default()
}

/// For files: the figure as a plain decimal, or the text.
#[must_use]
pub fn plain(value: &proto::Value) -> String {
    match wire::parse_value(value) {
        Ok(Value::Money(money)) => money.decimal(),
        Ok(Value::Percent(r) | Value::Number(r) | Value::Points(r)) => r.decimal(PLACES),
        Ok(other) => other.to_string(),
        Err(_) => value.text.clone(),
    }
}

/// For files: the currency, `ratio`, or the kind's word.
#[must_use]
pub fn unit(value: &proto::Value) -> String {
    match wire::parse_value(value) {
        Ok(Value::Money(money)) => money.currency.to_string(),
        Ok(Value::Percent(_)) => "ratio".to_owned(),
        Ok(other) => other.kind().word().to_owned(),
        Err(_) => String::new(),
    }
}

/// For files: an amount as a plain decimal, `0` with the currency's digits where there is none.
#[must_use]
pub fn plain_amount(money: Option<&proto::Money>) -> String {
    money.and_then(|money| wire::parse_money(money).ok()).map(|money: Money| money.decimal()).unwrap_or_default()
}

/// For files: an exact ratio as a plain decimal, empty where there is none.
#[must_use]
pub fn plain_ratio(ratio: &str) -> String {
    ratio.parse::<Ratio>().map(|ratio| ratio.decimal(PLACES)).unwrap_or_default()
}
