//! Habits of a spreadsheet: functions in capitals, a percentage spelt out, an amount with a decimal comma.

use super::Scan;
use crate::diagnostics::{Diagnostic, Span, codes};

/// Functions of a spreadsheet, and what the language has instead.
const FUNCTIONS: &[(&[&str], &str)] = &[
    (&["IF", "IFS"], "write `if … then … else …`"),
    (&["IFERROR", "IFNA"], "write `… otherwise …` for what counts where a value is missing"),
    (&["VLOOKUP", "HLOOKUP", "XLOOKUP", "INDEX"], "declare a `table` and write `lookup TABLE for …`"),
    (&["SUMIF", "SUMIFS"], "write `sum of LIST.COLUMN where (…)`"),
    (&["COUNTIF", "COUNTIFS"], "write `count of LIST where (…)`"),
    (&["AVERAGEIF", "AVERAGEIFS"], "write `average of LIST.COLUMN where (…)`"),
    (&["SUM"], "write `+` between values, or `sum of LIST.COLUMN` for a list"),
    (&["COUNT"], "write `count of LIST`"),
    (&["AVERAGE"], "write `average of LIST.COLUMN`"),
    (&["AND"], "write `… and …`"),
    (&["OR"], "write `… or …`"),
    (&["NOT"], "write `not …`"),
    (
        &["ROUND", "ROUNDUP", "ROUNDDOWN"],
        "write `round half up to $0.01` as a line of the payout, or `(… rounded half up to $0.01)` in a formula",
    ),
];

/// Functions that the language has too, in small letters.
const SMALL: &[&str] = &["min", "max", "abs"];

impl Scan<'_> {
    /// Looks at the word that ends there: a spreadsheet's function, or `percent` after a number.
    pub(super) fn word(&mut self, at: usize, end: usize) {
        let word = self.text.get(at..end).unwrap_or_default();
        let spelt = match word {
            "percent" | "pct" => Some(end),
            "per" => {
                let rest = self.rest(end);
                let cent = rest.trim_start_matches(' ');
                let whole = cent.starts_with("cent") && !cent.starts_with("cents");
                whole.then(|| end + rest.len() - cent.len() + "cent".len())
            }
            _ => None,
        };
        if let Some(end) = spelt {
            self.percent_in_words(at, end);
        } else if word.starts_with(|c: char| c.is_ascii_uppercase())
            && self.rest(end).trim_start_matches(' ').starts_with('(')
        {
            self.function(word, at, end);
        }
    }

    fn function(&mut self, word: &str, at: usize, end: usize) {
        let small = word.to_ascii_lowercase();
        let help = if SMALL.contains(&small.as_str()) {
            self.put(at, end, &small);
            format!("write `{small}(…)` in small letters")
        } else {
            let upper = word.to_ascii_uppercase();
            let Some((_, help)) = FUNCTIONS.iter().find(|(names, _)| names.contains(&upper.as_str())) else { return };
            (*help).to_owned()
        };
        let title = format!("`{word}` is a spreadsheet's function");
        self.said.push(Diagnostic::new(codes::FOREIGN_OPERATOR, title, Span::new(at, end), "").help(help));
    }

    /// `10 percent` for `10%`.
    fn percent_in_words(&mut self, at: usize, end: usize) {
        let before = self.text.get(..at).unwrap_or_default().trim_end_matches(' ');
        let start = before.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',')).len();
        let number = before.get(start..).unwrap_or_default();
        let part_of_name =
            before.get(..start).is_some_and(|text| text.ends_with(|c: char| c.is_alphanumeric() || c == '_'));
        if !number.ends_with(|c: char| c.is_ascii_digit()) || part_of_name {
            return;
        }
        let help = format!("write `{number}%`");
        let title = "a percentage is written with its sign";
        self.said.push(Diagnostic::new(codes::PERCENT_SIDE, title, Span::new(at, end), "").help(help));
        let from = before.len();
        self.put(from, end, "%");
    }

    /// `$250,00` for `$250.00`, and `1.250,00` for `1,250.00`: says whether that was it.
    pub(super) fn decimal_comma_of_money(&mut self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or_default();
        let start = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let whole = before.get(start..).unwrap_or_default();
        let ahead = before.get(..start).unwrap_or_default();
        let rest = self.rest(at + 1);
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let fraction = rest.get(..digits).unwrap_or_default();
        let goes_on = rest
            .get(digits..)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, ',' | '_')));
        let sign = sign(ahead);
        let groups: Vec<&str> = whole.split('.').collect();
        let grouped = groups.len() > 1
            && groups.first().is_some_and(|first| (1..=3).contains(&first.len()))
            && groups.iter().skip(1).all(|group| group.len() == 3);
        let plain = groups.len() == 1 && !whole.is_empty() && !sign.is_empty();
        if !(grouped || plain) || !(1..=2).contains(&digits) || goes_on || ahead.ends_with([',', '_']) {
            return false;
        }
        let mended = format!("{}.{fraction}", whole.replace('.', ","));
        let span = Span::new(start - sign.len(), at + 1 + digits);
        self.said.push(
            Diagnostic::new(codes::DECIMAL_COMMA, "a comma stands where the decimal point belongs", span, "")
                .help(format!("write `{sign}{mended}`")),
        );
        self.put(start, at + 1 + digits, &mended);
        true
    }
}

/// The `$`, or the currency's code and its space, that a text ends with.
fn sign(ahead: &str) -> &str {
    if ahead.ends_with('$') {
        return ahead.get(ahead.len() - 1..).unwrap_or_default();
    }
    let code = ahead.trim_end_matches(' ');
    let start = code.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
    let word = code.get(start..).unwrap_or_default();
    let is_code = word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase()) && code.len() < ahead.len();
    if is_code { ahead.get(start..).unwrap_or_default() } else { "" }
}
