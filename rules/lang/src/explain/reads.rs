//! What an expression reads, in the order in which it is written, each thing once.

use crate::program::{
    ColumnId, ColumnSource, DefineId, Expr, ExprKind, FactId, FactSource, ListId, OutcomeId, Program, Recorded,
    TableId, TableKind,
};

/// Something that is read by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Read {
    Fact(FactId),
    Define(DefineId),
    Outcome(OutcomeId),
    Column(ListId, ColumnId),
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Reads(Vec<Read>);

impl Reads {
    pub(super) fn in_order(self) -> Vec<Read> {
        self.0
    }

    fn add(&mut self, read: Read) {
        if !self.0.contains(&read) {
            self.0.push(read);
        }
    }

    /// Adds what the expression reads.
    pub(super) fn collect(&mut self, program: &Program, expr: &Expr) {
        match &expr.kind {
            // What earlier periods have is told where it is used.
            ExprKind::Literal(_)
            | ExprKind::Local(_)
            | ExprKind::Column(..)
            | ExprKind::ToDate(_, _, false)
            | ExprKind::Previous(_) => {}
            ExprKind::ToDate(Recorded::Define(id), _, true) | ExprKind::InARow(id) => self.add(Read::Define(*id)),
            ExprKind::ToDate(Recorded::Outcome(id), _, true) => self.add(Read::Outcome(*id)),
            ExprKind::Weigh(parts, _) => parts.iter().for_each(|(part, weight)| {
                self.collect(program, part);
                self.collect(program, weight);
            }),
            ExprKind::Converted(value, _, _, on) => {
                self.collect(program, value);
                self.collect(program, on);
            }
            ExprKind::Fact(id) => self.add(Read::Fact(*id)),
            ExprKind::Define(id) => self.add(Read::Define(*id)),
            ExprKind::Outcome(id) => self.add(Read::Outcome(*id)),
            ExprKind::Arithmetic(_, left, right)
            | ExprKind::Compare(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Otherwise(left, right)
            | ExprKind::Days(left, right, _) => {
                self.collect(program, left);
                self.collect(program, right);
            }
            ExprKind::Negate(inner)
            | ExprKind::Not(inner)
            | ExprKind::OneOf(inner, _)
            | ExprKind::IsMissing(inner)
            | ExprKind::Rounded(inner, ..) => self.collect(program, inner),
            ExprKind::If(condition, yes, no) => {
                for expr in [condition, yes, no] {
                    self.collect(program, expr);
                }
            }
            ExprKind::Aggregate(aggregate) => {
                if let Some(condition) = &aggregate.condition {
                    self.collect(program, condition);
                }
                for column in [aggregate.column, aggregate.weighted_by].into_iter().flatten() {
                    self.own_column(program, aggregate.list, column);
                }
            }
            ExprKind::Lookup(lookup) => {
                for argument in &lookup.arguments {
                    self.collect(program, argument);
                }
                self.table(program, lookup.table);
            }
            ExprKind::Apply(apply) => {
                self.collect(program, &apply.to);
                if let Some(against) = &apply.against {
                    self.collect(program, against);
                    self.attainment(program, against);
                }
                if let Some(start) = &apply.start {
                    self.collect(program, start);
                }
                self.table(program, apply.table);
            }
            ExprKind::Call(_, arguments) => {
                for argument in arguments {
                    self.collect(program, argument);
                }
            }
        }
    }

    /// Tiers against the quota are what `attainment` stands for, so that it is told too.
    fn attainment(&mut self, program: &Program, against: &Expr) {
        let ExprKind::Fact(against) = &against.kind else { return };
        let attainment = program
            .facts
            .iter()
            .position(|fact| matches!(&fact.source, FactSource::Attainment { quota, .. } if quota == against));
        if let Some(index) = attainment {
            self.add(Read::Fact(FactId(index)));
        }
    }

    /// A column of the policy's own reads things too, and is told row by row.
    fn own_column(&mut self, program: &Program, list: ListId, column: ColumnId) {
        let found = program.lists.get(list.0).and_then(|list| list.columns.get(column.0));
        let Some(ColumnSource::Defined(value)) = found.map(|column| &column.source) else { return };
        if !self.0.contains(&Read::Column(list, column)) {
            self.collect(program, value);
            self.columns_in(program, value);
            self.add(Read::Column(list, column));
        }
    }

    /// Columns of the policy's own that another one reads.
    fn columns_in(&mut self, program: &Program, expr: &Expr) {
        match &expr.kind {
            ExprKind::Column(list, column) => self.own_column(program, *list, *column),
            ExprKind::Arithmetic(_, a, b)
            | ExprKind::Compare(_, a, b)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Otherwise(a, b) => [a, b].into_iter().for_each(|inner| self.columns_in(program, inner)),
            ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|inner| self.columns_in(program, inner)),
            ExprKind::Negate(inner) | ExprKind::Not(inner) | ExprKind::Rounded(inner, ..) => {
                self.columns_in(program, inner);
            }
            ExprKind::Call(_, arguments) => arguments.iter().for_each(|inner| self.columns_in(program, inner)),
            ExprKind::Apply(apply) => self.columns_in(program, &apply.to),
            _ => {}
        }
    }

    fn table(&mut self, program: &Program, table: TableId) {
        let values: Vec<&Expr> = match program.tables.get(table.0).map(|table| &table.kind) {
            Some(TableKind::Bands(bands) | TableKind::Tiers(_, bands)) => {
                bands.bands.iter().flat_map(|band| &band.values).collect()
            }
            Some(TableKind::Grid(grid)) => grid.rows.iter().flat_map(|row| &row.values).collect(),
            _ => Vec::new(),
        };
        for value in values {
            self.collect(program, value);
        }
    }
}
