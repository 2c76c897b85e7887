//! What a condition makes known: after `csat is missing or …` the value is there, after `if size > 0 then …` it isn't 0.

use merit_core::Ratio;

use super::Checker;
use crate::program::{Expr, ExprKind, Function, Operator as Arithmetic, Quantity};
use crate::syntax::ast::{self, LiteralKind, Operator};

/// Names about which something is known.
#[derive(Debug, Default)]
pub struct Known {
    /// These are not missing.
    pub present: Vec<String>,
    /// These are not 0.
    pub not_zero: Vec<String>,
}

/// What is known if the condition holds (`holds`), or if it doesn't.
pub fn facts_if(condition: &ast::Expr, holds: bool) -> Known {
    let mut known = Known::default();
    collect(condition, holds, &mut known);
    known
}

fn collect(condition: &ast::Expr, holds: bool, known: &mut Known) {
    match &condition.kind {
        ast::ExprKind::Not(inner) => collect(inner, !holds, known),
        ast::ExprKind::IsMissing(value) if !holds => {
            if let ast::ExprKind::Name(name) = &value.kind {
                known.present.push(name.clone());
            }
        }
        ast::ExprKind::Binary { op: Operator::And, left, right, .. } if holds => {
            collect(left, true, known);
            collect(right, true, known);
        }
        ast::ExprKind::Binary { op: Operator::Or, left, right, .. } if !holds => {
            collect(left, false, known);
            collect(right, false, known);
        }
        ast::ExprKind::Binary { op, left, right, .. } => {
            let (ast::ExprKind::Name(name), ast::ExprKind::Literal(literal)) = (&left.kind, &right.kind) else {
                return;
            };
            let Some(number) = number(literal) else { return };
            let not_zero = match (op, holds) {
                (Operator::Greater, true) | (Operator::AtMost, false) => number >= Ratio::ZERO,
                (Operator::AtLeast, true) | (Operator::Less, false) => number > Ratio::ZERO,
                (Operator::Less, true) | (Operator::AtLeast, false) => number <= Ratio::ZERO,
                (Operator::AtMost, true) | (Operator::Greater, false) => number < Ratio::ZERO,
                (Operator::NotEqual, true) | (Operator::Equal, false) => number.is_zero(),
                (Operator::Equal, true) | (Operator::NotEqual, false) => !number.is_zero(),
                _ => false,
            };
            if not_zero {
                known.not_zero.push(name.clone());
            }
        }
        _ => {}
    }
}

fn number(literal: &LiteralKind) -> Option<Ratio> {
    match literal {
        LiteralKind::Money { major: number, .. }
        | LiteralKind::Percent(number)
        | LiteralKind::Points(number)
        | LiteralKind::Number { value: number, .. } => Some(number.clone()),
        _ => None,
    }
}

/// How low a value is known to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Low {
    Unknown,
    /// Never below 0.
    Zero,
    /// Always above 0.
    Above,
}

impl Checker<'_> {
    /// Whether a value is known never to be 0, from declared ranges and literals.
    pub fn never_zero(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Literal(Quantity::Exact(number)) => !number.is_zero(),
            ExprKind::Negate(inner) => self.never_zero(inner),
            _ => self.low(expr) == Low::Above,
        }
    }

    fn low(&self, expr: &Expr) -> Low {
        match &expr.kind {
            ExprKind::Literal(Quantity::Exact(number)) => low_of(number),
            ExprKind::Fact(id) => match self.facts.get(id.0).map(|fact| &fact.range.min) {
                Some(Some(Quantity::Exact(min))) => low_of(min),
                _ => Low::Unknown,
            },
            ExprKind::Column(list, column) => match self.column_lows.get(&(list.0, column.0)) {
                Some(min) => low_of(min),
                None => Low::Unknown,
            },
            ExprKind::Define(id) => {
                if self.positive_defines.contains(id) {
                    Low::Above
                } else {
                    Low::Unknown
                }
            }
            ExprKind::Call(Function::Max, values) => {
                values.iter().map(|value| self.low(value)).max().unwrap_or(Low::Unknown)
            }
            ExprKind::Call(Function::Min, values) => {
                values.iter().map(|value| self.low(value)).min().unwrap_or(Low::Unknown)
            }
            ExprKind::Arithmetic(Arithmetic::Add, a, b) => match (self.low(a), self.low(b)) {
                (Low::Unknown, _) | (_, Low::Unknown) => Low::Unknown,
                (a, b) => a.max(b),
            },
            ExprKind::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide, a, b) => self.low(a).min(self.low(b)),
            ExprKind::If(_, a, b) | ExprKind::Otherwise(a, b) => self.low(a).min(self.low(b)),
            _ => Low::Unknown,
        }
    }

    /// Whether a value is known to lie above 0.
    pub fn is_positive(&self, expr: &Expr) -> bool {
        self.low(expr) == Low::Above
    }
}

fn low_of(number: &Ratio) -> Low {
    if *number > Ratio::ZERO {
        Low::Above
    } else if number.is_zero() {
        Low::Zero
    } else {
        Low::Unknown
    }
}
