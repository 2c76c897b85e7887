//! Running a policy's `test` blocks.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use merit_core::ids::PersonId;
use merit_core::period::PeriodUnit;
use merit_core::{Period, Value};

use crate::evaluate::{Evaluation, Output, PersonInputs, Row, evaluate};
use crate::explain::{explain, spoken};
use crate::program::{ColumnSource, Expectation, ExpectationKind, Given, List, Program, Quantity, Target, Test, Type};
use crate::trace::{Figure, Trace};

/// The one whom tests are about.
const PERSON: &str = "participant";

/// What a `test` block came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    /// Its title.
    pub name: String,
    /// Line of its title, from 1.
    pub line: u32,
    /// The expectations that don't hold; none: it passes.
    pub failures: Vec<TestFailure>,
}

/// An expectation that doesn't hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestFailure {
    /// Its line, from 1.
    pub line: u32,
    /// What was expected: `commission = $30,000.00`.
    pub expected: String,
    /// What was found: `commission = $28,000.00`, `commission is not scored: …`.
    pub found: String,
    /// How that came about, line by line.
    pub words: Vec<String>,
}

/// Runs all tests of a policy, in order.
#[must_use]
pub fn run_tests(program: &Program) -> Vec<TestReport> {
    program
        .tests
        .iter()
        .map(|test| {
            let failures = match inputs(program, test) {
                Ok(inputs) => {
                    let evaluation = evaluate(program, &inputs);
                    test.expectations.iter().filter_map(|e| failure(program, &evaluation, e)).collect()
                }
                Err(reason) => vec![TestFailure {
                    line: test.line,
                    expected: "a test that can be run".to_owned(),
                    found: reason,
                    words: Vec::new(),
                }],
            };
            TestReport { name: test.name.clone(), line: test.line, failures }
        })
        .collect()
}

fn inputs(program: &Program, test: &Test) -> Result<PersonInputs, String> {
    let person = PersonId::new(PERSON).map_err(|error| error.message)?;
    let mut facts = BTreeMap::new();
    let mut lists = BTreeMap::new();
    for (name, given) in &test.given {
        match given {
            Given::Value(value) => drop(facts.insert(name.clone(), value.clone())),
            Given::Rows(rows) => {
                let list = program.lists.iter().find(|list| list.name == *name);
                let rows =
                    rows.iter().enumerate().map(|(index, values)| row(list, index, rows.len(), values)).collect();
                lists.insert(name.clone(), rows);
            }
        }
    }
    let period = period(program, &facts)?;
    Ok(PersonInputs { person, period, facts, lists })
}

/// The policy's first period, unless the test gives its bounds (which win in any case).
fn period(program: &Program, facts: &BTreeMap<String, Value>) -> Result<Period, String> {
    let span = match program.period() {
        PeriodUnit::Week => 7.days(),
        PeriodUnit::Month => 1.month(),
        PeriodUnit::Quarter => 3.months(),
        PeriodUnit::Half => 6.months(),
        PeriodUnit::Year => 12.months(),
    };
    let start = match facts.get("period_start") {
        Some(Value::Date(day)) => *day,
        _ => program.effective().0,
    };
    let end = start.checked_add(span).map_err(|_| format!("the period from {start} is beyond the calendar"))?;
    Period::new(start, end).map_err(|error| error.message)
}

fn row(list: Option<&List>, index: usize, of: usize, values: &BTreeMap<String, Value>) -> Row {
    // Padded, so that rows sort in the order of the test.
    let width = of.to_string().len();
    let mut row =
        Row { id: format!("row {:0width$}", index + 1), values: values.clone(), credited: None, credited_as: None };
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

fn failure(program: &Program, evaluation: &Evaluation, expectation: &Expectation) -> Option<TestFailure> {
    let (expected, found, about) = match &expectation.kind {
        ExpectationKind::Equals { target, ty, value } => {
            let (name, figure) = target_of(program, &evaluation.trace, *target)?;
            let found = match figure {
                Figure::Is(found) if found == value => return None,
                Figure::Is(found) => format!("{name} = {}", apart(found, value, ty)),
                Figure::Not(reason) => format!("{name} is not scored: {reason}"),
            };
            (format!("{name} = {}", value.spoken(ty)), found, name)
        }
        ExpectationKind::HeldBack { outcome, value } => {
            let name = program.outcomes.get(outcome.0)?.name.as_str();
            let ty = &program.outcomes.get(outcome.0)?.ty;
            let output = evaluation.outputs.iter().find(|output| output.name == name)?;
            let found = held_back(output, value, ty)?;
            (format!("{name} held back = {}", value.spoken(ty)), found, name)
        }
        ExpectationKind::Recognized { recognition, yes } => {
            let name = program.recognitions.get(*recognition)?.name.as_str();
            let given = evaluation.recognitions.iter().any(|given| given.name == name);
            if given == *yes {
                return None;
            }
            let words = |yes: bool| format!("{}recognized “{name}”", if yes { "" } else { "not " });
            (words(*yes), words(given), name)
        }
    };
    Some(TestFailure { line: expectation.line, expected, found, words: explain(program, &evaluation.trace, about) })
}

/// What is held back where that isn't what is expected.
fn held_back(output: &Output, expected: &Quantity, ty: &Type) -> Option<String> {
    let name = &output.name;
    match (&output.outcome, output.held) {
        (Err(not), _) => Some(format!("{name} is not scored: {}", not.reason)),
        (Ok(_), Some(held)) if Quantity::Exact(held.major()) == *expected => None,
        (Ok(_), Some(held)) => Some(format!("{name} held back = {}", held.spoken())),
        (Ok(_), None) if *expected == Quantity::Exact(merit_core::Ratio::ZERO) => None,
        (Ok(_), None) => Some(format!("{name} held back = nothing, instead of {}", expected.spoken(ty))),
    }
}

/// The found value, told exactly where rounded words would look like the expected ones.
fn apart(found: &Quantity, expected: &Quantity, ty: &Type) -> String {
    match found {
        Quantity::Exact(exact) if found.spoken(ty) == expected.spoken(ty) => {
            format!("{} (exactly {exact})", spoken(found, ty))
        }
        _ => spoken(found, ty),
    }
}

fn target_of<'a>(program: &'a Program, trace: &'a Trace, target: Target) -> Option<(&'a str, &'a Figure)> {
    Some(match target {
        Target::Fact(id) => (program.facts.get(id.0)?.name.as_str(), &trace.fact(id)?.value),
        Target::Define(id) => (program.defines.get(id.0)?.name.as_str(), &trace.define(id)?.value),
        Target::Outcome(id) => (program.outcomes.get(id.0)?.name.as_str(), &trace.outcome(id)?.value),
    })
}
