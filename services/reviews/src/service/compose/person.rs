//! A person's own scorecard, pay included.

use merit_core::ids::PersonId;

use super::sorted::About;
use super::{Ground, overall, totals};
use crate::model::{CardKind, OutcomeKind, RewardLine, ScoreLine, Scorecard};

/// One person's scorecard.
pub(super) fn scorecard(ground: &Ground<'_>, person: &PersonId, about: &About) -> Scorecard {
    Scorecard {
        kind: CardKind::Person,
        cycle: ground.cycle.id.clone(),
        first_day: ground.cycle.first_day,
        last_day: ground.cycle.last_day,
        person: person.clone(),
        run: ground.run.clone(),
        goals: about.goals.clone(),
        scores: about.scores.iter().filter(|line| !stands_elsewhere(line, about)).cloned().collect(),
        rewards: about.rewards.clone(),
        totals: totals(&about.rewards),
        recognitions: about.recognitions.clone(),
        feedback: about.feedback.clone(),
        not_scored: about.not_scored.clone(),
        missing: missing(about),
        members: Vec::new(),
        shows_pay: false,
        overall_attainment: overall(&about.goals),
    }
}

/// Whether an outcome needs no line of its own: what is paid stands under rewards, a goal's measure with its goal, and a
/// definition that its policy says nothing about is a step on the way to others, told among their figures. A payout that
/// came to nothing has no reward; its figures say why, so it keeps its line.
fn stands_elsewhere(line: &ScoreLine, about: &About) -> bool {
    match line.kind {
        OutcomeKind::Payout => about.rewards.iter().any(|reward| pays(reward, line)),
        OutcomeKind::Definition => line.about.is_empty(),
        OutcomeKind::Measure => about.goals.iter().any(|goal| goal.measure == line.output),
        _ => false,
    }
}

/// Whether a reward is what this payout came to.
fn pays(reward: &RewardLine, payout: &ScoreLine) -> bool {
    (&reward.policy, &reward.payout, &reward.line) == (&payout.policy, &payout.output, &payout.period)
}

/// What is expected of this person's quarter and not there. Never counted as zero.
fn missing(about: &About) -> Vec<String> {
    let mut missing = Vec::new();
    if about.roster.is_none() {
        return missing;
    }
    if let Some(reason) = &about.not_covered {
        missing.push(if reason.is_empty() { "no policy covers this person".to_owned() } else { reason.clone() });
    }
    if about.goals.is_empty() {
        missing.push("no goals in this cycle".to_owned());
    }
    for goal in about.goals.iter().filter(|goal| goal.self_assessment.is_none()) {
        missing.push(format!("no self-assessment for goal “{}”", goal.title));
    }
    if about.feedback.is_empty() {
        missing.push("no feedback received in this cycle".to_owned());
    }
    missing
}
