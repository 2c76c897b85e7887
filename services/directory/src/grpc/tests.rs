//! The directory as a client meets it: over a channel, with a token.

mod one_person;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt as _;
use jiff::Timestamp;
use merit_core::FixedClock;
use merit_platform::access::{Guard, NoReach};
use merit_platform::client::{Bearer, Link, in_process, link};
use merit_platform::identity::{Keys, Principal, Role};
use merit_platform::server::Server;
use merit_platform::store::Place;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::directory::v1::{
    GetCutoffRequest, GetPersonRequest, ImportPeopleRequest, ListPeopleRequest, Person, PersonRow,
    SnapshotPeopleRequest,
};
use merit_proto::r#type::v1::{ImportHeader, ImportSummary, Value, ValueKind};
use tonic::Code;

struct Service {
    _folder: tempfile::TempDir,
    keys: Keys,
    channel: tonic::transport::Channel,
}

impl Service {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = FixedClock("2026-07-15T12:00:00Z".parse().unwrap());
        let directory = crate::open(&Place::folder(folder.path()), Arc::new(clock)).await.unwrap();
        let keys = Keys::from_secret(b"a secret of thirty-two bytes or so");
        let mut server = Server::new(Guard::local(&keys, Arc::new(NoReach)).unwrap()).unwrap();
        server.add(directory.server());
        let (channel, incoming) = in_process();
        tokio::spawn(server.serve_in_process(incoming));
        Self { _folder: folder, keys, channel }
    }

    fn client(&self, subject: &str, role: Role) -> DirectoryServiceClient<Link> {
        let token = self.keys.mint(&Principal::new(subject, role), Timestamp::now(), 60).unwrap();
        DirectoryServiceClient::new(link(self.channel.clone(), Bearer::new(&token).unwrap()))
    }

    async fn import(&self, rows: Vec<PersonRow>) -> ImportSummary {
        let header = ImportHeader { source: "hr".to_owned(), file_name: "people.csv".to_owned(), validate_only: false };
        let mut messages = vec![ImportPeopleRequest { header: Some(header), rows: Vec::new() }];
        messages.extend(rows.chunks(100).map(|rows| ImportPeopleRequest { header: None, rows: rows.to_vec() }));
        let mut client = self.client("operator", Role::Operator);
        client.import_people(futures::stream::iter(messages)).await.unwrap().into_inner().summary.unwrap()
    }
}

fn value(kind: ValueKind, text: &str) -> Value {
    Value { kind: kind.into(), text: text.to_owned() }
}

fn row(line: u32, person: &str, from: &str, attributes: &[(&str, Value)]) -> PersonRow {
    PersonRow {
        line,
        person_id: person.to_owned(),
        external_id: format!("E{line}"),
        display_name: format!("Name of {person}"),
        email: format!("{person}@example.com"),
        from: from.to_owned(),
        attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
    }
}

fn two_people() -> Vec<PersonRow> {
    let top = row(2, "top", "2026-07-01", &[("salary", value(ValueKind::Money, "USD 200000.00"))]);
    let ana = row(
        3,
        "ana",
        "2026-07-01",
        &[
            ("manager", value(ValueKind::Participant, "top")),
            ("role", value(ValueKind::Choice, "Coder")),
            ("team", value(ValueKind::Text, "East")),
            ("salary", value(ValueKind::Money, "USD 90000.00")),
        ],
    );
    vec![top, ana]
}

async fn person(client: &mut DirectoryServiceClient<Link>, name: &str, on: &str) -> Result<Person, tonic::Status> {
    let request = GetPersonRequest { name: name.to_owned(), on: on.to_owned() };
    client.get_person(request).await.map(|response| response.into_inner().person.unwrap())
}

