//! Where the goals of teams and of the organisation stand.
//!
//! A measure that a formula gives is that formula over all results of the members, each counted once for whom it belongs
//! to: summing the members' own figures would count an overlay's and a manager's share of the same deal again. One that is
//! rated adds up over the members where it is an amount, a count or points; a number or percent is their plain average.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use merit_core::ids::{PersonId, slug};
use merit_core::{Ratio, Value};
use merit_rules::{History, Measure, PersonInputs, Row, measure_value};

use super::attainment::{AsOf, stand, value_of};
use super::credit::Credited;
use super::{Plan, in_force, inputs};
use crate::model::{Attainment, Goal, OwnerKind, Person};

/// Where the goals of teams and of the organisation stand.
#[must_use]
pub fn of_groups(plan: &Plan, credited: &Credited, at: &AsOf) -> Vec<Attainment> {
    let goals = plan.goals().iter().filter(|goal| goal.owner_kind != OwnerKind::Person);
    let attainment = |goal: &Goal| {
        let owner = match goal.owner_kind {
            OwnerKind::Team => format!("teams/{}", goal.owner),
            _ => "organisation".to_owned(),
        };
        Attainment { owner, standing: stand(plan, goal, value(plan, credited, goal, at.on), at) }
    };
    goals.map(attainment).collect()
}

fn value(plan: &Plan, credited: &Credited, goal: &Goal, on: Date) -> Result<Value, String> {
    if goal.measure.is_empty() {
        return Err(String::new());
    }
    let Some(measure) = plan.schema.measures().get(&goal.measure) else {
        return Err(format!("the schema has no measure `{}`", goal.measure));
    };
    let members = match goal.owner_kind {
        OwnerKind::Team => members(plan, &goal.owner, on),
        _ => plan.roster.iter().collect(),
    };
    if members.is_empty() {
        return Err(format!("nobody is in `{}` on {on}", goal.owner));
    }
    if measure.has_formula {
        // The organisation's results are everyone's, those who left included.
        let whose = if goal.owner_kind == OwnerKind::Team { members } else { credited.by_default.keys().collect() };
        by_formula(plan, credited, measure, &whose)
    } else {
        by_ratings(plan, credited, measure, &members, on)
    }
}

fn by_formula(
    plan: &Plan,
    credited: &Credited,
    measure: &Measure,
    whose: &BTreeSet<&PersonId>,
) -> Result<Value, String> {
    let cycle = plan.frozen.cycle.period;
    let all = |list: &String| -> Vec<Row> {
        whose.iter().flat_map(|person| inputs::rows(plan, credited, None, person, list, &cycle)).collect()
    };
    let lists = measure.lists.iter().map(|list| (list.clone(), all(list))).collect();
    // The formula reads lists alone; inputs are always somebody's.
    let Some(person) = whose.first().copied().or_else(|| plan.roster.first()).cloned() else {
        return Err("nobody is on the roster".to_owned());
    };
    let inputs = PersonInputs { person, period: cycle, facts: BTreeMap::new(), lists, history: History::default() };
    measure_value(&plan.schema, &measure.name, &inputs).map_err(|stopped| stopped.reason)
}

fn by_ratings(
    plan: &Plan,
    credited: &Credited,
    measure: &Measure,
    members: &BTreeSet<&PersonId>,
    on: Date,
) -> Result<Value, String> {
    let people = members.iter().filter_map(|id| plan.frozen.people.get(*id));
    let values: Vec<Value> =
        people.filter_map(|person| value_of(plan, credited, person, &[], &measure.name, on).ok()).collect();
    let Some(first) = values.first() else { return Err(format!("nobody has a value of `{}`", measure.name)) };
    let mixed = || format!("the values of `{}` don't add up: they are of several kinds or currencies", measure.name);
    let total: Ratio =
        values.iter().map(Value::number).collect::<Option<Vec<_>>>().ok_or_else(mixed)?.into_iter().sum();
    let count = i64::try_from(values.len()).map_err(|_| mixed())?;
    let average = || total.checked_div(&Ratio::whole(count)).ok_or_else(mixed);
    Ok(match first {
        Value::Money(_) => values.iter().skip(1).try_fold(first.clone(), |sum, value| match (sum, value) {
            (Value::Money(a), Value::Money(b)) => a.plus(*b).map(Value::Money).map_err(|_| mixed()),
            _ => Err(mixed()),
        })?,
        Value::Count(_) => Value::Count(total.to_i64().ok_or_else(mixed)?),
        Value::Points(_) => Value::Points(total),
        Value::Percent(_) => Value::Percent(average()?),
        _ => Value::Number(average()?),
    })
}

/// Who is in a team on a day: the attribute `team` is the team's id, or words that make that id.
fn members<'p>(plan: &'p Plan, team: &str, on: Date) -> BTreeSet<&'p PersonId> {
    let belongs = |person: &&Person| {
        let stated = in_force(person, "team", on).map(ToString::to_string).unwrap_or_default();
        super::last_day(person, &plan.frozen.cycle.period) >= on && (stated == team || slug(&stated) == team)
    };
    plan.people().filter(belongs).map(|person| &person.id).collect()
}
