//! Figures over the rows of a list.

use merit_core::Ratio;

use super::arithmetic::order;
use super::machine::{Held, Machine, figure};
use super::stop::Stop;
use crate::program::{Aggregate, AggregateKind, Quantity};
use crate::trace::{Counted, Step};

/// A row that counts: its id, its value and its weight, where columns are read.
struct Counting {
    id: String,
    value: Option<Quantity>,
    weight: Option<Ratio>,
}

impl<'p> Machine<'p, '_> {
    /// `sum of deals.credited where (…)`.
    pub(super) fn aggregate(&mut self, aggregate: &'p Aggregate) -> Held {
        let rows = self.rows(aggregate.list)?;
        let outer = self.row;
        let counting = self.quietly(|machine| {
            let mut counting = Vec::new();
            let mut missing = None;
            for row in rows.iter().enumerate() {
                machine.row = Some(row);
                match machine.counts(aggregate) {
                    Ok(row) => counting.extend(row),
                    // A later row may hold what nothing catches: the order of rows decides nothing.
                    Err(stop) if stop.is_caught() => missing = missing.or(Some(stop)),
                    Err(stop) => return Err(stop),
                }
            }
            missing.map_or(Ok(counting), Err)
        });
        self.row = outer;
        let mut counting: Vec<Counting> = counting?;
        // By id, so that neither the trace nor a tie depends on the order in which rows came.
        counting.sort_by(|a, b| a.id.cmp(&b.id));
        let value = self.figure_of(aggregate, &counting);
        self.steps.push(Step::Counted(Counted {
            list: aggregate.list,
            column: aggregate.column,
            kind: number(aggregate.kind),
            condition: aggregate.condition.as_ref().map(|condition| (condition.place.start, condition.place.end)),
            weights: counting.iter().filter_map(|row| row.weight.clone()).collect(),
            weighted_by: aggregate.weighted_by,
            rows: counting.into_iter().map(|row| (row.id, row.value)).collect(),
            of: rows.len(),
            value: figure(&value),
        }));
        value
    }

    /// The row at hand as one that counts; none where the condition doesn't hold.
    fn counts(&mut self, aggregate: &'p Aggregate) -> Result<Option<Counting>, Stop> {
        let Some((at, row)) = self.row else { return Ok(None) };
        if let Some(condition) = &aggregate.condition
            && !self.eval(condition)?.is_yes()
        {
            return Ok(None);
        }
        let value = match aggregate.column {
            None => None,
            Some(column) => match self.cell(aggregate.list, column, (at, row)) {
                Ok(value) => Some(value),
                Err(stop) if stop.is_caught() && aggregate.kind == AggregateKind::Count => return Ok(None),
                Err(stop) => return Err(stop),
            },
        };
        let weight = match aggregate.weighted_by {
            None => None,
            Some(column) => Some(self.cell(aggregate.list, column, (at, row))?.exact()),
        };
        Ok(Some(Counting { id: row.id.clone(), value, weight }))
    }

    fn figure_of(&self, aggregate: &Aggregate, rows: &[Counting]) -> Held {
        let values = || rows.iter().filter_map(|row| row.value.as_ref());
        let none = || {
            let list = self.scope.lists.get(aggregate.list.0).map_or("the list", |list| list.name.as_str());
            Stop::absent(format!("no row of `{list}` counts"), Some(list))
        };
        match aggregate.kind {
            AggregateKind::Sum => Ok(Quantity::Exact(values().map(Quantity::exact).sum())),
            AggregateKind::Count => Ok(Quantity::Exact(Ratio::whole(i64::try_from(rows.len()).unwrap_or(i64::MAX)))),
            AggregateKind::Any => Ok(Quantity::Flag(!rows.is_empty())),
            AggregateKind::Highest => values().max_by(|a, b| order(a, b)).cloned().ok_or_else(none),
            AggregateKind::Lowest => values().min_by(|a, b| order(a, b)).cloned().ok_or_else(none),
            AggregateKind::Average => {
                let weight = |row: &Counting| row.weight.clone().unwrap_or(Ratio::ONE);
                let total: Ratio =
                    rows.iter().filter_map(|row| row.value.as_ref().map(|value| &value.exact() * &weight(row))).sum();
                let weights: Ratio = rows.iter().map(weight).sum();
                if rows.is_empty() {
                    return Err(none());
                }
                total.checked_div(&weights).map(Quantity::Exact).ok_or_else(|| Stop::zero("the weights sum to 0", None))
            }
        }
    }
}

/// The trace's number for a figure.
const fn number(kind: AggregateKind) -> u8 {
    match kind {
        AggregateKind::Sum => 0,
        AggregateKind::Count => 1,
        AggregateKind::Highest => 2,
        AggregateKind::Lowest => 3,
        AggregateKind::Average => 4,
        AggregateKind::Any => 5,
    }
}

#[cfg(test)]
mod tests {
    use merit_core::Value;
    use proptest::prelude::*;

    use super::*;
    use crate::evaluate::{PersonInputs, Row, evaluate};
    use crate::program::sample::{USD, exact, expr, inputs, literal, row, usd};
    use crate::program::{ColumnId, Comparison, Expr, ExprKind, ListId, Program, Type};
    use crate::trace::Figure;

    const AMOUNT: ColumnId = ColumnId(0);
    const WEIGHT: ColumnId = ColumnId(1);

