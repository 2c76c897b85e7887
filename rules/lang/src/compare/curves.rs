//! Points of curves. A point on the straight line between its neighbours says nothing of its own.

use merit_core::Ratio;

use super::{Aspect, Both, Of};
use crate::program::{Curve, Quantity, Table};

/// A point's key and results.
type Point = (Ratio, Vec<Ratio>);

impl Both<'_> {
    pub(super) fn curve(&mut self, of: Of<'_>, (old, was): (&Table, &Curve), (new, is): (&Table, &Curve)) {
        if was.by != is.by {
            return;
        }
        let (was_points, is_points) = (corners(&was.points), corners(&is.points));
        for (after, column) in new.columns.iter().enumerate() {
            let Some(before) = old.columns.iter().position(|old| old.name == column.name) else { continue };
            let mut keys: Vec<&Ratio> = was_points.iter().chain(&is_points).map(|(key, _)| key).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let value = |points: &[Point], column: usize| {
                    let (_, values) = points.iter().find(|(own, _)| own == key)?;
                    values.get(column).cloned()
                };
                let spoken = |value: Ratio| Quantity::Exact(value).spoken(&column.ty);
                let at = format!("at {}", Quantity::Exact(key.clone()).spoken(&is.by));
                let at = if new.columns.len() > 1 { format!("{at}, {}", column.name) } else { at };
                let (old, new) = (value(&was_points, before), value(&is_points, after));
                self.note(of, Aspect::Cell, &at, old.map(spoken), new.map(spoken));
            }
        }
    }
}

/// The points that are not on the line between their neighbours.
fn corners(points: &[Point]) -> Vec<Point> {
    let mut corners: Vec<Point> = Vec::with_capacity(points.len());
    for (index, point) in points.iter().enumerate() {
        let straight = match (corners.last(), points.get(index + 1)) {
            (Some(before), Some(after)) => on_line(before, point, after),
            _ => false,
        };
        if !straight {
            corners.push(point.clone());
        }
    }
    corners
}

/// Whether each result of a point is where the line from the point before to the point after passes.
fn on_line(before: &Point, point: &Point, after: &Point) -> bool {
    let run = |from: &Point, to: &Point| &to.0 - &from.0;
    let rises = before.1.iter().zip(&point.1).zip(&after.1);
    let (first, whole) = (run(before, point), run(before, after));
    rises.into_iter().all(|((low, middle), high)| &(middle - low) * &whole == &(high - low) * &first)
}
