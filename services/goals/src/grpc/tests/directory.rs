//! A directory that knows three people of one team and answers only what goals asks: cyd joins on 2026-08-01.

use std::pin::Pin;

use futures::Stream;
use merit_proto::directory::v1 as proto;
use merit_proto::directory::v1::directory_service_server::DirectoryService;
use merit_proto::r#type::v1::{Value, ValueKind};
use tonic::{Request, Response, Status, Streaming};

pub struct ThreePeople;

fn person(id: &str, started: &str) -> proto::Person {
    let fact = |attribute: &str, kind: ValueKind, text: &str| proto::DatedAttribute {
        attribute: attribute.to_owned(),
        from: "2026-01-01".to_owned(),
        value: Some(Value { kind: kind.into(), text: text.to_owned() }),
    };
    let history = vec![
        fact("started", ValueKind::Date, started),
        fact("team", ValueKind::Text, "East Practice"),
        fact("manager", ValueKind::Participant, "top"),
    ];
    proto::Person { name: format!("people/{id}"), history, ..proto::Person::default() }
}

#[tonic::async_trait]
impl DirectoryService for ThreePeople {
    type SnapshotPeopleStream = Pin<Box<dyn Stream<Item = Result<proto::SnapshotPeopleResponse, Status>> + Send>>;

    async fn snapshot_people(
        &self,
        _: Request<proto::SnapshotPeopleRequest>,
    ) -> Result<Response<Self::SnapshotPeopleStream>, Status> {
        let people = [("ana", "2026-01-01"), ("bob", "2026-01-01"), ("cyd", "2026-08-01")];
        let chunks =
            people.map(|(id, started)| Ok(proto::SnapshotPeopleResponse { people: vec![person(id, started)] }));
        Ok(Response::new(Box::pin(futures::stream::iter(chunks))))
    }

    async fn import_people(
        &self,
        _: Request<Streaming<proto::ImportPeopleRequest>>,
    ) -> Result<Response<proto::ImportPeopleResponse>, Status> {
        Err(Status::unimplemented("not asked by goals"))
    }

    async fn get_person(
        &self,
        _: Request<proto::GetPersonRequest>,
    ) -> Result<Response<proto::GetPersonResponse>, Status> {
        Err(Status::unimplemented("not asked by goals"))
    }

    async fn list_people(
        &self,
        _: Request<proto::ListPeopleRequest>,
    ) -> Result<Response<proto::ListPeopleResponse>, Status> {
        Err(Status::unimplemented("not asked by goals"))
    }

    async fn list_reports(
        &self,
        _: Request<proto::ListReportsRequest>,
    ) -> Result<Response<proto::ListReportsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_cutoff(
        &self,
        _: Request<proto::GetCutoffRequest>,
    ) -> Result<Response<proto::GetCutoffResponse>, Status> {
        Err(Status::unimplemented("not asked by goals"))
    }
}
