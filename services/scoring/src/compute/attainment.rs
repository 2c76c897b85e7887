//! How far people came on their goals.

use jiff::civil::Date;
use merit_core::{Ratio, Value, ValueType};
use merit_rules::measure_value;

use super::credit::Credited;
use super::{Plan, inputs};
use crate::model::{Goal, GoalStanding, Packed, Person};

/// Measure ÷ target; where lower is better, 2 − measure ÷ target, never below 0.
///
/// # Errors
/// Words for people: the target is 0, or the two are not of one kind or currency.
pub fn attainment(measure: &Value, target: &Value, higher_is_better: bool) -> Result<Ratio, String> {
    let (Some(reached), Some(aim)) = (measure.number(), target.number()) else {
        return Err(format!("a {} has no attainment", measure.kind().word()));
    };
    let one_currency = match (measure, target) {
        (Value::Money(a), Value::Money(b)) => a.currency == b.currency,
        (a, b) => (a.kind() == ValueType::Money) == (b.kind() == ValueType::Money),
    };
    if !one_currency {
        return Err(format!("{} can't be compared with the target {}", measure.spoken(), target.spoken()));
    }
    let Some(share) = reached.checked_div(&aim) else { return Err("the target is 0".to_owned()) };
    Ok(if higher_is_better { share } else { Ratio::max(&Ratio::whole(2) - &share, Ratio::ZERO) })
}

/// A day inside the cycle with the share of the cycle that has gone by at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsOf {
    /// The day.
    pub on: Date,
    /// 1 on the last day; 0 before the first.
    pub elapsed: Ratio,
}

impl AsOf {
    /// A day, brought inside the cycle.
    #[must_use]
    pub fn day(plan: &Plan, on: Date) -> Self {
        let cycle = plan.frozen.cycle.period;
        let on = on.min(cycle.last());
        let gone =
            if on < cycle.start { 0 } else { cycle.start.until(on).map_or(0, |span| i64::from(span.get_days()) + 1) };
        Self { on, elapsed: Ratio::new(i128::from(gone), i128::from(cycle.days())).unwrap_or(Ratio::ZERO) }
    }

    /// The cycle's last day.
    #[must_use]
    pub fn end(plan: &Plan) -> Self {
        Self { on: plan.frozen.cycle.period.last(), elapsed: Ratio::ONE }
    }
}

/// Where a person's goals stand. `applied` are the policies, by place, that apply to the person for the whole cycle.
#[must_use]
pub fn of_person(plan: &Plan, credited: &Credited, person: &Person, applied: &[usize], at: &AsOf) -> Vec<GoalStanding> {
    let standing = |goal: &Goal| {
        let value = value_of(plan, credited, person, applied, &goal.measure, at.on);
        stand(plan, goal, value, at)
    };
    plan.goals_of(&person.id).map(standing).collect()
}

/// A person's value of a measure, credited as their policy on that measure credits: the one that applies to them, or any
/// that credits the results behind it, or the schema's rule.
///
/// # Errors
/// Words for people.
pub fn value_of(
    plan: &Plan,
    credited: &Credited,
    person: &Person,
    applied: &[usize],
    measure: &str,
    on: Date,
) -> Result<Value, String> {
    if measure.is_empty() {
        return Err(String::new());
    }
    let Some(known) = plan.schema.measures().get(measure) else {
        return Err(format!("the schema has no measure `{measure}`"));
    };
    let on_measure =
        |index: &usize| plan.policies.get(*index).is_some_and(|p| p.program.attainment_of() == Some(measure));
    let credits = |index: &usize| {
        let list = plan.policies.get(*index).and_then(|prepared| prepared.program.credit());
        list.is_some_and(|list| known.lists.iter().any(|read| read == list))
    };
    let policy = applied.iter().copied().find(on_measure);
    let policy = policy.or_else(|| applied.iter().copied().find(credits));
    let policy = policy.or_else(|| (0..plan.policies.len()).find(credits));
    let inputs = inputs::for_measure(plan, credited, policy, person, &known.lists, on);
    let value = measure_value(&plan.schema, measure, &inputs);
    value.or_else(|stopped| known.default.clone().ok_or(stopped.reason))
}

