//! Contests: what compares people, after everyone is scored.

use std::collections::BTreeMap;

use merit_core::ids::PersonId;
use merit_core::{Money, Period, Result};
use merit_rules::{Award, ContestEntry, applies, evaluate};

use super::credit::Credited;
use super::employment::employed;
use super::inputs::{gather, reason};
use super::score::{about_period, not_scored};
use super::{Plan, Prepared};
use crate::model::{Finding, Line, LineKind};

/// What contests give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranking {
    /// Proposed lines.
    pub lines: Vec<Line>,
    /// Who could not be ranked.
    pub findings: Vec<Finding>,
}

/// Decides every policy's contests, period by period.
///
/// # Errors
/// Never for what the rules can give.
pub fn rank(plan: &Plan, credited: &Credited) -> Result<Ranking> {
    let mut ranking = Ranking::default();
    for (index, prepared) in plan.policies.iter().enumerate() {
        if prepared.program.contests().is_empty() {
            continue;
        }
        for period in &prepared.periods {
            contests(plan, credited, index, prepared, period, &mut ranking);
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
) {
    // Why there is no quota, for those who have none.
    let mut no_quota: BTreeMap<PersonId, String> = BTreeMap::new();
    let mut entries = Vec::new();
    for person in plan.people().filter(|person| employed(person, period)) {
        let gathered = gather(plan, credited, index, person, period);
        if applies(&prepared.program, &gathered.inputs) != Ok(true) {
            continue;
        }
        no_quota.extend(gathered.no_quota.map(|why| (person.id.clone(), why)));
        let evaluation = evaluate(&prepared.program, &gathered.inputs);
        entries.push(ContestEntry { participant: person.id.clone(), inputs: gathered.inputs, evaluation });
    }
    let outcome = merit_rules::rank(&prepared.program, &entries);
    let lines = outcome.awards.into_iter().filter(|award| award.amount.minor != 0);
    ranking.lines.extend(lines.map(|award| line(plan, prepared, period, award)));
    let names = prepared.program.contests().join(", ");
    for (participant, why) in outcome.not_ranked {
        let Some(person) = plan.frozen.people.get(&participant) else { continue };
        let reason = about_period(plan, period, reason(no_quota.get(&participant), &why));
        ranking.findings.push(not_scored(person, prepared.program.name(), &names, reason));
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
        earned_on: day,
        payable_on: day,
        reason,
        because: award.reason.into_iter().collect(),
        about: String::new(),
        kind: LineKind::Contest,
        words: award.words,
    }
}
