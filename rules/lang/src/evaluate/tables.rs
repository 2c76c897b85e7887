//! Looking up in bands, curves and grids, and applying tiers.

use merit_core::Ratio;

use super::arithmetic::order;
use super::machine::{Held, Machine};
use super::stop::Stop;
use crate::program::{
    Apply, BandTable, Bound, Cell, Curve, Expr, Grid, Lookup, Outside, Quantity, Table, TableId, TableKind, TierMode,
    Type,
};
use crate::trace::{Slice, Step};

impl<'p> Machine<'p, '_> {
    fn table(&self, id: TableId) -> Result<&'p Table, Stop> {
        let tables = self.scope.tables;
        tables.get(id.0).ok_or_else(|| Stop::broken("a table is not there"))
    }

    /// `lookup … for …`.
    pub(super) fn look_up(&mut self, lookup: &'p Lookup) -> Held {
        let mut arguments = Vec::with_capacity(lookup.arguments.len());
        for argument in &lookup.arguments {
            arguments.push(self.eval(argument)?);
        }
        let table = self.table(lookup.table)?;
        let (row, values) = match (&table.kind, arguments.first()) {
            (TableKind::Bands(bands) | TableKind::Tiers(_, bands), Some(key)) => {
                let row = band_of(bands, key).ok_or_else(|| in_no_band(table, bands, key))?;
                (row, bands.bands.get(row).map(|band| &band.values))
            }
            (TableKind::Grid(grid), _) => {
                let row = row_of(grid, &arguments).ok_or_else(|| in_no_row(table, grid, &arguments))?;
                (row, grid.rows.get(row).map(|row| &row.values))
            }
            (TableKind::Curve(curve), Some(key)) => {
                let at = key.exact();
                let on = on_curve(curve, lookup.column, &at).ok_or_else(|| Stop::broken("a curve has no points"))?;
                self.steps.push(Step::OnCurve {
                    table: lookup.table,
                    at,
                    point: on.point,
                    outside: on.outside,
                    column: lookup.column,
                    value: on.value.clone(),
                });
                return Ok(Quantity::Exact(on.value));
            }
            _ => return Err(Stop::broken("a look-up has no argument")),
        };
        let value = self.result(values, lookup.column)?;
        self.steps.push(Step::Found {
            table: lookup.table,
            arguments,
            row,
            column: lookup.column,
            value: value.clone(),
        });
        Ok(value)
    }

    fn result(&mut self, values: Option<&'p Vec<Expr>>, column: usize) -> Held {
        match values.and_then(|values| values.get(column)) {
            Some(value) => self.eval(value),
            None => Err(Stop::broken("a table has no such column")),
        }
    }

    /// `apply … to … against …`.
    pub(super) fn apply_tiers(&mut self, apply: &'p Apply, gives: &Type) -> Held {
        let amount = self.eval(&apply.to)?.exact();
        let against = match &apply.against {
            Some(against) => {
                let base = self.eval(against)?.exact();
                if base.is_zero() || base.is_negative() {
                    return Err(Stop::zero("tiers can't be applied against an amount of 0 or less", None));
                }
                Some(base)
            }
            None => None,
        };
        let unit = (apply.to.ty.clone(), gives.clone());
        let start = match &apply.start {
            Some(start) => self.eval(start)?.exact(),
            None => Ratio::ZERO,
        };
        let table = self.table(apply.table)?;
        match &table.kind {
            TableKind::Tiers(TierMode::Marginal, bands) => match bands.filled_by {
                Some(filler) => self.filled((&amount, &unit), apply, bands, filler, &start),
                None => self.marginal((&amount, &unit), apply, bands, against.as_ref(), &start),
            },
            TableKind::Tiers(TierMode::Retroactive, bands) => {
                self.retroactive((&amount, &unit), apply, table, bands, against.as_ref())
            }
            _ => Err(Stop::broken("only tiers can be applied")),
        }
    }

    /// Each band's rate on the part of the amount inside it, counted from the running total (0 without one). An amount
    /// below 0 goes the other way through the same bands, so that a reversal takes back what was paid.
    fn marginal(
        &mut self,
        (amount, unit): (&Ratio, &(Type, Type)),
        apply: &'p Apply,
        bands: &'p BandTable,
        against: Option<&Ratio>,
        start: &Ratio,
    ) -> Held {
        let mut total = Ratio::ZERO;
        let mut slices = Vec::new();
        let end = start + amount;
        let (low, high) = if amount.is_negative() { (end, start.clone()) } else { (start.clone(), end) };
        for (index, band) in bands.bands.iter().enumerate() {
            let part = inside(&band.bound, &low, &high, against);
            if part.is_zero() {
                continue;
            }
            let part = if amount.is_negative() { -part } else { part };
            let rate = self.result(Some(&band.values), apply.column)?.exact();
            let gives = &part * &rate;
            total = &total + &gives;
            slices.push(Slice { band: index, amount: part, rate, gives });
        }
        self.steps.push(Step::Slices {
            table: apply.table,
            slices,
            column: apply.column,
            total: total.clone(),
            unit: unit.clone(),
        });
        Ok(Quantity::Exact(total))
    }

    /// Bands whose bounds measure what one of the columns pays: the amount goes through them as fast as that column's rate
    /// fills them. An amount below 0 empties them again.
    fn filled(
        &mut self,
        (amount, unit): (&Ratio, &(Type, Type)),
        apply: &'p Apply,
        bands: &'p BandTable,
        filler: usize,
        start: &Ratio,
    ) -> Held {
        let back = amount.is_negative();
        let (mut left, mut at, mut total) = (amount.abs(), start.clone(), Ratio::ZERO);
        let mut slices = Vec::new();
        let mut index = bands.bands.iter().position(|band| entered(&band.bound, &at, back)).unwrap_or(0);
        while !left.is_zero()
            && let Some(band) = bands.bands.get(index)
        {
            let fills = self.result(Some(&band.values), filler)?.exact();
            if fills.is_negative() {
                return Err(Stop::refused("a rate below 0 fills no band", None));
            }
            let bound = if back { band.bound.from.as_ref() } else { band.bound.below.as_ref() };
            let room = bound.map(|bound| (&bound.exact() - &at).abs());
            // Nothing fills a band whose rate is 0, so that all that is left stays in it.
            let fits = room.and_then(|room| room.checked_div(&fills)).filter(|fits| *fits < left);
            let part = fits.clone().unwrap_or_else(|| left.clone());
            let rate = self.result(Some(&band.values), apply.column)?.exact();
            let signed = if back { -part.clone() } else { part.clone() };
            let gives = &signed * &rate;
            total = &total + &gives;
            at = &at + &(&signed * &fills);
            if !part.is_zero() {
                slices.push(Slice { band: index, amount: signed, rate, gives });
            }
            left = &left - &part;
            let next = if back { index.checked_sub(1) } else { Some(index + 1) };
            match next.filter(|_| fits.is_some()) {
                Some(next) => index = next,
                None => break,
            }
        }
        self.steps.push(Step::Slices {
            table: apply.table,
            slices,
            column: apply.column,
            total: total.clone(),
            unit: unit.clone(),
        });
        Ok(Quantity::Exact(total))
    }

    /// `… converted to USD by fx on closed`.
    pub(super) fn converted(&mut self, value: &'p Expr, table: TableId, column: usize, on: &'p Expr) -> Held {
        let (amount, day) = (self.eval(value)?.exact(), self.eval(on)?);
        let Quantity::Day(day) = day else { return Err(Stop::broken("rates hold on a date")) };
        let found = self.table(table)?;
        let TableKind::Rates(rates) = &found.kind else { return Err(Stop::broken("only rates convert")) };
        let row = rates.rows.iter().rposition(|(from, _)| *from <= day);
        let rate = row.and_then(|row| rates.rows.get(row)).and_then(|(_, values)| values.get(column)).cloned();
        let Some(rate) = rate else {
            let first = rates.rows.first().map(|(from, _)| format!(": its first day is {from}")).unwrap_or_default();
            return Err(Stop::refused(format!("`{}` has no rate for {day}{first}", found.name), None));
        };
        let gives = &amount * &rate;
        let from = value.ty.clone();
        self.steps.push(Step::Converted { table, column, day, amount, from, rate, value: gives.clone() });
        Ok(Quantity::Exact(gives))
    }

    /// The reached band's rate on the whole amount.
    fn retroactive(
        &mut self,
        (amount, unit): (&Ratio, &(Type, Type)),
        apply: &'p Apply,
        table: &'p Table,
        bands: &'p BandTable,
        against: Option<&Ratio>,
    ) -> Held {
        let reached = against.and_then(|base| amount.checked_div(base)).unwrap_or_else(|| amount.clone());
        let key = Quantity::Exact(reached);
        let band = band_of(bands, &key).ok_or_else(|| in_no_band(table, bands, &key))?;
        let rate = self.result(bands.bands.get(band).map(|band| &band.values), apply.column)?.exact();
        let gives = amount * &rate;
        let slice = Slice { band, amount: amount.clone(), rate, gives: gives.clone() };
        self.steps.push(Step::Reached { table: apply.table, slice, column: apply.column, unit: unit.clone() });
        Ok(Quantity::Exact(gives))
    }
}

