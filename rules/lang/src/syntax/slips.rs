//! Likely slips of the keys, found before the grammar sees the text: curly quotes, odd spaces, operators of other
//! languages, a decimal comma, a per cent sign on the wrong side. Each gets its own message and is mended in a copy of
//! the text, byte for byte of the same length, so that it doesn't hide other mistakes and every place stays right.

mod figures;
mod spreadsheet;

use crate::diagnostics::{Diagnostic, Diagnostics, Span, codes};

/// The text as the grammar should see it, and what was found.
pub struct Mended {
    /// As long as the original, byte for byte.
    pub text: String,
    /// Whether brackets are nested too deep for anything else to be said.
    pub hopeless: bool,
}

/// Slips after which the rest of the text is left as it is.
const MOST_SLIPS: usize = 100;
/// Characters of a date: `2026-07-31`.
const LONGEST_DATE: usize = 10;
/// Deepest nesting of brackets that is taken.
const DEEPEST: usize = 64;

/// Finds slips, reports them and mends them.
pub fn mend(text: &str, said: &mut Diagnostics) -> Mended {
    let mut scan =
        Scan { text, out: text.as_bytes().to_vec(), said, depth: 0, hopeless: false, line: (0, 0), row: false };
    let mut at = 0;
    while at < text.len() && !scan.hopeless && scan.said.0.len() < MOST_SLIPS {
        scan.enter_line(at);
        at = scan.step(at);
    }
    let (out, hopeless) = (scan.out, scan.hopeless);
    // Mending replaces whole characters by ASCII, so the text stays UTF-8.
    Mended { text: String::from_utf8(out).unwrap_or_else(|_| text.to_owned()), hopeless }
}

struct Scan<'a> {
    text: &'a str,
    out: Vec<u8>,
    said: &'a mut Diagnostics,
    depth: usize,
    hopeless: bool,
    /// The line at hand, without its end, and whether it is a row of a table.
    line: (usize, usize),
    row: bool,
}

/// Characters that stand for an operator, and how the language spells it.
const SIGNS: &[(char, &str)] =
    &[('≥', ">="), ('≤', "<="), ('≠', "<>"), ('×', "*"), ('÷', "/"), ('−', "-"), ('–', "-"), ('—', "-"), ('→', "->")];

/// Operators of other languages: as typed, as mended, what to write.
const FOREIGN: &[(&str, &str, &str)] = &[
    ("==", "= ", "="),
    ("!=", "<>", "<>"),
    ("=<", "<=", "<="),
    ("=>", ">=", ">="),
    ("&&", "", "and"),
    ("||", "", "or"),
];

