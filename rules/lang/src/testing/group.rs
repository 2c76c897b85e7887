//! Tests of contests over a group: so many participants, each with another value.

use merit_core::Ratio;
use merit_core::ids::PersonId;

use super::TestFailure;
use crate::evaluate::{ContestOutcome, Ranked, decide};
use crate::program::{Contest, Expectation, ExpectationKind, Prize, Program, Quantity, Test};

/// The expectations that don't hold in a group of that size.
pub(super) fn failures(program: &Program, test: &Test, size: u32) -> Vec<TestFailure> {
    let expectations = test.periods.iter().flat_map(|period| &period.expectations);
    expectations.filter_map(|expectation| failure(program, expectation, size)).collect()
}

fn failure(program: &Program, expectation: &Expectation, size: u32) -> Option<TestFailure> {
    let (contest, expected) = match &expectation.kind {
        ExpectationKind::Share { contest, gets, participants } => {
            let contest = program.contests.get(*contest)?;
            let (found, prize) = count(program, contest, gets, size);
            if found == *participants {
                return None;
            }
            let told = |count: u32| format!("{} = {prize} for {count} participants", contest.name);
            return Some(failed(expectation, told(*participants), told(found)));
        }
        ExpectationKind::Guideline(contest) => {
            let contest = program.contests.get(*contest)?;
            (contest, format!("{} is a guideline", contest.name))
        }
        _ => return None,
    };
    let outcome = decided(program, contest, size);
    if outcome.guidelines.is_empty() {
        let found = format!("{} is no guideline for {size} participants", contest.name);
        return Some(failed(expectation, expected, found));
    }
    None
}

fn failed(expectation: &Expectation, expected: String, found: String) -> TestFailure {
    TestFailure { line: expectation.line, expected, found, words: Vec::new() }
}

/// How many get the prize, and the prize in words.
fn count(program: &Program, contest: &Contest, gets: &Prize, size: u32) -> (u32, String) {
    let outcome = decided(program, contest, size);
    let (count, words) = match gets {
        Prize::Money(money) => (outcome.awards.iter().filter(|award| award.amount == *money).count(), money.spoken()),
        Prize::Label(label) => (outcome.labels.iter().filter(|given| given.label == *label).count(), label.clone()),
    };
    (u32::try_from(count).unwrap_or(u32::MAX), words)
}

fn decided(program: &Program, contest: &Contest, size: u32) -> ContestOutcome {
    let people: Vec<PersonId> = (1..=size).filter_map(|n| PersonId::new(&format!("participant-{n:06}")).ok()).collect();
    let ranked = people
        .iter()
        .zip((1..=i64::from(size)).rev())
        .map(|(participant, value)| Ranked { participant, value: Quantity::Exact(Ratio::whole(value)) });
    let mut outcome = ContestOutcome::default();
    decide(program, contest, None, ranked.collect(), &mut outcome);
    outcome
}
