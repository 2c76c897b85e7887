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
            for row in rows {
                machine.row = Some(row);
                if let Some(row) = machine.counts(aggregate)? {
                    counting.push(row);
                }
            }
            Ok(counting)
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
            rows: counting.into_iter().map(|row| (row.id, row.value)).collect(),
            of: rows.len(),
            value: figure(&value),
        }));
        value
    }

    /// The row at hand as one that counts; none where the condition doesn't hold.
    fn counts(&mut self, aggregate: &'p Aggregate) -> Result<Option<Counting>, Stop> {
        let Some(row) = self.row else { return Ok(None) };
        if let Some(condition) = &aggregate.condition
            && !self.eval(condition)?.is_yes()
        {
            return Ok(None);
        }
        let value = match aggregate.column {
            None => None,
            Some(column) => match self.cell(aggregate.list, column, row) {
                Ok(value) => Some(value),
                Err(stop) if stop.is_caught() && aggregate.kind == AggregateKind::Count => return Ok(None),
                Err(stop) => return Err(stop),
            },
        };
        let weight = match aggregate.weighted_by {
            None => None,
            Some(column) => Some(self.cell(aggregate.list, column, row)?.exact()),
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
