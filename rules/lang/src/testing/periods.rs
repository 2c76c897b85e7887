//! Tests period by period: evaluated, freed, settled, and what is left handed on to the next.

use std::collections::BTreeMap;

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::{Money, Ratio, Value};

use super::TestFailure;
use super::expected::failure;
use super::given::inputs;
use crate::evaluate::{
    Evaluation, History, NotScored, Past, PersonInputs, Release, SettleInput, Settled, evaluate, record, release,
    settle,
};
use crate::program::{OutputKind, Program, Test, TestPeriod};

/// The one whom tests are about.
const PERSON: &str = "participant";

/// What one period came to.
pub(super) struct Ran {
    pub(super) inputs: PersonInputs,
    pub(super) evaluation: Evaluation,
    pub(super) released: Vec<Release>,
    pub(super) settled: Result<Settled, NotScored>,
    pub(super) totals: Totals,
    /// The titles of what is recognised, at most as often as the policy says, each with its points.
    pub(super) recognized: BTreeMap<String, Ratio>,
}

/// Sums of one period in minor units.
#[derive(Clone, Default)]
pub(super) struct Totals {
    /// What was earned, by payout.
    pub(super) earned: BTreeMap<String, i64>,
    /// What became payable, by payout.
    pub(super) payable: BTreeMap<String, i64>,
    /// What was paid in all, settling included.
    pub(super) paid: i64,
}

/// The expectations that don't hold.
pub(super) fn failures(program: &Program, test: &Test) -> Vec<TestFailure> {
    let mut history = History::default();
    let mut after: Option<Date> = None;
    let mut all = Vec::new();
    let mut failures = Vec::new();
    let mut last = None;
    let mut given_on = Vec::new();
    for period in &test.periods {
        let person = PersonId::new(PERSON).map_err(|error| error.message);
        let found = person.and_then(|person| inputs(program, person, &period.given, after, history.clone()));
        let inputs = match found {
            Ok(inputs) => inputs,
            Err(reason) => {
                let expected = "a test that can be run".to_owned();
                failures.push(TestFailure { line: test.line, expected, found: reason, words: Vec::new() });
                return failures;
            }
        };
        after = Some(inputs.period.end);
        let (ran, left) = run(program, period, inputs, &mut given_on);
        all.push((ran.inputs.period, ran.totals.clone()));
        failures.extend(period.expectations.iter().filter_map(|expected| failure(program, &ran, &all, expected)));
        history = left;
        last = Some(ran);
    }
    if let Some(ran) = last {
        failures.extend(test.after.iter().filter_map(|expected| failure(program, &ran, &all, expected)));
    }
    failures
}

/// Runs one period, and gives what it leaves to the next. `given_on` grows by what is recognised in it.
fn run(
    program: &Program,
    period: &TestPeriod,
    inputs: PersonInputs,
    given_on: &mut Vec<(String, Date)>,
) -> (Ran, History) {
    let evaluation = evaluate(program, &inputs);
    let recognized = recognized(program, &evaluation, inputs.period.last(), given_on);
    let come = |_: &crate::evaluate::Waiting, event: &str| period.given.events.contains(event);
    let (released, mut waiting) = release(&inputs.history.waiting, &come, &inputs.lists);
    let mut totals = Totals::default();
    let proposed = proposed(program, &evaluation, &released, &mut totals);
    let settled = settle(program, &inputs, &proposed);
    let added = settled.iter().flat_map(|settled| &settled.lines).map(|line| line.amount.minor);
    totals.paid = added.fold(totals.paid, i64::saturating_add);
    waiting.extend(evaluation.outputs.iter().flat_map(|output| output.waiting.iter().cloned()));
    let mut periods = inputs.history.periods.clone();
    periods.push(Past { period: inputs.period, values: record(program, &evaluation) });
    let owed = settled.as_ref().map_or(inputs.history.owed, |settled| settled.owed);
    (Ran { inputs, evaluation, released, settled, totals, recognized }, History { periods, waiting, owed })
}

/// What is recognised now: all that the period gives, but for what `once per` has given already.
fn recognized(
    program: &Program,
    evaluation: &Evaluation,
    now: Date,
    given_on: &mut Vec<(String, Date)>,
) -> BTreeMap<String, Ratio> {
    let mut titles = BTreeMap::new();
    for given in &evaluation.recognitions {
        let before = given.once_per.is_some_and(|once| {
            let own = given_on.iter().filter(|(title, _)| *title == given.name);
            own.clone().any(|(_, earlier)| once.covers(*earlier, now, program.year_starts()))
        });
        if !before {
            given_on.push((given.name.clone(), now));
            titles.insert(given.name.clone(), given.points.clone().unwrap_or(Ratio::ZERO));
        }
    }
    titles
}

fn proposed(program: &Program, evaluation: &Evaluation, released: &[Release], totals: &mut Totals) -> Vec<SettleInput> {
    let currency = program.currency();
    let mut proposed = Vec::new();
    for output in evaluation.outputs.iter().filter(|output| output.kind == OutputKind::Payout) {
        let Ok(Value::Money(amount)) = &output.outcome else { continue };
        let payable = amount.minor.saturating_sub(output.held.map_or(0, |held| held.minor));
        *totals.earned.entry(output.name.clone()).or_default() += amount.minor;
        *totals.payable.entry(output.name.clone()).or_default() += payable;
        totals.paid = totals.paid.saturating_add(payable);
        let (line, payout) = (output.name.clone(), output.name.clone());
        proposed.push(SettleInput { line, payout, amount: *amount, payable: Money::new(payable, currency) });
    }
    for release in released {
        *totals.payable.entry(release.payout.clone()).or_default() += release.amount.minor;
        totals.paid = totals.paid.saturating_add(release.amount.minor);
        let (line, payout) = (release.what.clone(), release.payout.clone());
        proposed.push(SettleInput { line, payout, amount: Money::zero(currency), payable: release.amount });
    }
    proposed
}
