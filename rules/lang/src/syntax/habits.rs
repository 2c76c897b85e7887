//! What people write who come from spreadsheets and plan documents, and what they would write here: better words than what
//! the grammar expected.

use super::grammar::Rule;
use super::recovery::line_around;
use super::split::{DECLARATIONS, first_word};

/// Words in the place of the grammar's.
pub struct Habit {
    /// What is wrong; none where what was expected says it.
    pub title: Option<String>,
    /// What to do.
    pub help: String,
}

/// Where the grammar stopped.
pub struct Stop<'a> {
    /// The part and the byte of it.
    pub part: &'a str,
    pub at: usize,
    /// What stands there; empty where something is missing.
    pub found: &'a str,
    /// What would go on.
    pub wanted: &'a [Rule],
}

fn says(title: impl Into<String>, help: impl Into<String>) -> Option<Habit> {
    Some(Habit { title: Some(title.into()), help: help.into() })
}

fn helps(help: impl Into<String>) -> Option<Habit> {
    Some(Habit { title: None, help: help.into() })
}

/// The habit that a mistake shows, if it is one that is known.
pub fn habit(stop: &Stop<'_>) -> Option<Habit> {
    let line = line_around(stop.part, stop.at);
    let whole = stop.part.get(line.start..line.end).unwrap_or_default();
    let look = Look {
        stop,
        line: whole.trim(),
        before: stop.part.get(line.start..stop.at).unwrap_or_default().trim(),
        declaration: first_word(stop.part),
    };
    look.row().or_else(|| look.header()).or_else(|| look.head()).or_else(|| look.statement()).or_else(|| look.formula())
}

struct Look<'a> {
    stop: &'a Stop<'a>,
    line: &'a str,
    before: &'a str,
    declaration: &'a str,
}

/// How the word that stands for everybody is spelt elsewhere.
const EVERYBODY: &[&str] = &["all", "everybody", "anyone", "anybody", "any", "each", "every"];
/// How `otherwise` is spelt in tables elsewhere.
const THE_REST: &[&str] =
    &["else", "other", "others", "all others", "all other", "any other", "default", "the rest", "*"];
/// Words of the language that spreadsheets write in capitals.
const CAPITALS: &[&str] = &["IF", "THEN", "ELSE", "AND", "OR", "NOT", "OTHERWISE", "WHERE"];

