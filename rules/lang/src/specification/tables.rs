//! Looking up in bands, curves and decision tables, and applying tiers.

use merit_core::Currency;
use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};

use super::values::{Answer, Gap, Value, integer};
use super::{Here, Person, literal};
use crate::syntax::ast::{
    Band, BandRow, Bands, BandsKind, Cell, CellKind, Column, Expr, ExprKind, Item, Name, Side, Table,
};

impl Person<'_> {
    /// A table by its name.
    pub(super) fn table(&self, name: &str) -> &Item {
        let found = self.policy.items.iter().find(|item| match item {
            Item::Bands(bands) => bands.name.node == name,
            Item::Table(table) => table.name.node == name,
            Item::Rates(rates) => rates.name.node == name,
            _ => false,
        });
        found.unwrap()
    }

    /// `lookup table for …`
    pub(super) fn look_up(&self, table: &str, column: Option<&Name>, arguments: &[Value]) -> Answer {
        match self.table(table) {
            Item::Bands(bands) => {
                let at = result(&bands.head, column);
                match bands.kind {
                    BandsKind::Curve(below, above) => {
                        Ok(Value::Number(on_curve(bands, (below, above), at, arguments[0].number())))
                    }
                    _ => self.written(&band_of(bands, &arguments[0])?.values[at]),
                }
            }
            Item::Table(table) => self.in_grid(table, result(&table.head, column), arguments),
            _ => unreachable!(),
        }
    }

    /// The first row all of whose cells hold; in a unique table there is no second.
    fn in_grid(&self, table: &Table, at: usize, arguments: &[Value]) -> Answer {
        let holds = |cells: &[Cell]| arguments.iter().zip(cells).all(|(value, cell)| self.holds(cell, value));
        let rows: Vec<_> = table.rows.iter().filter(|row| !row.otherwise && holds(&row.cells)).collect();
        assert!(!table.unique || rows.len() < 2, "two rows of {} apply", table.name.node);
        let row = rows.first().copied().or(table.rows.iter().find(|row| row.otherwise)).ok_or(Gap::NotScored)?;
        match &row.cells[arguments.len() + at].kind {
            CellKind::Value(value) => self.written(value),
            other => panic!("{other:?} is no value"),
        }
    }

    fn holds(&self, cell: &Cell, value: &Value) -> bool {
        match &cell.kind {
            CellKind::Any | CellKind::Otherwise => true,
            CellKind::In(names) => names.iter().any(|name| *value == Value::Words(name.node.clone())),
            CellKind::Band(band) => inside(band, value),
            CellKind::Value(Expr { kind: ExprKind::Name(word), .. }) if matches!(value, Value::Words(_)) => {
                *value == Value::Words(word.clone())
            }
            CellKind::Value(expr) => self.written(expr).is_ok_and(|written| value.order(&written).is_eq()),
        }
    }

    /// A value that stands in a table.
    fn written(&self, expr: &Expr) -> Answer {
        self.value(expr, Here::default())
    }

    /// Tiers by their name.
    pub(super) fn tiers(&self, name: &str) -> &Bands {
        match self.table(name) {
            Item::Bands(bands) => bands,
            _ => panic!("{name} is no tiers"),
        }
    }

    /// `apply tiers to … against … starting at …`
    pub(super) fn apply(&self, expr: &Expr, here: Here<'_>) -> Answer {
        let ExprKind::Apply { table, column, to, against, start } = &expr.kind else { unreachable!() };
        let tiers = self.tiers(&table.node);
        let number = |name: &Name| self.named(&name.node, here).map(|value| value.number().clone());
        let at = match (column, &tiers.for_choice) {
            (None, Some(chosen)) => {
                let word = self.named(&chosen.node, here)?;
                let is_it = |column: &&Column| word == Value::Words(column.name.node.clone());
                tiers.head.iter().skip(1).position(|column| is_it(&column)).ok_or(Gap::NotScored)?
            }
            (column, _) => result(&tiers.head, column.as_ref()),
        };
        let amount = number(to)?;
        let whole = against.as_ref().map_or(Ok(integer(1)), number)?;
        // There is no percentage of nothing.
        if !whole.is_positive() {
            return Err(Gap::Zero);
        }
        let start = start.as_ref().map_or(Ok(integer(0)), number)?;
        if tiers.kind == BandsKind::Retroactive {
            let band = band_of(tiers, &Value::Number(&amount / &whole))?;
            return Ok(Value::Number(amount * self.written(&band.values[at])?.number()));
        }
        if let Some(filler) = &tiers.filled_by {
            return self.filled(tiers, result(&tiers.head, Some(filler)), at, &start, &amount);
        }
        // From where it starts to where it ends, or the other way round.
        let end = &start + &amount;
        let (low, high) = if amount.is_negative() { (&end, &start) } else { (&start, &end) };
        let mut total = integer(0);
        for row in &tiers.rows {
            let bound = |bound: &Option<_>| bound.as_ref().map(|bound| literal(bound).number() * &whole);
            let from = bound(&row.band.from).map_or(low.clone(), |from| from.max(low.clone()));
            let below = bound(&row.band.to).map_or(high.clone(), |below| below.min(high.clone()));
            if below > from {
                total += (below - from) * self.written(&row.values[at])?.number();
            }
        }
        Ok(Value::Number(if amount.is_negative() { -total } else { total }))
    }

    /// Bounds measure what one column pays: each unit of the amount moves that measure by the column's rate in the band
    /// where it stands. The amount is spent band by band, up to the next bound at a time.
    fn filled(&self, tiers: &Bands, filler: usize, at: usize, start: &BigRational, amount: &BigRational) -> Answer {
        let back = amount.is_negative();
        let (mut stands, mut left, mut total) = (start.clone(), amount.abs(), integer(0));
        while left.is_positive() {
            let limit = |bound: &Option<_>| bound.as_ref().map(|bound| literal(bound).number().clone());
            // A bound belongs to the band above it going up, and to the one below it going down.
            let row = tiers.rows.iter().find(|row| {
                let (from, to) = (limit(&row.band.from), limit(&row.band.to));
                if back {
                    from.is_none_or(|from| from < stands) && to.is_none_or(|to| stands <= to)
                } else {
                    from.is_none_or(|from| from <= stands) && to.is_none_or(|to| stands < to)
                }
            });
            let row = row.ok_or(Gap::NotScored)?;
            let fills = self.written(&row.values[filler])?.number().clone();
            if fills.is_negative() {
                return Err(Gap::NotScored);
            }
            let bound = limit(if back { &row.band.from } else { &row.band.to });
            let part = match bound {
                Some(bound) if !fills.is_zero() => left.clone().min((bound - &stands).abs() / &fills),
                _ => left.clone(),
            };
            left -= &part;
            let signed = if back { -part } else { part };
            stands += &signed * fills;
            total += signed * self.written(&row.values[at])?.number();
        }
        Ok(Value::Number(total))
    }

    /// An amount in another currency, at the rate that holds on a day.
    pub(super) fn converted(&self, amount: &Value, rates: &str, day: jiff::civil::Date, from: Currency) -> Answer {
        let Item::Rates(rates) = self.table(rates) else { panic!("only rates convert") };
        let column = rates.from.iter().position(|name| name.node == from.code()).unwrap();
        let row = rates.rows.iter().rfind(|row| row.from.node <= day).ok_or(Gap::NotScored)?;
        Ok(Value::Number(amount.number() * literal(&row.values[column]).number()))
    }
}

