//! What a file says without its layout: two files with the same outline mean the same.

use pest::iterators::Pair;

use super::leaves::{Piece, pieces, ungrouped};
use super::statements;
use crate::syntax::grammar::Rule;

/// A part's words under the grammar's names for what they are in; a payout's statements in the order in which they run.
pub fn outline(pair: &Pair<'_, Rule>) -> String {
    let mut out = String::new();
    write(&Piece::Pair(pair.clone()), &mut out);
    out
}

fn write(piece: &Piece<'_>, out: &mut String) {
    match piece {
        Piece::Leaf(leaf) => {
            out.push_str(&format!("{:?} {}\n", leaf.rule, ungrouped(leaf)));
        }
        Piece::Pair(pair) => {
            let mut parts = pieces(pair);
            if matches!(pair.as_rule(), Rule::payout | Rule::recommend) {
                sort(&mut parts);
            }
            out.push_str(&format!("{:?} (\n", pair.as_rule()));
            for part in &parts {
                write(part, out);
            }
            out.push_str(")\n");
        }
    }
}

fn sort(parts: &mut [Piece<'_>]) {
    let runs = |piece: &Piece<'_>| piece.rule().and_then(statements::place);
    let first = parts.iter().position(|piece| runs(piece).is_some());
    let last = parts.iter().rposition(|piece| runs(piece).is_some());
    if let (Some(first), Some(last)) = (first, last)
        && let Some(statements) = parts.get_mut(first..=last)
    {
        statements.sort_by_key(runs);
    }
}
