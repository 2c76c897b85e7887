//! What stands between `{` and `}`: rows, fields and statements, each kind in its columns.

use pest::iterators::Pair;

use super::layout::Layout;
use super::leaves::{Leaf, Piece, leaves, pieces};
use super::page::Doc;
use super::{fields, rows, statements};
use crate::syntax::grammar::Rule;

/// How far a block's lines are indented, and the lines of a head that goes on.
const INDENT: isize = 2;
const GOES_ON: isize = 4;

impl Layout {
    /// A declaration, or a block inside one.
    pub fn block(&mut self, pair: &Pair<'_, Rule>) -> Doc {
        let row = pieces(pair);
        let open = row.iter().position(|piece| piece.is(Rule::sym_open));
        let close = row.iter().rposition(|piece| piece.is(Rule::sym_close));
        let (Some(open), Some(close)) = (open, close) else {
            return self.sequence(&row, Some(pair.as_rule())).nest(GOES_ON);
        };
        let head = self.sequence(row.get(..=open).unwrap_or_default(), Some(pair.as_rule())).nest(GOES_ON);
        let mut lines = self.lines(row.get(open + 1..close).unwrap_or_default());
        let closing = row.get(close).map(Piece::leaves).unwrap_or_default();
        let after = self.take_after(closing.first());
        lines.extend(Self::above(self.hoist(&closing)));
        let body = lines.into_iter().flat_map(|line| [Doc::Line, line]).collect();
        let mut docs = vec![head, Doc::All(body).nest(INDENT), Doc::Line, Doc::text("}")];
        docs.extend(after.map(Doc::After));
        Doc::All(docs)
    }

    /// The lines of a block. Neighbours of one kind share their columns.
    fn lines(&mut self, body: &[Piece<'_>]) -> Vec<Doc> {
        let mut lines = Vec::new();
        for group in body.chunk_by(|a, b| Kind::of(a) == Kind::of(b)) {
            let Some(first) = group.first() else { continue };
            match Kind::of(first) {
                Kind::Row => lines.extend(rows::lines(self, group)),
                Kind::Field => lines.extend(fields::lines(self, group)),
                Kind::Statement => lines.extend(statements::lines(self, group)),
                Kind::Words => lines.push(self.sequence(group, None).nest(GOES_ON)),
                Kind::Other => {
                    for piece in group {
                        lines.extend(self.other(piece));
                    }
                }
            }
        }
        lines
    }

    fn other(&mut self, piece: &Piece<'_>) -> Vec<Doc> {
        let Piece::Pair(pair) = piece else { return vec![self.sequence(std::slice::from_ref(piece), None)] };
        let words = leaves(pair);
        // A comment before the first word stands above the whole, one after its last word at its end.
        let mut lines: Vec<Doc> = Self::above(self.hoist_first(&words)).collect();
        let after = self.take_after(words.last());
        let is_block = pieces(pair).iter().any(|piece| piece.is(Rule::sym_open));
        let doc = match pair.as_rule() {
            Rule::given | Rule::given_member => self.given(pair),
            _ if is_block => self.block(pair),
            rule => {
                let row = pieces(pair);
                self.sequence(&row, Some(rule)).nest(GOES_ON)
            }
        };
        lines.push(with_after(doc, after));
        lines
    }

    /// The comments above a first word.
    pub fn hoist_first(&mut self, words: &[Leaf]) -> Vec<String> {
        let after = self.take_after(words.first());
        let above = self.hoist(words.get(..1).unwrap_or_default());
        self.put_after(words.first(), after);
        above
    }
}

/// A line and the comment at its end.
pub fn with_after(doc: Doc, after: Option<String>) -> Doc {
    match after {
        Some(comment) => Doc::All(vec![doc, Doc::After(comment)]),
        None => doc,
    }
}

/// What a part of a block is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A row of a table.
    Row,
    /// An input, an attribute or a column.
    Field,
    /// A statement with its keyword in a column.
    Statement,
    /// Words that belong to no part.
    Words,
    /// Anything else: a line, or a block of its own.
    Other,
}

impl Kind {
    fn of(piece: &Piece<'_>) -> Self {
        match piece {
            Piece::Leaf(_) => Self::Words,
            Piece::Pair(pair) if pair.as_rule() == Rule::field => Self::Field,
            Piece::Pair(pair) if statements::is_statement(pair.as_rule()) => Self::Statement,
            Piece::Pair(pair) if pair.as_str().starts_with('|') => Self::Row,
            Piece::Pair(_) => Self::Other,
        }
    }
}
