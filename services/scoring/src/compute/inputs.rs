//! What a policy may read about one person in one period.

use std::collections::BTreeMap;

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::{Period, Value};
use merit_rules::{History, InputSource, NotScored, PersonInputs, Row, Schema};

use super::averages::by_days;
use super::credit::{Credited, Share};
use super::quota::quota;
use super::{Plan, Prepared, in_force, last_day};
use crate::model::Person;

/// Inputs, and why there is no quota where more can be said than that it is missing.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// The inputs.
    pub inputs: PersonInputs,
    /// For people.
    pub no_quota: Option<String>,
}

impl Gathered {
    /// The reason for people, with what is known about a quota that isn't there.
    #[must_use]
    pub fn reason(&self, stopped: &NotScored) -> String {
        reason(self.no_quota.as_ref(), stopped)
    }
}

/// The reason for people, with what is known about a quota that isn't there.
#[must_use]
pub fn reason(no_quota: Option<&String>, stopped: &NotScored) -> String {
    match (no_quota, stopped.input.as_deref()) {
        (Some(why), Some("quota" | "attainment")) => why.clone(),
        _ => stopped.reason.clone(),
    }
}

/// The inputs of a policy, by its place in the plan, after what earlier periods left.
#[must_use]
pub fn gather(
    plan: &Plan,
    credited: &Credited,
    policy: usize,
    person: &Person,
    period: &Period,
    history: &History,
) -> Gathered {
    let Some(prepared) = plan.policies.get(policy) else {
        return Gathered { inputs: empty(person, period), no_quota: None };
    };
    let mut facts = facts_on(&prepared.schema, person, period, last_day(person, period));
    average_facts(prepared, person, period, &mut facts);
    let mut no_quota = None;
    if let Some(measure) = prepared.program.attainment_of() {
        match quota(plan, prepared, person, (measure, period), history) {
            Ok(Some(quota)) => drop(facts.insert("quota".to_owned(), quota)),
            Ok(None) => {}
            Err(why) => no_quota = Some(why),
        }
    }
    let mut inputs = PersonInputs { facts, history: history.clone(), ..empty(person, period) };
    for list in prepared.program.lists() {
        let stretch = prepared.stretch(list, period);
        inputs.lists.insert(list.to_owned(), rows(plan, credited, Some(policy), &person.id, list, &stretch));
    }
    Gathered { inputs, no_quota }
}

/// Attributes that the policy wants averaged by days over the part of the period in which the person is employed.
fn average_facts(prepared: &Prepared, person: &Person, period: &Period, facts: &mut BTreeMap<String, Value>) {
    let last = last_day(person, period);
    for (name, input) in prepared.program.inputs() {
        if !input.averaged || input.source != InputSource::Attribute {
            continue;
        }
        let on = |day: Date| in_force(person, name, day).filter(|_| day <= last);
        if let Some(average) = by_days(period, on) {
            facts.insert(name.clone(), average);
        }
    }
}

/// Inputs for a measure alone, as of a day, credited as the policy does, or by the schema's rule without one.
#[must_use]
pub fn for_measure(
    plan: &Plan,
    credited: &Credited,
    policy: Option<usize>,
    person: &Person,
    lists: &[String],
    on: Date,
) -> PersonInputs {
    let cycle = plan.frozen.cycle.period;
    let mut inputs = empty(person, &cycle);
    inputs.facts = facts_on(&plan.schema, person, &cycle, on);
    for list in lists {
        inputs.lists.insert(list.clone(), rows(plan, credited, policy, &person.id, list, &cycle));
    }
    inputs
}

fn empty(person: &Person, period: &Period) -> PersonInputs {
    PersonInputs {
        person: person.id.clone(),
        period: *period,
        facts: BTreeMap::new(),
        lists: BTreeMap::new(),
        history: History::default(),
    }
}

/// Attributes in force on the day, and the latest rating in the period up to it of each measure that no formula gives.
fn facts_on(schema: &Schema, person: &Person, period: &Period, day: Date) -> BTreeMap<String, Value> {
    let mut facts = BTreeMap::new();
    for attribute in schema.attributes().keys() {
        if let Some(value) = in_force(person, attribute, day) {
            facts.insert(attribute.clone(), value.clone());
        }
    }
    let mut latest: BTreeMap<&str, Date> = BTreeMap::new();
    for rating in person.ratings.iter().filter(|rating| period.contains(rating.on)) {
        let by_formula = schema.measures().get(&rating.measure).is_none_or(|measure| measure.has_formula);
        let newer = latest.get(rating.measure.as_str()).is_none_or(|on| *on <= rating.on);
        if !by_formula && newer {
            latest.insert(&rating.measure, rating.on);
            facts.insert(rating.measure.clone(), rating.value.0.clone());
        }
    }
    facts
}

/// A person's rows of a list that are dated in the period.
#[must_use]
pub fn rows(
    plan: &Plan,
    credited: &Credited,
    policy: Option<usize>,
    person: &PersonId,
    list: &str,
    period: &Period,
) -> Vec<Row> {
    let own = policy.filter(|index| plan.policies.get(*index).is_some_and(|p| p.program.credit() == Some(list)));
    let shares = match own {
        Some(index) => credited.by_policy.get(index),
        None => Some(&credited.by_default),
    };
    let shares = shares.and_then(|shares| shares.get(person)).map(Vec::as_slice).unwrap_or_default();
    let Some(record) = plan.schema.record_of_list(list).map(|record| record.name.as_str()) else { return Vec::new() };
    shares.iter().filter_map(|share| row(plan, share, record, period)).collect()
}

fn row(plan: &Plan, share: &Share, record: &str, period: &Period) -> Option<Row> {
    let result = plan.frozen.results.get(share.result)?;
    if result.record != record || !period.contains(result.dated) {
        return None;
    }
    Some(Row {
        id: result.id(),
        values: result.values().ok()?,
        credited: share.credited,
        credited_as: share.credited_as.clone(),
        credited_of: share.credited_of.clone(),
    })
}
