//! What an expression reads, in the order in which it is written, each thing once.

use crate::program::{DefineId, Expr, ExprKind, FactId, FactSource, OutcomeId, Program, TableId, TableKind};

/// Something that is read by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Read {
    Fact(FactId),
    Define(DefineId),
    Outcome(OutcomeId),
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
            ExprKind::Literal(_) | ExprKind::Local(_) | ExprKind::Column(..) => {}
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
