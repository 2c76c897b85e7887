//! A person's own scorecard, pay included.

use merit_core::ids::PersonId;

use super::sorted::About;
use super::{Ground, overall, totals};
use crate::model::{CardKind, OutcomeKind, ScoreLine, Scorecard};

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
        // Pay stands line by line under rewards.
        scores: about
            .scores
            .iter()
            .filter(|line| line.kind != OutcomeKind::Payout)
            .cloned()
            .collect::<Vec<ScoreLine>>(),
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