    /// `deals` with an amount and a weight; one figure over those of at least the amount.
    fn program(
        kind: AggregateKind,
        column: Option<ColumnId>,
        least: Option<&str>,
        weighted_by: Option<ColumnId>,
    ) -> Program {
        let mut program = Program::empty();
        program.list("deals", &[("amount", USD), ("weight", Type::Number)]);
        let condition = least.map(|least| {
            let amount = expr(ExprKind::Column(ListId(0), AMOUNT), USD);
            expr(ExprKind::Compare(Comparison::AtLeast, Box::new(amount), Box::new(literal(least, USD))), Type::YesNo)
        });
        let aggregate = Aggregate { kind, list: ListId(0), column, condition, weighted_by };
        let value: Expr = expr(ExprKind::Aggregate(Box::new(aggregate)), USD);
        program.define("figure", value);
        program
    }

    fn deals(amounts: &[(&str, i64)]) -> PersonInputs {
        let rows = amounts.iter().enumerate().map(|(index, (amount, weight))| {
            row(&format!("D-{index}"), &[("amount", usd(amount)), ("weight", Value::Number(Ratio::whole(*weight)))])
        });
        let rows: Vec<Row> = rows.collect();
        let mut inputs = inputs("ana", &[]);
        inputs.lists.insert("deals".to_owned(), rows);
        inputs
    }

    fn figure(program: &Program, inputs: &PersonInputs) -> Result<Quantity, String> {
        match &evaluate(program, inputs).trace.defines[0].value {
            Figure::Is(value) => Ok(value.clone()),
            Figure::Not(reason) => Err(reason.clone()),
        }
    }

    #[test]
    fn figures_over_some_rows_and_over_none() {
        use AggregateKind::{Any, Average, Count, Highest, Lowest, Sum};
        let rows = deals(&[("100", 1), ("250.50", 3), ("40", 0)]);
        let none = Err("no row of `deals` counts".to_owned());
        let amount = Some(AMOUNT);
        for (kind, column, weighted, all, from_100, from_1000) in [
            (Sum, amount, None, Ok(exact("390.5")), Ok(exact("350.5")), Ok(exact("0"))),
            (Count, None, None, Ok(exact("3")), Ok(exact("2")), Ok(exact("0"))),
            (Highest, amount, None, Ok(exact("250.5")), Ok(exact("250.5")), none.clone()),
            (Lowest, amount, None, Ok(exact("40")), Ok(exact("100")), none.clone()),
            // 390.50 ÷ 3 does not end.
            (Average, amount, None, Ok(exact("781/6")), Ok(exact("175.25")), none.clone()),
            // (100 × 1 + 250.50 × 3 + 40 × 0) ÷ 4
            (Average, amount, Some(WEIGHT), Ok(exact("212.875")), Ok(exact("212.875")), none.clone()),
            (Any, None, None, Ok(Quantity::Flag(true)), Ok(Quantity::Flag(true)), Ok(Quantity::Flag(false))),
        ] {
            for (least, expected) in [(None, all), (Some("100"), from_100), (Some("1000"), from_1000)] {
                assert_eq!(figure(&program(kind, column, least, weighted), &rows), expected, "{kind:?} {least:?}");
            }
        }
    }

    #[test]
    fn an_absent_list_is_missing_and_so_is_a_field_that_is_read() {
        let sum = program(AggregateKind::Sum, Some(AMOUNT), None, None);
        assert_eq!(figure(&sum, &inputs("ana", &[])), Err("`deals` is missing".to_owned()));
        let mut rows = deals(&[("1", 1)]);
        rows.lists.get_mut("deals").unwrap()[0].values.remove("amount");
        assert_eq!(figure(&sum, &rows), Err("`amount` of D-0 is missing".to_owned()));
        assert_eq!(figure(&program(AggregateKind::Count, Some(AMOUNT), None, None), &rows), Ok(exact("0")));
        let credited = program(AggregateKind::Sum, Some(ColumnId(2)), None, None);
        assert_eq!(figure(&credited, &rows), Err("`credited` of D-0 is missing".to_owned()));
    }

    #[test]
    fn what_one_row_misses_does_not_hide_what_another_must_not_hold() {
        let highest = program(AggregateKind::Highest, Some(AMOUNT), None, None);
        let euros = Value::Money(merit_core::Money::new(100, merit_core::Currency::EUR));
        for order in [[0, 1], [1, 0]] {
            let mut rows = deals(&[("1", 1), ("1", 1)]);
            let deals = rows.lists.get_mut("deals").unwrap();
            deals[order[0]].values.remove("amount");
            deals[order[1]].values.insert("amount".to_owned(), euros.clone());
            let reason = format!("`amount` of D-{} is EUR 1.00, but the policy reads it in USD", order[1]);
            assert_eq!(figure(&highest, &rows), Err(reason));
        }
    }

    #[test]
    fn weights_that_sum_to_zero_have_no_average() {
        let average = program(AggregateKind::Average, Some(AMOUNT), None, Some(WEIGHT));
        assert_eq!(figure(&average, &deals(&[("1", 0)])), Err("the weights sum to 0".to_owned()));
    }

    proptest! {
        #[test]
        fn the_order_of_rows_changes_nothing(cents in prop::collection::vec(0_i64..100_000, 1..8), turn in 0_usize..8) {
            let texts: Vec<String> = cents.iter().map(|cents| Ratio::new(i128::from(*cents), 100).unwrap().to_string()).collect();
            let amounts: Vec<(&str, i64)> = texts.iter().map(|text| (text.as_str(), 1)).collect();
            let mut rows = deals(&amounts);
            for kind in [AggregateKind::Sum, AggregateKind::Highest, AggregateKind::Average, AggregateKind::Lowest] {
                let program = program(kind, Some(AMOUNT), Some("10"), None);
                let before = evaluate(&program, &rows);
                let deals = rows.lists.get_mut("deals").unwrap();
                let len = deals.len();
                deals.rotate_left(turn % len);
                prop_assert_eq!(&before, &evaluate(&program, &rows));
            }
        }
    }
}