/// Which of the results a column is; the only one if none is named.
fn result(head: &[Column], column: Option<&Name>) -> usize {
    let mut results = head.iter().filter(|column| column.result.is_some());
    column.map_or(0, |column| results.position(|result| result.name.node == column.node).unwrap())
}

/// The lower bound is inside, the upper one isn't.
fn inside(band: &Band, value: &Value) -> bool {
    band.from.as_ref().is_none_or(|from| value.order(&literal(from)).is_ge())
        && band.to.as_ref().is_none_or(|to| value.order(&literal(to)).is_lt())
}

fn band_of<'b>(bands: &'b Bands, value: &Value) -> Result<&'b BandRow, Gap> {
    bands.rows.iter().find(|row| inside(&row.band, value)).ok_or(Gap::NotScored)
}

/// Straight lines between the points; outside, the end's value, the last line drawn on, or 0.
fn on_curve(curve: &Bands, (below, above): (Side, Side), at: usize, x: &BigRational) -> BigRational {
    let points: Vec<(BigRational, BigRational)> = curve
        .rows
        .iter()
        .map(|row| {
            let ExprKind::Literal(value) = &row.values[at].kind else { panic!("a curve goes through numbers") };
            let place = literal(row.band.from.as_ref().unwrap());
            (place.number().clone(), Value::literal(value).number().clone())
        })
        .collect();
    let line = |a: &(BigRational, BigRational), b: &(BigRational, BigRational)| {
        &a.1 + (&b.1 - &a.1) * (x - &a.0) / (&b.0 - &a.0)
    };
    let (first, last) = (&points[0], &points[points.len() - 1]);
    for pair in points.windows(2) {
        if pair[0].0 <= *x && *x <= pair[1].0 {
            return line(&pair[0], &pair[1]);
        }
    }
    let before = *x < first.0;
    match if before { below } else { above } {
        Side::Clamped => {
            if before {
                first.1.clone()
            } else {
                last.1.clone()
            }
        }
        Side::Extended if before => line(first, &points[1]),
        Side::Extended => line(&points[points.len() - 2], last),
        Side::Zero => BigRational::zero(),
    }
}
