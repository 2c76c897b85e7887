//! Scorecards for other programs: whole as JSON, or flat as rows.

use merit_proto::scorecard::v1::{GoalLine, RewardKind, RewardLine, ScoreLine, Scorecard, ScorecardKind};
use merit_proto::r#type::v1::Money;
use serde_json::{Value, json};

use crate::commands::id;
use crate::show::figures;

/// The columns of the flat form: one row per goal, score, reward, recognition, note and missing part.
pub(super) const COLUMNS: &[&str] = &["cycle", "kind", "person", "about", "section", "name", "value", "unit", "detail"];

/// A whole scorecard.
pub(super) fn document(card: &Scorecard) -> Value {
    json!({
        "kind": kind(card), "cycle": id(&card.cycle), "first_day": card.first_day, "last_day": card.last_day,
        "person": id(&card.person), "run": id(&card.run),
        "goals": card.goals.iter().map(goal).collect::<Vec<_>>(),
        "scores": card.scores.iter().map(score).collect::<Vec<_>>(),
        "rewards": card.rewards.iter().map(reward).collect::<Vec<_>>(),
        "recognitions": card.recognitions.iter().map(|r| json!({
            "policy": r.policy, "title": r.title, "badge": r.badge, "level": r.level,
            "points": figures::plain_ratio(&r.points), "kudos_from": id(&r.kudos_from), "text": r.text,
        })).collect::<Vec<_>>(),
        "feedback": card.feedback.iter().map(|f| json!({
            "author": id(&f.author), "given_on": f.given_on, "text": f.text, "goal": id(&f.goal),
            "acknowledged": f.acknowledged,
            "replies": f.replies.iter().map(|r| json!({
                "author": id(&r.author), "given_on": r.given_on, "text": r.text,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "not_scored": card.not_scored.iter().map(|n| json!({
            "policy": n.policy, "output": n.output, "reason": n.reason,
        })).collect::<Vec<_>>(),
        "missing": card.missing,
        "members": card.members.iter().map(|m| json!({
            "person": id(&m.person), "goals": m.goals.iter().map(goal).collect::<Vec<_>>(),
            "scores": m.scores.iter().map(score).collect::<Vec<_>>(), "attention": m.attention,
        })).collect::<Vec<_>>(),
    })
}

fn kind(card: &Scorecard) -> &'static str {
    if card.kind() == ScorecardKind::Team { "team" } else { "person" }
}

fn goal(goal: &GoalLine) -> Value {
    json!({
        "goal": id(&goal.goal), "title": goal.title, "perspective": goal.perspective, "measure": goal.measure,
        "actual": goal.actual.as_ref().map(figures::plain), "target": goal.target.as_ref().map(figures::plain),
        "unit": goal.target.as_ref().map(figures::unit), "attainment": figures::plain_ratio(&goal.attainment),
        "reason": goal.reason, "weight": figures::plain_ratio(&goal.weight),
        "self_assessment": goal.self_assessment.as_ref().map(|own| json!({
            "rating": figures::plain_ratio(&own.rating), "comment": own.comment, "given_on": own.given_on,
        })),
    })
}

fn score(score: &ScoreLine) -> Value {
    json!({
        "policy": score.policy, "version": score.version, "output": score.output, "about": score.about,
        "value": score.value.as_ref().map(figures::plain), "unit": score.value.as_ref().map(figures::unit),
        "proposal": score.proposal, "figures": score.figures,
    })
}

fn reward(reward: &RewardLine) -> Value {
    json!({
        "policy": reward.policy, "version": reward.version, "payout": reward.payout, "line": reward.line,
        "amount": figures::plain_amount(reward.amount.as_ref()), "held": figures::plain_amount(reward.held.as_ref()),
        "currency": reward.amount.as_ref().map(|amount| amount.currency_code.clone()),
        "kind": reward_kind(reward), "taken_back": reward.taken_back.as_ref().map(|money| figures::plain_amount(Some(money))),
        "earned_on": reward.earned_on, "payable_on": reward.payable_on, "because": reward.because,
        "figures": reward.figures,
    })
}

fn reward_kind(reward: &RewardLine) -> &'static str {
    match reward.kind() {
        RewardKind::Unspecified | RewardKind::Payout => "payout",
        RewardKind::Contest => "contest",
        RewardKind::Settlement => "settlement",
        RewardKind::Adjustment => "adjustment",
        RewardKind::Release => "release",
    }
}

/// A scorecard's rows.
pub(super) fn rows(card: &Scorecard) -> Vec<Vec<String>> {
    let person = id(&card.person);
    let row = |about: &str, section: &str, name: &str, value: String, unit: String, detail: &str| {
        [id(&card.cycle), kind(card), person, about, section, name, &value, &unit, detail].map(str::to_owned).to_vec()
    };
    let mut rows = Vec::new();
    let goals = |rows: &mut Vec<_>, about: &str, goals: &[GoalLine]| {
        for goal in goals {
            let attainment = figures::plain_ratio(&goal.attainment);
            rows.push(row(about, "goal", &goal.title, attainment, "ratio".to_owned(), &goal.reason));
        }
    };
    let scores = |rows: &mut Vec<_>, about: &str, scores: &[ScoreLine]| {
        for score in scores {
            let value = score.value.as_ref().map(figures::plain).unwrap_or_default();
            let unit = score.value.as_ref().map(figures::unit).unwrap_or_default();
            rows.push(row(about, "score", &score.output, value, unit, &score.policy));
        }
    };
    goals(&mut rows, person, &card.goals);
    scores(&mut rows, person, &card.scores);
    for reward in &card.rewards {
        let unit = reward.amount.as_ref().map(|amount| amount.currency_code.clone()).unwrap_or_default();
        let because = reward.because.join("; ");
        if reward.kind() == RewardKind::Release {
            let freed = reward.held.clone().map(|held| Money { minor_units: -held.minor_units, ..held });
            rows.push(row(person, "release", &reward.payout, figures::plain_amount(freed.as_ref()), unit, &because));
            continue;
        }
        let amount = figures::plain_amount(reward.amount.as_ref());
        rows.push(row(person, "reward", &reward.payout, amount, unit, &because));
    }
    for recognition in &card.recognitions {
        let points = figures::plain_ratio(&recognition.points);
        rows.push(row(person, "recognition", &recognition.title, points, "points".to_owned(), &recognition.badge));
    }
    for note in &card.feedback {
        rows.push(row(person, "feedback", id(&note.author), note.given_on.clone(), "date".to_owned(), &note.text));
    }
    for missing in &card.missing {
        rows.push(row(person, "missing", missing, String::new(), String::new(), ""));
    }
    for member in &card.members {
        let about = id(&member.person);
        goals(&mut rows, about, &member.goals);
        scores(&mut rows, about, &member.scores);
        for reason in &member.attention {
            rows.push(row(about, "attention", reason, String::new(), String::new(), ""));
        }
    }
    rows
}
