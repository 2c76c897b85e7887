//! Bands, told stretch by stretch: where bounds move, what matters is which values now get another result.

use std::cmp::Ordering;

use super::{Aspect, Both, Of, shown};
use crate::explain::bound_words;
use crate::program::{BandTable, Bound, Expr, Quantity, Table};

/// A stretch of keys that gets another result, with the old and the new one as they are written.
struct Moved {
    bound: Bound,
    old: Option<String>,
    new: Option<String>,
}

impl Both<'_> {
    pub(super) fn bands(&mut self, of: Of<'_>, (old, was): (&Table, &BandTable), (new, is): (&Table, &BandTable)) {
        if was.by != is.by {
            return;
        }
        for (after, column) in new.columns.iter().enumerate() {
            let Some(before) = old.columns.iter().position(|old| old.name == column.name) else { continue };
            let several = if new.columns.len() > 1 { format!(", {}", column.name) } else { String::new() };
            for Moved { bound, old, new } in self.moved((was, before), (is, after)) {
                let at = format!("{}{several}", bound_words(&bound, &is.by));
                self.note(of, Aspect::Cell, &at, old, new);
            }
        }
    }

    /// The stretches whose results differ, those that follow each other with the same change as one.
    fn moved(&self, (was, before): (&BandTable, usize), (is, after): (&BandTable, usize)) -> Vec<Moved> {
        let mut moved: Vec<Moved> = Vec::new();
        for stretch in stretches(was, is) {
            let (old, new) = (result(was, &stretch, before), result(is, &stretch, after));
            let same = match (old, new) {
                (Some(old), Some(new)) => self.alike(old, new),
                (old, new) => old.is_none() && new.is_none(),
            };
            if same {
                continue;
            }
            let (old, new) = (old.map(|expr| shown(self.old, expr)), new.map(|expr| shown(self.new, expr)));
            match moved.last_mut() {
                Some(last)
                    if last.bound.below == stretch.from
                        && stretch.from.is_some()
                        && (&last.old, &last.new) == (&old, &new) =>
                {
                    last.bound.below = stretch.below;
                }
                _ => moved.push(Moved { bound: stretch, old, new }),
            }
        }
        moved
    }
}

/// All keys, cut wherever one of the two has a bound.
fn stretches(was: &BandTable, is: &BandTable) -> Vec<Bound> {
    let bounds = was.bands.iter().chain(&is.bands).flat_map(|band| [&band.bound.from, &band.bound.below]);
    let mut cuts: Vec<&Quantity> = bounds.flatten().collect();
    cuts.sort_by(|a, b| order(a, b));
    cuts.dedup();
    let mut stretches = Vec::with_capacity(cuts.len() + 1);
    let mut from: Option<&Quantity> = None;
    for cut in cuts {
        stretches.push(Bound { from: from.cloned(), below: Some(cut.clone()) });
        from = Some(cut);
    }
    stretches.push(Bound { from: from.cloned(), below: None });
    stretches
}

/// What the band that holds a stretch gives.
fn result<'t>(table: &'t BandTable, stretch: &Bound, column: usize) -> Option<&'t Expr> {
    let holds = |bound: &Bound| {
        let low = match (&bound.from, &stretch.from) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(from), Some(begins)) => order(from, begins) != Ordering::Greater,
        };
        let high = match (&bound.below, &stretch.below) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(below), Some(ends)) => order(ends, below) != Ordering::Greater,
        };
        low && high
    };
    table.bands.iter().find(|band| holds(&band.bound)).and_then(|band| band.values.get(column))
}

/// Which of two keys of one type comes first.
pub(super) fn order(a: &Quantity, b: &Quantity) -> Ordering {
    match (a, b) {
        (Quantity::Day(a), Quantity::Day(b)) => a.cmp(b),
        (Quantity::Words(a), Quantity::Words(b)) => a.cmp(b),
        (Quantity::Length(a), Quantity::Length(b)) => {
            // Average months, as comparisons count them.
            let days = |span: &merit_core::Span| i64::from(span.months) * 146_097 + i64::from(span.days) * 4_800;
            days(a).cmp(&days(b))
        }
        _ => a.exact().cmp(&b.exact()),
    }
}
