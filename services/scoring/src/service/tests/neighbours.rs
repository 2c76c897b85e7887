//! A small company.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use jiff::civil::{Date, date};
use merit_core::ids::{CycleId, PersonId};
use merit_core::{Error, Period, Result, Value, ValueType};

use super::SCHEMA;
use crate::model::{Cutoffs, Cycle, DatedProgress, DatedTarget, DatedValue, Goal, OwnerKind, Packed, Person, Rating};
use crate::service::Neighbours;

/// What the neighbours know.
pub struct Company {
    pub schema: Mutex<Option<String>>,
    pub people: Mutex<Vec<Person>>,
    pub goals: Mutex<Vec<Goal>>,
    pub ratings: Mutex<Vec<(PersonId, Rating)>>,
    pub team_pay_shown: AtomicBool,
    /// How often everybody was asked for.
    pub asked: AtomicU32,
    /// Goals of cycles that have their own.
    pub goals_in: Mutex<BTreeMap<String, Vec<Goal>>>,
    /// Cycles that there aren't.
    pub never_opened: Mutex<BTreeSet<String>>,
}

pub fn id(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

pub fn value(kind: ValueType, text: &str) -> Packed {
    Packed(Value::parse(kind, text).unwrap())
}

/// Somebody, from a day on, who began that day.
fn person(who: &str, role: &str, manager: &str, from: Date) -> Person {
    let mut history = Vec::new();
    let mut fact = |attribute: &str, kind, text: &str| {
        history.push(DatedValue { attribute: attribute.to_owned(), from, value: Some(value(kind, text)) });
    };
    fact("role", ValueType::Choice, role);
    fact("region", ValueType::Choice, "East");
    fact("team", ValueType::Text, "East Coast");
    fact("started", ValueType::Date, &from.to_string());
    if !manager.is_empty() {
        fact("manager", ValueType::Participant, manager);
    }
    Person {
        id: id(who),
        history,
        ratings: vec![],
        granted: vec![],
        carried: vec![],
        occurred: vec![],
        earlier: vec![],
    }
}

pub fn goal(name: &str, owner_kind: OwnerKind, owner: &str, measure: &str, target: &str) -> Goal {
    Goal {
        id: name.to_owned(),
        owner_kind,
        owner: owner.to_owned(),
        title: format!("Goal {name}"),
        measure: measure.to_owned(),
        perspective: "financial".to_owned(),
        weight: "1/2".to_owned(),
        targets: vec![DatedTarget { from: date(2026, 7, 1), target: value(ValueType::Money, target) }],
        progress: vec![],
    }
}

impl Company {
    /// A boss, sellers with quotas that are good, missing and zero, one who leaves, one who joins later, an engineer.
    pub fn sample() -> Self {
        let old = date(2025, 1, 1);
        let mut eve = person("eve", "Seller", "boss", old);
        eve.history.push(DatedValue {
            attribute: "ended".to_owned(),
            from: date(2026, 7, 1),
            value: Some(value(ValueType::Date, "2026-08-15")),
        });
        let people = vec![
            person("boss", "Boss", "", old),
            person("ana", "Seller", "boss", old),
            person("bob", "Seller", "boss", old),
            person("cy", "Seller", "boss", old),
            person("dee", "Engineer", "boss", old),
            eve,
            person("fay", "Seller", "boss", date(2026, 10, 1)),
        ];
        let mut milestone = goal("g-dee", OwnerKind::Person, "dee", "", "USD 1.00");
        milestone.targets.clear();
        milestone.progress.push(DatedProgress { on: date(2026, 8, 1), done: "1/4".parse().unwrap() });
        milestone.progress.push(DatedProgress { on: date(2026, 9, 1), done: "3/4".parse().unwrap() });
        let goals = vec![
            goal("g-ana", OwnerKind::Person, "ana", "bookings", "USD 100000.00"),
            goal("g-boss", OwnerKind::Person, "boss", "bookings", "USD 200000.00"),
            goal("g-cy", OwnerKind::Person, "cy", "bookings", "USD 0.00"),
            milestone,
            goal("g-east", OwnerKind::Team, "east-coast", "bookings", "USD 320000.00"),
            goal("g-eve", OwnerKind::Person, "eve", "bookings", "USD 40000.00"),
            goal("g-all", OwnerKind::Organisation, "", "bookings", "USD 330000.00"),
        ];
        let rating = |on, text: &str| {
            (id("ana"), Rating { measure: "csat".to_owned(), on, value: value(ValueType::Number, text) })
        };
        // The latest counts, and of one day the later recorded.
        let ratings = vec![rating(date(2026, 8, 1), "5"), rating(date(2026, 9, 1), "5"), rating(date(2026, 9, 1), "3")];
        Self {
            schema: Mutex::new(Some(SCHEMA.to_owned())),
            people: Mutex::new(people),
            goals: Mutex::new(goals),
            ratings: Mutex::new(ratings),
            team_pay_shown: AtomicBool::new(false),
            asked: AtomicU32::new(0),
            goals_in: Mutex::default(),
            never_opened: Mutex::default(),
        }
    }
}

#[async_trait]
impl Neighbours for Company {
    /// As many changes as there is to know.
    async fn cutoffs(&self) -> Result<Cutoffs> {
        let people: usize = self.people.lock().unwrap().iter().map(|person| 1 + person.history.len()).sum();
        let count = |count: usize| i64::try_from(count).unwrap();
        let (goals, ratings) = (self.goals.lock().unwrap().len(), self.ratings.lock().unwrap().len());
        Ok(Cutoffs { directory: count(people), goals: count(goals), feedback: count(ratings), scoring: 0 })
    }

    async fn schema(&self) -> Result<String> {
        self.schema.lock().unwrap().clone().ok_or_else(|| Error::not_found("NO_SCHEMA", "none"))
    }

    async fn cycle(&self, name: &str) -> Result<Cycle> {
        let id = CycleId::from_name(if name == "cycles/last-ended" { "cycles/2026-Q3" } else { name })?;
        let quarter = id.as_str().strip_prefix("2026-Q").and_then(|quarter| quarter.parse().ok());
        let period = quarter.and_then(|quarter| Period::quarter(2026, quarter).ok());
        let period = period.ok_or_else(|| Error::not_found("UNKNOWN_CYCLE", format!("there is no cycle `{id}`")))?;
        Ok(Cycle { id, period, zone: "UTC".to_owned() })
    }

    async fn team_pay_shown(&self, cycle: &str) -> Result<bool> {
        self.cycle(cycle).await?;
        Ok(self.team_pay_shown.load(Ordering::Relaxed))
    }

    async fn known(&self, people: &BTreeSet<PersonId>) -> Result<BTreeSet<PersonId>> {
        let all = self.people.lock().unwrap();
        Ok(people.iter().filter(|id| all.iter().any(|person| person.id == **id)).cloned().collect())
    }

    async fn people(&self, _cutoff: i64) -> Result<Vec<Person>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(self.people.lock().unwrap().clone())
    }

    async fn cycles(&self) -> Result<Vec<Cycle>> {
        let mut cycles = Vec::new();
        for quarter in 1..=4 {
            cycles.push(self.cycle(&format!("cycles/2026-Q{quarter}")).await?);
        }
        let never = self.never_opened.lock().unwrap();
        cycles.retain(|cycle| !never.contains(cycle.id.as_str()));
        Ok(cycles)
    }

    async fn goals(&self, cycle: &CycleId, _cutoff: i64) -> Result<Vec<Goal>> {
        let own = self.goals_in.lock().unwrap().get(cycle.as_str()).cloned();
        Ok(own.unwrap_or_else(|| self.goals.lock().unwrap().clone()))
    }

    async fn goals_of(&self, _cycle: &CycleId, person: &PersonId) -> Result<Vec<Goal>> {
        let goals = self.goals.lock().unwrap();
        Ok(goals.iter().filter(|goal| goal.owner == person.as_str()).cloned().collect())
    }

    async fn ratings(&self, first: Date, last: Date, _cutoff: i64) -> Result<Vec<(PersonId, Rating)>> {
        let ratings = self.ratings.lock().unwrap();
        Ok(ratings.iter().filter(|(_, rating)| first <= rating.on && rating.on <= last).cloned().collect())
    }
}
