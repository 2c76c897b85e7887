//! Who works here, asked of the directory.

use async_trait::async_trait;
use jiff::civil::Date;
use merit_core::ids::{PersonId, TeamId};
use merit_core::{Result, Value};
use merit_platform::client::{LIMIT, Link};
use merit_platform::status::from_status;
use merit_platform::wire;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::directory::v1::{Person, SnapshotPeopleRequest};

use crate::model::{Member, team_id};
use crate::service::People;

/// The directory over a channel.
#[derive(Clone)]
pub struct DirectoryPeople {
    client: DirectoryServiceClient<Link>,
}

impl DirectoryPeople {
    /// Over a channel that may read everything.
    #[must_use]
    pub fn new(directory: Link) -> Self {
        Self { client: DirectoryServiceClient::new(directory).max_decoding_message_size(LIMIT) }
    }
}

#[async_trait]
impl People for DirectoryPeople {
    async fn members(&self) -> Result<Vec<Member>> {
        let mut client = self.client.clone();
        let answer = client.snapshot_people(SnapshotPeopleRequest { cutoff: 0 }).await;
        let mut chunks = answer.map_err(|status| from_status(&status))?.into_inner();
        let mut members = Vec::new();
        while let Some(chunk) = chunks.message().await.map_err(|status| from_status(&status))? {
            for person in &chunk.people {
                members.push(member(person)?);
            }
        }
        Ok(members)
    }
}

fn member(person: &Person) -> Result<Member> {
    let mut member =
        Member { id: PersonId::from_name(&person.name)?, teams: Vec::new(), started: Vec::new(), ended: Vec::new() };
    for fact in &person.history {
        let value = || fact.value.as_ref().map(wire::parse_value).transpose();
        match fact.attribute.as_str() {
            "team" => member.teams.extend(value()?.as_ref().and_then(team)),
            "started" => member.started.push((wire::day("the day", &fact.from)?, value()?.as_ref().and_then(date))),
            "ended" => member.ended.push((wire::day("the day", &fact.from)?, value()?.as_ref().and_then(date))),
            _ => {}
        }
    }
    Ok(member)
}

fn team(value: &Value) -> Option<TeamId> {
    match value {
        Value::Text(name) | Value::Choice(name) => team_id(name),
        _ => None,
    }
}

const fn date(value: &Value) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        _ => None,
    }
}
