//! Words for totals over periods, weighted averages, conversions and columns of a policy's own.

use jiff::civil::Date;
use merit_core::Ratio;

use super::figures::Figures;
use super::reads::Read;
use super::{Teller, quoted, spoken};
use crate::program::{ColumnId, ColumnSource, ListId, Place, Quantity, TableId, Type};
use crate::trace::{Counted, Figure, RowTold, WeighedPart};

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

    /// `weighted by weight (row 1 0.5 × 50% + row 2 0.8 × 30% = 0.49, ÷ 80%)`; none for a figure without weights.
    pub(super) fn weighed_rows(&self, counted: &Counted) -> Option<String> {
        let list = self.program.lists.get(counted.list.0)?;
        let (of, by) = (list.columns.get(counted.column?.0)?, list.columns.get(counted.weighted_by?.0)?);
        let words = |ratio: &Ratio, ty: &Type| spoken(&Quantity::Exact(ratio.clone()), ty);
        let weights: Ratio = counted.weights.iter().cloned().sum();
        let (mut total, mut terms) = (Ratio::ZERO, Vec::new());
        for ((row, value), weight) in counted.rows.iter().zip(&counted.weights) {
            let value = value.as_ref()?;
            total = &total + &(&value.exact() * weight);
            terms.push(format!("{row} {} × {}", spoken(value, &of.ty), words(weight, &by.ty)));
        }
        let more = terms.len().saturating_sub(LISTED);
        terms.truncate(LISTED);
        terms.extend((more > 0).then(|| format!("{more} more")));
        let sum = if terms.is_empty() { words(&total, &of.ty) } else { terms.join(" + ") };
        Some(format!("weighted by {} ({sum} = {}, ÷ {})", by.name, words(&total, &of.ty), words(&weights, &by.ty)))
    }

    /// A column of the policy's own: its formula, and row by row what that comes to.
    pub(super) fn own_column(&mut self, list: ListId, column: ColumnId) {
        if !self.told.insert(Read::Column(list, column)) {
            return;
        }
        let trace = self.trace;
        let Some(told) = trace.columns.iter().find(|told| (told.list, told.column) == (list, column)) else { return };
        let Some(found) = self.program.lists.get(list.0) else { return };
        let Some(column) = found.columns.get(column.0) else { return };
        let ColumnSource::Defined(formula) = &column.source else { return };
        self.read_first(&[formula]);
        for row in told.rows.iter().take(LISTED) {
            let value = match &row.told.value {
                Figure::Is(value) => spoken(value, &column.ty),
                Figure::Not(reason) => reason.clone(),
            };
            let mut how: Vec<String> = row.told.steps.iter().flat_map(|step| self.step(step)).collect();
            if let Some(figures) = Figures::of_row(trace, &row.told.steps, &row.cells).of(formula)
                && figures != value
                && how.len() != 1
            {
                how.push(format!("{figures} = {value}"));
            }
            let cells = self.cells_read(list, row);
            if how.is_empty() && !cells.is_empty() {
                how.push(cells);
            }
            let how = if how.is_empty() { String::new() } else { format!(" ({})", how.join("; ")) };
            self.lines.push(format!("{} of {}: {value}{how}", column.name, row.id));
        }
        if told.rows.len() > LISTED {
            self.lines.push(format!("{} of {} more {}", column.name, told.rows.len() - LISTED, found.name));
        }
    }

    /// `kind Milestone, actual 99, target 100`.
    fn cells_read(&self, list: ListId, row: &RowTold) -> String {
        let Some(list) = self.program.lists.get(list.0) else { return String::new() };
        let mut words = Vec::new();
        for (at, value) in &row.cells {
            let Some(column) = list.columns.get(at.0) else { continue };
            let told = format!("{} {}", column.name, spoken(value, &column.ty));
            if !words.contains(&told) {
                words.push(told);
            }
        }
        words.join(", ")
    }
}
