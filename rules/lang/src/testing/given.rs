//! What a test gives, as the inputs of one period.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::period::PeriodUnit;
use merit_core::{Period, Value};

use crate::evaluate::{History, PersonInputs, Row};
use crate::program::{ColumnSource, Given, GivenSet, List, Program};

/// Somebody's inputs of a period that follows the one that ended on `after`; the first one begins with the policy.
pub(super) fn inputs(
    program: &Program,
    person: PersonId,
    given: &GivenSet,
    after: Option<Date>,
    history: History,
) -> Result<PersonInputs, String> {
    let mut facts = BTreeMap::new();
    let mut lists = BTreeMap::new();
    for (name, given) in &given.inputs {
        match given {
            Given::Value(value) => drop(facts.insert(name.clone(), value.clone())),
            Given::Rows(rows) => {
                let list = program.lists.iter().find(|list| list.name == *name);
                let rows = rows.iter().enumerate().map(|(index, values)| row(list, index, rows.len(), values));
                lists.insert(name.clone(), rows.collect());
            }
        }
    }
    let period = period(program, &facts, after)?;
    Ok(PersonInputs { person, period, facts, lists, history })
}

/// The period of the test: from `period_start`, or the day after the period before, or the policy's first day, as long as
/// the policy's periods are.
fn period(program: &Program, facts: &BTreeMap<String, Value>, after: Option<Date>) -> Result<Period, String> {
    let span = match program.period() {
        PeriodUnit::Week => 7.days(),
        PeriodUnit::Month => 1.month(),
        PeriodUnit::Quarter => 3.months(),
        PeriodUnit::Half => 6.months(),
        PeriodUnit::Year => 12.months(),
    };
    let start = match facts.get("period_start") {
        Some(Value::Date(day)) => *day,
        _ => after.unwrap_or(program.effective().0),
    };
    let end = start.checked_add(span).map_err(|_| format!("the period from {start} is beyond the calendar"))?;
    Period::new(start, end).map_err(|error| error.message)
}

fn row(list: Option<&List>, index: usize, of: usize, values: &BTreeMap<String, Value>) -> Row {
    // Padded, so that rows sort in the order of the test.
    let width = of.to_string().len();
    let mut row = Row { id: format!("row {:0width$}", index + 1), values: values.clone(), ..Row::default() };
    for column in list.into_iter().flat_map(|list| &list.columns) {
        match (&column.source, values.get(&column.name)) {
            (ColumnSource::Credited, Some(Value::Money(money))) => row.credited = Some(*money),
            (ColumnSource::CreditedAs, Some(Value::Text(word) | Value::Choice(word))) => {
                row.credited_as = Some(word.clone());
            }
            _ => {}
        }
    }
    row
}