impl Look<'_> {
    fn wants(&self, rule: Rule) -> bool {
        self.stop.wanted.contains(&rule)
    }

    fn found(&self, word: &str) -> bool {
        self.stop.found == word
    }

    /// The last word before the place.
    fn previous(&self) -> &str {
        let end = self.before.trim_end();
        end.get(end.rfind([' ', '\t', '(', '|']).map_or(0, |index| index + 1)..).unwrap_or_default()
    }

    /// What stands from the place to the line's end.
    fn rest(&self) -> &str {
        let rest = self.stop.part.get(self.stop.at..).unwrap_or_default();
        rest.lines().next().unwrap_or_default().trim()
    }

    fn row(&self) -> Option<Habit> {
        if !self.line.starts_with('|') {
            let cells = self.line.contains(['\t', ',', ';']) && !self.line.contains('{');
            let pasted = self.wants(Rule::sym_bar) && self.before.is_empty() && cells;
            return if pasted { says(PASTED, PASTED_HELP) } else { None };
        }
        if self.line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t')) && self.line.contains("--") {
            return says("a table has no line under its head row", "take the line out");
        }
        if self.wants(Rule::sym_arrow) && self.stop.found.starts_with(char::is_alphabetic) {
            let (before, found) = (self.previous(), self.stop.found);
            return says("a column's name is one word", format!("write `{before}_{found}`"));
        }
        let cell = self.cell()?;
        if THE_REST.contains(&cell.to_lowercase().as_str()) {
            return says(format!("`{cell}` is not read here"), "write `otherwise` in the last row for all the rest");
        }
        let band = self.wants(Rule::kw_and_above)
            || self.wants(Rule::kw_to_below)
            || self.wants(Rule::below)
            || self.wants(Rule::band)
            || self.wants(Rule::kw_below);
        if band && !matches!(self.declaration, "curve") {
            return band_of(cell);
        }
        let words = self.declaration == "table" && self.found(",") && cell.contains(',');
        if words { helps(format!("write `in {cell}` for any of these")) } else { None }
    }

    /// The cell that holds the place, if it is the row's first.
    fn cell(&self) -> Option<&str> {
        let inside = self.before.strip_prefix('|').unwrap_or(self.before);
        if inside.contains('|') {
            return None;
        }
        let cell = self.line.strip_prefix('|')?.split('|').next()?.trim();
        (!cell.is_empty() && cell.len() < 60).then_some(cell)
    }

    fn header(&self) -> Option<Habit> {
        let (rest, found) = (self.rest(), self.stop.found);
        match self.declaration {
            "policy" | "schema" if self.wants(Rule::text) && !found.starts_with('"') => {
                let name = rest.split(" version").next().unwrap_or_default().trim();
                helps(format!("put the name in quotes: `{} \"{name}\" version 1`", self.declaration))
            }
            "applies" if self.wants(Rule::kw_everyone) => helps(if EVERYBODY.contains(&found) {
                "write `applies to everyone`".to_owned()
            } else {
                format!("write `applies to participants where (role = {found})`, or whatever tells them apart")
            }),
            "effective" if self.wants(Rule::date) => {
                helps("write the first and the last day: `effective 2026-01-01 to 2026-12-31`")
            }
            "currency" => helps("write the currency's code, as in `currency USD`"),
            _ => None,
        }
    }

    /// The head of a declaration: its name and its type.
    fn head(&self) -> Option<Habit> {
        let words: Vec<&str> = self.before.split_whitespace().collect();
        let [keyword, name] = words.as_slice() else { return self.kind() };
        let named = DECLARATIONS.contains(keyword) || *keyword == "let";
        let is_word = self.stop.found.starts_with(|c: char| c.is_ascii_alphabetic());
        let rest_is_name = matches!(*keyword, "define" | "payout" | "recommend" | "const" | "let");
        if named && is_word && rest_is_name && !matches!(self.stop.found, "about" | "by") {
            let found = self.stop.found;
            return says("a name is one word", format!("write `{name}_{found}`"));
        }
        if matches!(*keyword, "payout" | "recommend") && self.found("{") {
            return helps(format!("say what it gives: `{keyword} {name} : money {{`"));
        }
        self.kind()
    }

    fn kind(&self) -> Option<Habit> {
        if !self.wants(Rule::type_ref) && !self.wants(Rule::kw_money) {
            return None;
        }
        match self.stop.found {
            "%" => helps("write `percent`"),
            "$" => helps("write `money`; the header says in which currency"),
            _ => None,
        }
    }

    fn statement(&self) -> Option<Habit> {
        let first = first_word(self.line);
        if self.wants(Rule::kw_half_even) {
            return says(
                "it isn't said how a half is rounded",
                "write `round half even to $0.01`, or `half up`, `down` or `up`",
            );
        }
        if self.wants(Rule::kw_at) && matches!(self.previous(), "cap" | "floor" | "total") {
            return helps(format!("write `{} at` before the amount", self.before));
        }
        if self.found("=") && self.before == first && matches!(first, "pay" | "propose" | "gate" | "when" | "award") {
            return says(format!("`{first}` has no `=` after it"), format!("write `{first} …`"));
        }
        if self.found("'") {
            return helps("a text stands between straight double quotes: `\"`");
        }
        None
    }

    fn formula(&self) -> Option<Habit> {
        let (found, previous, rest) = (self.stop.found, self.previous(), self.rest());
        if let Some(word) = CAPITALS.iter().find(|word| **word == found || **word == previous) {
            let small = word.to_lowercase();
            return says("words of the language are written in small letters", format!("write `{small}`"));
        }
        match found {
            "" if self.wants(Rule::kw_else) => helps("say what counts if the condition doesn't hold, as in `else 0%`"),
            "," if self.wants(Rule::kw_then) || self.wants(Rule::kw_else) => helps("write `if … then … else …`"),
            "=" if previous == "=" => says("a formula has no `=` in front", "take one `=` out"),
            "+" => says("a value has no `+` in front", "leave out the `+`"),
            "of" if previous.ends_with(|c: char| c.is_ascii_digit() || c == '%') => {
                helps(format!("write `*` for `of`: `{previous} * …`"))
            }
            "of" if previous == "max" => helps("write `highest of`; `max(…, …)` takes the larger of several values"),
            "of" if previous == "min" => helps("write `lowest of`; `min(…, …)` takes the smaller of several values"),
            "(" if matches!(previous, "sum" | "count" | "average" | "highest" | "lowest") => {
                let inside = rest.trim_start_matches('(').split(')').next().unwrap_or_default();
                helps(format!("write `{previous} of {inside}`, without parentheses"))
            }
            "." if !previous.is_empty() => {
                let column = rest.get(1..).map(first_word).unwrap_or_default();
                says(
                    format!("`{previous}` is a list, and one value is needed here"),
                    format!("take a figure of it, as in `sum of {previous}.{column}`"),
                )
            }
            "^" => says("powers are not read", "multiply as often as it takes, as in `x * x`"),
            "between" => helps("write both sides out: `x >= 80% and x <= 100%`"),
            "is" => is(rest),
            _ => None,
        }
    }
}

/// What is said about a table without its bars; the same for each of its rows, so that it is said once.
pub const PASTED: &str = "these look like cells pasted from a spreadsheet";
/// How to mend it.
pub const PASTED_HELP: &str =
    "put `|` around each cell, or save the range as CSV and write `merit rules table import FILE TABLE FILE.csv`";

/// A comparison in words.
fn is(rest: &str) -> Option<Habit> {
    let words: Vec<&str> = rest.split_whitespace().skip(1).take(2).collect();
    let sign = match words.as_slice() {
        ["not", "in"] => return helps("write `not (… in (…))`"),
        ["not", ..] => "<>",
        ["greater" | "more" | "above" | "over" | "higher", ..] => ">",
        ["less" | "below" | "under" | "lower", ..] => "<",
        _ => "=",
    };
    helps(format!("write `{sign}`"))
}

/// A band in other words, and how it is written here.
fn band_of(cell: &str) -> Option<Habit> {
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '$' | '%' | ',' | '.');
    let numbers: Vec<&str> = cell
        .split(|c: char| !is_number(c))
        .map(|number| number.trim_matches(['.', ',']))
        .filter(|number| number.contains(|c: char| c.is_ascii_digit()))
        .collect();
    let small = cell.to_lowercase();
    let below = ["up to", "under", "less", "<", "≤", "to ", "until", "max"].iter().any(|word| small.starts_with(word));
    let help = match numbers.as_slice() {
        [from, to] => format!("write `{from} to below {to}`: {to} itself belongs to the next band"),
        [bound] if below => format!("write `below {bound}`: {bound} itself belongs to the next band"),
        [bound] => format!("write `{bound} and above`"),
        _ => return None,
    };
    says(format!("a band is not written like `{cell}`"), help)
}
