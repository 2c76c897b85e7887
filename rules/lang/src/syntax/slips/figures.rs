//! Numbers as they stand in mails and plan documents: a sign behind its amount, `$50k`, `1.5x`, `50 bps`, `12/31/2026`; and
//! marks of other notations: `//` before a comment, `;` at the end of a line.

use merit_core::Currency;

use super::Scan;
use crate::diagnostics::{Diagnostic, Span, codes};

impl Scan<'_> {
    fn slip(&mut self, code: codes::Code, title: impl Into<String>, span: Span, help: impl Into<String>) {
        self.said.push(Diagnostic::new(code, title, span, "").help(help));
    }

    /// `// …` for `# …`. Gives the line's end.
    pub(super) fn slashes(&mut self, at: usize) -> Option<usize> {
        self.rest(at).strip_prefix("//")?;
        let end = self.line.1;
        self.slip(codes::FOREIGN_OPERATOR, "a remark doesn't begin with `//`", Span::new(at, at + 2), "write `#`");
        self.put(at, end, "");
        Some(end)
    }

    /// `;` after the last word of a line.
    pub(super) fn semicolon(&mut self, at: usize) {
        let after = self.rest_of_line(at + 1).trim_start();
        if after.is_empty() || after.starts_with('#') {
            let title = "a line doesn't end with `;`";
            self.slip(codes::FOREIGN_OPERATOR, title, Span::new(at, at + 1), "take the `;` out");
            self.put(at, at + 1, "");
        }
    }

    /// Looks at what follows the number that begins there, where that is a habit. Gives the place after it.
    pub(super) fn number(&mut self, at: usize) -> Option<usize> {
        let before = self.text.get(..at).and_then(|text| text.chars().next_back());
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ',')) {
            return None;
        }
        let rest = self.rest(at);
        let length = rest.bytes().take(32).take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')).count();
        let number = rest.get(..length)?.trim_end_matches(['.', ',']).to_owned();
        let end = at + number.len();
        let rest = self.rest_of_line(end);
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        let word = rest.get(spaces..)?;
        let word = word.get(..word.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(word.len()))?;
        let (word, after) = (word.to_owned(), end + spaces);
        match (spaces, word.as_str()) {
            (0, "") if rest.starts_with('/') => self.slashed_date(at),
            (0, "") if rest.starts_with('$') && !rest.get(1..)?.starts_with(|c: char| c.is_ascii_digit()) => {
                let title = "the currency sign goes before the amount";
                self.slip(codes::CURRENCY_SIGN, title, Span::new(at, end + 1), format!("write `${number}`"));
                self.put(at, end + 1, &format!("${number}"));
                Some(end + 1)
            }
            (1.., "") if rest.get(spaces..)?.starts_with('%') => {
                let title = "the per cent sign stands right after the number";
                self.slip(codes::PERCENT_SIDE, title, Span::new(at, after + 1), format!("write `{number}%`"));
                self.put(end, after + 1, "%");
                Some(after + 1)
            }
            (0, "x" | "X") => {
                let title = format!("`{number}{word}` is not a number");
                self.slip(codes::BAD_NUMBER, title, Span::new(at, end + 1), format!("write `{number}`"));
                self.put(end, end + 1, "");
                Some(end + 1)
            }
            (0, "k" | "K" | "m" | "M" | "mm" | "MM") => {
                let zeros = if word.eq_ignore_ascii_case("k") { 3 } else { 6 };
                let whole = merit_core::money::grouped(&shifted(&number, zeros)?);
                let sign = if before == Some('$') { "$" } else { "" };
                let title = format!("`{sign}{number}{word}` is short for a number, and numbers are written in full");
                let span = Span::new(at - sign.len(), end + word.len());
                self.slip(codes::BAD_NUMBER, title, span, format!("write `{sign}{whole}`"));
                self.put(end, end + word.len(), "");
                Some(end + word.len())
            }
            (_, "bps" | "bp") => {
                let percent = shifted(&number, -2)?;
                let span = Span::new(at, after + word.len());
                self.slip(codes::PERCENT_SIDE, "basis points are not read", span, format!("write `{percent}%`"));
                self.put(end, after + word.len(), "%");
                Some(after + word.len())
            }
            (1.., code) if code.parse::<Currency>().is_ok() => {
                let span = Span::new(at, after + code.len());
                let title = "the currency's code goes before the amount";
                self.slip(codes::CURRENCY_SIGN, title, span, format!("write `{code} {number}`"));
                self.put(at, after + code.len(), &format!("{code} {number}"));
                Some(after + code.len())
            }
            _ => None,
        }
    }

    /// `$ 100` for `$100`.
    pub(super) fn dollar(&mut self, at: usize) {
        let rest = self.rest_of_line(at + 1);
        let amount = rest.trim_start_matches(' ');
        let spaces = rest.len() - amount.len();
        let length = amount.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')).count();
        if spaces == 0 || !amount.starts_with(|c: char| c.is_ascii_digit()) {
            return;
        }
        let number = amount.get(..length).unwrap_or_default().trim_end_matches(['.', ',']).to_owned();
        let end = at + 1 + spaces + number.len();
        let title = "the `$` stands right before the amount";
        self.slip(codes::CURRENCY_SIGN, title, Span::new(at, end), format!("write `${number}`"));
        self.put(at, end, &format!("${number}"));
    }

    /// `12/31/2026` for `2026-12-31`.
    fn slashed_date(&mut self, at: usize) -> Option<usize> {
        let rest = self.rest(at);
        let length = rest.bytes().take(11).take_while(|b| b.is_ascii_digit() || *b == b'/').count();
        let parts: Vec<&str> = rest.get(..length)?.split('/').collect();
        let [first, second, year] = parts.as_slice() else { return None };
        if year.len() != 4 || !(1..=2).contains(&first.len()) || !(1..=2).contains(&second.len()) {
            return None;
        }
        let (month, day): (u8, u8) = (first.parse().ok()?, second.parse().ok()?);
        let date = |month: u8, day: u8| format!("{year}-{month:02}-{day:02}");
        let (american, european) = (date(month, day), date(day, month));
        let help = match (month <= 12, day <= 12) {
            (true, true) if month != day => format!("is that `{american}` or `{european}`?"),
            (false, _) => format!("write `{european}`"),
            _ => format!("write `{american}`"),
        };
        let written = if month > 12 { european } else { american };
        self.slip(codes::BAD_DATE, "dates are written year, month, day", Span::new(at, at + length), help);
        if length >= written.len() {
            self.put(at, at + length, &written);
        }
        Some(at + length)
    }
}

/// A decimal number times a power of ten, as text.
fn shifted(number: &str, places: i32) -> Option<String> {
    let plain = number.replace(',', "");
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = format!("{whole}{fraction}");
    let point = i32::try_from(whole.len()).ok()? + places;
    let digits = if point < 1 { format!("{}{digits}", "0".repeat(usize::try_from(1 - point).ok()?)) } else { digits };
    let point = usize::try_from(point.max(1)).ok()?;
    let padded = format!("{digits:0<point$}");
    let (whole, fraction) = padded.split_at_checked(point)?;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shifted_exactly() {
        for (number, places, wanted) in [
            ("50", 3, "50000"),
            ("1.5", 6, "1500000"),
            ("0.25", 3, "250"),
            ("1,200.5", 3, "1200500"),
            ("50", -2, "0.5"),
            ("5", -2, "0.05"),
            ("125", -2, "1.25"),
            ("100", -2, "1"),
        ] {
            assert_eq!(shifted(number, places).as_deref(), Some(wanted), "{number}");
        }
    }
}