/// A goal's standing from its measure's value; a milestone's from its progress.
#[must_use]
pub fn stand(plan: &Plan, goal: &Goal, value: Result<Value, String>, at: &AsOf) -> GoalStanding {
    let mut standing = GoalStanding {
        goal: goal.id.clone(),
        title: goal.title.clone(),
        perspective: goal.perspective.clone(),
        measure: goal.measure.clone(),
        actual: None,
        target: goal.target_on(at.on).cloned(),
        attainment: None,
        pace: None,
        forecast: None,
        reason: String::new(),
        weight: goal.weight.clone(),
    };
    if goal.measure.is_empty() {
        milestone(goal, at, &mut standing);
    } else if let Err(reason) = measured(plan, goal, value, at, &mut standing) {
        standing.reason = reason;
    }
    standing
}

fn milestone(goal: &Goal, at: &AsOf, standing: &mut GoalStanding) {
    standing.target = Some(Packed(Value::Percent(Ratio::ONE)));
    let Some(done) = goal.progress_on(at.on) else {
        "no progress is on record".clone_into(&mut standing.reason);
        return;
    };
    standing.actual = Some(Packed(Value::Percent(done.clone())));
    standing.attainment = Some(done.clone());
    standing.pace = done.checked_div(&at.elapsed);
    standing.forecast = standing.pace.clone().map(|pace| pace.min(Ratio::max(Ratio::ONE, done.clone())));
}

fn measured(
    plan: &Plan,
    goal: &Goal,
    value: Result<Value, String>,
    at: &AsOf,
    standing: &mut GoalStanding,
) -> Result<(), String> {
    let value = value?;
    standing.actual = Some(Packed(value.clone()));
    let target = standing.target.clone().ok_or_else(|| format!("no target is in force on {}", at.on))?;
    let Some(measure) = plan.schema.measures().get(&goal.measure) else { return Ok(()) };
    let reached = attainment(&value, &target.0, measure.higher_is_better)?;
    // What accumulates over the cycle is carried on in a straight line; a level stays what it is.
    let accumulates = measure.has_formula && !matches!(value, Value::Percent(_));
    let at_end = if accumulates {
        carried_on(&value, &target.0, &at.elapsed, measure.higher_is_better)
    } else {
        Some(reached.clone())
    };
    if at_end.is_none() {
        "the cycle has not begun".clone_into(&mut standing.reason);
    }
    standing.attainment = Some(reached);
    standing.pace.clone_from(&at_end);
    standing.forecast = at_end;
    Ok(())
}

fn carried_on(value: &Value, target: &Value, elapsed: &Ratio, higher_is_better: bool) -> Option<Ratio> {
    let projected = value.number()?.checked_div(elapsed)?.checked_div(&target.number()?)?;
    Some(if higher_is_better { projected } else { Ratio::max(&Ratio::whole(2) - &projected, Ratio::ZERO) })
}

#[cfg(test)]
mod tests {
    use merit_core::{Currency, Money};

    use super::*;

    #[test]
    fn attainment_follows_the_direction() {
        let dollars = |minor| Value::Money(Money::new(minor, Currency::USD));
        let number = |n| Value::Number(Ratio::whole(n));
        for (measure, target, higher, expected) in [
            (dollars(50_000), dollars(40_000), true, Ok("5/4")),
            (number(45), number(30), false, Ok("1/2")),
            (number(90), number(30), false, Ok("0")),
            (number(30), number(30), false, Ok("1")),
            (Value::Count(3), number(4), true, Ok("3/4")),
            (dollars(1), dollars(0), true, Err("the target is 0")),
            (
                dollars(100),
                Value::Money(Money::new(100, Currency::EUR)),
                true,
                Err("$1.00 can't be compared with the target EUR 1.00"),
            ),
            (dollars(100), number(1), true, Err("$1.00 can't be compared with the target 1")),
            (Value::YesNo(true), number(1), true, Err("a yes/no has no attainment")),
        ] {
            let found = attainment(&measure, &target, higher);
            assert_eq!(found.map(|r| r.to_string()), expected.map(str::to_owned).map_err(str::to_owned), "{measure:?}");
        }
    }
}
