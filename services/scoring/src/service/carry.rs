//! What earlier cycles left to each person: from opening balances, then from the latest posted run of each cycle and the
//! ledger; and the events that have come for what waits.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::{Error, Money, Period, Result, Value};
use merit_rules::{Awaited, Waiting};

use super::{Scoring, apart};
use crate::compute::plan::Plan;
use crate::model::{
    Carried, Closed, Cycle, Event, Granted, Occurred, Opening, Packed, PastPeriod, Person, Policy, What,
};

/// What was left to one person under one policy, as it is gathered.
#[derive(Default)]
struct Left {
    /// Opening balances by last and first day. Their days under the policy are gone by, whatever they say of them.
    opened: BTreeMap<(Date, Date), BTreeMap<String, Packed>>,
    /// Held back amounts of opening balances that no posted run has read.
    unread: Vec<Waiting>,
    /// Periods of runs, oldest first.
    ran: Vec<PastPeriod>,
    /// What waits after the latest run.
    waiting: Vec<Waiting>,
    owed: Option<Money>,
}

/// By person and policy.
type Everything = BTreeMap<(PersonId, String), Left>;

/// Opening balances of before a cycle, each with the number of its change.
pub(super) struct Openings {
    rows: Vec<(Opening, i64)>,
    /// Closed cycles of before it.
    closed: Vec<Closed>,
}

impl Openings {
    /// Recognition that was given elsewhere.
    pub(super) fn granted(&self) -> Vec<(PersonId, Granted)> {
        let granted = self.rows.iter().filter_map(|(opening, _)| match &opening.key.what {
            What::Recognition(title) => {
                let (policy, title) = (opening.key.policy.clone(), title.clone());
                Some((opening.key.participant.clone(), Granted { policy, title, on: opening.key.last }))
            }
            _ => None,
        });
        granted.collect()
    }

    /// What they leave. A held back amount that a posted run has read waits on by that run's word.
    fn leave(self, left: &mut Everything) {
        for (Opening { key, value }, seq) in self.rows {
            let Some(value) = value.filter(|_| !matches!(key.what, What::Recognition(_))) else { continue };
            let own = left.entry((key.participant, key.policy)).or_default();
            let figures = own.opened.entry((key.last, key.first)).or_default();
            match (key.what, &value.0) {
                (What::Figure(name), _) => drop(figures.insert(name, value)),
                (What::Owed, Value::Money(owed)) => own.owe(*owed),
                (What::Held { payout, until }, Value::Money(amount))
                    if !self.closed.iter().any(|closed| closed.knew(seq, key.last)) =>
                {
                    let what = Awaited::Event(until);
                    own.unread.push(Waiting { payout, since: key.first, until: key.last, amount: *amount, what });
                }
                _ => {}
            }
        }
    }
}

impl Left {
    fn owe(&mut self, more: Money) {
        // Of two currencies the later one counts: a policy has one.
        self.owed = Some(self.owed.and_then(|before| before.plus(more).ok()).unwrap_or(more));
    }

    fn carried(self, policy: String) -> Carried {
        let Self { opened, unread, ran, mut waiting, owed } = self;
        // What was closed here counts before what is said of the same days.
        let apart = |first: Date, last: Date| !ran.iter().any(|past| past.first <= last && first <= past.last);
        let opened = opened.into_iter().filter(|((last, first), _)| apart(*first, *last));
        let mut periods: Vec<PastPeriod> =
            opened.map(|((last, first), values)| PastPeriod { first, last, values }).collect();
        periods.extend(ran);
        waiting.extend(unread);
        Carried { policy, periods, waiting, owed }
    }
}

impl Scoring {
    /// The opening balances that count for a cycle.
    ///
    /// # Errors
    /// `COVERED_BY_OPENINGS` where they cover days of the cycle: it was closed elsewhere, and figures would count twice.
    pub(super) async fn openings(&self, cycle: &Cycle, cutoff: i64, policies: &[Policy]) -> Result<Openings> {
        let (first, last) = (cycle.period.start, cycle.period.last());
        let mut rows = self.store.openings(cutoff).await?;
        let inside = rows.iter().map(|(opening, _)| &opening.key).find(|key| {
            key.touches(first, last)
                && !matches!(key.what, What::Recognition(_))
                && policies.iter().any(|policy| policy.name == key.policy)
        });
        if let Some(key) = inside {
            let message = format!(
                "{} can't be closed here: opening balances of `{}` cover it ({}, {} to {}), as of a cycle that was closed elsewhere; if it wasn't, take them off the record by rows with an empty value",
                cycle.id, key.policy, key.participant, key.first, key.last
            );
            return Err(Error::precondition("COVERED_BY_OPENINGS", message));
        }
        rows.retain(|(opening, _)| opening.key.last < first);
        let closed = self.store.closed().await?.into_iter().filter(|closed| closed.last < first).collect();
        Ok(Openings { rows, closed })
    }

    /// Gives people what was left to them before the cycle, and the events that have come for it by the cycle's last day.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn carry(
        &self,
        cycle: &Cycle,
        cutoff: i64,
        (policies, openings): (&[Policy], Openings),
        people: &mut BTreeMap<PersonId, Person>,
    ) -> Result<()> {
        let mut left = Everything::new();
        openings.leave(&mut left);
        for balance in self.store.balances_before(cycle.period.start).await? {
            let own = left.entry((balance.participant, balance.policy)).or_default();
            own.ran.extend(balance.periods);
            // Each balance holds all that waits after its run.
            own.waiting = balance.waiting;
        }
        for (person, policy, owed) in self.store.owed_before(cycle.period.start).await? {
            left.entry((person, policy)).or_default().owe(owed);
        }
        for ((person, policy), own) in left {
            if let Some(person) = people.get_mut(&person) {
                person.carried.push(own.carried(policy));
            }
        }
        self.occur(&cycle.period, cutoff, policies, people).await
    }

    /// Gives people the events that came for what waits, and those that can free what this cycle itself holds back.
    async fn occur(
        &self,
        cycle: &Period,
        cutoff: i64,
        policies: &[Policy],
        people: &mut BTreeMap<PersonId, Person>,
    ) -> Result<()> {
        let events = self.store.events(cycle.last(), cutoff).await?;
        let of_this = |event: &Event| event.occurred.last >= cycle.start;
        let mut inside = BTreeSet::new();
        if events.iter().any(of_this) {
            let (cycle, policies) = (*cycle, policies.to_vec());
            inside = apart(move || Plan::awaited_inside(&cycle, &policies)).await?;
        }
        let mut by_person: BTreeMap<Option<&PersonId>, Vec<&Event>> = BTreeMap::new();
        for event in &events {
            by_person.entry(event.person.as_ref()).or_default().push(event);
        }
        for person in people.values_mut() {
            let waits = |waiting: &Waiting, occurred: &Occurred| {
                waiting.what == Awaited::Event(occurred.event.clone())
                    && occurred.first <= waiting.until
                    && waiting.until <= occurred.last
            };
            let awaited = |event: &&&Event| {
                let mut waiting = person.carried.iter().flat_map(|carried| &carried.waiting);
                waiting.any(|waiting| waits(waiting, &event.occurred))
                    || (of_this(event) && inside.contains(&event.occurred.event))
            };
            let theirs = [None, Some(&person.id)].into_iter().filter_map(|whom| by_person.get(&whom)).flatten();
            let mut occurred: Vec<Occurred> = theirs.filter(awaited).map(|event| event.occurred.clone()).collect();
            occurred.sort();
            occurred.dedup();
            person.occurred = occurred;
        }
        Ok(())
    }
}
