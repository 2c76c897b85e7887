//! Plain numbers and percentages with the marks that a profile names, exactly.

use merit_core::Ratio;
use merit_core::text::shown;
use serde::Deserialize;

use super::Formats;

/// A decimal point or what stands between thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Mark {
    #[serde(rename = ".")]
    Point,
    #[serde(rename = ",")]
    Comma,
    #[serde(rename = " ")]
    Space,
    #[serde(rename = "'")]
    Apostrophe,
}

impl Mark {
    const fn is(self, c: char) -> bool {
        match self {
            Self::Point => c == '.',
            Self::Comma => c == ',',
            // The space that doesn't break, wide and narrow, is what spreadsheets write.
            Self::Space => matches!(c, ' ' | '\u{A0}' | '\u{202F}'),
            Self::Apostrophe => matches!(c, '\'' | '’'),
        }
    }
}

/// What a bare number in a column of percentages means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PercentFormat {
    /// 85 is 85%.
    Whole,
    /// 0.85 is 85%.
    Ratio,
}

/// Reads a number: `1,234.50`, `-12`, `(12)` for minus twelve.
pub fn number(text: &str, formats: &Formats) -> Result<Ratio, String> {
    let bracketed = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let unsigned = text.strip_prefix(['-', '\u{2212}']);
    let (negative, digits) = match (bracketed, unsigned) {
        (Some(inner), _) => (true, inner),
        (None, Some(rest)) => (true, rest),
        (None, None) => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let plain = plain(digits, formats).ok_or_else(|| refused(text, digits, formats))?;
    let number: Ratio = plain.parse().map_err(|_| refused(text, digits, formats))?;
    Ok(if negative { -number } else { number })
}

/// The digits with a decimal point and nothing between thousands, if the text has the named form.
fn plain(text: &str, formats: &Formats) -> Option<String> {
    let decimal = formats.decimal.unwrap_or(Mark::Point);
    let (whole, fraction) = match text.split_once(|c| decimal.is(c)) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let whole = match formats.thousands {
        Some(mark) if whole.contains(|c| mark.is(c)) => {
            let groups: Vec<&str> = whole.split(|c| mark.is(c)).collect();
            let right = groups
                .iter()
                .enumerate()
                .all(|(index, group)| digits(group) && if index == 0 { group.len() <= 3 } else { group.len() == 3 });
            right.then(|| groups.concat())?
        }
        _ => whole.to_owned(),
    };
    if !digits(&whole) || !fraction.is_none_or(digits) {
        return None;
    }
    Some(fraction.map_or_else(|| whole.clone(), |fraction| format!("{whole}.{fraction}")))
}

fn refused(text: &str, digits: &str, formats: &Formats) -> String {
    let text = shown(text);
    if is_scientific(digits) {
        return format!(
            "`{text}` was shortened by a spreadsheet; format the column as plain numbers and save it again"
        );
    }
    let only_marks =
        !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || ".,' \u{A0}\u{202F}’".contains(c));
    if only_marks && digits.contains(',') && formats.decimal.is_none() && formats.thousands.is_none() {
        return format!(
            "`{text}` has a comma; say in the profile whether it is the decimal point (`decimal = \",\"`) or stands between \
             thousands (`thousands = \",\"`)"
        );
    }
    if only_marks {
        return format!(
            "`{text}` is not written like the profile's other numbers; correct it, or its `decimal` and `thousands`"
        );
    }
    format!("`{text}` is not a number")
}

