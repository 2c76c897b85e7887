//! Money: whole minor units of one currency. Sums of two currencies don't exist.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::currency::Currency;
use crate::error::{Error, Result};
use crate::ratio::Ratio;

/// An amount in minor units (cents) of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: 12345 is 123.45 in USD.
    pub minor: i64,
    /// Which currency.
    pub currency: Currency,
}

impl Money {
    /// From minor units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// From an exact number of major units (dollars).
    ///
    /// # Errors
    /// `TOO_PRECISE` when it has more decimals than the currency; `AMOUNT_TOO_LARGE` beyond `i64` minor units.
    pub fn from_major(major: &Ratio, currency: Currency) -> Result<Self> {
        let minor = major * &Ratio::whole(currency.minor_per_major());
        if !minor.is_whole() {
            return Err(Error::invalid(
                "TOO_PRECISE",
                format!(
                    "{} has more than {} decimals, and {currency} has no smaller coin; round the amount",
                    major.decimal(12),
                    currency.digits()
                ),
            ));
        }
        minor.to_i64().map(|minor| Self { minor, currency }).ok_or_else(|| too_large(currency))
    }

    /// The exact number of major units.
    #[must_use]
    pub fn major(&self) -> Ratio {
        Ratio::new(i128::from(self.minor), i128::from(self.currency.minor_per_major())).unwrap_or(Ratio::ZERO)
    }

    /// Plain decimal with the currency's own digits, no code: `1234.50`.
    #[must_use]
    pub fn decimal(&self) -> String {
        self.major().fixed(self.currency.digits())
    }

    /// For people: `$1,234.50` for US dollars, `EUR 1,234.50` for the others, `-$5.00` below zero.
    #[must_use]
    pub fn spoken(&self) -> String {
        spoken(&self.major(), self.currency)
    }

    /// The sum.
    ///
    /// # Errors
    /// `CURRENCY_MISMATCH` for two currencies; `AMOUNT_TOO_LARGE` beyond `i64`.
    pub fn plus(&self, other: Self) -> Result<Self> {
        if self.currency != other.currency {
            return Err(Error::invalid(
                "CURRENCY_MISMATCH",
                format!("{} and {} can't be added without a rate", self.currency, other.currency),
            ));
        }
        let minor = self.minor.checked_add(other.minor).ok_or_else(|| too_large(self.currency))?;
        Ok(Self { minor, currency: self.currency })
    }
}

/// An exact amount of major units for people, with as many decimals as it needs, at least the currency's own and at most
/// six: `$1,234.50`, `EUR 0.125`.
#[must_use]
pub fn spoken(major: &Ratio, currency: Currency) -> String {
    let own = currency.digits() as usize;
    let mut digits = major.abs().fixed(6);
    while digits.ends_with('0') && digits.split_once('.').is_some_and(|(_, fraction)| fraction.len() > own) {
        digits.pop();
    }
    let digits = digits.trim_end_matches('.');
    let sign = if major.is_negative() && digits.bytes().any(|b| b.is_ascii_digit() && b != b'0') { "-" } else { "" };
    let code = if currency == Currency::USD { "$".to_owned() } else { format!("{currency} ") };
    format!("{sign}{code}{}", grouped(digits))
}

/// A plain decimal with commas between thousands.
#[must_use]
pub fn grouped(decimal: &str) -> String {
    let (whole, fraction) = decimal.split_once('.').map_or((decimal, None), |(w, f)| (w, Some(f)));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |w| ("-", w));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn too_large(currency: Currency) -> Error {
    Error::invalid("AMOUNT_TOO_LARGE", format!("the {currency} amount is too large to be kept"))
}

/// The canonical text: `USD 1234.50`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.decimal())
    }
}

impl std::str::FromStr for Money {
    type Err = Error;

    /// Takes the canonical text: `USD 1234.50`.
    ///
    /// # Errors
    /// `BAD_MONEY` when it has another form, and those of [`Money::from_major`].
    fn from_str(text: &str) -> Result<Self> {
        let (code, number) = text.split_once(' ').ok_or_else(|| {
            Error::invalid("BAD_MONEY", format!("`{}` is not an amount like USD 1234.50", crate::text::shown(text)))
        })?;
        Self::from_major(&number.parse()?, code.parse()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_text_round_trips() {
        for text in ["USD 1234.50", "USD -0.01", "JPY 500", "KWD 1.234", "EUR 0.00"] {
            assert_eq!(text.parse::<Money>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn three_decimals_in_dollars_are_refused_with_a_way_out() {
        let error = "USD 10.125".parse::<Money>().unwrap_err();
        assert_eq!(error.reason, "TOO_PRECISE");
        assert!(error.message.contains("10.125") && error.message.contains("round"), "{error}");
    }

    #[test]
    fn people_read_grouped_amounts() {
        for (text, words) in [
            ("USD 1234567.80", "$1,234,567.80"),
            ("EUR -1000.00", "-EUR 1,000.00"),
            ("JPY 1000", "JPY 1,000"),
            ("USD 12.00", "$12.00"),
        ] {
            assert_eq!(text.parse::<Money>().unwrap().spoken(), words);
        }
        assert_eq!(spoken(&"0.125".parse().unwrap(), Currency::USD), "$0.125");
    }

    #[test]
    fn currencies_never_meet() {
        let usd: Money = "USD 1.00".parse().unwrap();
        assert_eq!(usd.plus("EUR 1.00".parse().unwrap()).unwrap_err().reason, "CURRENCY_MISMATCH");
        assert!(Money::new(i64::MAX, Currency::USD).plus(usd).is_err());
    }
}