/// How much of the stretch from `low` to `high` lies inside the bound.
fn inside(bound: &Bound, low: &Ratio, high: &Ratio, against: Option<&Ratio>) -> Ratio {
    let scaled = |quantity: &Quantity| match against {
        Some(base) => &quantity.exact() * base,
        None => quantity.exact(),
    };
    let from = bound.from.as_ref().map(scaled).filter(|from| from > low).unwrap_or_else(|| low.clone());
    let to = bound.below.as_ref().map(scaled).filter(|to| to < high).unwrap_or_else(|| high.clone());
    if to > from { &to - &from } else { Ratio::ZERO }
}

/// Whether a value lies in half-open bounds.
fn contains(bound: &Bound, value: &Quantity) -> bool {
    bound.from.as_ref().is_none_or(|from| order(value, from).is_ge())
        && bound.below.as_ref().is_none_or(|below| order(value, below).is_lt())
}

/// Whether a running total stands in a band, or at the bound from which it is entered backwards.
fn entered(bound: &Bound, at: &Ratio, back: bool) -> bool {
    let (from, below) = (bound.from.as_ref().map(Quantity::exact), bound.below.as_ref().map(Quantity::exact));
    if back {
        from.is_none_or(|from| from < *at) && below.is_none_or(|below| *at <= below)
    } else {
        from.is_none_or(|from| from <= *at) && below.is_none_or(|below| *at < below)
    }
}

