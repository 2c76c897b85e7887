//! A formula with figures in the place of its names: `$49,350.00 + $450,000.00 × 2%`.

use merit_core::Ratio;

use crate::program::{ColumnId, DayCount, Expr, ExprKind, Function, Operator, Quantity, Type};
use crate::trace::{Figure, Step, Trace};

use super::spoken;

/// Puts figures in the place of names. Steps are used up in the order in which they were taken.
pub(super) struct Figures<'a> {
    trace: &'a Trace,
    steps: Vec<Option<&'a Step>>,
    locals: &'a [Quantity],
    /// What was read of the row at hand.
    cells: &'a [(ColumnId, Quantity)],
}

/// How tightly a formula binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    Sum,
    Product,
    Alone,
}

impl<'a> Figures<'a> {
    pub(super) fn new(trace: &'a Trace, steps: &'a [Step], locals: &'a [Quantity]) -> Self {
        Self { trace, steps: steps.iter().map(Some).collect(), locals, cells: &[] }
    }

    /// For a formula inside a row.
    pub(super) fn of_row(trace: &'a Trace, steps: &'a [Step], cells: &'a [(ColumnId, Quantity)]) -> Self {
        Self { cells, ..Self::new(trace, steps, &[]) }
    }

    /// The figures; none for a formula that is more than arithmetic.
    pub(super) fn of(&mut self, expr: &Expr) -> Option<String> {
        self.write(expr).map(|(words, _)| words)
    }

    fn write(&mut self, expr: &Expr) -> Option<(String, Binds)> {
        let alone = |value: &Quantity| Some((spoken(value, &expr.ty), Binds::Alone));
        match &expr.kind {
            ExprKind::Literal(value) => alone(value),
            ExprKind::Fact(id) => self.figure(&self.trace.fact(*id)?.value, &expr.ty),
            ExprKind::Define(id) => self.figure(&self.trace.define(*id)?.value, &expr.ty),
            ExprKind::Outcome(id) => self.figure(&self.trace.outcome(*id)?.value, &expr.ty),
            ExprKind::Local(id) => alone(self.locals.get(id.0)?),
            ExprKind::Arithmetic(operator, left, right) => {
                let (sign, binds) = match operator {
                    Operator::Add => ("+", Binds::Sum),
                    Operator::Subtract => ("−", Binds::Sum),
                    Operator::Multiply => ("×", Binds::Product),
                    Operator::Divide => ("÷", Binds::Product),
                };
                let left = bracketed(self.write(left)?, binds, false);
                let tight = matches!(operator, Operator::Subtract | Operator::Divide);
                let right = bracketed(self.write(right)?, binds, tight);
                Some((format!("{left} {sign} {right}"), binds))
            }
            ExprKind::Negate(inner) => {
                let inner = bracketed(self.write(inner)?, Binds::Alone, false);
                Some((format!("−{inner}"), Binds::Product))
            }
            ExprKind::Column(_, column) => {
                alone(self.cells.iter().find_map(|(read, value)| (read == column).then_some(value))?)
            }
            ExprKind::Otherwise(left, right) => match &left.kind {
                ExprKind::Fact(id) => match &self.trace.fact(*id)?.value {
                    Figure::Is(value) => alone(value),
                    Figure::Not(_) => self.write(right),
                },
                _ => {
                    let at = (right.place.start, right.place.end);
                    let instead = self.next(|step| match step {
                        Step::Instead { place, .. } if *place == at => Some(()),
                        _ => None,
                    });
                    if instead.is_some() { self.write(right) } else { self.write(left) }
                }
            },
            // Tiers with a column for each word: whichever was applied, its slices are the ones in the trace.
            ExprKind::If(_, yes, _) if matches!(yes.kind, ExprKind::Apply(_)) => self.write(yes),
            ExprKind::Rounded(inner, mode, step) => {
                let (inner, _) = self.write(inner)?;
                let step = spoken(&Quantity::Exact(step.clone()), &expr.ty);
                Some((format!("{inner} rounded {} to {step}", super::statements::mode_words(*mode)), Binds::Sum))
            }
            ExprKind::Days(from, to, count) => {
                let (from, to) = (self.of(from)?, self.of(to)?);
                let ends = match count {
                    DayCount::BothEnds => "both ends",
                    DayCount::FirstDay => "the first day",
                    DayCount::LastDay => "the last day",
                    DayCount::NeitherEnd => "neither end",
                };
                Some((format!("days from {from} to {to}, counting {ends}"), Binds::Sum))
            }
            ExprKind::Call(function, arguments) => {
                let arguments: Option<Vec<String>> = arguments.iter().map(|argument| self.of(argument)).collect();
                let name = match function {
                    Function::Min => "min",
                    Function::Max => "max",
                    Function::Abs => "abs",
                    Function::MonthsBetween => "months_between",
                    Function::DaysBetween => "days_between",
                };
                Some((format!("{name}({})", arguments?.join(", ")), Binds::Alone))
            }
            ExprKind::Apply(apply) => {
                let parts = self.next(|step| match step {
                    Step::Slices { table, slices, .. } if *table == apply.table => {
                        Some(slices.iter().map(|slice| slice.gives.clone()).collect())
                    }
                    Step::Reached { table, slice, .. } if *table == apply.table => Some(vec![slice.gives.clone()]),
                    _ => None,
                });
                let parts: Vec<Ratio> = parts?;
                let words: Vec<String> =
                    parts.into_iter().map(|part| spoken(&Quantity::Exact(part), &expr.ty)).collect();
                match words.len() {
                    0 => alone(&Quantity::Exact(Ratio::ZERO)),
                    1 => Some((words.concat(), Binds::Alone)),
                    _ => Some((words.join(" + "), Binds::Sum)),
                }
            }
            ExprKind::Lookup(lookup) => {
                let value = self.next(|step| match step {
                    Step::Found { table, value, column, .. } if (*table, *column) == (lookup.table, lookup.column) => {
                        Some(value.clone())
                    }
                    Step::OnCurve { table, value, column, .. }
                        if (*table, *column) == (lookup.table, lookup.column) =>
                    {
                        Some(Quantity::Exact(value.clone()))
                    }
                    _ => None,
                });
                alone(&value?)
            }
            ExprKind::Aggregate(aggregate) => {
                let value = self.next(|step| match step {
                    Step::Counted(counted) if (counted.list, counted.column) == (aggregate.list, aggregate.column) => {
                        match &counted.value {
                            Figure::Is(value) => Some(value.clone()),
                            Figure::Not(_) => None,
                        }
                    }
                    _ => None,
                });
                alone(&value?)
            }
            _ => None,
        }
    }

    fn figure(&self, figure: &Figure, ty: &Type) -> Option<(String, Binds)> {
        match figure {
            Figure::Is(value) => Some((spoken(value, ty), Binds::Alone)),
            Figure::Not(_) => None,
        }
    }

    /// The first step not used yet that answers.
    fn next<T>(&mut self, answer: impl Fn(&Step) -> Option<T>) -> Option<T> {
        for slot in &mut self.steps {
            if let Some(value) = slot.and_then(&answer) {
                *slot = None;
                return Some(value);
            }
        }
        None
    }
}

fn bracketed((words, inner): (String, Binds), outer: Binds, tight: bool) -> String {
    if inner < outer || (tight && inner == outer) { format!("({words})") } else { words }
}
