//! Declarations of one line that stand together, such as constants: the same kind shares its columns.

use pest::iterators::Pair;

use super::fields::WIDEST;
use super::layout::Layout;
use super::leaves::{Leaf, Piece, pieces};
use super::page::{self, Doc};
use super::rows::padded;
use crate::syntax::grammar::Rule;

/// Whether a declaration may stand without a blank line between it and the next such one.
pub fn is_one_line(rule: Rule) -> bool {
    matches!(rule, Rule::const_def | Rule::choice | Rule::event | Rule::define | Rule::measure | Rule::check)
}

/// The columns of a declaration.
pub struct Columns<'i> {
    rule: Rule,
    /// Keyword and name, type, direction, …: as they are printed.
    cells: Vec<String>,
    /// The words of the cells.
    words: Vec<Leaf>,
    /// What follows them, and may be broken.
    rest: Vec<Piece<'i>>,
}

impl<'i> Columns<'i> {
    /// Cuts a declaration into its columns.
    pub fn of(pair: &Pair<'i, Rule>) -> Self {
        let rule = pair.as_rule();
        let mut parts = pieces(pair);
        let upto = |parts: &[Piece<'i>], wanted: &[Rule]| {
            parts.iter().position(|piece| piece.rule().is_some_and(|rule| wanted.contains(&rule))).unwrap_or(0)
        };
        let cuts = match rule {
            Rule::const_def | Rule::choice => vec![upto(&parts, &[Rule::sym_equals])],
            Rule::define => {
                let equals = upto(&parts, &[Rule::sym_equals]);
                vec![upto(&parts, &[Rule::sym_colon, Rule::sym_equals]), equals]
            }
            Rule::event => vec![2.min(parts.len())],
            Rule::measure => {
                let direction = upto(&parts, &[Rule::direction]);
                vec![upto(&parts, &[Rule::sym_colon]), direction, direction + 1, direction + 2]
            }
            _ => vec![0],
        };
        let rest = parts.split_off(cuts.last().copied().unwrap_or(0).min(parts.len()));
        let mut bare = Layout::default();
        let mut cells = Vec::new();
        let mut from = 0;
        for to in cuts {
            let cell = parts.get(from..to.min(parts.len())).unwrap_or_default();
            cells.push(page::flat(&bare.sequence(cell, Some(rule))));
            from = to;
        }
        let words = parts.iter().flat_map(Piece::leaves).collect();
        Self { rule, cells, words, rest }
    }

    /// The width that the neighbours' cells need at each column.
    pub fn widths(group: &[Self]) -> Vec<usize> {
        let columns = group.iter().map(|one| one.cells.len()).max().unwrap_or(0);
        let width = |column: usize| {
            let widths = group.iter().filter_map(|one| one.cells.get(column)).map(|cell| page::width(cell));
            widths.filter(|width| *width <= WIDEST).max().unwrap_or(0)
        };
        (0..columns).map(width).collect()
    }

    /// The declaration, in columns of these widths. Comments inside the cells go above it.
    pub fn doc(&self, layout: &mut Layout, widths: &[usize]) -> Doc {
        let above = Layout::above(layout.hoist(&self.words)).flat_map(|comment| [comment, Doc::Line]).collect();
        let mut docs = Vec::new();
        let between = if self.rule == Rule::measure { "  " } else { " " };
        let mut line = String::new();
        for (index, (cell, width)) in self.cells.iter().zip(widths).enumerate() {
            if *width > 0 || !cell.is_empty() {
                let first = index == 0 && self.rule == Rule::measure;
                line.push_str(&padded(cell, *width));
                line.push_str(if first { " " } else { between });
            }
        }
        if self.rest.is_empty() {
            docs.push(Doc::text(line.trim_end().to_owned()));
            return Doc::All(vec![Doc::All(above), Doc::All(docs)]);
        }
        docs.push(Doc::text(line));
        let equals = self.rest.first().filter(|piece| piece.is(Rule::sym_equals));
        match equals {
            Some(equals) => {
                docs.push(layout.sequence(std::slice::from_ref(equals), None));
                docs.push(Doc::text(" "));
                docs.push(layout.sequence(self.rest.get(1..).unwrap_or_default(), Some(self.rule)).align());
            }
            None => docs.push(layout.sequence(&self.rest, Some(self.rule))),
        }
        Doc::All(vec![Doc::All(above), Doc::All(docs).nest(4)])
    }
}
