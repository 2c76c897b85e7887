//! Scorecards as bytes: the contract's own encoding, which has one form for equal content.

use merit_core::ids::PersonId;
use merit_core::{Error, Ratio, Result};
use merit_platform::wire;
use merit_proto::scorecard::v1 as proto;
use prost::Message as _;

use crate::model::{
    CardKind, FeedbackLine, GoalLine, NotScoredLine, OutcomeKind, RecognitionLine, Reply, RewardKind, RewardLine,
    RewardTotal, ScoreLine, Scorecard, SelfAssessment, TeamMember,
};

/// A scorecard in its stored form. Equal scorecards give equal bytes: the messages hold no maps.
#[must_use]
pub fn encode(card: &Scorecard) -> Vec<u8> {
    scorecard(card).encode_to_vec()
}

/// The message behind stored bytes.
///
/// # Errors
/// `INTERNAL` when they are not a scorecard's.
pub fn decode(bytes: &[u8]) -> Result<proto::Scorecard> {
    proto::Scorecard::decode(bytes).map_err(|error| Error::internal(format!("a stored scorecard is damaged: {error}")))
}

fn scorecard(card: &Scorecard) -> proto::Scorecard {
    let kind = match card.kind {
        CardKind::Person => proto::ScorecardKind::Person,
        CardKind::Team => proto::ScorecardKind::Team,
    };
    proto::Scorecard {
        kind: kind.into(),
        cycle: card.cycle.name(),
        first_day: card.first_day.to_string(),
        last_day: card.last_day.to_string(),
        person: card.person.name(),
        run: card.run.name(),
        goals: card.goals.iter().map(goal).collect(),
        scores: card.scores.iter().map(score).collect(),
        rewards: card.rewards.iter().map(reward).collect(),
        totals: card.totals.iter().map(total).collect(),
        recognitions: card.recognitions.iter().map(recognition).collect(),
        feedback: card.feedback.iter().map(feedback).collect(),
        not_scored: card.not_scored.iter().map(not_scored).collect(),
        missing: card.missing.clone(),
        members: card.members.iter().map(member).collect(),
        shows_pay: card.shows_pay,
        overall_attainment: ratio(card.overall_attainment.as_ref()),
    }
}

fn goal(line: &GoalLine) -> proto::GoalLine {
    proto::GoalLine {
        goal: goal_name(&line.goal),
        title: line.title.clone(),
        perspective: line.perspective.clone(),
        measure: line.measure.clone(),
        actual: line.actual.as_ref().map(wire::value),
        target: line.target.as_ref().map(wire::value),
        attainment: ratio(line.attainment.as_ref()),
        reason: line.reason.clone(),
        weight: ratio(line.weight.as_ref()),
        self_assessment: line.self_assessment.as_ref().map(self_assessment),
    }
}

fn self_assessment(view: &SelfAssessment) -> proto::SelfAssessment {
    proto::SelfAssessment {
        rating: ratio(view.rating.as_ref()),
        comment: view.comment.clone(),
        given_on: view.given_on.to_string(),
    }
}

fn score(line: &ScoreLine) -> proto::ScoreLine {
    proto::ScoreLine {
        policy: line.policy.clone(),
        version: line.version,
        output: line.output.clone(),
        about: line.about.clone(),
        value: Some(wire::value(&line.value)),
        figures: line.figures.clone(),
        proposal: line.kind == OutcomeKind::Recommendation,
        period: line.period.clone(),
    }
}

fn reward(line: &RewardLine) -> proto::RewardLine {
    proto::RewardLine {
        policy: line.policy.clone(),
        version: line.version,
        payout: line.payout.clone(),
        about: line.about.clone(),
        line: line.line.clone(),
        amount: Some(wire::money(line.amount)),
        held: Some(wire::money(line.held)),
        earned_on: line.earned_on.clone(),
        payable_on: line.payable_on.clone(),
        because: line.because.clone(),
        figures: line.figures.clone(),
        adjustment: line.adjustment,
        kind: match line.kind {
            RewardKind::Payout => proto::RewardKind::Payout,
            RewardKind::Contest => proto::RewardKind::Contest,
            RewardKind::Settlement => proto::RewardKind::Settlement,
            RewardKind::Adjustment => proto::RewardKind::Adjustment,
            RewardKind::Release => proto::RewardKind::Release,
        }
        .into(),
        taken_back: line.taken_back.map(wire::money),
    }
}

fn total(total: &RewardTotal) -> proto::RewardTotal {
    proto::RewardTotal {
        amount: Some(wire::money(total.amount)),
        held: Some(wire::money(total.held)),
        released: total.released.map(wire::money),
    }
}

fn recognition(line: &RecognitionLine) -> proto::RecognitionLine {
    proto::RecognitionLine {
        policy: line.policy.clone(),
        title: line.title.clone(),
        badge: line.badge.clone(),
        level: line.level.clone(),
        points: line.points.clone(),
        kudos_from: line.kudos_from.clone(),
        text: line.text.clone(),
    }
}

fn feedback(line: &FeedbackLine) -> proto::FeedbackLine {
    proto::FeedbackLine {
        author: person(&line.author),
        given_on: line.given_on.to_string(),
        text: line.text.clone(),
        goal: goal_name(&line.goal),
        acknowledged: line.acknowledged,
        replies: line.replies.iter().map(reply).collect(),
    }
}

fn reply(reply: &Reply) -> proto::FeedbackReply {
    proto::FeedbackReply {
        author: person(&reply.author),
        given_on: reply.given_on.to_string(),
        text: reply.text.clone(),
    }
}

fn not_scored(line: &NotScoredLine) -> proto::NotScoredLine {
    proto::NotScoredLine { policy: line.policy.clone(), output: line.output.clone(), reason: line.reason.clone() }
}

fn member(member: &TeamMember) -> proto::TeamMember {
    proto::TeamMember {
        person: person(&member.person),
        goals: member.goals.iter().map(goal).collect(),
        scores: member.scores.iter().map(score).collect(),
        attention: member.attention.clone(),
        totals: member.totals.iter().map(total).collect(),
        overall_attainment: ratio(member.overall_attainment.as_ref()),
    }
}

fn person(id: &PersonId) -> String {
    id.name()
}

fn goal_name(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!("goals/{id}") }
}

fn ratio(ratio: Option<&Ratio>) -> String {
    ratio.map(ToString::to_string).unwrap_or_default()
}
