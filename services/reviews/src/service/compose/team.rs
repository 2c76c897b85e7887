//! A manager's scorecard: their team's attainment and who needs attention. Without pay unless the cycle's setting shows it.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::ids::PersonId;
use merit_core::{Value, ValueType};

use super::sorted::{About, Facts};
use super::{Ground, attention, totals};
use crate::model::{CardKind, OutcomeKind, RewardLine, ScoreLine, Scorecard, TeamMember};

/// One scorecard for each manager of somebody employed on the cycle's last day.
pub(super) fn scorecards(ground: &Ground<'_>, facts: &Facts, people: &BTreeMap<PersonId, Scorecard>) -> Vec<Scorecard> {
    let mut reports: BTreeMap<&PersonId, Vec<(&About, &Scorecard)>> = BTreeMap::new();
    for (person, about) in &facts.people {
        let manager = about.roster.as_ref().filter(|entry| entry.active).and_then(|entry| entry.manager.as_ref());
        if let (Some(manager), Some(card)) = (manager, people.get(person)) {
            reports.entry(manager).or_default().push((about, card));
        }
    }
    reports.into_iter().map(|(manager, reports)| scorecard(ground, facts, manager, &reports)).collect()
}

fn scorecard(ground: &Ground<'_>, facts: &Facts, manager: &PersonId, reports: &[(&About, &Scorecard)]) -> Scorecard {
    let teams: BTreeSet<&str> =
        reports.iter().filter_map(|(about, _)| about.roster.as_ref()).map(|entry| entry.team.as_str()).collect();
    let paid: Vec<&RewardLine> = reports.iter().flat_map(|(_, card)| card.rewards.iter()).collect();
    Scorecard {
        kind: CardKind::Team,
        cycle: ground.cycle.id.clone(),
        first_day: ground.cycle.first_day,
        last_day: ground.cycle.last_day,
        person: manager.clone(),
        run: ground.run.clone(),
        goals: teams.iter().filter_map(|team| facts.teams.get(*team)).flatten().cloned().collect(),
        scores: Vec::new(),
        rewards: Vec::new(),
        totals: if ground.shows_pay { totals(paid) } else { Vec::new() },
        recognitions: Vec::new(),
        feedback: Vec::new(),
        not_scored: Vec::new(),
        missing: Vec::new(),
        members: reports.iter().map(|(_, card)| member(ground, card)).collect(),
        shows_pay: ground.shows_pay,
        overall_attainment: None,
    }
}

fn member(ground: &Ground<'_>, card: &Scorecard) -> TeamMember {
    // Pay is told in the totals alone, even where a payout came to nothing and has a line on the person's own scorecard.
    let scores = card.scores.iter().filter(|line| line.kind != OutcomeKind::Payout && judges(line));
    let scores = scores.filter(|line| ground.shows_pay || !tells_pay(line));
    TeamMember {
        person: card.person.clone(),
        goals: card.goals.clone(),
        // The figures behind a score may tell pay too; they stand on the person's own scorecard.
        scores: scores.map(|line| ScoreLine { figures: Vec::new(), ..line.clone() }).collect(),
        attention: attention::reasons(card),
        totals: if ground.shows_pay { card.totals.clone() } else { Vec::new() },
        overall_attainment: card.overall_attainment.clone(),
    }
}

/// Whether an outcome says how somebody did, and not only what a policy worked with, such as a segment or months of service.
fn judges(line: &ScoreLine) -> bool {
    let worked_with = matches!(
        line.value.kind(),
        ValueType::Count
            | ValueType::Choice
            | ValueType::Date
            | ValueType::Duration
            | ValueType::YesNo
            | ValueType::Participant
    );
    line.kind != OutcomeKind::Definition || !worked_with
}

/// Whether an outcome may let pay be seen: an amount that a policy defines or proposes, and a proposed raise in percent. A
/// measure is what was achieved, money or not.
fn tells_pay(line: &ScoreLine) -> bool {
    let money = matches!(line.value, Value::Money(_));
    match line.kind {
        OutcomeKind::Measure | OutcomeKind::Attainment => false,
        OutcomeKind::Definition => money,
        OutcomeKind::Recommendation => money || line.value.kind() == ValueType::Percent,
        OutcomeKind::Payout => true,
    }
}
