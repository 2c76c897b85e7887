//! Cells as spreadsheets write them: bare numbers, currency formats, per cent with a space, texts without quotes.

use merit_core::Problem;

use super::read::Row;
use super::table::{Column, Table};
use crate::syntax::split::strip_comment;

/// Whether a column's cells are texts, which a sheet has without their quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// Each cell is a text (or `-`, or `otherwise`).
    Plain,
    /// Anything else: the cells stay as the policy writes them.
    No,
}

/// Words that mean something without quotes.
const SIGNS: [&str; 2] = ["-", "otherwise"];

impl Texts {
    /// What a column's cells are.
    pub fn of<'a>(cells: impl Iterator<Item = &'a String>) -> Self {
        let mut texts = 0;
        for cell in cells.filter(|cell| !SIGNS.contains(&cell.as_str())) {
            let inner = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
            let plain = |inner: &str| {
                !inner.contains('"') && !inner.is_empty() && inner.trim() == inner && !SIGNS.contains(&inner)
            };
            if !inner.is_some_and(plain) {
                return Self::No;
            }
            texts += 1;
        }
        if texts > 0 { Self::Plain } else { Self::No }
    }

    /// A cell as a sheet has it.
    pub fn bare(self, cell: &str) -> String {
        let inner = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
        inner.filter(|_| self == Self::Plain).unwrap_or(cell).to_owned()
    }
}

/// What stands before an amount of the policy's currency.
pub fn currency_sign(text: &str) -> String {
    let code = text.lines().map(|line| strip_comment(line).trim()).find_map(|line| line.strip_prefix("currency "));
    match code.map(str::trim) {
        Some("USD") | None => "$".to_owned(),
        Some(code) => format!("{code} "),
    }
}

/// A row's cells as the policy writes them; none if one can't be taken.
pub fn row(row: &Row, table: &Table<'_>, currency: &str, problems: &mut Vec<Problem>) -> Option<Vec<String>> {
    let columns = table.all_columns();
    if row.cells.len() != columns.len() {
        let message = format!("it has {}, and the table has {}", cells(row.cells.len()), columns.len());
        problems.push(Problem::row(row.number, message));
        return None;
    }
    let mut taken = Vec::new();
    for (index, (cell, column)) in row.cells.iter().zip(columns).enumerate() {
        let sign = SIGNS.contains(&cell.as_str()) && (table.is_condition(index) || table.has_otherwise() && index == 0);
        match if sign { Ok(cell.clone()) } else { one(cell, column, table.is_condition(index), currency) } {
            Ok(cell) => taken.push(cell),
            Err(message) => {
                problems.push(Problem::cell(row.number, column.label.clone(), message));
            }
        }
    }
    (taken.len() == columns.len()).then_some(taken)
}

fn cells(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}

fn one(cell: &str, column: &Column, condition: bool, currency: &str) -> Result<String, String> {
    if cell.is_empty() {
        return Err(if condition {
            "the cell is empty; write `-` where any value will do".to_owned()
        } else {
            "the cell is empty; write the value that was left out".to_owned()
        });
    }
    if column.texts == Texts::Plain && !cell.starts_with('"') {
        if cell.contains(['"', '\n', '\r']) {
            return Err(format!("`{cell}`: a text stands on one line and has no quotes in it"));
        }
        return Ok(format!("\"{cell}\""));
    }
    if cell == "-" {
        return Err("`-` is no value; write the value, `0` where that is meant".to_owned());
    }
    if !cell.contains('"') && cell.contains(['#', '|']) {
        return Err(format!("`{cell}`: `#` and `|` can't stand in a cell"));
    }
    let cell = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    let cell = currency_format(&cell);
    match column.kind.as_deref() {
        Some("money") if is_number(&cell) => Ok(format!("{}{currency}{}", minus(&cell), cell.trim_start_matches('-'))),
        Some("percent") if is_number(&cell) && !is_zero(&cell) => Err(format!(
            "`{cell}` is a number, and the column holds percentages; write `{}%`, or `{cell}%` if that is meant",
            hundredfold(&cell)
        )),
        Some("percent") if is_number(&cell) => Ok(format!("{cell}%")),
        _ => Ok(cell),
    }
}

/// `($ 1,200.00)`, `$(1,200.00)`, `USD (1,200.00)`, `$ 1,200.00`, `(8.00 %)` and `8.00 %` as the language writes them.
fn currency_format(cell: &str) -> String {
    match in_brackets(cell).and_then(|figure| amount(&figure)).filter(|figure| !figure.starts_with('-')) {
        Some(figure) => format!("-{figure}"),
        None => amount(cell).unwrap_or_else(|| cell.to_owned()),
    }
}

/// The figure that an accountant's brackets take below 0, its sign or code from outside them put before it.
fn in_brackets(cell: &str) -> Option<String> {
    let (sign, inside) = cell.split_once('(')?;
    let (inside, per_cent) = match inside.strip_suffix('%').map(str::trim_end) {
        Some(inside) => (inside, "%"),
        None => (inside, ""),
    };
    Some(format!("{sign}{}{per_cent}", inside.strip_suffix(')')?.trim()))
}

/// A number, with the currency or per cent that a spreadsheet's format gives it.
fn amount(text: &str) -> Option<String> {
    let (code, figure) = match text.strip_prefix('$') {
        Some(figure) => ("$".to_owned(), figure.trim_start()),
        None => match text.split_once(' ') {
            Some((code, figure)) if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                (format!("{code} "), figure)
            }
            _ => (String::new(), text),
        },
    };
    if is_number(figure) && (code.is_empty() || !figure.starts_with('-')) {
        return Some(format!("{code}{figure}"));
    }
    let number = figure.strip_suffix('%')?.trim_end();
    (code.is_empty() && is_number(number)).then(|| format!("{number}%"))
}

/// Digits, with commas between thousands and a decimal point.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = groups.clone().count() == 0 || first.len() <= 3;
    digits(first) && grouped && groups.all(|group| group.len() == 3 && digits(group)) && fraction.is_none_or(digits)
}

fn is_zero(text: &str) -> bool {
    !text.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

fn minus(text: &str) -> &'static str {
    if text.starts_with('-') { "-" } else { "" }
}

/// A number as a percentage: its point two places to the right.
fn hundredfold(number: &str) -> String {
    let bare = number.trim_start_matches('-').replace(',', "");
    let (whole, fraction) = bare.split_once('.').unwrap_or((&bare, ""));
    let fraction = format!("{fraction:0<2}");
    let (ahead, after) = fraction.split_at(2);
    let whole = format!("{whole}{ahead}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let after = after.trim_end_matches('0');
    let point = if after.is_empty() { "" } else { "." };
    format!("{}{whole}{point}{after}", minus(number))
}
