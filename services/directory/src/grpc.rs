//! The directory over gRPC: translation, and who may read what.

mod filter;
mod one_person;
#[cfg(test)]
mod tests;

use std::pin::Pin;

use futures::Stream;
use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::{Problem, Result};
use merit_platform::access::{Action, Permit, Terms};
use merit_platform::client::LIMIT;
use merit_platform::filter::Filter;
use merit_platform::import::{Tally, collect};
use merit_platform::page::{Page, cut, fill};
use merit_platform::status::to_status;
use merit_platform::wire;
use merit_proto::directory::v1 as proto;
use merit_proto::directory::v1::directory_service_server::{DirectoryService, DirectoryServiceServer};
use merit_proto::r#type::v1::{Value as WireValue, ValueKind};
use tonic::{Request, Response, Status, Streaming};

use crate::model::{OPEN_ATTRIBUTES, PeopleFile, Person, PersonRow};
use crate::service::Directory;

/// People in one message of a snapshot.
const CHUNK: usize = 500;

impl Directory {
    /// The gRPC service.
    #[must_use]
    pub fn server(&self) -> DirectoryServiceServer<Grpc> {
        DirectoryServiceServer::new(Grpc { directory: self.clone() })
            .max_decoding_message_size(LIMIT)
            .max_encoding_message_size(LIMIT)
    }
}

/// The directory behind its contract.
#[derive(Clone)]
pub struct Grpc {
    directory: Directory,
}

impl Grpc {
    fn day(&self, text: &str) -> Result<Date> {
        Ok(wire::optional_day("the day", text)?.unwrap_or_else(|| self.directory.today()))
    }

    async fn chunk(
        &self,
        cutoff: i64,
        after: Option<String>,
    ) -> Result<Option<(proto::SnapshotPeopleResponse, Option<String>)>> {
        let people = self.directory.snapshot(cutoff, after, CHUNK).await?;
        let Some(last) = people.last().map(|person| person.id.as_str().to_owned()) else { return Ok(None) };
        let people = people.iter().map(with_history).collect();
        Ok(Some((proto::SnapshotPeopleResponse { people }, Some(last))))
    }
}

#[tonic::async_trait]
impl DirectoryService for Grpc {
    async fn import_people(
        &self,
        request: Request<Streaming<proto::ImportPeopleRequest>>,
    ) -> Result<Response<proto::ImportPeopleResponse>, Status> {
        let import =
            collect(request.into_inner(), |message| (message.header, message.rows)).await.map_err(to_status)?;
        let mut file = PeopleFile {
            source: import.source,
            file_name: import.file_name,
            validate_only: import.validate_only,
            ..PeopleFile::default()
        };
        for row in import.rows {
            let row = person_row(row, &mut file.problems);
            file.rows.push(row);
        }
        let outcome = self.directory.import(&file).await.map_err(to_status)?;
        let tally = Tally {
            added: outcome.added,
            changed: outcome.changed,
            unchanged: outcome.unchanged,
            problems: outcome.problems,
            quarantined: Vec::new(),
        };
        Ok(Response::new(proto::ImportPeopleResponse { summary: Some(tally.to_wire()) }))
    }

    async fn get_person(
        &self,
        request: Request<proto::GetPersonRequest>,
    ) -> Result<Response<proto::GetPersonResponse>, Status> {
        let details = Permit::of(&request)?.to(Action::ReadDetails);
        let request = request.into_inner();
        let day = self.day(&request.on).map_err(to_status)?;
        let id = PersonId::from_name(&request.name).map_err(to_status)?;
        let person = self.directory.person(&id).await.map_err(to_status)?;
        let all = details.allows(&person.id, Terms::default()).await.map_err(to_status)?;
        Ok(Response::new(proto::GetPersonResponse { person: Some(for_reader(&person, day, all)) }))
    }

    async fn list_people(
        &self,
        request: Request<proto::ListPeopleRequest>,
    ) -> Result<Response<proto::ListPeopleResponse>, Status> {
        let details = Permit::of(&request)?.to(Action::ReadDetails);
        let request = request.into_inner();
        let day = self.day(&request.on).map_err(to_status)?;
        let page = Page::of(&request).map_err(to_status)?;
        let names: Result<Vec<PersonId>> = request.names.iter().map(|name| PersonId::from_name(name)).collect();
        let names = names.map_err(to_status)?;
        let filter = filter::read(&request.filter).map_err(to_status)?;
        let key = |person: &Person| person.id.as_str().to_owned();
        let passes = |filter: &Filter, person: &Person| filter::passes(filter, person, day);
        let having = filter::having(&filter, day);
        let read = |after, limit| self.directory.people(names.clone(), having.clone(), after, limit);
        let people = fill(&page, &filter, passes, key, read);
        let (people, next_page_token) = cut(people.await.map_err(to_status)?, &page, key);
        let scope = details.scope().await.map_err(to_status)?;
        let people = people.iter().map(|person| for_reader(person, day, scope.holds(&person.id))).collect();
        Ok(Response::new(proto::ListPeopleResponse { people, next_page_token }))
    }

    async fn create_person(
        &self,
        request: Request<proto::CreatePersonRequest>,
    ) -> Result<Response<proto::CreatePersonResponse>, Status> {
        let permit = Permit::of(&request)?;
        self.create(permit.principal(), request.into_inner()).await.map(Response::new).map_err(to_status)
    }