impl Scan<'_> {
    fn rest(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or_default()
    }

    fn enter_line(&mut self, at: usize) {
        if at > 0 && at <= self.line.1 {
            return;
        }
        let rest = self.rest(at);
        let length = rest.find('\n').unwrap_or(rest.len());
        self.row = rest.get(..length).is_some_and(|line| line.trim_start().starts_with('|'));
        self.line = (at, at + length);
    }

    /// What of the line lies after a place.
    fn rest_of_line(&self, at: usize) -> &str {
        self.text.get(at..self.line.1).unwrap_or_default()
    }

    /// Looks at the character there and gives the place of the next to look at.
    fn step(&mut self, at: usize) -> usize {
        let rest = self.rest(at);
        let Some(character) = rest.chars().next() else { return at + 1 };
        let next = at + character.len_utf8();
        match character {
            '"' => return self.text_end(at, next),
            '“' | '”' | '„' | '«' | '»' | '‘' => return self.curly(at, next),
            '#' => return self.line.1.max(next),
            '(' | '{' | '[' => self.open(at),
            ')' | '}' | ']' => self.depth = self.depth.saturating_sub(1),
            '%' => self.percent(at),
            ',' => self.comma(at),
            '€' | '£' | '¥' | '₹' => self.currency(at, next, character),
            '0'..='9' => return self.number(at).unwrap_or_else(|| self.digits(at)),
            '/' => return self.slashes(at).unwrap_or(next),
            ';' => self.semicolon(at),
            '$' => self.dollar(at),
            c if c.is_ascii_alphabetic() => {
                let end = at + rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                self.word(at, end);
                return end;
            }
            '|' => return self.bar(at),
            '=' | '!' | '&' => return self.foreign(at).unwrap_or(next),
            ' ' | '\t' | '\n' | '\r' => {}
            c if c.is_whitespace() || invisible(c) => self.odd_space(at, next),
            c if !c.is_ascii() => self.sign(at, next, c),
            _ => {}
        }
        next
    }

    fn put(&mut self, from: usize, to: usize, with: &str) {
        let mut bytes = with.bytes().chain(std::iter::repeat(b' '));
        for slot in self.out.iter_mut().take(to).skip(from) {
            *slot = bytes.next().unwrap_or(b' ');
        }
    }

    fn text_end(&mut self, at: usize, from: usize) -> usize {
        let body = self.rest_of_line(from);
        let line = body.len();
        if let Some(quote) = body.find('"') {
            return from + quote + 1;
        }
        if let Some((quote, curly)) = body.char_indices().find(|(_, c)| matches!(c, '”' | '“')) {
            return self.curly_pair(at, from, from + quote, curly.len_utf8());
        }
        let end = from + line;
        let span = Span::new(at, end - usize::from(body.ends_with('\r')));
        self.said.push(
            Diagnostic::new(codes::UNCLOSED, "this text is not closed", span, "no closing `\"` on this line")
                .help("close it with `\"`; a text stands on one line"),
        );
        end
    }

    fn curly(&mut self, at: usize, next: usize) -> usize {
        let body = self.rest_of_line(next);
        let closes = |c: &char| matches!(c, '“' | '”' | '«' | '»' | '’' | '"');
        let Some((quote, character)) = body.char_indices().find(|(_, c)| closes(c)) else {
            self.say_curly(Span::new(at, next));
            self.put(at, next, "");
            return next;
        };
        self.curly_pair(at, next, next + quote, character.len_utf8())
    }

    fn curly_pair(&mut self, at: usize, from: usize, quote: usize, width: usize) -> usize {
        let end = quote + width;
        self.say_curly(Span::new(at, end));
        self.put(at, from, "");
        self.put(from.saturating_sub(1), from, "\"");
        self.put(quote, end, "\"");
        end
    }

    fn say_curly(&mut self, span: Span) {
        self.said.push(
            Diagnostic::new(codes::CURLY_QUOTES, "these are curly quotes", span, "")
                .help("write straight quotes: `\"`"),
        );
    }

    fn open(&mut self, at: usize) {
        self.depth += 1;
        if self.depth > DEEPEST {
            self.hopeless = true;
            let title = format!("brackets are nested more than {DEEPEST} deep");
            self.said.push(
                Diagnostic::new(codes::TOO_DEEP, title, Span::new(at, at + 1), "this one goes too deep")
                    .help("give the parts names with `define`"),
            );
        }
    }

    /// `%5` for `5%`.
    fn percent(&mut self, at: usize) {
        let before = self.text.get(..at).and_then(|text| text.chars().next_back());
        let rest = self.rest(at + 1);
        let length = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let number = rest.get(..length).unwrap_or_default().to_owned();
        if before.is_some_and(|c| c.is_ascii_digit()) || !number.starts_with(|c: char| c.is_ascii_digit()) {
            return;
        }
        let end = at + 1 + length;
        self.said.push(
            Diagnostic::new(codes::PERCENT_SIDE, "the per cent sign goes after the number", Span::new(at, end), "")
                .help(format!("write `{number}%`")),
        );
        self.put(at, end, &format!("{number}%"));
    }

    /// `1,5` for `1.5`: a comma inside a number, but not between its thousands.
    fn comma(&mut self, at: usize) {
        if self.decimal_comma_of_money(at) {
            return;
        }
        let digits_before = self.text.get(..at).map_or(0, |t| t.bytes().rev().take_while(u8::is_ascii_digit).count());
        let digits_after = self.rest(at + 1).bytes().take_while(u8::is_ascii_digit).count();
        let start = at - digits_before;
        let before = self.text.get(..start).and_then(|text| text.chars().next_back());
        let after = self.rest(at + 1 + digits_after).chars().next();
        let part_of_more = before.is_some_and(|c| c == ',' || c == '.' || c == '_' || c.is_ascii_alphanumeric())
            || after.is_some_and(|c| c == ',' || c == '_' || c.is_ascii_alphanumeric());
        let plain = digits_before > 0 && digits_after > 0 && !part_of_more;
        if !plain || digits_after == 3 && digits_before <= 3 {
            return;
        }
        let end = at + 1 + digits_after;
        let (whole, fraction) = (self.rest(start).get(..digits_before), self.rest(at + 1).get(..digits_after));
        let (whole, fraction) = (whole.unwrap_or_default(), fraction.unwrap_or_default());
        let diagnostic =
            Diagnostic::new(codes::DECIMAL_COMMA, "a comma stands in this number", Span::new(start, end), "").help(
                format!("write `{whole}.{fraction}` for the decimal number, or `{whole}, {fraction}` for two values"),
            );
        self.said.push(diagnostic);
        self.put(at, at + 1, ".");
    }

    fn currency(&mut self, at: usize, next: usize, sign: char) {
        let code = match sign {
            '€' => "EUR",
            '£' => "GBP",
            '¥' => "JPY",
            _ => "INR",
        };
        self.said.push(
            Diagnostic::new(codes::CURRENCY_SIGN, format!("`{sign}` is not read"), Span::new(at, next), "")
                .help(format!("write the currency's code and a space before the number: `{code} 100`")),
        );
    }

    /// `2026-3-1` for `2026-03-01`.
    fn digits(&mut self, at: usize) -> usize {
        let rest = self.rest(at);
        // A run that is longer than a date is none, and isn't looked at twice.
        let end = rest.bytes().take(LONGEST_DATE + 1).take_while(|b| b.is_ascii_digit() || *b == b'-').count();
        let written = rest.get(..end).unwrap_or_default().to_owned();
        let parts: Vec<&str> = written.split('-').collect();
        let [year, month, day] = parts.as_slice() else {
            return at + rest.bytes().take_while(u8::is_ascii_digit).count().max(1);
        };
        let short = |part: &str| part.len() == 1 || part.len() == 2;
        if year.len() == 4 && short(month) && short(day) && month.len() + day.len() < 4 {
            self.said.push(
                Diagnostic::new(
                    codes::BAD_DATE,
                    "months and days of a date have two digits",
                    Span::new(at, at + end),
                    "",
                )
                .help(format!("write `{year}-{month:0>2}-{day:0>2}`")),
            );
        }
        at + end
    }

    /// An empty cell, or `||`.
    fn bar(&mut self, at: usize) -> usize {
        if !self.row {
            return self.foreign(at).unwrap_or(at + 1);
        }
        let rest = self.rest(at + 1);
        let spaces = rest.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
        if rest.get(spaces..).is_some_and(|rest| rest.starts_with('|')) {
            let span = Span::new(at, at + spaces + 2);
            self.said.push(
                Diagnostic::new(codes::EMPTY_CELL, "this cell is empty", span, "")
                    .help("write `-` where any value will do, or the value that was left out"),
            );
        }
        at + 1
    }

    fn foreign(&mut self, at: usize) -> Option<usize> {
        let rest = self.rest(at);
        let (typed, mended, right) = FOREIGN.iter().find(|(typed, _, _)| rest.starts_with(typed))?;
        let end = at + typed.len();
        self.said.push(
            Diagnostic::new(
                codes::FOREIGN_OPERATOR,
                format!("`{typed}` is not an operator here"),
                Span::new(at, end),
                "",
            )
            .help(format!("write `{right}`")),
        );
        if !mended.is_empty() {
            self.put(at, end, mended);
        }
        Some(end)
    }

    fn odd_space(&mut self, at: usize, next: usize) {
        let character = self.rest(at).chars().next().unwrap_or(' ');
        let what = match character {
            '\u{a0}' | '\u{202f}' | '\u{2007}' => "a non-breaking space",
            '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{b}' | '\u{c}' => "an odd line break",
            c if c.is_whitespace() => "a space that is not a plain one",
            c if c.is_control() => "a control character",
            _ => "an invisible character",
        };
        self.said.push(
            Diagnostic::new(
                codes::ODD_SPACE,
                format!("here is {what}"),
                Span::new(at, next),
                format!("U+{:04X}", u32::from(character)),
            )
            .help("type a plain space in its place; text copied from a document or a web page often has these"),
        );
        self.put(at, next, "");
    }

    fn sign(&mut self, at: usize, next: usize, character: char) {
        if let Some((_, right)) = SIGNS.iter().find(|(sign, _)| *sign == character) {
            self.said.push(
                Diagnostic::new(
                    codes::FOREIGN_OPERATOR,
                    format!("`{character}` is not an operator here"),
                    Span::new(at, next),
                    "",
                )
                .help(format!("write `{right}`")),
            );
            self.put(at, next, right);
        }
    }
}

