//! Rows of tables with conditions, matched by their conditions.

use super::bands::order;
use super::{Aspect, Both, Of, shown};
use crate::explain::bound_words;
use crate::program::{Bound, Cell, Grid, GridRow, Table};

impl Both<'_> {
    pub(super) fn grid(&mut self, of: Of<'_>, (old, was): (&Table, &Grid), (new, is): (&Table, &Grid)) {
        let rows: Vec<(String, &GridRow)> = is.rows.iter().map(|row| (label(is, row), row)).collect();
        let before: Vec<(String, &GridRow)> = was.rows.iter().map(|row| (label(was, row), row)).collect();
        let mut pairs: Vec<(&str, Option<&GridRow>, Option<&GridRow>)> = rows
            .iter()
            .map(|(label, row)| {
                let found = before.iter().find(|(own, _)| own == label).map(|(_, row)| *row);
                (label.as_str(), found, Some(*row))
            })
            .collect();
        let gone = before.iter().filter(|(own, _)| !rows.iter().any(|(label, _)| label == own));
        pairs.extend(gone.map(|(label, row)| (label.as_str(), Some(*row), None)));
        for (label, was, is) in pairs {
            for (after, column) in new.columns.iter().enumerate() {
                let Some(place) = old.columns.iter().position(|old| old.name == column.name) else { continue };
                let (was, is) = (was.and_then(|row| row.values.get(place)), is.and_then(|row| row.values.get(after)));
                let at = if new.columns.len() > 1 { format!("{label}, {}", column.name) } else { label.to_owned() };
                self.formula(of, Aspect::Cell, &at, was, is);
            }
        }
        self.row_order(of, &before, &rows);
    }

    /// Where two rows can both match, the one that stands first counts.
    fn row_order(&mut self, of: Of<'_>, before: &[(String, &GridRow)], rows: &[(String, &GridRow)]) {
        let place = |label: &str| before.iter().position(|(own, _)| own == label);
        for (index, (first, row)) in rows.iter().enumerate() {
            for (second, other) in rows.iter().skip(index + 1) {
                let turned = matches!((place(first), place(second)), (Some(a), Some(b)) if a > b);
                let same = row.values.iter().zip(&other.values).all(|(a, b)| shown(self.new, a) == shown(self.new, b));
                if turned && !same && overlap(row, other) {
                    self.note(of, Aspect::RowOrder, "", Some(second.clone()), Some(first.clone()));
                }
            }
        }
    }
}

/// `Central, in Group, Solo`; `otherwise`.
fn label(grid: &Grid, row: &GridRow) -> String {
    if row.otherwise {
        return "otherwise".to_owned();
    }
    let cells = row.cells.iter().zip(&grid.conditions).filter_map(|(cell, (_, ty))| match cell {
        Cell::Any => None,
        Cell::In(values) => {
            let mut words: Vec<String> = values.iter().map(|value| value.spoken(ty)).collect();
            words.sort();
            Some(words.join(" or "))
        }
        Cell::Within(bound) => Some(bound_words(bound, ty)),
    });
    let cells: Vec<String> = cells.collect();
    if cells.is_empty() { "any".to_owned() } else { cells.join(", ") }
}

/// Whether two rows can match the same arguments.
fn overlap(a: &GridRow, b: &GridRow) -> bool {
    let meet = |a: &Cell, b: &Cell| match (a, b) {
        (Cell::In(a), Cell::In(b)) => a.iter().any(|value| b.contains(value)),
        (Cell::Within(a), Cell::Within(b)) => within(a, b) && within(b, a),
        _ => true,
    };
    !a.otherwise && !b.otherwise && a.cells.iter().zip(&b.cells).all(|(a, b)| meet(a, b))
}

/// Whether one begins before the other ends.
fn within(a: &Bound, b: &Bound) -> bool {
    match (&a.from, &b.below) {
        (Some(from), Some(below)) => order(from, below).is_lt(),
        _ => true,
    }
}
