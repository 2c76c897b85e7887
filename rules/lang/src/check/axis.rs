//! What the columns of a decision table can be, cut where its rows tell values apart.

use super::Checker;
use super::bands::bound_words;
use super::words::{less, value_words};
use crate::program::{Bound, Cell, GridRow, Quantity, Type};

impl Checker<'_> {
    /// The values of a column that rows can tell apart.
    pub fn axis(&self, ty: &Type, index: usize, rows: &[GridRow]) -> Axis {
        let atom = |quantity: Quantity| Atom { words: value_words(ty, &quantity), kind: AtomKind::Value(quantity) };
        let atoms = match ty {
            Type::Choice(choice) => self
                .choices
                .get(choice)
                .into_iter()
                .flatten()
                .map(|option| atom(Quantity::Words(option.clone())))
                .collect(),
            Type::YesNo => vec![atom(Quantity::Flag(true)), atom(Quantity::Flag(false))],
            _ => stretches(ty, rows.iter().filter_map(|row| row.cells.get(index))),
        };
        Axis { atoms }
    }
}

/// What one column of a table can be, in parts that the table's rows tell apart.
pub struct Axis {
    /// The parts.
    pub atoms: Vec<Atom>,
}

pub struct Atom {
    /// In words.
    pub words: String,
    kind: AtomKind,
}

enum AtomKind {
    /// This value.
    Value(Quantity),
    /// All between the two, both left out; open where there is none.
    Between(Option<Quantity>, Option<Quantity>),
    /// Every other text, person or the like.
    Other,
}

impl Axis {
    /// Which parts a cell covers.
    pub fn covered(&self, cell: &Cell) -> Vec<bool> {
        self.atoms.iter().map(|atom| covers(cell, &atom.kind)).collect()
    }
}

fn covers(cell: &Cell, atom: &AtomKind) -> bool {
    match (cell, atom) {
        (Cell::Any, _) => true,
        (Cell::In(values), AtomKind::Value(value)) => values.contains(value),
        (Cell::In(_), _) => false,
        (Cell::Within(bound), AtomKind::Value(value)) => {
            bound.from.as_ref().is_none_or(|from| !less(value, from))
                && bound.below.as_ref().is_none_or(|below| less(value, below))
        }
        (Cell::Within(bound), AtomKind::Between(low, high)) => {
            let from = match (&bound.from, low) {
                (None, _) => true,
                (Some(from), Some(low)) => !less(low, from),
                (Some(_), None) => false,
            };
            let below = match (&bound.below, high) {
                (None, _) => true,
                (Some(below), Some(high)) => !less(below, high),
                (Some(_), None) => false,
            };
            from && below
        }
        (Cell::Within(_), AtomKind::Other) => false,
    }
}

/// The points at which rows begin, end or lie, and the stretches between them.
fn stretches<'a>(ty: &Type, cells: impl Iterator<Item = &'a Cell>) -> Vec<Atom> {
    let mut points: Vec<Quantity> = Vec::new();
    let mut words: Vec<Quantity> = Vec::new();
    for cell in cells {
        match cell {
            Cell::In(values) => words.extend(values.iter().cloned()),
            Cell::Within(bound) => points.extend([bound.from.clone(), bound.below.clone()].into_iter().flatten()),
            Cell::Any => {}
        }
    }
    if !super::operators::ordered(ty) {
        words.dedup();
        let mut atoms: Vec<Atom> = words
            .into_iter()
            .map(|value| Atom { words: value_words(ty, &value), kind: AtomKind::Value(value) })
            .collect();
        atoms.push(Atom { words: "anything else".to_owned(), kind: AtomKind::Other });
        return atoms;
    }
    points.extend(words);
    points.sort_by(|a, b| {
        if less(a, b) {
            std::cmp::Ordering::Less
        } else if less(b, a) {
            std::cmp::Ordering::Greater
        } else {
            std::cmp::Ordering::Equal
        }
    });
    points.dedup();
    let mut atoms = Vec::new();
    let mut last: Option<Quantity> = None;
    for point in points {
        let between = Bound { from: last.clone(), below: Some(point.clone()) };
        if !adjacent(ty, last.as_ref(), &point) {
            atoms.push(Atom {
                words: bound_words(ty, &between),
                kind: AtomKind::Between(last.clone(), Some(point.clone())),
            });
        }
        atoms.push(Atom { words: value_words(ty, &point), kind: AtomKind::Value(point.clone()) });
        last = Some(point);
    }
    let words = last.as_ref().map_or("anything".to_owned(), |last| format!("above {}", value_words(ty, last)));
    atoms.push(Atom { words, kind: AtomKind::Between(last, None) });
    atoms
}

/// Whether nothing lies between two points: neighbouring whole numbers.
fn adjacent(ty: &Type, last: Option<&Quantity>, point: &Quantity) -> bool {
    match (ty, last, point) {
        (Type::Count, Some(Quantity::Exact(a)), Quantity::Exact(b)) => b - a == merit_core::Ratio::ONE,
        _ => false,
    }
}

/// The n-th combination: one part of each axis.
pub fn decode(mut number: usize, axes: &[Axis]) -> Vec<usize> {
    axes.iter()
        .map(|axis| {
            let size = axis.atoms.len().max(1);
            let atom = number % size;
            number /= size;
            atom
        })
        .collect()
}
