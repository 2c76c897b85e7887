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
            expr(ExprKind::Apply(Box::new(Apply { table: TableId(0), to, against, column: 0, start: None })), USD)
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
                let curve = Curve {
                    by: Type::Percent,
                    label: "attainment".to_owned(),
                    below: outside,
                    above: outside,
                    points: points(),
                };
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
