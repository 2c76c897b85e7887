//! Inputs, attributes and a record's columns: name, type with its options, and what it is about, in columns.

use super::block::with_after;
use super::layout::Layout;
use super::leaves::{Leaf, Piece, pieces};
use super::page::{self, Doc};
use super::rows::padded;
use crate::syntax::grammar::Rule;

/// A type with its options that is wider than this doesn't push its neighbours' texts to the right.
pub const WIDEST: usize = 44;

/// The fields of a block. A comment inside a field goes above it.
pub fn lines(layout: &mut Layout, fields: &[Piece<'_>]) -> Vec<Doc> {
    let split: Vec<Split<'_>> = fields.iter().map(Split::of).collect();
    let names = split.iter().map(|field| page::width(&field.name)).max().unwrap_or(0);
    let types = split
        .iter()
        .filter(|field| field.about.is_some())
        .map(|field| page::width(&field.flat))
        .filter(|width| *width <= WIDEST)
        .max()
        .unwrap_or(0);
    let mut lines = Vec::new();
    for (field, piece) in split.iter().zip(fields) {
        let words = piece.leaves();
        let after = layout.take_after(words.last());
        lines.extend(Layout::above(layout.hoist(&words)));
        let mut docs = vec![Doc::text(padded(&field.name, names)), Doc::text(" : ")];
        match &field.about {
            Some(about) if page::width(&field.flat) <= WIDEST => {
                docs.push(Doc::text(padded(&field.flat, types)));
                docs.push(Doc::text(format!("  {}", about.text)));
            }
            about => {
                docs.push(layout.sequence(&field.middle, Some(Rule::field)).align());
                docs.extend(about.as_ref().map(|about| Doc::text(format!("  {}", about.text))));
            }
        }
        lines.push(with_after(Doc::All(docs), after));
    }
    lines
}

/// A field's three columns.
struct Split<'i> {
    name: String,
    middle: Vec<Piece<'i>>,
    flat: String,
    about: Option<Leaf>,
}

impl<'i> Split<'i> {
    fn of(piece: &Piece<'i>) -> Self {
        let parts = match piece {
            Piece::Leaf(_) => Vec::new(),
            Piece::Pair(pair) => pieces(pair),
        };
        let colon = parts.iter().position(|piece| piece.is(Rule::sym_colon)).unwrap_or(0);
        let mut bare = Layout::default();
        let name = page::flat(&bare.sequence(parts.get(..colon).unwrap_or_default(), None));
        let mut middle: Vec<Piece<'i>> = parts.into_iter().skip(colon + 1).collect();
        let about = match middle.last() {
            Some(Piece::Leaf(leaf)) if leaf.rule == Some(Rule::text) => Some(leaf.clone()),
            _ => None,
        };
        if about.is_some() {
            middle.pop();
        }
        let flat = page::flat(&bare.sequence(&middle, Some(Rule::field)));
        Self { name, middle, flat, about }
    }
}
