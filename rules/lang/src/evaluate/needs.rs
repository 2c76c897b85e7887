//! What an expression reads, whether or not evaluating comes by: an output that reads an input that is missing or out
//! of its range is not scored, even where the read lies on a path that isn't taken. So the answer to "what is missing?"
//! doesn't depend on the figures.
//!
//! `is missing` and `otherwise` guard a read against a missing value, never against one out of its range. An `optional`
//! input may be missing; the checker has seen that its reads are guarded.

use super::machine::{Held, Machine};
use super::stop::{Cause, Stop};
use crate::program::{Expr, ExprKind, TableId, TableKind};

impl<'p> Machine<'p, '_> {
    /// # Errors
    /// The first thing in reading order that keeps the expression from being scored.
    pub(super) fn needs(&self, expr: &'p Expr, guarded: bool) -> Result<(), Stop> {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Local(_) => Ok(()),
            ExprKind::Fact(id) => stopped(self.facts.get(id.0), guarded),
            ExprKind::Define(id) => stopped(self.defines.get(id.0), guarded),
            ExprKind::Outcome(id) => stopped(self.outcomes.get(id.0), guarded),
            ExprKind::Column(..) => Ok(()),
            ExprKind::Arithmetic(_, left, right)
            | ExprKind::Compare(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Days(left, right, _) => {
                self.needs(left, guarded)?;
                self.needs(right, guarded)
            }
            ExprKind::Negate(inner)
            | ExprKind::Not(inner)
            | ExprKind::OneOf(inner, _)
            | ExprKind::Rounded(inner, ..) => self.needs(inner, guarded),
            ExprKind::IsMissing(inner) => self.needs(inner, true),
            ExprKind::Otherwise(left, right) => {
                self.needs(left, true)?;
                self.needs(right, guarded)
            }
            ExprKind::If(condition, yes, no) => {
                self.needs(condition, guarded)?;
                self.needs(yes, guarded)?;
                self.needs(no, guarded)
            }
            ExprKind::Aggregate(aggregate) => {
                if !guarded {
                    self.rows(aggregate.list)?;
                }
                aggregate.condition.as_ref().map_or(Ok(()), |condition| self.needs(condition, guarded))
            }
            ExprKind::Lookup(lookup) => {
                self.all(&lookup.arguments, guarded)?;
                self.table_needs(lookup.table, guarded)
            }
            ExprKind::Apply(apply) => {
                self.needs(&apply.to, guarded)?;
                if let Some(against) = &apply.against {
                    self.needs(against, guarded)?;
                }
                self.table_needs(apply.table, guarded)
            }
            ExprKind::Call(_, arguments) => self.all(arguments, guarded),
        }
    }

    fn all(&self, exprs: &'p [Expr], guarded: bool) -> Result<(), Stop> {
        exprs.iter().try_for_each(|expr| self.needs(expr, guarded))
    }

    /// Results of tables may be expressions; all rows count as read.
    fn table_needs(&self, table: TableId, guarded: bool) -> Result<(), Stop> {
        let tables = self.scope.tables;
        match tables.get(table.0).map(|table| &table.kind) {
            Some(TableKind::Bands(table) | TableKind::Tiers(_, table)) => {
                table.bands.iter().try_for_each(|band| self.all(&band.values, guarded))
            }
            Some(TableKind::Grid(grid)) => grid.rows.iter().try_for_each(|row| self.all(&row.values, guarded)),
            Some(TableKind::Curve(_)) | None => Ok(()),
        }
    }
}

fn stopped(held: Option<&Held>, guarded: bool) -> Result<(), Stop> {
    match held {
        Some(Err(stop)) => match stop.cause {
            Cause::Refused => Err(stop.clone()),
            Cause::Missing | Cause::Zero if !guarded => Err(stop.clone()),
            Cause::Missing | Cause::Zero | Cause::Absent => Ok(()),
        },
        _ => Ok(()),
    }
}