fn band_of(bands: &BandTable, key: &Quantity) -> Option<usize> {
    bands.bands.iter().position(|band| contains(&band.bound, key))
}

fn row_of(grid: &Grid, arguments: &[Quantity]) -> Option<usize> {
    grid.rows.iter().position(|row| {
        row.otherwise
            || row.cells.iter().zip(arguments).all(|(cell, argument)| match cell {
                Cell::Any => true,
                Cell::In(values) => values.iter().any(|value| order(value, argument).is_eq()),
                Cell::Within(bound) => contains(bound, argument),
            })
    })
}

fn in_no_band(table: &Table, bands: &BandTable, key: &Quantity) -> Stop {
    Stop::refused(format!("{} lies in no band of `{}`", key.spoken(&bands.by), table.name), None)
}

fn in_no_row(table: &Table, grid: &Grid, arguments: &[Quantity]) -> Stop {
    let spoken: Vec<String> =
        grid.conditions.iter().zip(arguments).map(|((_, ty), argument)| argument.spoken(ty)).collect();
    Stop::refused(format!("no row of `{}` is for {}", table.name, spoken.join(", ")), None)
}

/// A place on a curve.
struct OnCurve {
    point: usize,
    outside: bool,
    value: Ratio,
}

fn on_curve(curve: &Curve, column: usize, at: &Ratio) -> Option<OnCurve> {
    let points = &curve.points;
    let (first, last) = (points.first()?, points.last()?);
    let (before, after) = (*at < first.0, *at > last.0);
    let end = if before { 0 } else { points.len() - 1 };
    let outside = if before { curve.below } else { curve.above };
    match outside {
        Outside::Clamped if before || after => {
            return Some(OnCurve { point: end, outside: true, value: points.get(end)?.1.get(column)?.clone() });
        }
        Outside::Zero if before || after => return Some(OnCurve { point: end, outside: true, value: Ratio::ZERO }),
        _ => {}
    }
    // The segment that starts at the last point not after `at`; the outermost ones also serve outside.
    let start = points.iter().rposition(|(key, _)| key <= at).unwrap_or(0).min(points.len().saturating_sub(2));
    let (x0, y0) = points.get(start).map(|(x, ys)| (x, ys.get(column)))?;
    let (x1, y1) = points.get(start + 1).map(|(x, ys)| (x, ys.get(column)))?;
    let (y0, y1) = (y0?, y1?);
    let slope = (y1 - y0).checked_div(&(x1 - x0))?;
    let value = y0 + &(&slope * &(at - x0));
    Some(OnCurve { point: start, outside: before || after, value })
}

#[cfg(test)]
mod tests;
