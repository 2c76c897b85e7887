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
        let table = self.table(apply.table)?;
        match &table.kind {
            TableKind::Tiers(TierMode::Marginal, bands) => {
                self.marginal((&amount, &unit), apply, bands, against.as_ref())
            }
            TableKind::Tiers(TierMode::Retroactive, bands) => {
                self.retroactive((&amount, &unit), apply, table, bands, against.as_ref())
            }
            _ => Err(Stop::broken("only tiers can be applied")),
        }
    }

    /// Each band's rate on the part of the amount inside it, counted from 0. An amount below 0 mirrors the positive one
    /// in the bands below 0, so that a reversal takes back what was paid.
    fn marginal(
        &mut self,
        (amount, unit): (&Ratio, &(Type, Type)),
        apply: &'p Apply,
        bands: &'p BandTable,
        against: Option<&Ratio>,
    ) -> Held {
        let mut total = Ratio::ZERO;
        let mut slices = Vec::new();
        let (low, high) =
            if amount.is_negative() { (amount.clone(), Ratio::ZERO) } else { (Ratio::ZERO, amount.clone()) };
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
        self.steps.push(Step::Slices { table: apply.table, slices, total: total.clone(), unit: unit.clone() });
        Ok(Quantity::Exact(total))
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
        self.steps.push(Step::Reached { table: apply.table, slice, unit: unit.clone() });
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
    match curve.outside {
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
mod tests {
    use merit_core::Value;
    use proptest::prelude::*;

    use super::*;
    use crate::evaluate::evaluate;
    use crate::program::sample::{USD, bands, exact, expr, inputs, literal, ratio, table, tiers, usd};
    use crate::program::{ExprKind, GridRow, Place, Program, Range};
    use crate::trace::Figure;

    /// What a definition that applies or looks up gives, exactly.
    fn defined(build: impl FnOnce(&mut Program) -> Expr, facts: &[(&str, Value)]) -> Result<Quantity, String> {
        let mut program = Program::empty();
        let value = build(&mut program);
        program.define("value", value);
        match &evaluate(&program, &inputs("ana", facts)).trace.defines.first().unwrap().value {
            Figure::Is(value) => Ok(value.clone()),
            Figure::Not(reason) => Err(reason.clone()),
        }
    }

    fn applied(
        mode: TierMode,
        rows: &[(Option<&str>, &str)],
        amount: &str,
        quota: Option<&str>,
    ) -> Result<Quantity, String> {
        let by = if quota.is_some() { Type::Percent } else { USD };
        defined(
            |program| {
                program.tables.push(tiers(mode, bands(by, rows)));
                let to = literal(amount, USD);
                let against = quota.map(|quota| literal(quota, USD));
                expr(ExprKind::Apply(Box::new(Apply { table: TableId(0), to, against, column: 0 })), USD)
            },
            &[],
        )
    }

    const AE: &[(Option<&str>, &str)] =
        &[(None, "0.04"), (Some("0.5"), "0.08"), (Some("1"), "0.12"), (Some("1.25"), "0.15")];

    #[test]
    fn marginal_bands_against_quota_pay_each_band_at_its_rate() {
        // Quota 400,000: bands end at 200,000, 400,000 and 500,000.
        for (amount, expected) in [
            ("0", "0"),
            ("100000", "4000"),  // 100,000 × 4%
            ("200000", "8000"),  // 200,000 × 4%
            ("300000", "16000"), // 8,000 + 100,000 × 8%
            ("400000", "24000"), // 8,000 + 200,000 × 8%
            ("520000", "39000"), // 24,000 + 100,000 × 12% + 20,000 × 15%
            ("0.01", "0.0004"),
            ("-100", "-4"), // a reversal takes back what was paid: 100 × 4%
        ] {
            assert_eq!(applied(TierMode::Marginal, AE, amount, Some("400000")), Ok(exact(expected)), "{amount}");
        }
    }

    #[test]
    fn bands_are_half_open_and_keyed_by_plain_amounts_too() {
        let rows: &[(Option<&str>, &str)] = &[(None, "0"), (Some("1000"), "0.1"), (Some("5000"), "0.2")];
        for (mode, amount, expected) in [
            (TierMode::Marginal, "999.99", "0"),
            (TierMode::Marginal, "1000", "0"),
            (TierMode::Marginal, "1000.01", "0.001"),
            (TierMode::Marginal, "6000", "600"), // 4,000 × 10% + 1,000 × 20%
            (TierMode::Retroactive, "999.99", "0"),
            (TierMode::Retroactive, "1000", "100"), // the bound belongs to the upper band
            (TierMode::Retroactive, "4999.99", "499.999"),
            (TierMode::Retroactive, "5000", "1000"),
        ] {
            assert_eq!(applied(mode, rows, amount, None), Ok(exact(expected)), "{mode:?} {amount}");
        }
    }

    #[test]
    fn bands_below_zero_hold_nothing_of_an_amount_above_it() {
        let rows: &[(Option<&str>, &str)] = &[(None, "0.5"), (Some("0"), "0.1")];
        for (amount, expected) in [("100", "10"), ("-100", "-50")] {
            assert_eq!(applied(TierMode::Marginal, rows, amount, None), Ok(exact(expected)), "{amount}");
        }
    }

    #[test]
    fn tiers_against_nothing_are_not_scored() {
        assert!(applied(TierMode::Marginal, AE, "100", Some("0")).is_err());
        assert!(applied(TierMode::Marginal, AE, "100", Some("-1")).is_err());
    }

    /// What marginal tiers pay, computed in another way: cent by cent would be too slow, so whole dollars one by one.
    fn dollar_by_dollar(bounds: &[i64], rates: &[i64], amount: i64) -> i64 {
        (0..amount).map(|dollar| rates[bounds.iter().filter(|bound| **bound <= dollar).count()]).sum()
    }

    proptest! {
        #[test]
        fn marginal_tiers_agree_with_dollars_paid_one_by_one(
            steps in prop::collection::vec(1_i64..400, 0..4),
            rates in prop::collection::vec(0_i64..100, 5),
            amount in 0_i64..1500,
        ) {
            let bounds: Vec<i64> = steps.iter().scan(0, |sum, step| { *sum += step; Some(*sum) }).collect();
            let texts: Vec<(Option<String>, String)> = std::iter::once(None)
                .chain(bounds.iter().map(|bound| Some(bound.to_string())))
                .zip(&rates)
                .map(|(from, rate)| (from, format!("{rate}/100")))
                .collect();
            let rows: Vec<(Option<&str>, &str)> = texts.iter().map(|(from, rate)| (from.as_deref(), rate.as_str())).collect();
            let expected = Ratio::new(i128::from(dollar_by_dollar(&bounds, &rates, amount)), 100).unwrap();
            prop_assert_eq!(applied(TierMode::Marginal, &rows, &amount.to_string(), None), Ok(Quantity::Exact(expected)));
        }

        #[test]
        fn marginal_tiers_rise_without_a_jump(cents in 0_i64..60_000_000, more in 1_i64..100_000) {
            let at = |cents: i64| {
                let amount = Ratio::new(i128::from(cents), 100).unwrap().to_string();
                applied(TierMode::Marginal, AE, &amount, Some("400000")).unwrap().exact()
            };
            let rise = &at(cents + more) - &at(cents);
            prop_assert!(rise > Ratio::ZERO);
            // No more than the highest rate on what was added.
            prop_assert!(rise <= &Ratio::percent(15) * &Ratio::new(i128::from(more), 100).unwrap());
        }

        #[test]
        fn retroactive_tiers_with_rising_rates_pay_at_least_the_marginal_ones(cents in 0_i64..80_000_000) {
            let amount = Ratio::new(i128::from(cents), 100).unwrap().to_string();
            let by = |mode| applied(mode, AE, &amount, Some("400000")).unwrap().exact();
            prop_assert!(by(TierMode::Retroactive) >= by(TierMode::Marginal));
            if cents < 20_000_000 {
                prop_assert_eq!(by(TierMode::Retroactive), by(TierMode::Marginal));
            }
        }
    }

    #[test]
    fn curves_draw_straight_lines_and_say_what_lies_outside() {
        let points = || [("0.8", "0.5"), ("1", "1"), ("1.5", "2")].map(|(x, y)| (ratio(x), vec![ratio(y)])).to_vec();
        for (outside, at, expected) in [
            (Outside::Clamped, "0.8", "0.5"),
            (Outside::Clamped, "0.9", "0.75"), // halfway between 50% and 100%
            (Outside::Clamped, "1", "1"),
            (Outside::Clamped, "1.1", "1.2"), // 100% + 2 × 10%
            (Outside::Clamped, "2", "2"),
            (Outside::Clamped, "0.5", "0.5"),
            (Outside::Extended, "2", "3"),      // 200% + 2 × 50%
            (Outside::Extended, "0.7", "0.25"), // 50% − 2.5 × 10%
            (Outside::Zero, "0.79", "0"),
            (Outside::Zero, "1.5", "2"),
            (Outside::Zero, "1.51", "0"),
        ] {
            let value = defined(
                |program| {
                    let curve = Curve { by: Type::Percent, label: "attainment".to_owned(), outside, points: points() };
                    program.tables.push(table("curve", Type::Percent, TableKind::Curve(curve)));
                    let arguments = vec![literal(at, Type::Percent)];
                    expr(ExprKind::Lookup(Box::new(Lookup { table: TableId(0), column: 0, arguments })), Type::Percent)
                },
                &[],
            );
            assert_eq!(value, Ok(exact(expected)), "{outside:?} {at}");
        }
    }

    #[test]
    fn grids_take_the_first_row_that_matches_in_every_column() {
        let word = |word: &str| Quantity::Words(word.to_owned());
        let row = |cells: Vec<Cell>, value: &str, otherwise| GridRow {
            cells,
            values: vec![literal(value, Type::Percent)],
            otherwise,
            place: Place::default(),
        };
        let region = || Type::Choice("Region".to_owned());
        let grid = || Grid {
            conditions: vec![("region".to_owned(), region()), ("deal".to_owned(), USD)],
            rows: vec![
                row(
                    vec![
                        Cell::In(vec![word("EMEA"), word("APJ")]),
                        Cell::Within(Bound { from: None, below: Some(exact("100")) }),
                    ],
                    "1.01",
                    false,
                ),
                row(vec![Cell::In(vec![word("EMEA")]), Cell::Any], "1.05", false),
                row(vec![Cell::Any, Cell::Any], "1.04", true),
            ],
        };
        for (place, deal, expected) in [
            ("EMEA", "99.99", "1.01"),
            ("EMEA", "100", "1.05"),
            ("APJ", "100", "1.04"),
            ("APJ", "1", "1.01"),
            ("AMER", "1", "1.04"),
        ] {
            let value = defined(
                |program| {
                    program.tables.push(table("uplift", Type::Percent, TableKind::Grid(grid())));
                    let region = program.fact("region", region(), false, Range::default());
                    let deal = program.fact("deal", USD, false, Range::default());
                    let arguments = vec![region, deal];
                    expr(ExprKind::Lookup(Box::new(Lookup { table: TableId(0), column: 0, arguments })), Type::Percent)
                },
                &[("region", Value::Choice(place.to_owned())), ("deal", usd(deal))],
            );
            assert_eq!(value, Ok(exact(expected)), "{place} {deal}");
        }
    }
}