/// `1.2E+05`, as spreadsheets show large numbers.
fn is_scientific(text: &str) -> bool {
    text.split_once(['E', 'e']).is_some_and(|(mantissa, exponent)| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let digits = |s: &str| s.bytes().any(|b| b.is_ascii_digit());
        digits(mantissa)
            && mantissa.bytes().all(|b| b.is_ascii_digit() || b".,".contains(&b))
            && !exponent.is_empty()
            && exponent.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Reads a percentage: `85%`, or a bare number where the profile says what it means.
pub fn percent(text: &str, formats: &Formats) -> Result<Ratio, String> {
    let hundredths = |number: &str| number_over_hundred(number, formats, text);
    match (text.strip_suffix('%'), formats.percent) {
        (Some(number), _) => hundredths(number.trim_end()),
        (None, Some(PercentFormat::Whole)) => hundredths(text),
        (None, Some(PercentFormat::Ratio)) => number(text, formats),
        (None, None) => {
            number(text, formats)?;
            Err(format!(
                "`{}` has no % sign; write one, or say in the profile whether 85 (`percent = \"whole\"`) or 0.85 (`percent = \
                 \"ratio\"`) means 85%",
                shown(text)
            ))
        }
    }
}

fn number_over_hundred(number_text: &str, formats: &Formats, text: &str) -> Result<Ratio, String> {
    let read = number(number_text, formats).map_err(|_| refused(text, number_text, formats))?;
    read.checked_div(&Ratio::whole(100)).ok_or_else(|| refused(text, number_text, formats))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats(decimal: Option<Mark>, thousands: Option<Mark>) -> Formats {
        Formats { decimal, thousands, ..Formats::default() }
    }

    #[test]
    fn numbers_have_the_named_form_or_are_refused() {
        let plain = formats(None, None);
        let english = formats(None, Some(Mark::Comma));
        let german = formats(Some(Mark::Comma), Some(Mark::Point));
        let french = formats(Some(Mark::Comma), Some(Mark::Space));
        let comma = "has a comma; say in the profile whether it is the decimal point (`decimal = \",\"`) or stands between thousands (`thousands = \",\"`)";
        let other = "is not written like the profile's other numbers; correct it, or its `decimal` and `thousands`";
        for (formats, text, expected) in [
            (&plain, "1234.50", "2469/2".to_owned()),
            (&plain, "-3", "-3".to_owned()),
            (&plain, "(3)", "-3".to_owned()),
            (&plain, "\u{2212}0.5", "-1/2".to_owned()),
            (&plain, "1,234", format!("`1,234` {comma}")),
            (
                &plain,
                "1E+05",
                "`1E+05` was shortened by a spreadsheet; format the column as plain numbers and save it again"
                    .to_owned(),
            ),
            (&plain, "n/a", "`n/a` is not a number".to_owned()),
            (&plain, "1.2.3", format!("`1.2.3` {other}")),
            (&english, "1,234,567.8", "6172839/5".to_owned()),
            (&english, "1234567", "1234567".to_owned()),
            (&english, "1,23", format!("`1,23` {other}")),
            (&english, "12,34,567", format!("`12,34,567` {other}")),
            (&german, "1.234,5", "2469/2".to_owned()),
            (&german, "1,234.5", format!("`1,234.5` {other}")),
            (&german, "1.5", format!("`1.5` {other}")),
            (&french, "1\u{202F}234,5", "2469/2".to_owned()),
            (&plain, "", "`` is not a number".to_owned()),
        ] {
            let read = number(text, formats).map_or_else(|message| message, |number| number.to_string());
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn a_bare_number_is_a_percentage_only_where_the_profile_says_which() {
        let with = |percent| Formats { percent, ..Formats::default() };
        for (percent_format, text, expected) in [
            (None, "85%", "17/20"),
            (None, "104.5 %", "209/200"),
            (Some(PercentFormat::Whole), "85", "17/20"),
            (Some(PercentFormat::Ratio), "0.85", "17/20"),
            (Some(PercentFormat::Ratio), "85%", "17/20"),
            (
                None,
                "0.85",
                "`0.85` has no % sign; write one, or say in the profile whether 85 (`percent = \"whole\"`) or 0.85 (`percent = \"ratio\"`) means 85%",
            ),
            (None, "high", "`high` is not a number"),
            (None, "high%", "`high%` is not a number"),
        ] {
            let read = percent(text, &with(percent_format)).map_or_else(|message| message, |number| number.to_string());
            assert_eq!(read, expected, "{text}");
        }
    }
}
