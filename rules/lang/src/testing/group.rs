//! Tests of contests over a group: so many participants, each with another value, or named ones with what each is given.

use merit_core::ids::PersonId;
use merit_core::{Money, Ratio};

use super::TestFailure;
use super::given::inputs;
use crate::evaluate::{ContestEntry, ContestOutcome, History, Ranked, decide, evaluate, rank};
use crate::program::{Contest, Expectation, ExpectationKind, GivenSet, Prize, Program, Quantity, Test, TestGroup};

/// The expectations that don't hold in that group.
pub(super) fn failures(program: &Program, test: &Test, group: &TestGroup) -> Vec<TestFailure> {
    let (outcome, size) = match group {
        TestGroup::Size(size) => (of_size(program, *size), u64::from(*size)),
        TestGroup::Members(members) => match of_members(program, members) {
            Ok(outcome) => (outcome, members.len() as u64),
            Err(found) => {
                let expected = "a test that can be run".to_owned();
                return vec![TestFailure { line: test.line, expected, found, words: Vec::new() }];
            }
        },
    };
    let expectations = test.periods.iter().flat_map(|period| &period.expectations);
    let mut failures: Vec<TestFailure> =
        expectations.filter_map(|expectation| failure(program, expectation, &outcome, size)).collect();
    // What was told once is not told again.
    let told: Vec<Vec<String>> = failures.iter().map(|failure| failure.words.clone()).collect();
    for (at, failure) in failures.iter_mut().enumerate() {
        if told.iter().take(at).any(|words| *words == failure.words) {
            failure.words.clear();
        }
    }
    failures
}

/// So many participants, the first one with the highest value.
fn of_size(program: &Program, size: u32) -> ContestOutcome {
    let people: Vec<PersonId> = (1..=size).filter_map(|n| PersonId::new(&format!("participant-{n:06}")).ok()).collect();
    let mut outcome = ContestOutcome::default();
    for contest in &program.contests {
        let ranked = people
            .iter()
            .zip((1..=i64::from(size)).rev())
            .map(|(participant, value)| Ranked { participant, value: Quantity::Exact(Ratio::whole(value)) });
        decide(program, contest, None, ranked.collect(), &mut outcome);
    }
    outcome
}

/// Each evaluated with what they are given, in one period.
fn of_members(program: &Program, members: &[(PersonId, GivenSet)]) -> Result<ContestOutcome, String> {
    let mut entries = Vec::new();
    for (participant, given) in members {
        let inputs = inputs(program, participant.clone(), given, None, History::default())?;
        let evaluation = evaluate(program, &inputs);
        entries.push(ContestEntry { participant: participant.clone(), inputs, evaluation });
    }
    Ok(rank(program, &entries))
}

fn failure(program: &Program, expectation: &Expectation, outcome: &ContestOutcome, size: u64) -> Option<TestFailure> {
    let differs = |expected, found, words| Some(TestFailure { line: expectation.line, expected, found, words });
    match &expectation.kind {
        ExpectationKind::Share { contest, gets, participants } => {
            let contest = program.contests.get(*contest)?;
            let found = count(contest, gets, outcome);
            let told = |count: u32| {
                let people = if count == 1 { "participant" } else { "participants" };
                format!("{} = {} for {count} {people}", contest.name, spoken(gets))
            };
            if found == *participants { None } else { differs(told(*participants), told(found), Vec::new()) }
        }
        ExpectationKind::Won { contest, gets, participants } => {
            let contest = program.contests.get(*contest)?;
            let told = |words: &str, who: &PersonId| format!("{} = {words} for {}", contest.name, who.as_str());
            let all = participants.iter().map(|who| (who, got(contest, who, outcome)));
            let (who, prize) = all.into_iter().find(|(who, prize)| !is(prize.as_ref(), gets, who, outcome))?;
            let found = match outcome.not_ranked.iter().find(|(person, _)| person == who) {
                Some((_, not)) => format!("{} is not ranked: {}", who.as_str(), not.reason),
                None => told(&prize.as_ref().map_or_else(|| "nothing".to_owned(), spoken), who),
            };
            differs(told(&spoken(gets), who), found, results(contest, outcome))
        }
        ExpectationKind::Guideline(contest) => {
            let contest = program.contests.get(*contest)?;
            if outcome.guidelines.iter().any(|guideline| guideline.contest == contest.name) {
                return None;
            }
            let found = format!("{} is no guideline for {size} participants", contest.name);
            differs(format!("{} is a guideline", contest.name), found, Vec::new())
        }
        _ => None,
    }
}

/// What a contest gave somebody.
fn got(contest: &Contest, who: &PersonId, outcome: &ContestOutcome) -> Option<Prize> {
    let award = outcome.awards.iter().find(|award| award.contest == contest.name && award.participant == *who);
    let label = outcome.labels.iter().find(|label| label.contest == contest.name && label.participant == *who);
    award.map(|award| Prize::Money(award.amount)).or_else(|| label.map(|label| Prize::Label(label.label.clone())))
}

/// Whether it is what was expected. No prize is a prize of nothing, for those who were ranked.
fn is(prize: Option<&Prize>, expected: &Prize, who: &PersonId, outcome: &ContestOutcome) -> bool {
    match (prize, expected) {
        (Some(prize), expected) => prize == expected,
        (None, Prize::Money(money)) => money.minor == 0 && !outcome.not_ranked.iter().any(|(person, _)| person == who),
        (None, Prize::Label(_)) => false,
    }
}

/// How everybody fared in a contest, line by line.
fn results(contest: &Contest, outcome: &ContestOutcome) -> Vec<String> {
    let awards = outcome.awards.iter().filter(|award| award.contest == contest.name);
    let labels = outcome.labels.iter().filter(|label| label.contest == contest.name);
    let guidelines = outcome.guidelines.iter().filter(|guideline| guideline.contest == contest.name);
    let not_ranked = outcome.not_ranked.iter().map(|(who, not)| (who, "not ranked".to_owned(), not.reason.clone()));
    awards
        .map(|award| (&award.participant, award.amount.spoken(), award.words.join("; ")))
        .chain(labels.map(|label| (&label.participant, label.label.clone(), label.words.join("; "))))
        .chain(not_ranked)
        .map(|(who, what, words)| format!("{}: {what}: {words}", who.as_str()))
        .chain(guidelines.map(|guideline| guideline.words.clone()))
        .collect()
}

fn spoken(prize: &Prize) -> String {
    match prize {
        Prize::Money(money) => Money::spoken(money),
        Prize::Label(label) => label.clone(),
    }
}

/// How many get the prize.
fn count(contest: &Contest, gets: &Prize, outcome: &ContestOutcome) -> u32 {
    let count = match gets {
        Prize::Money(money) => {
            outcome.awards.iter().filter(|award| award.contest == contest.name && award.amount == *money).count()
        }
        Prize::Label(label) => {
            outcome.labels.iter().filter(|given| given.contest == contest.name && given.label == *label).count()
        }
    };
    u32::try_from(count).unwrap_or(u32::MAX)
}
