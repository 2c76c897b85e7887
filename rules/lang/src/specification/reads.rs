//! What an expression reads, on whatever path: a figure that reads something missing or out of its range is not scored,
//! even where the value would not be asked for. `otherwise` and `is missing` guard what they hold against what is missing,
//! never against what is out of range. What is `optional` may be missing: the checker has seen to its reads.

use super::values::{Answer, Gap, Gaps};
use super::{Here, Person};
use crate::syntax::ast::{CellKind, Expr, ExprKind, Item, Operator};

impl Person<'_> {
    /// All that stands in the way.
    pub(super) fn needs(&self, expr: &Expr, guarded: bool, here: Here<'_>) -> Gaps {
        let all = |parts: &[&Expr]| {
            parts.iter().fold(Gaps::default(), |gaps, part| gaps.and(self.needs(part, guarded, here)))
        };
        match &expr.kind {
            ExprKind::Literal(_) => Gaps::default(),
            ExprKind::Name(name) => self.name_needs(name, guarded, here),
            ExprKind::Negative(inner)
            | ExprKind::Not(inner)
            | ExprKind::In { value: inner, .. }
            | ExprKind::Rounded { value: inner, .. } => self.needs(inner, guarded, here),
            ExprKind::IsMissing(inner) => self.needs(inner, true, here),
            ExprKind::Binary { op: Operator::Otherwise, left, right, .. } => {
                self.needs(left, true, here).and(self.needs(right, guarded, here))
            }
            ExprKind::Binary { left, right, .. } => all(&[left, right]),
            ExprKind::If { condition, then, otherwise } => all(&[condition, then, otherwise]),
            ExprKind::Call { arguments, .. } => all(&arguments.iter().collect::<Vec<_>>()),
            ExprKind::Days { from, to, .. } => {
                self.name_needs(&from.node, guarded, here).and(self.name_needs(&to.node, guarded, here))
            }
            ExprKind::Apply { table, column, to, against, start } => {
                let chosen = if column.is_none() { self.tiers(&table.node).for_choice.as_ref() } else { None };
                let names = [Some(to), against.as_ref(), start.as_ref(), chosen].into_iter().flatten();
                let gaps =
                    names.fold(Gaps::default(), |gaps, name| gaps.and(self.name_needs(&name.node, guarded, here)));
                gaps.and(self.table_needs(&table.node, guarded))
            }
            ExprKind::ToDate { name, with_this: true, .. } | ExprKind::InARow(name) => {
                self.name_needs(&name.node, guarded, here)
            }
            ExprKind::ToDate { .. } | ExprKind::Previous(_) => Gaps::default(),
            ExprKind::Converted { value, on, .. } => {
                self.needs(value, guarded, here).and(self.name_needs(&on.node, guarded, here))
            }
            ExprKind::Lookup { table, arguments, .. } => {
                all(&arguments.iter().collect::<Vec<_>>()).and(self.table_needs(&table.node, guarded))
            }
            ExprKind::Aggregate { list, column, condition, weighted_by, .. } => {
                let mut gaps = if guarded { Gaps::default() } else { self.list_needs(&list.node) };
                for column in [column, weighted_by].into_iter().flatten() {
                    gaps = gaps.and(self.column_needs(&list.node, &column.node, guarded));
                }
                match condition {
                    Some(condition) => {
                        gaps.and(self.needs(condition, guarded, Here { list: Some(&list.node), ..here }))
                    }
                    None => gaps,
                }
            }
        }
    }

    /// A list has to be given; without rows it is an empty one.
    pub(super) fn list_needs(&self, list: &str) -> Gaps {
        Gaps(if self.inputs.lists.contains_key(list) { Vec::new() } else { vec![Gap::Missing] })
    }

    /// A column that the schema has is read row by row; one of the policy's own needs what its definition reads.
    fn column_needs(&self, list: &str, column: &str, guarded: bool) -> Gaps {
        match self.own_column(list, column).map(|own| self.own_column_needs(own)) {
            Some(Err(gap)) if gap == Gap::NotScored || !guarded => Gaps(vec![gap]),
            _ => Gaps::default(),
        }
    }

    pub(super) fn name_needs(&self, name: &str, guarded: bool, here: Here<'_>) -> Gaps {
        if let Some(list) = here.list
            && self.columns(list).iter().any(|column| column == name)
        {
            return self.column_needs(list, name, guarded);
        }
        if here.lets.iter().any(|(own, _)| own == name) {
            return Gaps::default();
        }
        match self.figure(name) {
            Some(answer) => in_the_way(&answer, guarded),
            None => Gaps::default(),
        }
    }

    /// All rows of a table count as read.
    fn table_needs(&self, table: &str, guarded: bool) -> Gaps {
        let values: Vec<&Expr> = match self.table(table) {
            Item::Bands(bands) => bands.rows.iter().flat_map(|row| &row.values).collect(),
            Item::Table(table) => table
                .rows
                .iter()
                .flat_map(|row| row.cells.iter().zip(&table.head).filter(|(_, column)| column.result.is_some()))
                .filter_map(|(cell, _)| match &cell.kind {
                    CellKind::Value(value) => Some(value),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        values.iter().fold(Gaps::default(), |gaps, value| gaps.and(self.needs(value, guarded, Here::default())))
    }
}

fn in_the_way(answer: &Answer, guarded: bool) -> Gaps {
    Gaps(match answer {
        Err(Gap::NotScored) => vec![Gap::NotScored],
        Err(gap @ (Gap::Missing | Gap::Zero)) if !guarded => vec![*gap],
        _ => Vec::new(),
    })
}
