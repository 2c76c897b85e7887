//! Words for whether a policy applies to a person: the header's condition with the person's own values.

use std::collections::BTreeSet;

use super::Teller;
use super::written::written;
use crate::evaluate::{PersonInputs, evaluate, holds};
use crate::program::{Expr, ExprKind, Program};

/// Whether the policy applies to the person, and why: the condition as it is written, what it read about the person, and
/// the parts of it that don't hold. A condition that can't be decided doesn't apply, and the last line says why.
#[must_use]
pub fn explain_applies(program: &Program, inputs: &PersonInputs) -> (bool, Vec<String>) {
    let Some(condition) = &program.header.applies else { return (true, vec!["applies to everyone".to_owned()]) };
    let trace = evaluate(program, inputs).trace;
    let mut teller = Teller { program, trace: &trace, lines: Vec::new(), told: BTreeSet::new() };
    teller.lines.push(format!("applies to participants where {}", written(program, condition)));
    teller.read_first(&[condition]);
    let mut lines = teller.lines;

    let mut parts = Vec::new();
    conjuncts(condition, &mut parts);
    let mut applies = true;
    for (part, held) in parts.iter().zip(holds(program, inputs, &parts)) {
        match held {
            Ok(true) => {}
            Ok(false) => {
                applies = false;
                lines.push(format!("it needs “{}”, which does not hold", written(program, part)));
            }
            // What stands after a part that fails is not looked at.
            Err(_) if !applies => break,
            Err(stopped) => {
                applies = false;
                lines.push(format!("whether it applies can't be said: {}", stopped.reason));
                break;
            }
        }
    }
    (applies, lines)
}

/// The parts that must all hold, in the order in which they are written.
fn conjuncts<'a>(expr: &'a Expr, parts: &mut Vec<&'a Expr>) {
    match &expr.kind {
        ExprKind::And(left, right) => {
            conjuncts(left, parts);
            conjuncts(right, parts);
        }
        _ => parts.push(expr),
    }
}

#[cfg(test)]
mod tests {
    use merit_core::Value;

    use super::*;
    use crate::program::sample::{inputs, literal};
    use crate::program::{Comparison, Quantity, Range, Type};

    /// Applies where `role = Seller` and `tenure is at least 3`.
    fn program() -> Program {
        let mut program = Program::empty();
        let role = Type::Choice("Role".to_owned());
        let is = |left: Expr, how, right: Expr| {
            let kind = ExprKind::Compare(how, Box::new(left), Box::new(right));
            Expr { kind, ty: Type::YesNo, place: crate::program::Place::default() }
        };
        let seller = Expr {
            kind: ExprKind::Literal(Quantity::Words("Seller".to_owned())),
            ty: role.clone(),
            place: crate::program::Place::default(),
        };
        let left = is(program.fact("role", role, false, Range::default()), Comparison::Equal, seller);
        let tenure = program.fact("tenure", Type::Count, false, Range::default());
        let right = is(tenure, Comparison::AtLeast, literal("3", Type::Count));
        program.header.applies = Some(Expr {
            kind: ExprKind::And(Box::new(left), Box::new(right)),
            ty: Type::YesNo,
            place: crate::program::Place::default(),
        });
        program
    }

    #[test]
    fn the_part_that_fails_is_named_with_the_persons_values() {
        let role = |word: &str| ("role", Value::Choice(word.to_owned()));
        let tenure = |months| ("tenure", Value::Count(months));
        for (given, applies, said) in [
            (vec![role("Seller"), tenure(3)], true, vec!["role: Seller", "tenure: 3"]),
            (
                vec![role("Seller"), tenure(2)],
                false,
                vec!["role: Seller", "tenure: 2", "it needs “tenure is at least 3”, which does not hold"],
            ),
            (
                vec![role("Boss"), tenure(2)],
                false,
                vec![
                    "role: Boss",
                    "tenure: 2",
                    "it needs “role = Seller”, which does not hold",
                    "it needs “tenure is at least 3”, which does not hold",
                ],
            ),
            (
                vec![role("Boss")],
                false,
                vec!["role: Boss", "tenure: missing", "it needs “role = Seller”, which does not hold"],
            ),
            (
                vec![role("Seller")],
                false,
                vec!["role: Seller", "tenure: missing", "whether it applies can't be said: `tenure` is missing"],
            ),
        ] {
            let (found, words) = explain_applies(&program(), &inputs("ana", &given));
            assert_eq!(found, applies, "{words:?}");
            assert_eq!(words[1..], said, "{words:?}");
        }
    }

    #[test]
    fn a_policy_for_everyone_says_so() {
        assert_eq!(
            explain_applies(&Program::empty(), &inputs("ana", &[])),
            (true, vec!["applies to everyone".to_owned()])
        );
    }
}
