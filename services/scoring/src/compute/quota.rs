//! The quota of a policy's period: the target of the person's goal in the cycle, a part of it where the period is shorter,
//! or the sum over the cycles that a longer period is made of.

use merit_core::ids::CycleId;
use merit_core::{Period, Value};
use merit_rules::{History, Input};

use super::averages::{by_days, part, plus};
use super::employment::employed;
use super::{Plan, Prepared};
use crate::model::{DatedTarget, Person, target_on};

/// A cycle, and the person's goals on the measure in it: each with its id and targets.
type Goals<'g> = Vec<(&'g str, &'g [DatedTarget])>;

/// The quota for a period of the policy; none where there is no goal and nothing more can be said.
///
/// # Errors
/// Words for people about why there is none.
pub fn quota(
    plan: &Plan,
    prepared: &Prepared,
    person: &Person,
    (measure, period): (&str, &Period),
    history: &History,
) -> Result<Option<Value>, String> {
    let asked = prepared.program.inputs().get("quota");
    let own = of_period(plan, prepared, person, (measure, period), asked)?;
    let Some(unit) = asked.and_then(|asked| asked.to_date) else { return Ok(own) };
    // The quota to date is what the period before had, and this one's own.
    let since = unit.start_of(period.last(), prepared.program.year_starts());
    let before = history.periods.iter().rfind(|past| past.values.contains_key("quota"));
    let before = before.filter(|past| past.period.last() >= since);
    let (Some(own), Some(before)) = (own.as_ref(), before.and_then(|past| past.values.get("quota"))) else {
        return Ok(own);
    };
    Ok(plus(before, own))
}

fn of_period(
    plan: &Plan,
    prepared: &Prepared,
    person: &Person,
    (measure, period): (&str, &Period),
    asked: Option<&Input>,
) -> Result<Option<Value>, String> {
    let cycle = &plan.frozen.cycle;
    let goals = plan.goals_of(&person.id).filter(|goal| goal.measure == measure);
    let goals: Goals<'_> = goals.map(|goal| (goal.id.as_str(), goal.targets.as_slice())).collect();
    let own = || of_cycle(&goals, measure, (&cycle.id, &cycle.period), asked);
    if *period == cycle.period {
        return own();
    }
    if period.covers(&cycle.period) {
        return of_cycles(plan, person, (measure, period), own()?, asked).map(Some);
    }
    let place = match asked {
        Some(asked) if asked.spread => prepared.periods.iter().position(|other| other == period),
        _ => None,
    };
    let Some(place) = place else {
        let shorter = cycle.period.covers(period);
        let advice = if shorter { "; write `spread evenly` behind the policy's `quota` to divide them" } else { "" };
        return Err(format!("no quota for the period {period}: quotas are set for the cycle {}{advice}", cycle.id));
    };
    Ok(own()?.and_then(|own| part(&own, place, prepared.periods.len())))
}

/// The target of the one goal on the measure in a cycle.
fn of_cycle(
    goals: &Goals<'_>,
    measure: &str,
    (cycle, days): (&CycleId, &Period),
    asked: Option<&Input>,
) -> Result<Option<Value>, String> {
    match goals.as_slice() {
        [] => Ok(None),
        [(_, targets)] if asked.is_some_and(|asked| asked.averaged) => {
            Ok(by_days(days, |day| target_on(targets, day).map(|target| &target.0)))
        }
        [(_, targets)] => Ok(target_on(targets, days.last()).map(|target| target.0.clone())),
        several => {
            let ids: Vec<String> = several.iter().map(|(id, _)| format!("`{id}`")).collect();
            Err(format!("no single quota: the goals {} are all on `{measure}` in {cycle}; keep one", ids.join(" and ")))
        }
    }
}

/// The quotas of the cycles that a period is made of, added up. A cycle in which the person was not employed needs none.
fn of_cycles(
    plan: &Plan,
    person: &Person,
    (measure, period): (&str, &Period),
    own: Option<Value>,
    asked: Option<&Input>,
) -> Result<Value, String> {
    let cycle = &plan.frozen.cycle;
    let mut quotas = Vec::new();
    let mut next = period.start;
    for earlier in person.earlier.iter().filter(|earlier| earlier.first >= period.start) {
        if earlier.first != next {
            break;
        }
        let days = Period::through(earlier.first, earlier.last).map_err(|error| error.message)?;
        let goals = earlier.goals.iter().filter(|goal| goal.measure == measure);
        let goals: Goals<'_> = goals.map(|goal| (goal.id.as_str(), goal.targets.as_slice())).collect();
        quotas.push((&earlier.cycle, days, of_cycle(&goals, measure, (&earlier.cycle, &days), asked)?));
        next = days.end;
    }
    if next != cycle.period.start || cycle.period.end != period.end {
        let (from, to) =
            if next < cycle.period.start { (next, cycle.period.start) } else { (cycle.period.end, period.end) };
        let open = Period::new(from, to).map_err(|error| error.message)?;
        return Err(format!(
            "no quota: it adds up those of the period's cycles, and {open} is no whole cycle on record"
        ));
    }
    quotas.push((&cycle.id, cycle.period, own));
    let mut total: Option<Value> = None;
    for (cycle, days, quota) in quotas {
        let Some(quota) = quota else {
            if employed(person, &days) {
                return Err(format!("no quota: no goal on `{measure}` is on record for the cycle {cycle}"));
            }
            continue;
        };
        total = Some(match total {
            None => quota,
            Some(total) => together(&total, &quota).ok_or_else(|| {
                format!("no quota: {} and {} (in the cycle {cycle}) can't be added up", total.spoken(), quota.spoken())
            })?,
        });
    }
    total.ok_or_else(|| format!("no quota: no goal on `{measure}` is on record for any cycle of {period}"))
}

/// Two cycles' quotas as one. A rate holds for both cycles as for each; two different ones don't make a third.
fn together(total: &Value, quota: &Value) -> Option<Value> {
    match (total, quota) {
        (Value::Percent(one), Value::Percent(other)) => (one == other).then(|| total.clone()),
        _ => plus(total, quota),
    }
}

#[cfg(test)]
mod tests {
    use merit_core::{Currency, Money, Ratio};

    use super::*;

    #[test]
    fn rates_stand_and_amounts_add_up() {
        let usd = |minor| Value::Money(Money::new(minor, Currency::USD));
        let percent = |n| Value::Percent(Ratio::percent(n));
        for (one, other, both) in [
            (usd(100), usd(250), Some(usd(350))),
            (Value::Count(3), Value::Count(4), Some(Value::Count(7))),
            (percent(95), percent(95), Some(percent(95))),
            (percent(95), percent(90), None),
            (usd(1), Value::Money(Money::new(1, Currency::EUR)), None),
        ] {
            assert_eq!(together(&one, &other), both, "{one} and {other}");
        }
    }
}
