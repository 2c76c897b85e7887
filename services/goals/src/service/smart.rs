//! SMART, criterion by criterion, each with its reason. It advises: no goal is refused for it. Source of the criteria:
//! G. T. Doran, "There's a S.M.A.R.T. way to write management's goals and objectives", Management Review 70 (1981), with
//! achievable, relevant and time-bound as they are read today.

use merit_core::ids::CycleId;
use merit_core::text::shown;
use merit_core::{Ratio, Value};

use crate::model::{Cycle, Goal, Owner};

/// The criteria in their order.
pub const CRITERIA: [&str; 5] = ["specific", "measurable", "achievable", "relevant", "time-bound"];

/// Words of title and description that say something by themselves, fewer than which leave the goal open.
const WORDS: usize = 4;
/// Words that say nothing without others.
const VAGUE: [&str; 31] = [
    "and", "the", "for", "with", "our", "your", "more", "less", "better", "best", "good", "great", "improve",
    "increase", "grow", "boost", "enhance", "optimize", "optimise", "things", "stuff", "work", "harder", "very",
    "much", "many", "all", "goal", "goals", "try", "help",
];

/// One criterion of one goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// One of [`CRITERIA`].
    pub criterion: &'static str,
    /// Whether the goal meets it.
    pub met: bool,
    /// Why, or why not and what to do.
    pub reason: String,
}

/// The target that the same owner had on the same measure in the cycle before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// That cycle.
    pub cycle: CycleId,
    /// The target in force on its last day.
    pub target: Value,
}

/// Holds a goal of a cycle against each criterion.
#[must_use]
pub fn assess(goal: &Goal, cycle: &Cycle, before: Option<&Before>) -> Vec<Assessment> {
    let target = goal.target(cycle.days.last());
    let found = [
        specific(goal),
        measurable(goal, target),
        achievable(goal, target, before),
        relevant(goal),
        time_bound(goal, cycle),
    ];
    CRITERIA.into_iter().zip(found).map(|(criterion, (met, reason))| Assessment { criterion, met, reason }).collect()
}

fn specific(goal: &Goal) -> (bool, String) {
    let concrete = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
        words.filter(|word| word.chars().count() > 2 && !VAGUE.contains(&word.as_str())).count()
    };
    let in_title = concrete(&goal.content.title);
    let count = in_title + concrete(&goal.content.description);
    if in_title == 0 {
        (
            false,
            format!(
                "the title `{}` names nothing in particular; say what is to be reached",
                shown(&goal.content.title)
            ),
        )
    } else if goal.content.description.is_empty() && count < WORDS {
        (
            false,
            "there is no description, and the title alone leaves it open; describe what is to be done and for whom"
                .to_owned(),
        )
    } else if count < WORDS {
        (false, "title and description together leave it open; describe what is to be done and for whom".to_owned())
    } else {
        (true, "title and description say what is to be reached".to_owned())
    }
}

fn measurable(goal: &Goal, target: Option<&Value>) -> (bool, String) {
    match (&goal.content.measure, target) {
        (Some(measure), Some(target)) => (true, format!("`{measure}` against a target of {}", target.spoken())),
        (Some(measure), None) => (false, format!("`{measure}` has no target; set one")),
        (None, _) if !goal.content.done_when.is_empty() => (true, "it says when it counts as done".to_owned()),
        (None, _) => (
            false,
            "there is neither a measure with a target nor a condition for being done; give one of them".to_owned(),
        ),
    }
}

fn achievable(goal: &Goal, target: Option<&Value>, before: Option<&Before>) -> (bool, String) {
    if !goal.content.rationale.is_empty() {
        return (true, "a rationale says why it can be reached".to_owned());
    }
    let share = before.and_then(|before| share_of(target?, &before.target).map(|share| (before, share)));
    let Some((before, share)) = share else {
        return (
            false,
            "there is no rationale, and no target of the cycle before to compare with; say why it can be reached"
                .to_owned(),
        );
    };
    let spoken = Value::Percent(share.clone()).spoken();
    if (Ratio::percent(50)..=Ratio::percent(200)).contains(&share) {
        (true, format!("the target is {spoken} of that of {}", before.cycle))
    } else {
        let reason = format!(
            "the target is {spoken} of that of {}, outside 50% to 200%; say why it can be reached",
            before.cycle
        );
        (false, reason)
    }
}

/// One target as a share of another of the same kind and currency.
fn share_of(target: &Value, before: &Value) -> Option<Ratio> {
    let comparable = match (target, before) {
        (Value::Money(now), Value::Money(then)) => now.currency == then.currency,
        _ => target.kind() == before.kind(),
    };
    if comparable { target.number()?.checked_div(&before.number()?) } else { None }
}

fn relevant(goal: &Goal) -> (bool, String) {
    match (&goal.content.parent, &goal.content.owner) {
        (Some(parent), _) => (true, format!("it serves `{parent}`")),
        (None, Owner::Organisation) => {
            (true, format!("it is the organisation's own, of the {} perspective", goal.content.perspective.word()))
        }
        (None, _) => {
            (false, "it serves no other goal; name the goal of the team or the organisation that it serves".to_owned())
        }
    }
}

fn time_bound(goal: &Goal, cycle: &Cycle) -> (bool, String) {
    let due = goal.content.due;
    if cycle.days.contains(due) {
        (true, format!("due on {due}, inside {}", cycle.id))
    } else {
        (false, format!("due on {due}, outside {} ({})", cycle.id, cycle.days))
    }
}
