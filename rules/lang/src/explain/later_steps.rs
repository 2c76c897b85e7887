//! Words for totals over periods, weighted averages, conversions and columns of a policy's own.

use jiff::civil::Date;
use merit_core::Ratio;

use super::reads::Read;
use super::{Teller, quoted, spoken};
use crate::program::{ColumnId, ListId, Place, Quantity, TableId, Type};
use crate::trace::{Figure, WeighedPart};

/// Rows of a column that are told one by one; of more, only the number is told.
const LISTED: usize = 12;

/// `total of commission: $1,000.00 (2026-01-01 to 2026-03-31) + … = …`.
pub(super) fn total_words(name: &str, ty: &Type, parts: &[(String, Ratio)], total: &Ratio) -> String {
    let words = |ratio: &Ratio| spoken(&Quantity::Exact(ratio.clone()), ty);
    match parts {
        [] => format!("total of {name}: no period before is on record, so {}", words(total)),
        [(period, one)] => format!("total of {name}: {} ({period})", words(one)),
        several => {
            let told: Vec<String> = several.iter().map(|(period, one)| format!("{} ({period})", words(one))).collect();
            format!("total of {name}: {} = {}", told.join(" + "), words(total))
        }
    }
}

impl Teller<'_> {
    /// The parts with their weights, those left out, and the division.
    pub(super) fn weighed(
        &self,
        parts: &[WeighedPart],
        left_out: bool,
        (total, weights): (&Ratio, &Ratio),
        ty: &Type,
        value: &Ratio,
    ) -> Vec<String> {
        let words = |ratio: &Ratio| spoken(&Quantity::Exact(ratio.clone()), ty);
        let weight = |ratio: &Ratio| spoken(&Quantity::Exact(ratio.clone()), &Type::Percent);
        let name = |part: &WeighedPart| quoted(self.program, Place { start: part.place.0, end: part.place.1 });
        let mut terms = Vec::new();
        let mut lines = Vec::new();
        for part in parts {
            match &part.value {
                Some(value) => terms.push(format!("{} {} × {}", name(part), words(value), weight(&part.weight))),
                None if left_out => lines.push(format!("{} is missing, so it is left out of the weights", name(part))),
                None => lines.push(format!("{} is missing and counts as 0", name(part))),
            }
        }
        let sum = if terms.is_empty() { words(total) } else { format!("{} = {}", terms.join(" + "), words(total)) };
        lines.push(format!("weighed: {sum}; {} ÷ {} = {}", words(total), weight(weights), words(value)));
        lines
    }

    pub(super) fn converted(
        &self,
        table: TableId,
        column: usize,
        day: Date,
        (amount, from): (&Ratio, &Type),
        (rate, value): (&Ratio, &Ratio),
    ) -> Option<String> {
        let table = self.program.tables.get(table.0)?;
        let into = Type::Money(self.program.header.currency);
        let words = |ratio: &Ratio, ty: &Type| spoken(&Quantity::Exact(ratio.clone()), ty);
        Some(format!(
            "{} on {day}: {} × {} = {} ({} to {})",
            table.name,
            words(amount, from),
            words(rate, &Type::Number),
            words(value, &into),
            table.columns.get(column)?.name,
            self.program.header.currency,
        ))
    }

    /// A column of the policy's own, row by row.
    pub(super) fn own_column(&mut self, list: ListId, column: ColumnId) {
        if !self.told.insert(Read::Column(list, column)) {
            return;
        }
        let trace = self.trace;
        let Some(told) = trace.columns.iter().find(|told| (told.list, told.column) == (list, column)) else { return };
        let Some(found) = self.program.lists.get(list.0) else { return };
        let Some(column) = found.columns.get(column.0) else { return };
        for (row, told) in told.rows.iter().take(LISTED) {
            let steps: Vec<String> = told.steps.iter().flat_map(|step| self.step(step)).collect();
            let value = match &told.value {
                Figure::Is(value) => spoken(value, &column.ty),
                Figure::Not(reason) => reason.clone(),
            };
            let how = if steps.is_empty() { String::new() } else { format!(" ({})", steps.join("; ")) };
            self.lines.push(format!("{} of {row}: {value}{how}", column.name));
        }
        if told.rows.len() > LISTED {
            self.lines.push(format!("{} of {} more {}", column.name, told.rows.len() - LISTED, found.name));
        }
    }
}
