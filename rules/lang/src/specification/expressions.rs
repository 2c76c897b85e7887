//! What an expression gives.

use std::cmp::Ordering;

use merit_core::{Currency, Rounding};
use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};

use super::inputs::currency_in;
use super::rounding::rounded;
use super::values::{Answer, Gap, Value, whole};
use super::{Here, Person, dates, literal};
use crate::syntax::ast::{Expr, ExprKind, Function, Literal, LiteralKind, Operator};

impl Person<'_> {
    pub(super) fn value(&self, expr: &Expr, here: Here<'_>) -> Answer {
        match &expr.kind {
            ExprKind::Literal(literal) => Ok(Value::literal(literal)),
            ExprKind::Name(name) => self.named(name, here),
            ExprKind::Negative(inner) => Ok(Value::Number(-self.value(inner, here)?.number())),
            ExprKind::Not(inner) => Ok(Value::Flag(!self.value(inner, here)?.yes())),
            ExprKind::Binary { op, left, right, .. } => self.binary(*op, left, right, here),
            ExprKind::IsMissing(inner) => match self.value(inner, here) {
                Ok(_) => Ok(Value::Flag(false)),
                Err(gap) if gap.is_caught() => Ok(Value::Flag(true)),
                Err(gap) => Err(gap),
            },
            ExprKind::In { value, options } => {
                let value = self.value(value, here)?;
                Ok(Value::Flag(options.iter().any(|option| value == Value::Words(option.node.clone()))))
            }
            ExprKind::If { condition, then, otherwise } => {
                if self.value(condition, here)?.yes() {
                    self.value(then, here)
                } else {
                    self.value(otherwise, here)
                }
            }
            ExprKind::Apply { .. } => self.apply(expr, here),
            ExprKind::Lookup { table, column, arguments } => {
                let mut values = Vec::new();
                for argument in arguments {
                    values.push(self.value(argument, here)?);
                }
                self.look_up(&table.node, column.as_ref(), &values)
            }
            ExprKind::Aggregate { .. } => self.aggregate(expr, here),
            ExprKind::Rounded { value, mode, to } => Ok(round(self.value(value, here)?.number(), *mode, to)),
            ExprKind::ToDate { name, unit, with_this } => self.to_date(&name.node, *unit, *with_this),
            ExprKind::InARow(name) => self.in_a_row(&name.node),
            ExprKind::Previous(name) => self.previous(&name.node),
            ExprKind::Converted { value, rates, on, .. } => {
                let from = self.currency_of(value, here).unwrap();
                let (value, day) = (self.value(value, here)?, self.named(&on.node, here)?.day());
                self.converted(&value, &rates.node, day, from)
            }
            ExprKind::Days { from, to, count } => {
                let (from, to) = (self.named(&from.node, here)?.day(), self.named(&to.node, here)?.day());
                Ok(whole(dates::counted(from, to, *count)))
            }
            ExprKind::Call { function, arguments } => self.call(*function, arguments, here),
        }
    }

    /// The currency of an amount, from the first of its parts that tells.
    fn currency_of(&self, expr: &Expr, here: Here<'_>) -> Option<Currency> {
        match &expr.kind {
            ExprKind::Name(name) => {
                let column = here.row.and_then(|(record, _)| record.fields.iter().find(|f| f.name.node == *name));
                column.or_else(|| self.attribute(name)).and_then(|field| currency_in(&field.options))
            }
            ExprKind::Literal(LiteralKind::Money { currency, .. }) => currency.parse().ok(),
            ExprKind::Negative(inner) | ExprKind::Rounded { value: inner, .. } => self.currency_of(inner, here),
            ExprKind::Binary { left, right, .. } => {
                self.currency_of(left, here).or_else(|| self.currency_of(right, here))
            }
            _ => None,
        }
    }

    /// A name: a column of the row at hand, a let, a figure, or a word of a choice.
    pub(super) fn named(&self, name: &str, here: Here<'_>) -> Answer {
        if let Some((record, row)) = here.row
            && let Some(cell) = self.cell(record, row, name)
        {
            return cell;
        }
        if let Some((_, value)) = here.lets.iter().find(|(own, _)| own == name) {
            return Ok(value.clone());
        }
        self.figure(name).unwrap_or_else(|| Ok(Value::Words(name.to_owned())))
    }

    fn binary(&self, op: Operator, left: &Expr, right: &Expr, here: Here<'_>) -> Answer {
        use Operator as Op;
        let first = self.value(left, here);
        match (op, &first) {
            (Op::Otherwise, Err(gap)) if gap.is_caught() => return self.value(right, here),
            (Op::Otherwise, _) => return first,
            (Op::And, Ok(Value::Flag(false))) | (Op::Or, Ok(Value::Flag(true))) => return first,
            _ => {}
        }
        let (first, second) = (first?, self.value(right, here)?);
        let order = || first.order(&second);
        Ok(match op {
            Op::And | Op::Or | Op::Otherwise => second,
            Op::Equal => Value::Flag(order() == Ordering::Equal),
            Op::NotEqual => Value::Flag(order() != Ordering::Equal),
            Op::Less => Value::Flag(order() == Ordering::Less),
            Op::AtMost => Value::Flag(order() != Ordering::Greater),
            Op::Greater => Value::Flag(order() == Ordering::Greater),
            Op::AtLeast => Value::Flag(order() != Ordering::Less),
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide => return self.arithmetic(op, &first, &second),
        })
    }

    fn arithmetic(&self, op: Operator, first: &Value, second: &Value) -> Answer {
        use Operator as Op;
        match (op, first, second) {
            (Op::Add, Value::Number(a), Value::Number(b)) => Ok(Value::Number(a + b)),
            (Op::Subtract, Value::Number(a), Value::Number(b)) => Ok(Value::Number(a - b)),
            (Op::Multiply, Value::Number(a), Value::Number(b)) => Ok(Value::Number(a * b)),
            (Op::Divide, Value::Number(_), Value::Number(b)) if b.is_zero() => Err(Gap::Zero),
            (Op::Divide, Value::Number(a), Value::Number(b)) => Ok(Value::Number(a / b)),
            (Op::Subtract, Value::Day(a), Value::Day(b)) => Ok(Value::Length { months: 0, days: dates::days(*b, *a) }),
            (Op::Add, Value::Day(day), Value::Length { months, days }) => {
                dates::moved(*day, *months, *days, self.month_ends_up())
            }
            (Op::Subtract, Value::Day(day), Value::Length { months, days }) => {
                dates::moved(*day, -months, -days, self.month_ends_up())
            }
            _ => panic!("{first:?} {op:?} {second:?} has no meaning"),
        }
    }

    fn call(&self, function: Function, arguments: &[Expr], here: Here<'_>) -> Answer {
        let mut values = Vec::new();
        for argument in arguments {
            values.push(self.value(argument, here)?);
        }
        let up = self.month_ends_up();
        Ok(match function {
            Function::Min => values.into_iter().min_by(Value::order).unwrap(),
            Function::Max => values.into_iter().max_by(Value::order).unwrap(),
            Function::Abs => Value::Number(values[0].number().abs()),
            Function::MonthsBetween => whole(dates::months(values[0].day(), values[1].day(), up)),
            Function::DaysBetween => whole(dates::days(values[0].day(), values[1].day())),
        })
    }
}

/// A number rounded to a literal step.
pub(super) fn round(number: &BigRational, mode: Rounding, to: &Literal) -> Value {
    Value::Number(rounded(number, literal(to).number(), mode))
}
