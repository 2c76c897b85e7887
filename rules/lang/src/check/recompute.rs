//! What `take back … by recomputing` can compute again: an earlier period has its figures on record, not the rows of its
//! lists.

use std::collections::BTreeSet;

use super::Checker;
use crate::diagnostics::{Diagnostic, Span, codes};
use crate::program::{
    DefineId, Expr, ExprKind, ListId, OutcomeId, Place, Statement, StatementKind, TableId, TableKind,
};
use crate::syntax::ast;

/// What was looked at.
#[derive(Default)]
struct Seen {
    defines: BTreeSet<DefineId>,
    outcomes: BTreeSet<OutcomeId>,
    tables: BTreeSet<TableId>,
}

impl Checker<'_> {
    /// Says so where a payout that is computed again reads rows other than through a measure, whose figure is on record.
    pub fn recomputable<'s>(
        &mut self,
        outcome: &ast::Outcome,
        statements: impl Iterator<Item = &'s Statement> + Clone,
    ) {
        let recomputes =
            |statement: &Statement| matches!(&statement.kind, StatementKind::TakeBack(block) if block.recomputing);
        let Some(take_back) = statements.clone().find(|statement| recomputes(statement)).map(|found| found.place)
        else {
            return;
        };
        let mut seen = Seen::default();
        let Some((list, place)) = statements.flat_map(exprs).find_map(|expr| self.rows_read(expr, &mut seen)) else {
            return;
        };
        let list = self.lists.get(list.0).map(|list| list.name.clone()).unwrap_or_default();
        let title = format!("`{}` can't be computed again for an earlier period", outcome.name.node);
        let span = |place: Place| Span::new(place.start, place.end);
        let said = Diagnostic::new(codes::RECOMPUTING, title, span(take_back), "");
        let said = if place.start < place.end {
            said.also(span(place), format!("the rows of `{list}` are not on record"))
        } else {
            said
        };
        self.said.push(
            said.help(format!("read `{list}` only through the header's measure, or take back `at the rate paid`")),
        );
    }

    /// The first list whose rows an expression reads, and where.
    fn rows_read(&self, expr: &Expr, seen: &mut Seen) -> Option<(ListId, Place)> {
        let inside = match &expr.kind {
            ExprKind::Aggregate(aggregate) => return Some((aggregate.list, expr.place)),
            ExprKind::Define(id) if seen.defines.insert(*id) => {
                let define = self.defines.get(id.0).and_then(Option::as_ref);
                define.and_then(|define| self.rows_read(&define.value, seen))
            }
            ExprKind::Outcome(id) if seen.outcomes.insert(*id) => {
                let outcome = self.outcomes.get(id.0).and_then(Option::as_ref);
                let mut statements = outcome.iter().flat_map(|outcome| &outcome.statements).flat_map(exprs);
                statements.find_map(|expr| self.rows_read(expr, seen))
            }
            ExprKind::Lookup(lookup) => self.rows_in_table(lookup.table, seen),
            ExprKind::Apply(apply) => self.rows_in_table(apply.table, seen),
            _ => None,
        };
        inside.or_else(|| expr.parts().into_iter().find_map(|part| self.rows_read(part, seen)))
    }

    fn rows_in_table(&self, id: TableId, seen: &mut Seen) -> Option<(ListId, Place)> {
        if !seen.tables.insert(id) {
            return None;
        }
        let values: Vec<&Expr> = match &self.tables.get(id.0)?.as_ref()?.kind {
            TableKind::Bands(table) | TableKind::Tiers(_, table) => {
                table.bands.iter().flat_map(|band| &band.values).collect()
            }
            TableKind::Grid(grid) => grid.rows.iter().flat_map(|row| &row.values).collect(),
            TableKind::Curve(_) | TableKind::Rates(_) => Vec::new(),
        };
        values.into_iter().find_map(|value| self.rows_read(value, seen))
    }
}

/// The expressions of a statement up to the rounding.
fn exprs(statement: &Statement) -> Vec<&Expr> {
    match &statement.kind {
        StatementKind::Let(_, value)
        | StatementKind::Pay(value)
        | StatementKind::Cap(value)
        | StatementKind::Floor(value) => vec![value],
        StatementKind::Multiply { by, when } => std::iter::once(by).chain(when).collect(),
        StatementKind::Gate { condition, otherwise } => std::iter::once(condition).chain(otherwise).collect(),
        _ => Vec::new(),
    }
}