fn invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn mending_keeps_every_place(text in "[a-z0-9 %,.|={}()\"“”‘’≥×€\u{a0}\n#!-]{0,80}") {
            let mut said = Diagnostics::default();
            prop_assert_eq!(mend(&text, &mut said).text.len(), text.len());
        }
    }

    #[test]
    fn slips_are_mended_where_that_is_safe() {
        for (text, mended) in [
            ("a == b", "a =  b"),
            ("a != b", "a <> b"),
            ("%5 ", "5% "),
            ("1,5%", "1.5%"),
            ("1,200", "1,200"),
            ("$250,00", "$250.00"),
            ("$1.250,00", "$1,250.00"),
            ("EUR 250,5", "EUR 250.5"),
            ("10 percent", "10%       "),
            ("2.5 per cent", "2.5%        "),
            ("q1 percent", "q1 percent"),
            ("-> percent", "-> percent"),
            ("MIN(1, 2)", "min(1, 2)"),
            ("IF(a, b)", "IF(a, b)"),
            ("min(1, 200)", "min(1, 200)"),
            ("“a”", "  \"a\"  "),
            ("a\u{a0}b", "a  b"),
            ("a ≥ b", "a >=  b"),
            ("\"a == 1,5\"", "\"a == 1,5\""),
        ] {
            assert_eq!(mend(text, &mut Diagnostics::default()).text, mended, "{text}");
        }
    }
}
