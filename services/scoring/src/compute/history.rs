//! What a policy's earlier periods left to a person: carried over from earlier cycles, then period by period through this
//! one.

use std::collections::BTreeMap;

use merit_core::{Currency, Period, Result};
use merit_rules::{
    Awaited, Evaluation, History, Past, Release, Row, Waiting, applies, evaluate, record, recorded_of, release,
};

use super::credit::Credited;
use super::employment::employed;
use super::inputs::{Gathered, gather, rows};
use super::{Plan, Prepared};
use crate::model::{Balance, Packed, PastPeriod, Person};

/// One policy's history for one person, on its way through the cycle.
#[derive(Debug, Clone)]
pub struct Track {
    /// What the next period finds.
    pub history: History,
    /// Periods of this cycle so far.
    passed: Vec<PastPeriod>,
}

impl Track {
    /// What earlier cycles left.
    #[must_use]
    pub fn begin(person: &Person, policy: &str, currency: Option<Currency>) -> Self {
        let Some(carried) = person.carried.iter().find(|carried| carried.policy == policy) else {
            return Self { history: History::default(), passed: Vec::new() };
        };
        let periods = carried.periods.iter().filter_map(|past| {
            let values = past.values.iter().map(|(name, value)| (name.clone(), value.0.clone())).collect();
            Some(Past { period: Period::through(past.first, past.last).ok()?, values })
        });
        let owed = carried.owed.filter(|owed| currency.is_none_or(|currency| owed.currency == currency));
        let history = History { periods: periods.collect(), waiting: carried.waiting.clone(), owed };
        Self { history, passed: Vec::new() }
    }

    /// Puts a period on record.
    pub fn pass(&mut self, prepared: &Prepared, period: &Period, evaluation: &Evaluation) {
        let mut values = record(&prepared.program, evaluation);
        if !prepared.program.recomputes() {
            // Without taking back by recomputing, only what has a name in the policy or its header is read again.
            let outputs: Vec<String> = prepared.program.outputs().into_iter().map(|output| output.name).collect();
            let header = ["quota", "attainment", prepared.program.attainment_of().unwrap_or_default()];
            values.retain(|name, _| header.contains(&name.as_str()) || recorded_of(name, &outputs));
        }
        let packed = values.iter().map(|(name, value)| (name.clone(), Packed(value.clone()))).collect();
        self.passed.push(PastPeriod { first: period.start, last: period.last(), values: packed });
        self.history.periods.push(Past { period: *period, values });
        self.history.waiting.extend(evaluation.outputs.iter().flat_map(|output| output.waiting.iter().cloned()));
    }

    /// Frees what has come by the end of a period.
    pub fn free(
        &mut self,
        plan: &Plan,
        credited: &Credited,
        policy: Option<usize>,
        person: &Person,
        period: &Period,
    ) -> Vec<Release> {
        if self.history.waiting.is_empty() {
            return Vec::new();
        }
        let come = |waiting: &Waiting, event: &str| {
            person.occurred.iter().any(|occurred| {
                occurred.event == event
                    && occurred.on <= period.last()
                    && occurred.first <= waiting.until
                    && waiting.until <= occurred.last
            })
        };
        let mut lists: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for waiting in &self.history.waiting {
            if let Awaited::Cash { list, .. } = &waiting.what
                && !lists.contains_key(list)
            {
                lists.insert(list.clone(), rows(plan, credited, policy, &person.id, list, period));
            }
        }
        let (released, left) = release(&self.history.waiting, &come, &lists);
        self.history.waiting = left;
        released
    }

    /// What is left behind, if anything.
    #[must_use]
    pub fn balance(self, person: &Person, policy: &str) -> Option<Balance> {
        let Self { history, passed } = self;
        let something = !passed.is_empty() || !history.waiting.is_empty();
        something.then(|| Balance {
            participant: person.id.clone(),
            policy: policy.to_owned(),
            periods: passed,
            waiting: history.waiting,
        })
    }
}

/// The periods of a policy that apply to a person, each with its inputs and what those before it left.
///
/// # Errors
/// Never for what the rules can give.
pub fn applied(plan: &Plan, credited: &Credited, policy: usize, person: &Person) -> Result<Vec<(Period, Gathered)>> {
    let Some(prepared) = plan.policies.get(policy) else { return Ok(Vec::new()) };
    let mut track = Track::begin(person, prepared.program.name(), Some(prepared.program.currency()));
    let mut found = Vec::new();
    let last = prepared.periods.last();
    for period in prepared.periods.iter().filter(|period| employed(person, period)) {
        let gathered = gather(plan, credited, policy, person, period, &track.history);
        if applies(&prepared.program, &gathered.inputs) == Ok(true) {
            // The last period leaves nothing to another one of this cycle.
            if Some(period) != last {
                track.pass(prepared, period, &evaluate(&prepared.program, &gathered.inputs));
            }
            found.push((*period, gathered));
        }
    }
    Ok(found)
}
