//! Definitions and tables of all kinds.

use jiff::civil::Date;

use super::{Aspect, Both, Of, Part, paired, shown};
use crate::program::{BandTable, Outside, Quantity, Rates, Table, TableKind, TierMode, Type};

impl Both<'_> {
    pub(super) fn definitions(&mut self) {
        self.renamed(Part::Definition);
        for (old, new) in paired(&self.old.defines, &self.new.defines, |define| &define.name) {
            let Some(define) = new.or(old) else { continue };
            let of = Of { part: Part::Definition, name: &define.name, pays: self.reach.has(&define.name) };
            match (old, new) {
                (Some(old), Some(new)) => {
                    self.formula(of, Aspect::Value, "", Some(&old.value), Some(&new.value));
                    self.words(of, Aspect::About, "", old.about.as_ref(), new.about.as_ref());
                }
                (_, new) => {
                    let old = old.map(|define| shown(self.old, &define.value));
                    let new = new.map(|define| format!("`{}`", shown(self.new, &define.value)));
                    self.note(of, Aspect::Itself, "", old, new);
                }
            }
        }
    }

    pub(super) fn tables(&mut self) {
        self.renamed(Part::Table);
        for (old, new) in paired(&self.old.tables, &self.new.tables, |table| &table.name) {
            let Some(table) = new.or(old) else { continue };
            let of = Of { part: Part::Table, name: &table.name, pays: self.reach.has(&table.name) };
            match (old, new) {
                (Some(old), Some(new)) => self.table(of, old, new),
                (old, new) => {
                    self.note(of, Aspect::Itself, "", old.map(form), new.map(form));
                }
            }
        }
    }

    fn table(&mut self, of: Of<'_>, old: &Table, new: &Table) {
        self.note(of, Aspect::Mode, "", Some(form(old)), Some(form(new)));
        for (was, is) in paired(&old.columns, &new.columns, |column| &column.name) {
            let ty =
                |column: Option<&crate::program::ResultColumn>| column.map(|c| c.ty.value_type().word().to_owned());
            let name = is.or(was).map(|column| column.name.as_str()).unwrap_or_default();
            self.note(of, Aspect::Line, &format!("column `{name}`"), ty(was), ty(is));
        }
        match (&old.kind, &new.kind) {
            (TableKind::Curve(was), TableKind::Curve(is)) => self.curve(of, (old, was), (new, is)),
            (TableKind::Rates(was), TableKind::Rates(is)) => self.rates(of, (old, was), (new, is)),
            (TableKind::Grid(was), TableKind::Grid(is)) => self.grid(of, (old, was), (new, is)),
            (was, is) => {
                if let (Some(was), Some(is)) = (bands(was), bands(is)) {
                    self.bands(of, (old, was), (new, is));
                }
            }
        }
    }
}

impl Both<'_> {
    fn rates(&mut self, of: Of<'_>, (old, was): (&Table, &Rates), (new, is): (&Table, &Rates)) {
        let mut days: Vec<Date> = was.rows.iter().chain(&is.rows).map(|(day, _)| *day).collect();
        days.sort();
        days.dedup();
        for (after, column) in new.columns.iter().enumerate() {
            let before = old.columns.iter().position(|old| old.name == column.name);
            for day in &days {
                let rate = |rates: &Rates, column: usize| {
                    let (_, values) = rates.rows.iter().find(|(own, _)| own == day)?;
                    values.get(column).map(|rate| Quantity::Exact(rate.clone()).spoken(&Type::Number))
                };
                let at = format!("{}, from {day}", column.name);
                let (was, is) = (before.and_then(|before| rate(was, before)), rate(is, after));
                self.note(of, Aspect::Cell, &at, was, is);
            }
        }
    }
}

const fn bands(kind: &TableKind) -> Option<&BandTable> {
    match kind {
        TableKind::Bands(bands) | TableKind::Tiers(_, bands) => Some(bands),
        _ => None,
    }
}

/// What a table is and how it is read.
fn form(table: &Table) -> String {
    match &table.kind {
        TableKind::Bands(bands) => format!("bands by {}", bands.by.value_type().word()),
        TableKind::Tiers(mode, bands) => {
            let how = match mode {
                TierMode::Marginal => "marginal, each band at its own rate",
                TierMode::Retroactive => "retroactive, the rate reached on everything",
            };
            let filled = bands.filled_by.and_then(|column| table.columns.get(column));
            let filled = filled.map(|column| format!(", filled by `{}`", column.name)).unwrap_or_default();
            format!("tiers by {}, {how}{filled}", bands.by.value_type().word())
        }
        TableKind::Curve(curve) => {
            let side = |outside: Outside| match outside {
                Outside::Clamped => "the end point's value",
                Outside::Extended => "the line going on",
                Outside::Zero => "zero",
            };
            let (below, above) = (side(curve.below), side(curve.above));
            format!("a curve by {}, with {below} below its points and {above} above", curve.by.value_type().word())
        }
        TableKind::Rates(_) => "rates of exchange".to_owned(),
        TableKind::Grid(grid) => {
            let labels: Vec<&str> = grid.conditions.iter().map(|(label, _)| label.as_str()).collect();
            format!("a table of {}", labels.join(" and "))
        }
    }
}
