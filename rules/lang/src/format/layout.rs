//! Words in a row: where spaces stand between them, where a long line may be broken, and where comments go.

use std::collections::BTreeMap;

use pest::iterators::Pair;

use super::leaves::{Leaf, Piece, leaves, pieces};
use super::page::Doc;
use crate::syntax::grammar::Rule;

/// The comments of one part that wait to be printed, by the first byte of the word that they belong to.
#[derive(Debug, Default)]
pub struct Layout {
    above: BTreeMap<usize, Vec<String>>,
    after: BTreeMap<usize, String>,
}

impl Layout {
    /// Gives each comment of a part to a word: one at a line's end to the word before it, another to the next word.
    pub fn new(pair: &Pair<'_, Rule>, text: &str, comments: &[(usize, String)]) -> Self {
        let words = leaves(pair);
        let mut layout = Self::default();
        for (at, comment) in comments {
            let next = words.partition_point(|word| word.start < *at);
            let before = next.checked_sub(1).and_then(|index| words.get(index));
            let same_line = |word: &&Leaf| text.get(word.end..*at).is_some_and(|between| !between.contains('\n'));
            if let Some(word) = before.filter(same_line) {
                layout.after.insert(word.start, comment.clone());
            } else if let Some(word) = words.get(next).or(before) {
                layout.above.entry(word.start).or_default().push(comment.clone());
            }
        }
        layout
    }

    /// Takes the comments of words away, to print them above what the words are in.
    pub fn hoist(&mut self, words: &[Leaf]) -> Vec<String> {
        let mut found = Vec::new();
        for word in words {
            found.extend(self.above.remove(&word.start).into_iter().flatten());
            found.extend(self.after.remove(&word.start));
        }
        found
    }

    /// Takes the comment at a word's line's end away.
    pub fn take_after(&mut self, word: Option<&Leaf>) -> Option<String> {
        self.after.remove(&word?.start)
    }

    /// Puts a comment at a word's line's end back.
    pub fn put_after(&mut self, word: Option<&Leaf>, comment: Option<String>) {
        if let (Some(word), Some(comment)) = (word, comment) {
            self.after.insert(word.start, comment);
        }
    }

    /// Comments, one on each line, to stand above something.
    pub fn above(comments: Vec<String>) -> impl Iterator<Item = Doc> {
        comments.into_iter().map(Doc::Above)
    }

    /// A word with its comments.
    pub fn leaf(&mut self, leaf: &Leaf) -> Doc {
        let mut docs: Vec<Doc> = Self::above(self.above.remove(&leaf.start).unwrap_or_default()).collect();
        docs.push(Doc::text(leaf.text.clone()));
        docs.extend(self.after.remove(&leaf.start).map(Doc::After));
        Doc::All(docs)
    }

    /// Something with parts.
    pub fn pair(&mut self, pair: &Pair<'_, Rule>) -> Doc {
        match pair.as_rule() {
            Rule::expr => self.expression(pair),
            Rule::if_expr => self.condition(&pieces(pair)),
            rule => self.sequence(&pieces(pair), Some(rule)),
        }
    }

    fn piece(&mut self, piece: &Piece<'_>) -> Doc {
        match piece {
            Piece::Leaf(leaf) => self.leaf(leaf),
            Piece::Pair(pair) => self.pair(pair),
        }
    }

