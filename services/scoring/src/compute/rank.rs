//! Contests: what compares people, after everyone is scored.

use std::collections::BTreeMap;

use merit_core::ids::PersonId;
use merit_core::{Money, Period, Result, Value};
use merit_rules::{Award, ContestEntry, Labelled, evaluate};

use super::credit::Credited;
use super::departed::departed;
use super::employment::employed;
use super::history::applied;
use super::inputs::reason;
use super::score::{about_period, not_scored};
use super::{Plan, Prepared};
use crate::model::{Balance, Finding, FindingKind, Line, LineKind, Packed, Score, ScoreKind};

/// What contests give, and what becomes payable to people who have left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranking {
    /// Proposed lines.
    pub lines: Vec<Line>,
    /// Who could not be ranked, and guidelines of groups that are too small.
    pub findings: Vec<Finding>,
    /// Labels that were distributed.
    pub scores: Vec<Score>,
    /// What goes on waiting for people who have left.
    pub balances: Vec<Balance>,
}

/// Decides every policy's contests, period by period, and sees to people who have left.
///
/// # Errors
/// Never for what the rules can give.
pub fn rank(plan: &Plan, credited: &Credited) -> Result<Ranking> {
    let (lines, balances) = departed(plan, credited);
    let mut ranking = Ranking { lines, balances, ..Ranking::default() };
    for (index, prepared) in plan.policies.iter().enumerate() {
        if prepared.program.contests().is_empty() {
            continue;
        }
        for period in &prepared.periods {
            contests(plan, credited, index, prepared, period, &mut ranking)?;
        }
    }
    Ok(ranking)
}

fn contests(
    plan: &Plan,
    credited: &Credited,
    index: usize,
    prepared: &Prepared,
    period: &Period,
    ranking: &mut Ranking,
) -> Result<()> {
    // Why there is no quota, for those who have none.
    let mut no_quota: BTreeMap<PersonId, String> = BTreeMap::new();
    let mut entries = Vec::new();
    for person in plan.people().filter(|person| employed(person, period)) {
        let applied = applied(plan, credited, index, person)?;
        let Some((_, gathered)) = applied.into_iter().find(|(of, _)| of == period) else { continue };
        no_quota.extend(gathered.no_quota.map(|why| (person.id.clone(), why)));
        let evaluation = evaluate(&prepared.program, &gathered.inputs);
        entries.push(ContestEntry { participant: person.id.clone(), inputs: gathered.inputs, evaluation });
    }
    let outcome = merit_rules::rank(&prepared.program, &entries);
    let lines = outcome.awards.into_iter().filter(|award| award.amount.minor != 0);
    ranking.lines.extend(lines.map(|award| line(plan, prepared, period, award)));
    ranking.scores.extend(outcome.labels.into_iter().map(|label| score(plan, prepared, period, label)));
    for guideline in outcome.guidelines {
        ranking.findings.push(Finding {
            kind: FindingKind::Guideline,
            participant: String::new(),
            policy: prepared.program.name().to_owned(),
            output: guideline.contest,
            reason: about_period(plan, period, guideline.words),
        });
    }
    let names = prepared.program.contests().join(", ");
    for (participant, why) in outcome.not_ranked {
        let Some(person) = plan.frozen.people.get(&participant) else { continue };
        let reason = about_period(plan, period, reason(no_quota.get(&participant), &why));
        ranking.findings.push(not_scored(person, prepared.program.name(), &names, reason));
    }
    Ok(())
}

/// A label, which is proposed and never paid.
fn score(plan: &Plan, prepared: &Prepared, period: &Period, label: Labelled) -> Score {
    Score {
        participant: label.participant,
        policy: prepared.program.name().to_owned(),
        version: prepared.program.version(),
        output: label.contest,
        value: Packed(Value::Text(label.label)),
        about: String::new(),
        kind: ScoreKind::Recommendation,
        period: plan.label(period),
        words: label.words,
    }
}

fn line(plan: &Plan, prepared: &Prepared, period: &Period, award: Award) -> Line {
    let day = period.last();
    let group = award.group.map(|group| format!(" in {group}")).unwrap_or_default();
    let reason = award.reason.clone().unwrap_or_else(|| format!("place {}{group}", award.place));
    Line {
        participant: award.participant,
        policy: prepared.program.name().to_owned(),
        version: prepared.program.version(),
        payout: award.contest,
        line: plan.label(period),
        amount: award.amount,
        held: Money::zero(award.amount.currency),
        taken_back: None,
        earned_on: day,
        payable_on: day,
        reason,
        because: award.reason.into_iter().collect(),
        about: String::new(),
        kind: LineKind::Contest,
        words: award.words,
    }
}
