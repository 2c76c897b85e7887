//! Numbers as text: decimals for people, and the canonical form that is kept.

use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};

use super::{Ratio, Repr, Rounding};
use crate::error::{Error, Result};

impl Ratio {
    /// As a plain decimal, rounded half even at `places` where it doesn't end, without trailing zeros: `1.25`, `-0.5`.
    #[must_use]
    pub fn decimal(&self, places: u32) -> String {
        let fixed = self.fixed(places);
        if fixed.contains('.') {
            let text = fixed.trim_end_matches('0').trim_end_matches('.');
            return if text == "-0" { "0".to_owned() } else { text.to_owned() };
        }
        fixed
    }

    /// As a plain decimal with exactly `places` digits after the point, rounded half even.
    #[must_use]
    pub fn fixed(&self, places: u32) -> String {
        let scaled = (self * &Self(Repr::Small(10_i128.pow(places.min(30)), 1))).round(Rounding::HalfEven);
        let digits = match &scaled.0 {
            Repr::Small(n, _) => n.unsigned_abs().to_string(),
            Repr::Big(value) => value.numer().abs().to_string(),
        };
        let places = places.min(30) as usize;
        let digits = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let sign = if scaled.is_negative() { "-" } else { "" };
        if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }
}

/// Digits with a point or a denominator whose numbers fit: nearly every text there is, without any big integer.
fn plain(text: &str) -> Option<Ratio> {
    let number = |s: &str| if s.bytes().all(|b| b.is_ascii_digit()) { s.parse::<i128>().ok() } else { None };
    if let Some((numerator, denominator)) = text.split_once('/') {
        let denominator = number(denominator).filter(|denominator| *denominator != 0)?;
        return Some(Ratio::small(number(numerator)?, denominator));
    }
    let Some((whole, fraction)) = text.split_once('.') else {
        return Some(Ratio(Repr::Small(number(text)?, 1)));
    };
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let numerator = number(whole)?.checked_mul(scale)?.checked_add(number(fraction)?)?;
    Some(Ratio::small(numerator, scale))
}

/// The canonical text: `3`, `-5/4`.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(n, 1) => write!(f, "{n}"),
            Repr::Small(n, d) => write!(f, "{n}/{d}"),
            Repr::Big(value) => write!(f, "{value}"),
        }
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Ratio {
    type Err = Error;

    /// Takes a plain decimal (`-1.25`) or the canonical fraction (`-5/4`), at most 200 characters. No exponent, no
    /// separators.
    ///
    /// # Errors
    /// `BAD_NUMBER` for anything else.
    fn from_str(text: &str) -> Result<Self> {
        let bad = || Error::invalid("BAD_NUMBER", format!("`{}` is not a plain number", crate::text::shown(text)));
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        let big = |s: &str| s.parse::<BigInt>().map_err(|_| bad());
        if text.len() > 200 {
            return Err(bad());
        }
        let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        if let Some(plain) = plain(rest) {
            return Ok(if negative { -plain } else { plain });
        }
        let (numerator, denominator) = if let Some((n, d)) = rest.split_once('/') {
            if !digits(n) || !digits(d) {
                return Err(bad());
            }
            (big(n)?, big(d)?)
        } else {
            let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
            if !digits(whole) || fraction.is_some_and(|f| !digits(f)) {
                return Err(bad());
            }
            let fraction = fraction.unwrap_or_default();
            let places = u32::try_from(fraction.len()).map_err(|_| bad())?;
            (big(&format!("{whole}{fraction}"))?, BigInt::from(10).pow(places))
        };
        if denominator.is_zero() {
            return Err(bad());
        }
        let value = Self::big(BigRational::new(numerator, denominator));
        Ok(if negative { -value } else { value })
    }
}

impl TryFrom<String> for Ratio {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Ratio> for String {
    fn from(ratio: Ratio) -> Self {
        ratio.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_end_or_round_half_even() {
        for (text, places, decimal) in [
            ("5/4", 12, "1.25"),
            ("1/3", 12, "0.333333333333"),
            ("2/3", 4, "0.6667"),
            ("-1/1000", 2, "0"),
            ("125/1000", 2, "0.12"),
            ("12", 12, "12"),
            ("-5/2", 12, "-2.5"),
            ("100", 0, "100"),
        ] {
            assert_eq!(text.parse::<Ratio>().unwrap().decimal(places), decimal, "{text}");
        }
        assert_eq!(Ratio::percent(5).fixed(2), "0.05");
    }

    #[test]
    fn text_that_is_no_plain_number_is_refused() {
        for bad in ["", "-", "1e5", "1,000", "1.", ".5", "0x1", "1/0", "1/-2", "٣", "--1", "1 "] {
            assert!(bad.parse::<Ratio>().is_err(), "{bad}");
        }
    }
}
