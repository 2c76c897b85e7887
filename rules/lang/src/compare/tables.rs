//! Definitions and tables of all kinds.

use super::{Aspect, Both, Of, Part, paired, shown};
use crate::program::{BandTable, Outside, Table, TableKind, TierMode};

impl Both<'_> {
    pub(super) fn definitions(&mut self) {
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
            (TableKind::Grid(was), TableKind::Grid(is)) => self.grid(of, (old, was), (new, is)),
            (was, is) => {
                if let (Some(was), Some(is)) = (bands(was), bands(is)) {
                    self.bands(of, (old, was), (new, is));
                }
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
            format!("tiers by {}, {how}", bands.by.value_type().word())
        }
        TableKind::Curve(curve) => {
            let outside = match curve.outside {
                Outside::Clamped => "with the end points' values",
                Outside::Extended => "with the lines going on",
                Outside::Zero => "with zero",
            };
            format!("a curve by {}, {outside} outside", curve.by.value_type().word())
        }
        TableKind::Grid(grid) => {
            let labels: Vec<&str> = grid.conditions.iter().map(|(label, _)| label.as_str()).collect();
            format!("a table of {}", labels.join(" and "))
        }
    }
}
