//! The operator table: which types combine, and what they give. Anything else is an error that shows both places.

use super::words::two_types;
use crate::diagnostics::{Diagnostic, Span, codes};
use crate::program::{Expr, ExprKind, Type};
use crate::syntax::ast::Operator;

/// What an arithmetic operator gives for two types; `None` where it gives nothing.
pub fn arithmetic(op: Operator, left: &Type, right: &Type) -> Option<Type> {
    use Operator::{Add, Divide, Multiply, Subtract};
    let plain = |ty: &Type| matches!(ty, Type::Number | Type::Count);
    Some(match (op, left, right) {
        (Add | Subtract, Type::Money(a), Type::Money(b)) if a == b => Type::Money(*a),
        (Multiply, Type::Money(c), factor) | (Multiply, factor, Type::Money(c))
            if plain(factor) || *factor == Type::Percent =>
        {
            Type::Money(*c)
        }
        (Divide, Type::Money(a), Type::Money(b)) if a == b => Type::Percent,
        (Divide, Type::Money(c), divisor) if plain(divisor) => Type::Money(*c),
        (Add | Subtract | Multiply, Type::Percent, Type::Percent) => Type::Percent,
        (Multiply, Type::Percent, factor) | (Multiply, factor, Type::Percent) if plain(factor) => Type::Percent,
        (Add | Subtract, Type::Count, Type::Count) => Type::Count,
        (Add | Subtract | Multiply | Divide, a, b) if plain(a) && plain(b) => Type::Number,
        (Add | Subtract, Type::Points, Type::Points) => Type::Points,
        (Multiply, Type::Points, factor) | (Multiply, factor, Type::Points) if plain(factor) => Type::Points,
        (Subtract, Type::Date, Type::Date) => Type::Duration,
        (Add | Subtract, Type::Date, Type::Duration) => Type::Date,
        _ => return None,
    })
}

/// The message for two types that don't combine.
pub fn refused(op: Operator, op_span: Span, left: &Expr, right: &Expr) -> Diagnostic {
    let (a, b) = two_types(&said_type(left), &said_type(right));
    let place = |expr: &Expr| Span::new(expr.place.start, expr.place.end);
    Diagnostic::new(codes::OPERATOR, format!("{a} {} {b} has no meaning", op.sign()), op_span, "")
        .also(place(left), a)
        .also(place(right), b)
        .maybe_help(advice(op, &left.ty, &right.ty))
}

/// A type as it is spoken of: a bare whole number is a number to its reader, not a count.
pub fn said_type(expr: &Expr) -> Type {
    match (&expr.kind, &expr.ty) {
        (ExprKind::Literal(_), Type::Count) => Type::Number,
        (_, ty) => ty.clone(),
    }
}

fn advice(op: Operator, left: &Type, right: &Type) -> Option<String> {
    use Operator::{Add, Divide, Multiply, Subtract};
    Some(match (op, left, right) {
        (Multiply, Type::Money(_), Type::Money(_)) => "multiply money by a percentage, a number or a count".to_owned(),
        (Add | Subtract, Type::Money(_), Type::Percent) => {
            "take the percentage of something first, as in `amount * 5%`".to_owned()
        }
        (Add | Subtract, Type::Money(a), Type::Money(b)) if a != b => {
            "amounts of two currencies need a dated rate between them".to_owned()
        }
        (Add | Subtract, Type::Money(_), Type::Number | Type::Count) => {
            "give the number a currency, as in `$5`".to_owned()
        }
        (Add | Subtract, Type::Percent, Type::Number | Type::Count)
        | (Add | Subtract, Type::Number | Type::Count, Type::Percent) => {
            "write both as percentages: 1 is `100%`".to_owned()
        }
        (Divide, _, Type::Percent) => "percentages don't divide; multiply by the inverse percentage".to_owned(),
        _ => return None,
    })
}

/// The type that holds values of both, for comparisons, branches, `min` and `max`.
pub fn common(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        (a, b) if a == b => Some(a.clone()),
        (Type::Count, Type::Number) | (Type::Number, Type::Count) => Some(Type::Number),
        _ => None,
    }
}

/// Whether values of the type have an order.
pub const fn ordered(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Money(_) | Type::Percent | Type::Number | Type::Count | Type::Points | Type::Date | Type::Duration
    )
}

/// Whether values of the type are amounts that can be added and rounded.
pub const fn amount(ty: &Type) -> bool {
    matches!(ty, Type::Money(_) | Type::Percent | Type::Number | Type::Count | Type::Points)
}

#[cfg(test)]
mod tests {
    use merit_core::Currency;

    use super::*;

    /// The table of the language, whole: every pair that is not in it is refused.
    #[test]
    fn the_operator_table_is_exactly_the_language_s() {
        let usd = Type::Money(Currency::USD);
        let kinds = [
            ("money", usd),
            ("euro", Type::Money(Currency::EUR)),
            ("percent", Type::Percent),
            ("points", Type::Points),
            ("count", Type::Count),
            ("number", Type::Number),
            ("date", Type::Date),
            ("duration", Type::Duration),
            ("text", Type::Text),
            ("yes/no", Type::YesNo),
            ("choice", Type::Choice("R".into())),
            ("participant", Type::Participant),
        ];
        let name = |ty: &Type| kinds.iter().find(|(_, kind)| kind == ty).unwrap().0;
        let mut table = Vec::new();
        for (a, left) in &kinds {
            for op in [Operator::Add, Operator::Subtract, Operator::Multiply, Operator::Divide] {
                for (b, right) in &kinds {
                    if let Some(gives) = arithmetic(op, left, right) {
                        table.push(format!("{a} {} {b} = {}", op.sign(), name(&gives)));
                    }
                }
            }
        }
        insta::assert_snapshot!(table.join("\n"));
    }
}
