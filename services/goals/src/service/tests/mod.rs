//! The rules of the goals service, over a store in a file, a schema as the policy language reads it, and people who are
//! made up.

mod coverage;
mod cycles;
mod import;
mod rows;
mod schemas;
mod smart;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use merit_core::ids::{CycleId, GoalId, PersonId};
use merit_core::{Clock, Result, Scope, Value};

use super::{Assessed, Goals, People};
use crate::model::{GoalRow, GoalsFile, Member, Outcome, team_id};
use crate::schema::RulesSchemas;
use crate::service::Listing;
use crate::store::sqlite;

pub const SCHEMA: &str = r#"schema "Test" version 1

participant {
  team : text
}

record Deal as deals dated by closed belongs to owner {
  amount : money from $0 and above
  owner  : participant
  closed : date
}

measure bookings : money = sum of deals.credited   higher is better  financial
measure csat     : number from 0 to 5 optional     higher is better  operational
measure ideas    : count from 0 and above default 0  higher is better  innovation
"#;

/// A clock that a test sets.
pub struct SetClock(Mutex<Timestamp>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

pub struct Staff(Vec<Member>);

#[async_trait]
impl People for Staff {
    async fn members(&self) -> Result<Vec<Member>> {
        Ok(self.0.clone())
    }
}

pub struct World {
    _folder: tempfile::TempDir,
    pub goals: Goals,
    clock: Arc<SetClock>,
}

impl World {
    /// Nothing on record, three people: ana and bob in team East, cyd in East Practice, who joined on 2026-08-01.
    pub async fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = sqlite::open(&folder.path().join("goals.db")).await.unwrap();
        let clock = Arc::new(SetClock(Mutex::new("2026-07-15T12:00:00Z".parse().unwrap())));
        let mut cyd = member("cyd", "East Practice");
        cyd.started = vec![(date(2026, 7, 1), Some(date(2026, 8, 1)))];
        let staff = Staff(vec![member("ana", "East"), member("bob", "East"), cyd]);
        let goals = Goals::new(Arc::new(store), Arc::new(staff), Arc::new(RulesSchemas), clock.clone());
        Self { _folder: folder, goals, clock }
    }

    /// With the schema and the cycles 2026-Q2 and 2026-Q3.
    pub async fn new() -> Self {
        let world = Self::bare().await;
        world.goals.apply_schema("schema.merit", SCHEMA).await.unwrap();
        world.goals.open_cycle("2026-Q2", None, None, "UTC").await.unwrap();
        world.goals.open_cycle("2026-Q3", None, None, "UTC").await.unwrap();
        world
    }

    pub fn set(&self, now: &str) {
        *self.clock.0.lock().unwrap() = now.parse().unwrap();
    }

    /// Imports rows that are to be taken and gives how many were added, changed and unchanged.
    pub async fn take(&self, rows: Vec<GoalRow>) -> (u32, u32, u32) {
        let outcome = self.import(rows).await;
        assert_eq!(outcome.problems, [], "no problem was expected");
        (outcome.added, outcome.changed, outcome.unchanged)
    }

    pub async fn import(&self, rows: Vec<GoalRow>) -> Outcome {
        self.goals.import(&file(rows)).await.unwrap()
    }

    pub async fn problems(&self, rows: Vec<GoalRow>) -> Vec<String> {
        self.import(rows).await.problems.iter().map(ToString::to_string).collect()
    }

    pub async fn goal(&self, id: &str) -> Assessed {
        let mut found = Vec::new();
        for cycle in self.goals.cycles().await.unwrap() {
            let cutoff = self.goals.cutoff().await.unwrap();
            let (owner, scope) = (None, Scope::Everyone);
            let listing = Listing { cutoff, cycle: cycle.id, owner, scope, after: None, limit: 10_000 };
            found.extend(self.goals.list(&listing).await.unwrap());
        }
        found.into_iter().find(|goal| goal.goal.id == GoalId::new(id).unwrap()).unwrap()
    }
}

fn member(id: &str, team: &str) -> Member {
    Member {
        id: PersonId::new(id).unwrap(),
        teams: vec![team_id(team).unwrap()],
        started: Vec::new(),
        ended: Vec::new(),
    }
}

pub fn file(rows: Vec<GoalRow>) -> GoalsFile {
    GoalsFile { source: "planning".to_owned(), file_name: "goals.csv".to_owned(), rows, ..GoalsFile::default() }
}

/// A row of a person's milestone in 2026-Q3 that nothing is wrong with.
pub fn milestone(line: u32, id: &str, owner: &str) -> GoalRow {
    GoalRow {
        line,
        goal_id: id.to_owned(),
        cycle: "2026-Q3".to_owned(),
        owner_kind: "person".to_owned(),
        owner: owner.to_owned(),
        title: "Open the second clinic".to_owned(),
        perspective: "operational".to_owned(),
        done_when: "the first patient was seen".to_owned(),
        ..GoalRow::default()
    }
}

/// A row of a person's quota in 2026-Q3 that nothing is wrong with.
pub fn quota(line: u32, id: &str, owner: &str, target: &str) -> GoalRow {
    GoalRow {
        measure: "bookings".to_owned(),
        target: Some(Value::Money(target.parse().unwrap())),
        title: String::new(),
        perspective: String::new(),
        done_when: String::new(),
        ..milestone(line, id, owner)
    }
}

pub fn with(mut row: GoalRow, change: impl FnOnce(&mut GoalRow)) -> GoalRow {
    change(&mut row);
    row
}

pub fn cycle_id(id: &str) -> CycleId {
    CycleId::new(id).unwrap()
}

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}
