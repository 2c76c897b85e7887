//! The other services through their generated clients.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::civil::Date;
use merit_core::ids::{CycleId, GoalId, PersonId, TeamId};
use merit_core::{Error, Period, Result};
use merit_platform::client::{LIMIT, Link};
use merit_platform::status::from_status;
use merit_platform::wire;
use merit_proto::directory::v1 as directory;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::feedback::v1 as feedback;
use merit_proto::feedback::v1::feedback_service_client::FeedbackServiceClient;
use merit_proto::goals::v1 as goals;
use merit_proto::goals::v1::goals_service_client::GoalsServiceClient;
use merit_proto::kept::read;

use crate::model::{Cutoffs, Cycle, DatedProgress, DatedTarget, DatedValue, Goal, OwnerKind, Packed, Person, Rating};
use crate::service::Neighbours;

/// Most people asked for in one call.
const BATCH: usize = 500;
/// Rows of one page.
const PAGE: i32 = 1000;

/// Directory, goals and feedback.
#[derive(Debug, Clone)]
pub struct Clients {
    directory: DirectoryServiceClient<Link>,
    goals: GoalsServiceClient<Link>,
    feedback: FeedbackServiceClient<Link>,
}

impl Clients {
    /// Over three links, which may be the same.
    #[must_use]
    pub fn new(directory: Link, goals: Link, feedback: Link) -> Self {
        Self {
            directory: DirectoryServiceClient::new(directory).max_decoding_message_size(LIMIT),
            goals: GoalsServiceClient::new(goals).max_decoding_message_size(LIMIT),
            feedback: FeedbackServiceClient::new(feedback).max_decoding_message_size(LIMIT),
        }
    }

    async fn get_cycle(&self, name: &str) -> Result<goals::Cycle> {
        let request = goals::GetCycleRequest { name: name.to_owned() };
        let answer = self.goals.clone().get_cycle(request).await.map_err(|s| from_status(&s))?.into_inner();
        answer.cycle.ok_or_else(|| Error::internal("goals answered without a cycle"))
    }
}

#[async_trait]
impl Neighbours for Clients {
    async fn cutoffs(&self) -> Result<Cutoffs> {
        let (mut directory, mut goals, mut feedback) =
            (self.directory.clone(), self.goals.clone(), self.feedback.clone());
        let (directory, goals, feedback) = tokio::try_join!(
            directory.get_cutoff(directory::GetCutoffRequest {}),
            goals.get_cutoff(goals::GetCutoffRequest {}),
            feedback.get_cutoff(feedback::GetCutoffRequest {}),
        )
        .map_err(|status| from_status(&status))?;
        Ok(Cutoffs {
            directory: directory.into_inner().cutoff,
            goals: goals.into_inner().cutoff,
            feedback: feedback.into_inner().cutoff,
            scoring: 0,
        })
    }

    async fn schema(&self) -> Result<String> {
        let answer = self.goals.clone().get_schema(goals::GetSchemaRequest {}).await.map_err(|s| from_status(&s))?;
        let schema = answer.into_inner().schema.ok_or_else(|| Error::internal("goals answered without a schema"))?;
        Ok(schema.source)
    }

    async fn cycle(&self, name: &str) -> Result<Cycle> {
        cycle(self.get_cycle(name).await?)
    }

