//! What a test gives: on one line where it fits, else values side by side and each list on lines of its own.

use pest::iterators::Pair;

use super::layout::Layout;
use super::leaves::{Piece, leaves, pieces};
use super::page::Doc;
use crate::syntax::grammar::Rule;

/// Rows of data read better whole, so they may be a little wider than other lines.
const WIDTH: usize = 124;

impl Layout {
    /// `given { … }`, `given ana { … }`
    pub fn given(&mut self, pair: &Pair<'_, Rule>) -> Doc {
        let mut head = Vec::new();
        let mut body = Vec::new();
        let mut broken = false;
        let parts = pieces(pair);
        for piece in &parts {
            match piece {
                Piece::Pair(binding) if binding.as_rule() == Rule::binding => {
                    let list = pieces(binding).iter().any(|piece| piece.is(Rule::data_list));
                    let doc = self.binding(binding);
                    if list || broken || body.is_empty() {
                        body.extend([Doc::Break(if body.is_empty() { " " } else { "  " }), doc]);
                    } else {
                        body.push(Doc::All(vec![Doc::Break("  "), doc]).group());
                    }
                    broken = list;
                }
                Piece::Leaf(leaf) if leaf.rule == Some(Rule::sym_close) => {
                    let after = self.take_after(Some(leaf));
                    for comment in self.hoist(std::slice::from_ref(leaf)) {
                        body.extend([Doc::Line, Doc::Above(comment)]);
                    }
                    let body = std::mem::take(&mut body);
                    let end = if body.is_empty() { Doc::text(" ") } else { Doc::Break(" ") };
                    head.extend([Doc::All(body).nest(2), end, Doc::text("}")]);
                    head.extend(after.map(Doc::After));
                }
                other => {
                    if !head.is_empty() {
                        head.push(Doc::text(" "));
                    }
                    head.push(self.sequence(std::slice::from_ref(other), None));
                }
            }
        }
        Doc::All(head).group()
    }

    fn binding(&mut self, pair: &Pair<'_, Rule>) -> Doc {
        let parts = pieces(pair);
        let mut docs = Vec::new();
        for (index, piece) in parts.iter().enumerate() {
            if index > 0 {
                docs.push(Doc::text(" "));
            }
            docs.push(match piece {
                Piece::Pair(list) if list.as_rule() == Rule::data_list => self.data_list(list),
                other => self.sequence(std::slice::from_ref(other), None),
            });
        }
        Doc::All(docs)
    }

    /// `[ { … }, { … } ]`: rows of one value side by side, others one on a line.
    fn data_list(&mut self, pair: &Pair<'_, Rule>) -> Doc {
        let parts = pieces(pair);
        let mut open = Vec::new();
        let mut docs = Vec::new();
        let mut close = Vec::new();
        let rows = |piece: &Piece<'_>| matches!(piece, Piece::Pair(row) if row.as_rule() == Rule::data_row);
        let is_empty = !parts.iter().any(rows);
        for piece in &parts {
            match piece {
                Piece::Pair(row) if row.as_rule() == Rule::data_row => {
                    let doc = self.data_row(row);
                    let alone = leaves(row).len() > 5;
                    if alone || docs.is_empty() {
                        docs.extend([Doc::Break(" "), doc]);
                    } else {
                        docs.push(Doc::All(vec![Doc::Break(" "), doc]).group());
                    }
                }
                Piece::Leaf(leaf) if leaf.rule == Some(Rule::sym_list) => open.push(self.leaf(leaf)),
                Piece::Leaf(leaf) if leaf.rule == Some(Rule::sym_list_end) => close.push(self.leaf(leaf)),
                other => docs.push(self.sequence(std::slice::from_ref(other), None)),
            }
        }
        let end = Doc::Break(if is_empty { "" } else { " " });
        let inner = [Doc::All(docs).nest(2), end];
        Doc::Wide(WIDTH, Box::new(Doc::All(open.into_iter().chain(inner).chain(close).collect()).group()))
    }

    fn data_row(&mut self, pair: &Pair<'_, Rule>) -> Doc {
        let mut docs = Vec::new();
        for piece in &pieces(pair) {
            match piece {
                Piece::Pair(binding) if binding.as_rule() == Rule::binding => {
                    let doc = self.binding(binding);
                    docs.push(Doc::All(vec![Doc::Break(" "), doc]).group().nest(2));
                }
                other if other.is(Rule::sym_close) => {
                    docs.extend([Doc::text(" "), self.sequence(std::slice::from_ref(other), None)]);
                }
                other => docs.push(self.sequence(std::slice::from_ref(other), None)),
            }
        }
        Doc::All(docs)
    }
}
