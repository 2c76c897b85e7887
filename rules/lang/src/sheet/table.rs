//! A table in a policy's text: its labels, its rows, and the same table with other rows.

use std::ops::Range;

use merit_core::Problem;
use pest::iterators::Pair;

use super::cells::Texts;
use crate::Source;
use crate::diagnostics::{Diagnostics, nearest};
use crate::format::{Layout, Piece, cells, comments_of, content, entry, leaves, pieces, printed_block};
use crate::syntax::grammar::Rule;
use crate::syntax::parse_policy;
use crate::syntax::split::{Part, PartKind, split};

/// A table and its place.
pub struct Table<'t> {
    text: &'t str,
    start: usize,
    pair: Pair<'t, Rule>,
    entry: Rule,
    crlf: bool,
    rows: Vec<Piece<'t>>,
    columns: Vec<Column>,
}

/// A column of a table.
pub struct Column {
    /// As its head row has it, without its type.
    pub label: String,
    /// What it holds, where the table says so: `money`, `percent`, …
    pub kind: Option<String>,
    /// Whether its cells are texts that a sheet has without their quotes.
    pub texts: Texts,
}

/// The name and the rows of a declaration, if it is a table.
fn named_rows<'t>(pair: &Pair<'t, Rule>) -> Option<(String, Vec<Piece<'t>>)> {
    let parts = pieces(pair);
    let name = parts.iter().find(|piece| piece.is(Rule::name))?.leaves().first()?.text.clone();
    let rows: Vec<_> =
        parts.into_iter().filter(|piece| piece.leaves().first().is_some_and(|leaf| leaf.text == "|")).collect();
    (!rows.is_empty()).then_some((name, rows))
}

impl<'t> Table<'t> {
    /// The table of that name.
    pub fn find(text: &'t str, schema: bool, name: &str) -> Result<Self, String> {
        let mut names = Vec::new();
        for part in split(text) {
            let Part { kind: kind @ PartKind::Declaration, span } = part else { continue };
            let words = text.get(span.start..span.end).unwrap_or_default();
            let entry = entry(kind, schema);
            let Some(pair) = content(entry, words) else { continue };
            let Some((found, rows)) = named_rows(&pair) else { continue };
            if found == name {
                let crlf = text.contains("\r\n");
                let mut table = Self { text: words, start: span.start, pair, entry, crlf, rows, columns: Vec::new() };
                table.columns = table.columns();
                return Ok(table);
            }
            names.push(found);
        }
        Err(match nearest(name, names.iter().map(String::as_str)) {
            Some(meant) => format!("there is no table `{name}`; did you mean `{meant}`?"),
            None if names.is_empty() => format!("there is no table `{name}`, nor any other"),
            None => {
                let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                format!("there is no table `{name}`; there are {names}")
            }
        })
    }

    fn columns(&self) -> Vec<Column> {
        let keyed_by = pieces(&self.pair).iter().find(|piece| piece.is(Rule::type_ref)).map(|piece| words(piece));
        let rows: Vec<Vec<String>> = self.rows.iter().skip(1).map(cells).collect();
        let labels = self.rows.first().map(cells).unwrap_or_default();
        let mut columns = Vec::new();
        for (index, label) in labels.iter().enumerate() {
            let (label, kind) = match label.split_once("->") {
                Some((label, kind)) => (label.trim().to_owned(), Some(kind.trim().to_owned())),
                None => (label.clone(), keyed_by.clone().filter(|_| index == 0 && self.pair.as_rule() != Rule::weigh)),
            };
            let texts = Texts::of(rows.iter().filter_map(|row| row.get(index)));
            columns.push(Column { label, kind, texts });
        }
        columns
    }

    /// The head row as it is written.
    pub fn labels(&self) -> Vec<String> {
        self.rows.first().map(cells).unwrap_or_default()
    }