    async fn update_person(
        &self,
        request: Request<proto::UpdatePersonRequest>,
    ) -> Result<Response<proto::UpdatePersonResponse>, Status> {
        let permit = Permit::of(&request)?;
        self.update(permit.principal(), request.into_inner()).await.map(Response::new).map_err(to_status)
    }

    async fn list_teams(
        &self,
        request: Request<proto::ListTeamsRequest>,
    ) -> Result<Response<proto::ListTeamsResponse>, Status> {
        let request = request.into_inner();
        let page = Page::of(&request).map_err(to_status)?;
        let day = self.day(&request.on).map_err(to_status)?;
        let teams = self.directory.teams(day).await.map_err(to_status)?;
        let rest = teams
            .into_iter()
            .filter(|(team, _)| page.after.as_ref().is_none_or(|after| team.as_str() > after.as_str()));
        let (teams, next_page_token) = cut(rest.collect(), &page, |(team, _)| team.as_str().to_owned());
        let teams = teams.into_iter().map(|(team, people)| proto::Team { name: team.name(), people });
        Ok(Response::new(proto::ListTeamsResponse { teams: teams.collect(), next_page_token }))
    }

    async fn list_reports(
        &self,
        request: Request<proto::ListReportsRequest>,
    ) -> Result<Response<proto::ListReportsResponse>, Status> {
        let request = request.into_inner();
        let day = self.day(&request.on).map_err(to_status)?;
        let manager = PersonId::from_name(&request.manager).map_err(to_status)?;
        let people = self.directory.reports(&manager, day).await.map_err(to_status)?;
        let people = people.iter().map(PersonId::name).collect();
        Ok(Response::new(proto::ListReportsResponse { people }))
    }

    type SnapshotPeopleStream = Pin<Box<dyn Stream<Item = Result<proto::SnapshotPeopleResponse, Status>> + Send>>;

    async fn snapshot_people(
        &self,
        request: Request<proto::SnapshotPeopleRequest>,
    ) -> Result<Response<Self::SnapshotPeopleStream>, Status> {
        let cutoff = self.directory.resolve(request.into_inner().cutoff).await.map_err(to_status)?;
        let this = self.clone();
        let chunks = futures::stream::try_unfold(None, move |after| {
            let this = this.clone();
            async move { this.chunk(cutoff, after).await.map_err(to_status) }
        });
        Ok(Response::new(Box::pin(chunks)))
    }

    async fn get_cutoff(
        &self,
        _: Request<proto::GetCutoffRequest>,
    ) -> Result<Response<proto::GetCutoffResponse>, Status> {
        let cutoff = self.directory.cutoff().await.map_err(to_status)?;
        Ok(Response::new(proto::GetCutoffResponse { cutoff }))
    }
}

/// A row from the wire. Values that can't be read are left out and put among the problems.
fn person_row(row: proto::PersonRow, problems: &mut Vec<Problem>) -> PersonRow {
    let mut attributes = std::collections::BTreeMap::new();
    for (name, value) in row.attributes {
        match read_value(&value) {
            Ok(value) => {
                attributes.insert(name, value);
            }
            Err(error) => problems.push(Problem::cell(row.line, name, error.message)),
        }
    }
    PersonRow {
        line: row.line,
        person_id: row.person_id,
        external_id: row.external_id,
        display_name: row.display_name,
        email: row.email,
        from: row.from,
        attributes,
    }
}

/// A value without kind and text ends the attribute.
fn read_value(value: &WireValue) -> Result<Option<merit_core::Value>> {
    if value.kind() == ValueKind::Unspecified && value.text.is_empty() {
        return Ok(None);
    }
    wire::parse_value(value).map(Some)
}

/// A person with the attributes in force on a day. Everybody sees who somebody is, what they do and for whom; `all` is for
/// those who may read their details.
fn for_reader(person: &Person, day: Date, all: bool) -> proto::Person {
    let attributes =
        person.attributes(day).into_iter().filter(|(name, _)| all || OPEN_ATTRIBUTES.contains(&name.as_str()));
    let attributes = attributes.map(|(name, value)| (name, wire::value(&value))).collect();
    let mut seen = plain(person);
    seen.attributes = attributes;
    seen.etag = one_person::etag_of(person);
    if !all {
        seen.email = String::new();
        seen.source = String::new();
        seen.external_id = String::new();
        seen.etag = String::new();
    }
    seen
}

fn with_history(person: &Person) -> proto::Person {
    let history = person.effective().into_iter().map(|fact| proto::DatedAttribute {
        attribute: fact.attribute.clone(),
        from: fact.from.to_string(),
        value: fact.value.as_ref().map(wire::value),
    });
    let history = history.collect();
    proto::Person { history, ..plain(person) }
}

fn plain(person: &Person) -> proto::Person {
    let first = person.identities.first();
    proto::Person {
        name: person.id.name(),
        display_name: person.display_name.clone(),
        email: person.email.clone().unwrap_or_default(),
        source: first.map(|identity| identity.source.clone()).unwrap_or_default(),
        external_id: first.map(|identity| identity.external_id.clone()).unwrap_or_default(),
        ..proto::Person::default()
    }
}
