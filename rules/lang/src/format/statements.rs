//! The statements of payouts, recommendations and recognitions: the keyword in a column of its own, a payout's in the
//! order in which they run.

use pest::iterators::Pair;

use super::block::with_after;
use super::layout::Layout;
use super::leaves::{Leaf, Piece, pieces};
use super::page::{self, Doc};
use super::rows::padded;
use crate::syntax::grammar::Rule;

/// A payout's statements as they run.
const RUN_ORDER: &[Rule] = &[
    Rule::let_stmt,
    Rule::amount_is,
    Rule::multiply,
    Rule::gate,
    Rule::cap,
    Rule::floor_stmt,
    Rule::round_stmt,
    Rule::true_up,
    Rule::take_back,
    Rule::payable,
    Rule::hold_back,
];

/// A recognition's statements, which stay as they are written.
const RECOGNITION: &[Rule] = &[Rule::when_stmt, Rule::badge, Rule::award, Rule::kudos, Rule::announce, Rule::once];

/// Words that make a keyword together with the one before.
const SECOND_WORDS: &[Rule] = &[Rule::kw_at, Rule::kw_per];

/// Whether a part of a block is such a statement.
pub fn is_statement(rule: Rule) -> bool {
    RUN_ORDER.contains(&rule) || RECOGNITION.contains(&rule)
}

/// The place of a statement among those that run; none for a recognition's.
pub fn place(rule: Rule) -> Option<usize> {
    RUN_ORDER.iter().position(|known| *known == rule)
}

/// The statements of a block. Comments above one move with it.
pub fn lines(layout: &mut Layout, group: &[Piece<'_>]) -> Vec<Doc> {
    let mut statements: Vec<&Pair<'_, Rule>> = group
        .iter()
        .filter_map(|piece| match piece {
            Piece::Pair(pair) => Some(pair),
            Piece::Leaf(_) => None,
        })
        .collect();
    statements.sort_by_key(|pair| place(pair.as_rule()));
    let split: Vec<Split<'_>> = statements.into_iter().map(Split::of).collect();
    let column = split.iter().map(|statement| page::width(&statement.keyword)).max().unwrap_or(0) + 2;
    let mut lines = Vec::new();
    for statement in &split {
        let after = layout.take_after(statement.last.as_ref());
        lines.extend(Layout::above(layout.hoist(&statement.words)));
        let rest = layout.sequence(&statement.rest, Some(statement.rule)).align();
        lines.push(with_after(Doc::All(vec![Doc::text(padded(&statement.keyword, column)), rest]), after));
    }
    lines
}

/// A statement's keyword and the rest of it.
struct Split<'i> {
    rule: Rule,
    keyword: String,
    words: Vec<Leaf>,
    rest: Vec<Piece<'i>>,
    last: Option<Leaf>,
}

impl<'i> Split<'i> {
    fn of(pair: &Pair<'i, Rule>) -> Self {
        let mut parts = pieces(pair);
        let two = parts.get(1).and_then(Piece::rule).is_some_and(|rule| SECOND_WORDS.contains(&rule));
        let rest = parts.split_off(if two { 2 } else { 1 }.min(parts.len()));
        let words: Vec<Leaf> = parts.iter().flat_map(Piece::leaves).collect();
        let keyword = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        let last = rest.last().and_then(|piece| piece.leaves().pop());
        Self { rule: pair.as_rule(), keyword, words, rest, last }
    }
}
