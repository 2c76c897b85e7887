//! What feedback asks of the directory and of goals.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::civil::Date;
use merit_core::ids::{CycleId, GoalId, PersonId};
use merit_core::{Error, Kind, Result};
use merit_platform::client::{LIMIT, Link};
use merit_platform::status::from_status;
use merit_platform::wire;
use merit_proto::directory::v1 as directory;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::goals::v1 as goals;
use merit_proto::goals::v1::goals_service_client::GoalsServiceClient;

/// Most people asked for in one call.
const BATCH: usize = 500;

/// A goal, as far as feedback needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalFacts {
    /// The cycle it belongs to.
    pub cycle: CycleId,
    /// Whose it is; none when it is a team's or the organisation's.
    pub owner: Option<PersonId>,
}

/// The days on which a cycle takes self-assessments, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The cycle's first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}

/// The services next door.
#[async_trait]
pub trait Neighbours: Send + Sync {
    /// Which of these people the directory knows.
    async fn people(&self, wanted: &BTreeSet<PersonId>) -> Result<BTreeSet<PersonId>>;
    /// Which of these goals exist.
    async fn goals(&self, wanted: &BTreeSet<GoalId>) -> Result<BTreeMap<GoalId, GoalFacts>>;
    /// A cycle's window, none when there is no such cycle.
    async fn window(&self, cycle: &CycleId) -> Result<Option<Window>>;
}

/// The neighbours through their generated clients.
#[derive(Debug, Clone)]
pub struct Clients {
    directory: DirectoryServiceClient<Link>,
    goals: GoalsServiceClient<Link>,
}

impl Clients {
    /// From the two clients.
    #[must_use]
    pub fn new(directory: DirectoryServiceClient<Link>, goals: GoalsServiceClient<Link>) -> Self {
        Self { directory: directory.max_decoding_message_size(LIMIT), goals: goals.max_decoding_message_size(LIMIT) }
    }

    /// The cycles, latest first.
    async fn cycles(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = goals::ListCyclesRequest { page_size: 1000, page_token };
            let page = self.goals.clone().list_cycles(request).await.map_err(|s| from_status(&s))?.into_inner();
            names.extend(page.cycles.into_iter().map(|cycle| cycle.name));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                names.reverse();
                return Ok(names);
            }
        }
    }
}

#[async_trait]
impl Neighbours for Clients {
    async fn people(&self, wanted: &BTreeSet<PersonId>) -> Result<BTreeSet<PersonId>> {
        let names: Vec<String> = wanted.iter().map(PersonId::name).collect();
        let mut known = BTreeSet::new();
        for batch in names.chunks(BATCH) {
            let request = directory::ListPeopleRequest { page_size: 1000, names: batch.to_vec(), ..Default::default() };
            let page = self.directory.clone().list_people(request).await.map_err(|s| from_status(&s))?.into_inner();
            for person in page.people {
                known.insert(PersonId::from_name(&person.name)?);
            }
        }
        Ok(known)
    }

    // Most files speak of the latest cycle, so the search begins there and ends when all are found.
    async fn goals(&self, wanted: &BTreeSet<GoalId>) -> Result<BTreeMap<GoalId, GoalFacts>> {
        let mut found = BTreeMap::new();
        if wanted.is_empty() {
            return Ok(found);
        }
        for cycle in self.cycles().await? {
            let request = goals::SnapshotGoalsRequest { cycle, cutoff: 0 };
            let mut stream =
                self.goals.clone().snapshot_goals(request).await.map_err(|s| from_status(&s))?.into_inner();
            while let Some(chunk) = stream.message().await.map_err(|s| from_status(&s))? {
                for goal in chunk.goals {
                    let id = GoalId::from_name(&goal.name)?;
                    if wanted.contains(&id) {
                        found.insert(id, facts(&goal)?);
                    }
                }
            }
            if found.len() == wanted.len() {
                break;
            }
        }
        Ok(found)
    }

    async fn window(&self, cycle: &CycleId) -> Result<Option<Window>> {
        let request = goals::GetCycleRequest { name: cycle.name() };
        let cycle = match self.goals.clone().get_cycle(request).await.map_err(|s| from_status(&s)) {
            Ok(response) => response.into_inner().cycle,
            Err(error) if error.kind == Kind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let cycle = cycle.ok_or_else(|| Error::internal("goals answered without a cycle"))?;
        Ok(Some(Window {
            from: wire::day("the cycle's first day", &cycle.first_day)?,
            until: wire::day("the last day for self-assessments", &cycle.self_assessment_until)?,
        }))
    }
}

fn facts(goal: &goals::Goal) -> Result<GoalFacts> {
    let owner = match goal.owner_kind() {
        goals::OwnerKind::Person => Some(PersonId::from_name(&goal.owner)?),
        _ => None,
    };
    Ok(GoalFacts { cycle: CycleId::from_name(&goal.cycle)?, owner })
}
