//! Tables: cells between bars, in columns.

use super::layout::Layout;
use super::leaves::Piece;
use super::page::{self, Doc};
use crate::syntax::grammar::Rule;

/// The rows of a table, aligned. A comment inside a row goes above it.
pub fn lines(layout: &mut Layout, rows: &[Piece<'_>]) -> Vec<Doc> {
    let cells: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let columns = cells.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| cells.iter().filter_map(|row| row.get(column)).map(|cell| page::width(cell)).max().unwrap_or(0))
        .collect();
    let mut lines = Vec::new();
    for (row, cells) in rows.iter().zip(&cells) {
        let words = row.leaves();
        let after = layout.take_after(words.last());
        lines.extend(Layout::above(layout.hoist(&words)));
        lines.push(super::block::with_after(Doc::text(line(cells, &widths)), after));
    }
    lines
}

/// A row's cells, each as it is printed.
pub fn cells(row: &Piece<'_>) -> Vec<String> {
    let parts = match row {
        Piece::Leaf(_) => Vec::new(),
        Piece::Pair(pair) => super::leaves::pieces(pair),
    };
    let mut bare = Layout::default();
    parts
        .split(|piece| piece.is(Rule::sym_bar))
        .map(|cell| page::flat(&bare.sequence(cell, None)))
        .skip(1)
        .take(parts.iter().filter(|piece| piece.is(Rule::sym_bar)).count().saturating_sub(1))
        .collect()
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let mut line = "|".to_owned();
    for (cell, width) in cells.iter().zip(widths) {
        line.push(' ');
        line.push_str(&padded(cell, *width));
        line.push_str(" |");
    }
    line
}

/// A text and spaces up to a width.
pub fn padded(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(page::width(text))))
}
