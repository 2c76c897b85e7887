//! Evaluating expressions.

use merit_core::{Ratio, Span};

use super::machine::{Held, Machine};
use super::stop::{Cause, Stop};
use super::{Row, arithmetic};
use crate::program::{Column, ColumnId, ColumnSource, Expr, ExprKind, Function, ListId, Quantity};
use crate::trace::Step;

impl<'p> Machine<'p, '_> {
    /// The expression's value.
    pub(super) fn eval(&mut self, expr: &'p Expr) -> Held {
        match &expr.kind {
            ExprKind::Literal(value) => Ok(value.clone()),
            ExprKind::Fact(id) => self.fact(*id),
            ExprKind::Define(id) => held(&self.defines, id.0),
            ExprKind::Outcome(id) => held(&self.outcomes, id.0),
            ExprKind::Local(id) => {
                self.locals.get(id.0).cloned().ok_or_else(|| Stop::broken("a `let` is read before it is computed"))
            }
            ExprKind::Column(list, column) => match self.row {
                Some(row) => {
                    let value = self.cell(*list, *column, row)?;
                    if let Some(cells) = &mut self.cells {
                        cells.push((*column, value.clone()));
                    }
                    Ok(value)
                }
                None => Err(Stop::broken("a column is read outside its list")),
            },
            ExprKind::Arithmetic(operator, left, right) => {
                let (dividend, divisor) = (self.eval(left)?, self.eval(right)?);
                arithmetic::apply(*operator, &dividend, &divisor, self.scope.month_ends)
                    .map_err(|stop| self.divided_by(right, stop))
            }
            ExprKind::Negate(inner) => Ok(match self.eval(inner)? {
                Quantity::Exact(r) => Quantity::Exact(-r),
                Quantity::Length(s) => {
                    Quantity::Length(Span { months: s.months.saturating_neg(), days: s.days.saturating_neg() })
                }
                other => other,
            }),
            ExprKind::Compare(comparison, left, right) => {
                let (left, right) = (self.eval(left)?, self.eval(right)?);
                Ok(Quantity::Flag(arithmetic::compare(*comparison, &left, &right)))
            }
            ExprKind::And(left, right) => match self.eval(left)? {
                Quantity::Flag(false) => Ok(Quantity::Flag(false)),
                _ => self.eval(right),
            },
            ExprKind::Or(left, right) => match self.eval(left)? {
                Quantity::Flag(true) => Ok(Quantity::Flag(true)),
                _ => self.eval(right),
            },
            ExprKind::Not(inner) => Ok(Quantity::Flag(!self.eval(inner)?.is_yes())),
            ExprKind::IsMissing(inner) => match self.eval(inner) {
                Ok(_) => Ok(Quantity::Flag(false)),
                Err(stop) if stop.is_caught() => Ok(Quantity::Flag(true)),
                Err(stop) => Err(stop),
            },
            ExprKind::OneOf(inner, values) => Ok(Quantity::Flag(values.contains(&self.eval(inner)?))),
            ExprKind::Otherwise(left, right) => self.otherwise(left, right),
            ExprKind::If(condition, yes, no) => {
                let chosen = if self.eval(condition)?.is_yes() { yes } else { no };
                self.eval(chosen)
            }
            ExprKind::Rounded(inner, mode, step) => {
                Ok(Quantity::Exact(self.eval(inner)?.exact().round_to(step, *mode)))
            }
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate),
            ExprKind::Lookup(lookup) => self.look_up(lookup),
            ExprKind::Apply(apply) => self.apply_tiers(apply, &expr.ty),
            ExprKind::Call(function, arguments) => self.call(*function, arguments),
            ExprKind::ToDate(recorded, unit, with_this) => self.total_to_date(*recorded, *unit, *with_this),
            ExprKind::InARow(id) => self.in_a_row(*id),
            ExprKind::Previous(recorded) => self.previous(*recorded),
            ExprKind::Weigh(parts, left_out) => self.weigh(parts, *left_out),
            ExprKind::Converted(value, table, column, on) => self.converted(value, *table, *column, on),
            ExprKind::Days(from, to, count) => match (self.eval(from)?, self.eval(to)?) {
                (Quantity::Day(from), Quantity::Day(to)) => Ok(whole(arithmetic::count_days(from, to, *count))),
                _ => Err(Stop::broken("days are counted between dates")),
            },
        }
    }

    /// Names the divisor that is zero, where it has a name.
    fn divided_by(&self, divisor: &Expr, stop: Stop) -> Stop {
        match (&stop.cause, &divisor.kind) {
            (Cause::Zero, ExprKind::Fact(id)) => match self.scope.facts.get(id.0) {
                Some(fact) => {
                    Stop::zero(format!("`{}` is 0, so nothing can be divided by it", fact.name), Some(&fact.name))
                }
                None => stop,
            },
            _ => stop,
        }
    }

    fn otherwise(&mut self, left: &'p Expr, right: &'p Expr) -> Held {
        let before = self.steps.len();
        match self.eval(left) {
            Err(stop) if stop.is_caught() => {
                self.steps.truncate(before);
                let value = self.eval(right)?;
                self.steps.push(Step::Instead {
                    zero: stop.cause == Cause::Zero,
                    why: stop.reason,
                    place: (right.place.start, right.place.end),
                });
                Ok(value)
            }
            held => held,
        }
    }

    fn call(&mut self, function: Function, arguments: &'p [Expr]) -> Held {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.eval(argument)?);
        }
        let value = match (function, values.as_slice()) {
            (Function::Min, _) => values.into_iter().min_by(arithmetic::order),
            // The first of equals, as for the least.
            (Function::Max, _) => {
                values.into_iter().reduce(|a, b| if arithmetic::order(&b, &a).is_gt() { b } else { a })
            }
            (Function::Abs, [Quantity::Exact(r)]) => Some(Quantity::Exact(r.abs())),
            (Function::MonthsBetween, [Quantity::Day(from), Quantity::Day(to)]) => {
                Some(whole(arithmetic::months_between(*from, *to, self.scope.month_ends)))
            }
            (Function::DaysBetween, [Quantity::Day(from), Quantity::Day(to)]) => {
                Some(whole(arithmetic::days_between(*from, *to)))
            }
            _ => None,
        };
        value.ok_or_else(|| Stop::broken("a function got other values than it takes"))
    }

    /// A row's value in a column.
    pub(super) fn cell(&mut self, list: ListId, id: ColumnId, (at, row): (usize, &Row)) -> Held {
        let lists = self.scope.lists;
        let found = lists.get(list.0).and_then(|list| list.columns.get(id.0));
        let Some(column) = found else { return Err(Stop::broken("a column is not there")) };
        if let Some(value) = row.values.get(&column.name) {
            return Quantity::from_value(value, &column.ty)
                .map_err(|what| Stop::refused(format!("`{}` of {} {what}", column.name, row.id), None));
        }
        let absent = |column: &Column| {
            let reason = format!("`{}` of {} is missing", column.name, row.id);
            if column.optional { Stop::absent(reason, None) } else { Stop::missing(reason, None) }
        };
        let held = match &column.source {
            ColumnSource::Given => Err(absent(column)),
            ColumnSource::Credited => match row.credited {
                Some(money) => Quantity::from_value(&merit_core::Value::Money(money), &column.ty)
                    .map_err(|what| Stop::refused(format!("`credited` of {} {what}", row.id), None)),
                None => Err(absent(column)),
            },
            ColumnSource::CreditedOf(field) => match row.credited_of.get(field) {
                Some(money) => Quantity::from_value(&merit_core::Value::Money(*money), &column.ty)
                    .map_err(|what| Stop::refused(format!("`{}` of {} {what}", column.name, row.id), None)),
                None => Err(absent(column)),
            },
            ColumnSource::Defined(_) => self.own_cell(list, id, at),
            ColumnSource::CreditedAs => row.credited_as.clone().map(Quantity::Words).ok_or_else(|| absent(column)),
            ColumnSource::Formula(formula) => self.eval(formula),
        };
        match (held, &column.default) {
            (Err(stop), Some(default)) if stop.is_caught() => Ok(default.clone()),
            (held, _) => held,
        }
    }
}

/// What was computed before.
pub(super) fn held(values: &[Held], index: usize) -> Held {
    values.get(index).cloned().unwrap_or_else(|| Err(Stop::broken("a definition is not there")))
}

fn whole(number: i32) -> Quantity {
    Quantity::Exact(Ratio::whole(i64::from(number)))
}