    /// The rows as a sheet has them.
    pub fn rows(&self) -> Vec<Vec<String>> {
        let shown = |row: &Piece<'_>| {
            let mut cells = cells(row);
            for (cell, column) in cells.iter_mut().zip(&self.columns) {
                *cell = column.texts.bare(cell);
            }
            cells
        };
        self.rows.iter().skip(1).map(shown).collect()
    }

    /// The columns.
    pub fn all_columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether its first columns say for which values a row counts, and a `-` means any.
    pub fn is_condition(&self, index: usize) -> bool {
        self.pair.as_rule() == Rule::table && self.labels().get(index).is_some_and(|label| !label.contains("->"))
    }

    /// Whether its rows may end with one that says `otherwise`.
    pub fn has_otherwise(&self) -> bool {
        self.pair.as_rule() == Rule::table
    }

    /// Its place in the file.
    pub fn place(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// What is wrong with the rows as a whole.
    pub fn out_of_place(&self, rows: &[(u32, Vec<String>)]) -> Option<Problem> {
        let early = rows.iter().rev().skip(1).find(|(_, row)| row.first().is_some_and(|cell| cell == "otherwise"));
        if let Some((number, _)) = early {
            return Some(Problem::row(*number, "the row that says `otherwise` comes last"));
        }
        let lone = rows.first().filter(|_| rows.len() == 1 && self.pair.as_rule() == Rule::curve)?;
        Some(Problem::row(lone.0, "a curve needs two points or more"))
    }

    /// What the reader says about the first cell of a row that it can't read.
    pub fn refused(&self, number: u32, row: &[String]) -> Option<Problem> {
        if self.reads(row) {
            return None;
        }
        let own = self.rows.iter().skip(1).map(cells).find(|own| own.len() == row.len())?;
        for (index, cell) in row.iter().enumerate() {
            let mut tried = own.clone();
            if let Some(slot) = tried.get_mut(index) {
                slot.clone_from(cell);
            }
            if !self.reads(&tried) {
                let column = self.columns.get(index).map(|column| column.label.clone()).unwrap_or_default();
                return Some(Problem::cell(number, column, self.words_about(&tried, cell)));
            }
        }
        Some(Problem::row(number, "the reader of policies can't take this row"))
    }

    /// The table's text with only that row.
    fn lone(&self, row: &[String]) -> String {
        let head = self.text.get(..self.body()).unwrap_or_default();
        let row = line(row);
        // A curve has two points at least.
        format!("{head}\n{}\n{row}\n{row}\n}}", line(&self.labels()))
    }

    fn body(&self) -> usize {
        pieces(&self.pair)
            .iter()
            .find(|piece| piece.is(Rule::sym_open))
            .and_then(|piece| piece.leaves().first().map(|leaf| leaf.end))
            .unwrap_or(0)
    }

    fn said(&self, row: &[String]) -> Diagnostics {
        let text = format!("policy \"sheet\" version 1\n\n{}\n", self.lone(row));
        let source = Source { name: String::new(), text };
        let mut said = Diagnostics::default();
        parse_policy(&source, &mut said);
        said.sorted(&source.text)
    }

    fn reads(&self, row: &[String]) -> bool {
        let otherwise = row.first().is_some_and(|cell| cell == "otherwise");
        let single: Vec<String> = if otherwise {
            std::iter::once("-").chain(row.iter().skip(1).map(String::as_str)).map(str::to_owned).collect()
        } else {
            row.to_vec()
        };
        let text = self.lone(&single);
        let whole = content(self.entry, &text).and_then(|pair| named_rows(&pair));
        let same = whole.is_some_and(|(_, rows)| rows.iter().skip(1).all(|found| cells(found).len() == row.len()));
        same && self.said(&single).is_empty()
    }

    fn words_about(&self, row: &[String], cell: &str) -> String {
        match self.said(row).0.first() {
            Some(one) => {
                let help = one.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
                format!("`{cell}`: {}{help}", one.title)
            }
            None => format!("`{cell}` is more than one cell"),
        }
    }

    /// The table with other rows, formatted.
    pub fn with_rows(&self, rows: &[Vec<String>]) -> Option<String> {
        let comments = comments_of(self.text);
        let mut layout = Layout::new(&self.pair, self.text, &comments);
        let parts = pieces(&self.pair);
        let open = parts.iter().find(|piece| piece.is(Rule::sym_open))?.leaves();
        let close = parts.iter().rfind(|piece| piece.is(Rule::sym_close))?.leaves();
        let mut out = self.text.get(..open.first()?.end)?.to_owned();
        put_after(&mut out, layout.take_after(open.first()));
        let head: Vec<Beside> = self.rows.iter().take(1).map(|row| Beside::take(&mut layout, row)).collect();
        let mut own: Vec<Beside> = self.rows.iter().skip(1).map(|row| Beside::take(&mut layout, row)).collect();
        for head in head {
            head.put(&mut out, &line(&self.labels()));
        }
        for row in rows {
            let text = line(row);
            let key = row.first();
            match own.iter().position(|beside| beside.cells == *row || beside.cells.first() == key) {
                Some(at) => own.remove(at).put(&mut out, &text),
                None => out.push_str(&format!("{text}\n")),
            }
        }
        let left: Vec<String> =
            own.into_iter().flat_map(|beside| beside.above.into_iter().chain(beside.after)).collect();
        for comment in left.into_iter().chain(layout.hoist(&close)) {
            out.push_str(&format!("{comment}\n"));
        }
        out.push('}');
        let text = printed_block(self.entry, &out)?;
        Some(if self.crlf { text.replace('\n', "\r\n") } else { text })
    }
}

/// A row's comments.
struct Beside {
    cells: Vec<String>,
    above: Vec<String>,
    after: Option<String>,
}

impl Beside {
    fn take(layout: &mut Layout, row: &Piece<'_>) -> Self {
        let words = row.leaves();
        let after = layout.take_after(words.last());
        Self { cells: cells(row), above: layout.hoist(&words), after }
    }

    fn put(self, out: &mut String, row: &str) {
        for comment in self.above {
            out.push_str(&format!("{comment}\n"));
        }
        out.push_str(row);
        put_after(out, self.after);
    }
}

fn put_after(out: &mut String, comment: Option<String>) {
    out.push_str(&comment.map(|comment| format!("  {comment}")).unwrap_or_default());
    out.push('\n');
}

fn line(cells: &[String]) -> String {
    format!("  | {} |", cells.join(" | "))
}

fn words(piece: &Piece<'_>) -> String {
    match piece {
        Piece::Leaf(leaf) => leaf.text.clone(),
        Piece::Pair(pair) => leaves(pair).iter().map(|leaf| leaf.text.as_str()).collect::<Vec<_>>().join(" "),
    }
}
