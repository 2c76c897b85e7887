//! An expression in the policy's words: as it stands in the source, or, for a schema's formula, which stands elsewhere,
//! written anew.

use super::spoken;
use crate::program::{Comparison, Expr, ExprKind, Operator, Place, Program};

/// The source text at a place, on one line, with brackets completed: places leave out the outer ones.
pub(crate) fn quoted(program: &Program, place: Place) -> String {
    let mut place = place;
    let text = |place: Place| program.text.get(place.start..place.end).unwrap_or_default();
    let (mut open, mut closed) = (0_usize, 0_usize);
    for c in text(place).chars() {
        match c {
            '(' => open += 1,
            ')' if open > 0 => open -= 1,
            ')' => closed += 1,
            _ => {}
        }
    }
    for _ in 0..closed {
        let before = program.text.get(..place.start).and_then(|text| text.rfind('('));
        place.start = before.unwrap_or(place.start);
    }
    for _ in 0..open {
        let after = program.text.get(place.end..).and_then(|text| text.find(')'));
        place.end = after.map_or(place.end, |offset| place.end + offset + 1);
    }
    text(place).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The expression as it is written; empty where it can be neither quoted nor written anew.
pub(crate) fn written(program: &Program, expr: &Expr) -> String {
    if expr.place.start < expr.place.end {
        quoted(program, expr.place)
    } else {
        anew(program, expr).unwrap_or_default()
    }
}

fn anew(program: &Program, expr: &Expr) -> Option<String> {
    let pair = |left: &Expr, word: &str, right: &Expr| {
        Some(format!("{} {word} {}", bracketed(program, left)?, bracketed(program, right)?))
    };
    Some(match &expr.kind {
        ExprKind::Literal(value) => spoken(value, &expr.ty),
        ExprKind::Fact(id) => program.facts.get(id.0)?.name.clone(),
        ExprKind::Define(id) => program.defines.get(id.0)?.name.clone(),
        ExprKind::Outcome(id) => program.outcomes.get(id.0)?.name.clone(),
        ExprKind::Column(list, column) => program.lists.get(list.0)?.columns.get(column.0)?.name.clone(),
        ExprKind::Arithmetic(operator, left, right) => {
            let sign = match operator {
                Operator::Add => "+",
                Operator::Subtract => "−",
                Operator::Multiply => "×",
                Operator::Divide => "÷",
            };
            return pair(left, sign, right);
        }
        ExprKind::Compare(comparison, left, right) => {
            let word = match comparison {
                Comparison::Equal => "=",
                Comparison::NotEqual => "<>",
                Comparison::Below => "<",
                Comparison::AtMost => "is at most",
                Comparison::Above => ">",
                Comparison::AtLeast => "is at least",
            };
            return pair(left, word, right);
        }
        ExprKind::And(left, right) => return pair(left, "and", right),
        ExprKind::Or(left, right) => return pair(left, "or", right),
        ExprKind::Otherwise(left, right) => return pair(left, "otherwise", right),
        ExprKind::Not(inner) => format!("not {}", bracketed(program, inner)?),
        ExprKind::IsMissing(inner) => format!("{} is missing", bracketed(program, inner)?),
        _ => return None,
    })
}

/// In brackets, where it has parts.
fn bracketed(program: &Program, expr: &Expr) -> Option<String> {
    let words = anew(program, expr)?;
    let whole = matches!(
        expr.kind,
        ExprKind::Literal(_) | ExprKind::Fact(_) | ExprKind::Define(_) | ExprKind::Outcome(_) | ExprKind::Column(..)
    );
    Some(if whole { words } else { format!("({words})") })
}