fn names(person: &Person) -> Vec<&str> {
    person.attributes.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn pay_and_addresses_are_for_oneself_and_for_those_who_read_everything() {
    let service = Service::start().await;
    assert_eq!(service.import(two_people()).await.added, 2);
    let table = [
        ("ana", Role::Member, true),
        ("top", Role::Member, false),
        ("top", Role::Manager, false),
        ("aud", Role::Auditor, true),
        ("operator", Role::Operator, true),
        ("service", Role::Service, true),
    ];
    for (subject, role, everything) in table {
        let mut client = service.client(subject, role);
        let ana = person(&mut client, "people/ana", "").await.unwrap();
        assert_eq!(ana.display_name, "Name of ana");
        let all = ["manager", "role", "salary", "team"];
        let seen: Vec<&str> = all.into_iter().filter(|name| everything || *name != "salary").collect();
        assert_eq!(names(&ana), seen, "{subject}");
        assert_eq!(
            (ana.email.as_str(), ana.external_id.as_str()),
            if everything { ("ana@example.com", "E3") } else { ("", "") }
        );
        let listed = client.list_people(ListPeopleRequest::default()).await.unwrap().into_inner().people;
        assert_eq!(listed[0], ana, "a list shows no more and no less");
    }
}

#[tokio::test]
async fn only_those_who_administer_import_and_only_those_who_read_all_take_snapshots() {
    let service = Service::start().await;
    for role in Role::ALL {
        let mut client = service.client("ana", role);
        let imported = client.import_people(futures::stream::iter([ImportPeopleRequest::default()])).await.unwrap_err();
        let may = matches!(role, Role::RevenueOperations | Role::Operator | Role::Service);
        assert_eq!(imported.code(), if may { Code::InvalidArgument } else { Code::PermissionDenied }, "{role:?}");
        let snapshot = client.snapshot_people(SnapshotPeopleRequest { cutoff: 0 }).await;
        let may = !matches!(role, Role::Member | Role::Manager);
        assert_eq!(snapshot.is_ok(), may, "{role:?}");
    }
}

#[tokio::test]
async fn reads_are_by_day_and_unknown_things_are_named() {
    let service = Service::start().await;
    service.import(two_people()).await;
    service.import(vec![row(3, "ana", "2026-09-01", &[("team", value(ValueKind::Text, "West"))])]).await;
    let mut client = service.client("operator", Role::Operator);
    for (on, team) in
        [("2026-06-30", None), ("", Some("East")), ("2026-08-31", Some("East")), ("2026-09-01", Some("West"))]
    {
        let ana = person(&mut client, "people/ana", on).await.unwrap();
        assert_eq!(ana.attributes.get("team").map(|value| value.text.as_str()), team, "{on}");
    }
    let refused = person(&mut client, "people/zed", "").await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.message()),
        (Code::NotFound, "`zed` is not on record; import people first, or check the id")
    );
    assert_eq!(person(&mut client, "zed", "").await.unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(person(&mut client, "people/ana", "tomorrow").await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_a_problem_and_one_without_kind_ends_the_attribute() {
    let service = Service::start().await;
    let mut rows = two_people();
    rows[1].attributes = BTreeMap::from([("salary".to_owned(), value(ValueKind::Money, "USD 1.005"))]);
    let summary = service.import(rows).await;
    assert_eq!((summary.added, summary.problems.len()), (0, 1));
    assert_eq!((summary.problems[0].line, summary.problems[0].column.as_str()), (3, "salary"));
    service.import(two_people()).await;
    service.import(vec![row(3, "ana", "2026-08-01", &[("team", Value::default())])]).await;
    let mut client = service.client("operator", Role::Operator);
    assert_eq!(names(&person(&mut client, "people/ana", "2026-08-01").await.unwrap()), ["manager", "role", "salary"]);
}

#[tokio::test]
async fn pages_and_snapshots_give_everybody_once() {
    let service = Service::start().await;
    let rows: Vec<PersonRow> = (0..1203)
        .map(|n| row(n + 2, &format!("p{n:04}"), "2026-07-01", &[("team", value(ValueKind::Text, "East"))]))
        .collect();
    service.import(rows).await;
    let mut client = service.client("operator", Role::Operator);
    let mut listed = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListPeopleRequest { page_size: 500, page_token, ..ListPeopleRequest::default() };
        let page = client.list_people(request).await.unwrap().into_inner();
        listed.extend(page.people.into_iter().map(|person| person.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let cutoff = client.get_cutoff(GetCutoffRequest {}).await.unwrap().into_inner().cutoff;
    service
        .import(vec![row(2, "p0000", "2026-08-01", &[("team", Value::default())]), row(9999, "q", "2026-08-01", &[])])
        .await;
    let snapshot = async |cutoff| {
        let mut client = service.client("service", Role::Service);
        let chunks = client.snapshot_people(SnapshotPeopleRequest { cutoff }).await.unwrap().into_inner();
        chunks.flat_map(|chunk| futures::stream::iter(chunk.unwrap().people)).collect::<Vec<Person>>().await
    };
    let then = snapshot(cutoff).await;
    assert_eq!(listed.len(), 1203);
    assert_eq!(then.iter().map(|person| person.name.clone()).collect::<Vec<_>>(), listed);
    assert!(then.iter().all(|person| person.history.len() == 1 && person.attributes.is_empty()));
    let now = snapshot(0).await;
    assert_eq!((now.len(), now[0].history.len(), now[0].history[1].value.clone()), (1204, 2, None));
    let refused = client.snapshot_people(SnapshotPeopleRequest { cutoff: 99 }).await.err().unwrap();
    assert_eq!(
        (refused.code(), refused.message()),
        (Code::InvalidArgument, "there is no change 99 of people; the last is 2")
    );
}

#[tokio::test]
async fn named_people_are_listed_alone() {
    let service = Service::start().await;
    service.import(two_people()).await;
    let names = vec!["people/ana".to_owned(), "people/nobody".to_owned()];
    let request = ListPeopleRequest { names, ..ListPeopleRequest::default() };
    let listed = service.client("top", Role::Member).list_people(request).await.unwrap().into_inner().people;
    assert_eq!(listed.into_iter().map(|person| person.name).collect::<Vec<_>>(), ["people/ana"]);
}