    async fn cycles(&self) -> Result<Vec<Cycle>> {
        let mut found = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = goals::ListCyclesRequest { page_size: PAGE, page_token };
            let page = self.goals.clone().list_cycles(request).await.map_err(|s| from_status(&s))?.into_inner();
            for one in page.cycles {
                found.push(cycle(one)?);
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(found);
            }
        }
    }

    async fn team_pay_shown(&self, cycle: &str) -> Result<bool> {
        Ok(self.get_cycle(cycle).await?.team_pay() == goals::TeamPay::Shown)
    }

    async fn known(&self, people: &BTreeSet<PersonId>) -> Result<BTreeSet<PersonId>> {
        let names: Vec<String> = people.iter().map(PersonId::name).collect();
        let mut known = BTreeSet::new();
        for batch in names.chunks(BATCH) {
            let request = directory::ListPeopleRequest { page_size: PAGE, names: batch.to_vec(), ..Default::default() };
            let page = self.directory.clone().list_people(request).await.map_err(|s| from_status(&s))?.into_inner();
            for person in page.people {
                known.insert(PersonId::from_name(&person.name)?);
            }
        }
        Ok(known)
    }

    async fn people(&self, cutoff: i64) -> Result<Vec<Person>> {
        let request = directory::SnapshotPeopleRequest { cutoff };
        let mut stream =
            self.directory.clone().snapshot_people(request).await.map_err(|s| from_status(&s))?.into_inner();
        let mut people = Vec::new();
        while let Some(message) = stream.message().await.map_err(|s| from_status(&s))? {
            for found in message.people {
                people.push(person(found)?);
            }
        }
        Ok(people)
    }

    async fn goals(&self, cycle: &CycleId, cutoff: i64) -> Result<Vec<Goal>> {
        let request = goals::SnapshotGoalsRequest { cycle: cycle.name(), cutoff };
        let mut stream = self.goals.clone().snapshot_goals(request).await.map_err(|s| from_status(&s))?.into_inner();
        let mut found = Vec::new();
        while let Some(message) = stream.message().await.map_err(|s| from_status(&s))? {
            for one in message.goals {
                found.push(goal(one)?);
            }
        }
        Ok(found)
    }

    async fn goals_of(&self, cycle: &CycleId, person: &PersonId) -> Result<Vec<Goal>> {
        let mut found = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = goals::ListGoalsRequest {
                cycle: cycle.name(),
                owner: person.name(),
                page_size: PAGE,
                page_token,
                ..Default::default()
            };
            let page = self.goals.clone().list_goals(request).await.map_err(|s| from_status(&s))?.into_inner();
            for one in read(page.goals).map_err(|status| from_status(&status))? {
                found.push(goal(one)?);
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(found);
            }
        }
    }

    async fn ratings(&self, first: Date, last: Date, cutoff: i64) -> Result<Vec<(PersonId, Rating)>> {
        let request =
            feedback::SnapshotRatingsRequest { first_day: first.to_string(), last_day: last.to_string(), cutoff };
        let mut stream =
            self.feedback.clone().snapshot_ratings(request).await.map_err(|s| from_status(&s))?.into_inner();
        let mut ratings = Vec::new();
        while let Some(message) = stream.message().await.map_err(|s| from_status(&s))? {
            for found in message.ratings {
                let value = Packed(wire::parse_value(&found.value.unwrap_or_default())?);
                let on = wire::day("a rating's day", &found.on)?;
                ratings.push((PersonId::from_name(&found.person)?, Rating { measure: found.measure, on, value }));
            }
        }
        Ok(ratings)
    }
}

/// The dated history alone: a run freezes neither name nor address.
fn person(found: directory::Person) -> Result<Person> {
    let mut history = Vec::with_capacity(found.history.len());
    for dated in found.history {
        let value = dated.value.as_ref().map(wire::parse_value).transpose()?.map(Packed);
        let from = wire::day("the first day of an attribute", &dated.from)?;
        history.push(DatedValue { attribute: dated.attribute, from, value });
    }
    let id = PersonId::from_name(&found.name)?;
    Ok(Person {
        id,
        history,
        ratings: Vec::new(),
        granted: Vec::new(),
        carried: Vec::new(),
        occurred: Vec::new(),
        earlier: Vec::new(),
    })
}

fn cycle(found: goals::Cycle) -> Result<Cycle> {
    let first = wire::day("the cycle's first day", &found.first_day)?;
    let last = wire::day("the cycle's last day", &found.last_day)?;
    Ok(Cycle { id: CycleId::from_name(&found.name)?, period: Period::through(first, last)?, zone: found.zone })
}

fn goal(found: goals::Goal) -> Result<Goal> {
    let owner_kind = match found.owner_kind() {
        goals::OwnerKind::Person => OwnerKind::Person,
        goals::OwnerKind::Team => OwnerKind::Team,
        _ => OwnerKind::Organisation,
    };
    let owner = match owner_kind {
        OwnerKind::Person => PersonId::from_name(&found.owner)?.to_string(),
        OwnerKind::Team => TeamId::from_name(&found.owner)?.to_string(),
        OwnerKind::Organisation => String::new(),
    };
    let mut targets = Vec::with_capacity(found.targets.len());
    for dated in found.targets {
        let target = Packed(wire::parse_value(&dated.target.unwrap_or_default())?);
        targets.push(DatedTarget { from: wire::day("the first day of a target", &dated.from)?, target });
    }
    let mut progress = Vec::with_capacity(found.progress.len());
    for dated in found.progress {
        let done = wire::ratio("a milestone's progress", &dated.done)?;
        progress.push(DatedProgress { on: wire::day("the day of progress", &dated.on)?, done });
    }
    Ok(Goal {
        id: GoalId::from_name(&found.name)?.to_string(),
        owner_kind,
        owner,
        title: found.title,
        measure: found.measure,
        perspective: found.perspective,
        weight: found.weight,
        targets,
        progress,
    })
}
