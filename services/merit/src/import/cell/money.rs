//! Amounts: a number with a currency that the cell, the profile, or both name.

use merit_core::text::shown;
use merit_core::{Currency, Money};

use super::{Formats, number};

/// What a cell says of its currency.
enum Said {
    Nothing,
    Code(Currency),
    /// A sign that several currencies share; the first is meant where nothing else is said.
    Sign(&'static str, &'static [&'static str]),
}

const SIGNS: &[(&str, &[&str])] = &[
    ("$", &["USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD"]),
    ("€", &["EUR"]),
    ("£", &["GBP", "EGP"]),
    ("¥", &["JPY", "CNY"]),
    ("₹", &["INR"]),
];

/// Reads an amount: `$1,234.50`, `1234.50`, `USD 1,234.50`, `1.234,50 €`. `kept` is the currency that the schema keeps it in.
pub fn money(text: &str, formats: &Formats, kept: Option<Currency>) -> Result<Money, String> {
    let (said, rest) = split(text);
    let currency = currency(text, &said, formats.currency)?;
    if let Some(kept) = kept
        && kept != currency
    {
        return Err(format!(
            "`{}` is in {currency}, and the schema keeps this in {kept}; convert it first",
            shown(text)
        ));
    }
    let number = number::number(&rest, formats).map_err(|message| {
        // Only the number was looked at: the reader knows the whole cell.
        message.replacen(&format!("`{}`", shown(&rest)), &format!("`{}`", shown(text)), 1)
    })?;
    Money::from_major(&number, currency).map_err(|error| error.message)
}

/// The currency that the cell names, and the number without it. A minus sign may stand before or after the currency.
fn split(text: &str) -> (Said, String) {
    let (before, text) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => ("-", rest.trim_start()),
        None => ("", text),
    };
    let (open, text) = match text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => (true, inner.trim()),
        None => (false, text),
    };
    let (said, number) = said(text);
    let number = number.trim();
    (said, if open { format!("({number})") } else { format!("{before}{number}") })
}

fn said(text: &str) -> (Said, &str) {
    for (sign, codes) in SIGNS {
        if let Some(rest) = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)) {
            return (Said::Sign(sign, codes), rest);
        }
    }
    let parse = |code: Option<&str>| code.and_then(|code| code.parse::<Currency>().ok());
    if let Some(currency) = parse(text.get(..3)) {
        return (Said::Code(currency), text.get(3..).unwrap_or_default());
    }
    let end = text.len().saturating_sub(3);
    if let Some(currency) = parse(text.get(end..)) {
        return (Said::Code(currency), text.get(..end).unwrap_or_default());
    }
    (Said::Nothing, text)
}

fn currency(text: &str, said: &Said, given: Option<Currency>) -> Result<Currency, String> {
    let differs = |currency: &str, given: Currency| {
        format!(
            "`{}` is in {currency}, and the profile says {given}; correct it, or import it with a profile of its own",
            shown(text)
        )
    };
    match (said, given) {
        (Said::Nothing, Some(given)) => Ok(given),
        (Said::Nothing, None) => {
            Err(format!("`{}` names no currency; say one in the profile, such as `currency = \"USD\"`", shown(text)))
        }
        (Said::Code(currency), Some(given)) if *currency != given => Err(differs(currency.code(), given)),
        (Said::Code(currency), _) => Ok(*currency),
        (Said::Sign(_, codes), Some(given)) if codes.contains(&given.code()) => Ok(given),
        (Said::Sign(sign, _), Some(given)) => Err(differs(&format!("`{sign}`"), given)),
        (Said::Sign(_, codes), None) => codes
            .first()
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| format!("`{}` names no currency", shown(text))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Mark;
    use super::*;

    #[test]
    fn amounts_have_one_currency_and_no_more_digits_than_it_has() {
        let formats =
            |code: &str| Formats { currency: code.parse().ok(), thousands: Some(Mark::Comma), ..Formats::default() };
        for (code, text, expected) in [
            ("", "$1,234.50", "USD 1234.50"),
            ("USD", "1234.5", "USD 1234.50"),
            ("", "USD 1,234.50", "USD 1234.50"),
            ("", "1,234.50 EUR", "EUR 1234.50"),
            ("", "12 €", "EUR 12.00"),
            ("", "-$5", "USD -5.00"),
            ("", "$-5", "USD -5.00"),
            ("", "($5.00)", "USD -5.00"),
            ("CAD", "$5", "CAD 5.00"),
            ("JPY", "¥500", "JPY 500"),
            ("", "12.00", "`12.00` names no currency; say one in the profile, such as `currency = \"USD\"`"),
            (
                "USD",
                "€12",
                "`€12` is in `€`, and the profile says USD; correct it, or import it with a profile of its own",
            ),
            (
                "USD",
                "EUR 12",
                "`EUR 12` is in EUR, and the profile says USD; correct it, or import it with a profile of its own",
            ),
            ("USD", "10.125", "10.125 has more than 2 decimals, and USD has no smaller coin; round the amount"),
            ("USD", "$12k", "`$12k` is not a number"),
            (
                "USD",
                "1,23",
                "`1,23` is not written like the profile's other numbers; correct it, or its `decimal` and `thousands`",
            ),
            ("USD", "99999999999999999999", "the USD amount is too large to be kept"),
        ] {
            let read = money(text, &formats(code), None).map_or_else(|message| message, |money| money.to_string());
            assert_eq!(read, expected, "{code} {text}");
        }
    }

    #[test]
    fn the_schemas_currency_holds() {
        assert_eq!(
            money("EUR 5", &Formats::default(), Some(Currency::USD)).unwrap_err(),
            "`EUR 5` is in EUR, and the schema keeps this in USD; convert it first"
        );
    }
}