    /// Pieces in a row, broken before those words that begin a clause and after commas, each only where it must be.
    pub fn sequence(&mut self, row: &[Piece<'_>], parent: Option<Rule>) -> Doc {
        let mut clauses: Vec<(Option<&'static str>, Vec<Doc>)> = vec![(None, Vec::new())];
        let mut last: Option<Leaf> = None;
        let mut at = 0;
        while let Some(piece) = row.get(at) {
            let words = piece.leaves();
            if let (Some(last), Some(first)) = (&last, words.first()) {
                match breaks(last, first, parent) {
                    Some(spaces) => clauses.push((Some(spaces), Vec::new())),
                    None => push(&mut clauses, Doc::text(space(last, first))),
                }
            }
            let closing = if piece.is(Rule::sym_left) { closing(row, at) } else { None };
            if let (Piece::Leaf(open), Some(close)) = (piece, closing) {
                let doc = self.brackets(open, row.get(at + 1..close).unwrap_or_default(), row.get(close), parent);
                push(&mut clauses, doc);
                last = row.get(close).and_then(|piece| piece.leaves().pop());
                at = close + 1;
                continue;
            }
            push(&mut clauses, self.piece(piece));
            last = words.last().cloned();
            at += 1;
        }
        Doc::All(
            clauses
                .into_iter()
                .map(|(before, docs)| match before {
                    None => Doc::All(docs),
                    Some(spaces) => Doc::All(vec![Doc::Break(spaces), Doc::All(docs)]).group(),
                })
                .collect(),
        )
    }

    fn brackets(&mut self, open: &Leaf, inner: &[Piece<'_>], close: Option<&Piece<'_>>, parent: Option<Rule>) -> Doc {
        let open = self.leaf(open);
        let inner = self.sequence(inner, parent).align();
        let close = close.map_or(Doc::text(""), |piece| self.piece(piece));
        Doc::All(vec![open, inner, close])
    }

    /// `if … then … else …`: on one line, or one line each.
    fn condition(&mut self, row: &[Piece<'_>]) -> Doc {
        let mut docs = Vec::new();
        for (index, piece) in row.iter().enumerate() {
            if index > 0 {
                let breaks = piece.is(Rule::kw_then) || piece.is(Rule::kw_else);
                docs.push(if breaks { Doc::Break(" ") } else { Doc::text(" ") });
            }
            docs.push(self.piece(piece));
        }
        Doc::All(docs).align().group()
    }

    fn expression(&mut self, pair: &Pair<'_, Rule>) -> Doc {
        self.chain(&pieces(pair))
    }

    /// Operands and operators: broken before those that bind loosest, so that the operands stand below each other.
    fn chain(&mut self, row: &[Piece<'_>]) -> Doc {
        let loosest = row.iter().filter_map(|piece| binding(piece.rule())).min();
        let Some(loosest) = loosest else { return self.sequence(row, None) };
        let is_operator = |piece: &Piece<'_>| binding(piece.rule()) == Some(loosest);
        let mut docs = Vec::new();
        let mut rest = row;
        while let Some(at) = rest.iter().position(is_operator) {
            let (operand, after) = rest.split_at(at);
            docs.push((None, self.chain(operand)));
            if let Some((operator, after)) = after.split_first() {
                docs.push((Some(operator), Doc::text("")));
                rest = after;
            }
        }
        let last = self.chain(rest);
        docs.push((None, last));
        let mut parts = Vec::new();
        for (operator, operand) in docs {
            let Some(operator) = operator else {
                parts.push(operand);
                continue;
            };
            let word = operator.leaves().first().map_or(0, |leaf| leaf.text.len());
            let hanging = if word <= 3 { word.cast_signed() + 1 } else { 0 };
            let operator = Doc::All(vec![Doc::Break(" "), self.piece(operator)]).nest(-hanging);
            parts.push(operator);
            parts.push(Doc::text(" "));
        }
        Doc::All(parts).align().group()
    }
}

fn push(clauses: &mut [(Option<&'static str>, Vec<Doc>)], doc: Doc) {
    if let Some((_, docs)) = clauses.last_mut() {
        docs.push(doc);
    }
}

/// The place of the bracket that closes the one there.
fn closing(row: &[Piece<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, piece) in row.iter().enumerate().skip(open) {
        if piece.is(Rule::sym_left) {
            depth += 1;
        } else if piece.is(Rule::sym_right) {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// How tightly an operator binds.
const fn binding(rule: Option<Rule>) -> Option<usize> {
    let Some(rule) = rule else { return None };
    Some(match rule {
        Rule::otherwise => 0,
        Rule::or => 1,
        Rule::and => 2,
        Rule::eq | Rule::ne | Rule::lt | Rule::le | Rule::gt | Rule::ge | Rule::at_least_op | Rule::at_most_op => 3,
        Rule::add | Rule::sub => 4,
        Rule::mul | Rule::div => 5,
        _ => return None,
    })
}

/// The spaces before a word that begins a clause: there a long line may be broken.
fn breaks(last: &Leaf, first: &Leaf, parent: Option<Rule>) -> Option<&'static str> {
    if last.rule == Some(Rule::sep) {
        return Some(" ");
    }
    match first.rule? {
        Rule::kw_because => Some("   "),
        Rule::kw_about if matches!(parent, Some(Rule::define | Rule::const_def)) => Some("   "),
        Rule::kw_else if parent == Some(Rule::gate) => Some("   "),
        Rule::kw_where if parent == Some(Rule::aggregate) => Some(" "),
        Rule::kw_or if parent == Some(Rule::choice) => Some(" "),
        Rule::kw_when | Rule::kw_about | Rule::kw_saying => Some(" "),
        _ => None,
    }
}

/// What stands between two words on one line.
pub fn space(last: &Leaf, first: &Leaf) -> &'static str {
    let (Some(before), Some(after)) = (last.rule, first.rule) else {
        // Words that the grammar has no name for stay as close as they were.
        return if last.end == first.start { "" } else { " " };
    };
    match (before, after) {
        (_, Rule::sep) | (Rule::neg, _) => "",
        (Rule::fn_one | Rule::fn_many, Rule::sym_left) => "",
        (Rule::kw_places, _) => "  ",
        _ => " ",
    }
}
