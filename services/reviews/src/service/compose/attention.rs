//! Who needs attention, and why: fixed rules, each with the figures that it rests on. Nothing here is a judgement of a
//! person; it says where a manager should look.

use std::collections::BTreeMap;

use merit_core::{Ratio, Value};

use crate::model::{GoalLine, Scorecard};

/// Below this share of its target a goal needs attention at the cycle's end, percent.
const LOW: i64 = 80;
/// From this much of a person's own view above the attainment on, the two should talk, percentage points.
const GAP: i64 = 20;

/// The reasons of one person's scorecard, the weightiest first.
pub(super) fn reasons(card: &Scorecard) -> Vec<String> {
    let mut reasons: Vec<String> = overall_low(card).into_iter().collect();
    reasons.extend(card.goals.iter().filter_map(low));
    reasons.extend(card.goals.iter().filter_map(unknown));
    reasons.extend(card.goals.iter().filter_map(gap));
    reasons.extend(not_scored(card));
    if card.goals.is_empty() {
        reasons.push("has no goals in this cycle".to_owned());
    }
    if card.feedback.is_empty() {
        reasons.push("received no feedback in this cycle".to_owned());
    }
    reasons
}

fn overall_low(card: &Scorecard) -> Option<String> {
    let overall = card.overall_attainment.as_ref().filter(|overall| **overall < Ratio::percent(LOW))?;
    let weighed = card.goals.iter().filter(|goal| goal.attainment.is_some() && goal.weight.is_some()).count();
    // With one goal the line about that goal says the same.
    (weighed > 1).then(|| format!("overall attainment is {}, weighted over {weighed} goals", percent(overall)))
}

fn low(goal: &GoalLine) -> Option<String> {
    let attainment = goal.attainment.as_ref().filter(|attainment| **attainment < Ratio::percent(LOW))?;
    let figures = match (&goal.actual, &goal.target) {
        (Some(actual), Some(target)) => format!(" ({} against {})", spoken(actual), spoken(target)),
        _ => String::new(),
    };
    Some(format!("goal “{}” reached {} of its target{figures}", goal.title, percent(attainment)))
}

fn unknown(goal: &GoalLine) -> Option<String> {
    if goal.attainment.is_some() {
        return None;
    }
    let reason = if goal.reason.is_empty() { String::new() } else { format!(": {}", goal.reason) };
    Some(format!("goal “{}” has no result{reason}", goal.title))
}

fn gap(goal: &GoalLine) -> Option<String> {
    let attainment = goal.attainment.as_ref()?;
    let own = goal.self_assessment.as_ref()?.rating.as_ref()?;
    // Only from above: who thinks less of their own quarter than the figures say is not in trouble.
    let gap = own - attainment;
    if gap < Ratio::percent(GAP) {
        return None;
    }
    let points = (&gap * &Ratio::whole(100)).decimal(1);
    Some(format!(
        "self-assessment of goal “{}” is {}, {points} points above its attainment of {}",
        goal.title,
        percent(own),
        percent(attainment)
    ))
}

/// One reason for all outcomes of a policy that one cause kept from being scored.
fn not_scored(card: &Scorecard) -> impl Iterator<Item = String> {
    let mut causes: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for line in &card.not_scored {
        causes.entry((&line.policy, &line.reason)).or_default().push(format!("`{}`", line.output));
    }
    let told = |((policy, reason), outputs): ((&str, &str), Vec<String>)| {
        let were = if outputs.len() == 1 { "was" } else { "were" };
        format!("{} of “{policy}” {were} not scored: {reason}", outputs.join(", "))
    };
    causes.into_iter().map(told).collect::<Vec<_>>().into_iter()
}

/// With at most one decimal: `61.8%`.
fn percent(ratio: &Ratio) -> String {
    format!("{}%", (ratio * &Ratio::whole(100)).decimal(1))
}

fn spoken(value: &Value) -> String {
    match value {
        Value::Percent(ratio) => percent(ratio),
        other => other.spoken(),
    }
}
