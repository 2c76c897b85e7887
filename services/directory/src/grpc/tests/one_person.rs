//! One person over the wire: put on record, changed, filtered, and everything that is refused.

use merit_core::Error;
use merit_platform::identity::Role;
use merit_platform::status::from_status;
use merit_proto::directory::v1::{
    CreatePersonRequest, ListPeopleRequest, ListTeamsRequest, Person, UpdatePersonRequest,
};
use merit_proto::r#type::v1::{Value, ValueKind};
use prost_types::FieldMask;
use tonic::Status;

use super::{Service, person, two_people, value};

fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> Error {
    from_status(&answer.unwrap_err())
}

fn bo() -> Person {
    let attributes = [
        ("role", value(ValueKind::Choice, "Coder")),
        ("team", value(ValueKind::Text, "West")),
        ("manager", value(ValueKind::Participant, "top")),
    ];
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Person { display_name: "Bo Lee".to_owned(), email: "bo@example.com".to_owned(), attributes, ..Person::default() }
}

fn create(person: Person, id: &str, from: &str) -> CreatePersonRequest {
    CreatePersonRequest { person: Some(person), person_id: id.to_owned(), from: from.to_owned(), ..Default::default() }
}

fn update(person: Person, paths: &[&str], from: &str) -> UpdatePersonRequest {
    UpdatePersonRequest {
        person: Some(person),
        update_mask: Some(FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }),
        from: from.to_owned(),
        ..UpdatePersonRequest::default()
    }
}

#[tokio::test]
async fn a_person_is_put_on_record_and_changes_from_a_day_on() {
    let service = Service::start().await;
    service.import(two_people()).await;
    let mut client = service.client("operator", Role::Operator);
    let set = client.create_person(create(bo(), "bo", "2026-07-01")).await.unwrap().into_inner().person.unwrap();
    assert_eq!(person(&mut client, "people/bo", "2026-07-01").await.unwrap(), set);
    let mut moved = set.clone();
    moved.attributes.insert("team".to_owned(), value(ValueKind::Text, "East"));
    moved.attributes.remove("role");
    let request = update(moved.clone(), &["attributes.team", "attributes.role"], "2026-08-01");
    let changed = client.update_person(request.clone()).await.unwrap().into_inner().person.unwrap();
    let text = |person: &Person, name: &str| person.attributes.get(name).map(|value: &Value| value.text.clone());
    assert_eq!((text(&changed, "team").as_deref(), text(&changed, "role")), (Some("East"), None));
    assert_eq!(text(&changed, "manager").as_deref(), Some("top"));
    let before = person(&mut client, "people/bo", "2026-07-31").await.unwrap();
    assert_eq!((text(&before, "team").as_deref(), text(&before, "role").as_deref()), (Some("West"), Some("Coder")));
    assert_eq!(refused(client.update_person(request).await).reason, "STALE_ETAG");
    // Without a mask what is set is written, and the same again records nothing.
    let named = Person { name: "people/bo".to_owned(), display_name: "Bo".to_owned(), ..Person::default() };
    let renamed = client.update_person(update(named.clone(), &[], "")).await.unwrap().into_inner().person.unwrap();
    assert_eq!((renamed.display_name.as_str(), renamed.email.as_str()), ("Bo", "bo@example.com"));
    let again = client.update_person(update(named, &[], "")).await.unwrap().into_inner().person.unwrap();
    assert_eq!(again.etag, renamed.etag);
}

#[tokio::test]
async fn what_can_not_be_taken_is_refused() {
    let service = Service::start().await;
    service.import(two_people()).await;
    let mut client = service.client("operator", Role::Operator);
    let with = |change: fn(&mut Person)| {
        let mut person = bo();
        change(&mut person);
        create(person, "bo", "2026-07-01")
    };
    for (request, reason) in [
        (create(bo(), "ana", "2026-07-01"), "PERSON_EXISTS"),
        (create(bo(), "a b", "2026-07-01"), "BAD_ID"),
        (create(bo(), "bo", ""), "BAD_DATE"),
        (create(bo(), "bo", "2026-7-1"), "BAD_DATE"),
        (with(|person| person.display_name.clear()), "BAD_PERSON"),
        (with(|person| person.email = "nobody".to_owned()), "BAD_PERSON"),
        (with(|person| person.email = "ana@example.com".to_owned()), "BAD_PERSON"),
        (with(|person| person.attributes.clear()), ""),
    ] {
        match client.create_person(request.clone()).await {
            Ok(_) => assert_eq!(reason, "", "{request:?}"),
            refused => assert_eq!(self::refused(refused).reason, reason, "{request:?}"),
        }
    }
    let ana = person(&mut client, "people/ana", "").await.unwrap();
    let mut own = ana.clone();
    own.attributes.insert("manager".to_owned(), value(ValueKind::Participant, "ana"));
    for (request, reason) in [
        (update(ana.clone(), &["history"], ""), "BAD_MASK"),
        (update(ana.clone(), &["attributes"], ""), "BAD_MASK"),
        (update(ana.clone(), &["attributes.a.b"], ""), "BAD_MASK"),
        (update(own, &["attributes.manager"], ""), "BAD_PERSON"),
        (update(Person { email: String::new(), ..ana.clone() }, &["email"], ""), "BAD_PERSON"),
        (update(Person { etag: "made-up".to_owned(), ..ana.clone() }, &["email"], ""), "STALE_ETAG"),
        (update(Person { name: "people/zed".to_owned(), ..ana.clone() }, &["email"], ""), "UNKNOWN_PERSON"),
        (update(Person { name: "ana".to_owned(), ..ana.clone() }, &["email"], ""), "BAD_NAME"),
        (update(ana.clone(), &["email"], "tomorrow"), "BAD_DATE"),
    ] {
        assert_eq!(refused(client.update_person(request.clone()).await).reason, reason, "{request:?}");
    }
    assert_eq!(person(&mut client, "people/ana", "").await.unwrap(), ana);
    let mut member = service.client("ana", Role::Member);
    assert_eq!(refused(member.create_person(create(bo(), "cy", "2026-07-01")).await).reason, "PERMISSION_DENIED");
}

#[tokio::test]
async fn people_are_filtered_by_what_everybody_may_read() {
    let service = Service::start().await;
    service.import(two_people()).await;
    let mut client = service.client("operator", Role::Operator);
    client.create_person(create(bo(), "bo", "2026-07-01")).await.unwrap();
    let request = |filter: &str, on: &str, page_token: &str| ListPeopleRequest {
        filter: filter.to_owned(),
        on: on.to_owned(),
        page_token: page_token.to_owned(),
        page_size: 1,
        ..ListPeopleRequest::default()
    };
    for (filter, on, expected) in [
        ("role = Coder AND manager = top", "", vec!["people/ana", "people/bo"]),
        ("role = Coder AND team != East", "", vec!["people/bo"]),
        ("display_name : lee", "", vec!["people/bo"]),
        ("NOT manager:*", "", vec!["people/top"]),
        ("role = Coder", "2026-06-30", vec![]),
    ] {
        let mut found = Vec::new();
        let mut token = String::new();
        loop {
            let page = client.list_people(request(filter, on, &token)).await.unwrap().into_inner();
            found.extend(page.people.into_iter().map(|person| person.name));
            token = page.next_page_token;
            if token.is_empty() || found.len() > 3 {
                break;
            }
        }
        assert_eq!(found, expected, "{filter}");
    }
    // Nobody finds out what somebody earns by asking who earns more than a figure.
    let guess = refused(client.list_people(request("salary > 1", "", "")).await);
    assert_eq!(guess.reason, "BAD_FILTER");
    let teams = client.list_teams(ListTeamsRequest::default()).await.unwrap().into_inner().teams;
    let teams: Vec<_> = teams.iter().map(|team| (team.name.as_str(), team.people)).collect();
    assert_eq!(teams, [("teams/East", 1), ("teams/West", 1)]);
}

#[tokio::test]
async fn a_request_that_comes_twice_is_done_once() {
    let service = Service::start().await;
    service.import(two_people()).await;
    let mut client = service.client("operator", Role::Operator);
    let id = "6f1c0d1e-4a5b-4c6d-8e9f-001122334455".to_owned();
    let asked = CreatePersonRequest { request_id: id.clone(), ..create(bo(), "bo", "2026-07-01") };
    let mut other = service.client("operator", Role::Operator);
    let (one, two) = tokio::join!(client.create_person(asked.clone()), other.create_person(asked.clone()));
    let set = one.unwrap().into_inner();
    assert_eq!(two.unwrap().into_inner(), set);

    // A change with an etag goes stale by being made; the same request again is told what it came to.
    let mut moved = set.person.clone().unwrap();
    moved.attributes.insert("team".to_owned(), value(ValueKind::Text, "East"));
    let change =
        UpdatePersonRequest { request_id: "r-2".to_owned(), ..update(moved, &["attributes.team"], "2026-07-01") };
    let changed = client.update_person(change.clone()).await.unwrap().into_inner();
    assert_ne!(changed.person, set.person);
    assert_eq!(client.update_person(change.clone()).await.unwrap().into_inner(), changed);
    assert_eq!(client.create_person(asked.clone()).await.unwrap().into_inner(), set, "as it was then");

    let reused = UpdatePersonRequest { from: "2026-08-01".to_owned(), ..change };
    assert_eq!(refused(client.update_person(reused).await).reason, "REQUEST_ID_REUSED");
    let reused = UpdatePersonRequest { request_id: id, ..update(bo(), &["email"], "") };
    assert_eq!(
        refused(
            client
                .update_person(UpdatePersonRequest {
                    person: Some(Person { name: "people/bo".to_owned(), ..bo() }),
                    ..reused
                })
                .await
        )
        .reason,
        "REQUEST_ID_REUSED"
    );
    let bad = CreatePersonRequest { request_id: "an id".to_owned(), ..asked.clone() };
    assert_eq!(refused(client.create_person(bad).await).reason, "BAD_REQUEST_ID");
    // Somebody else's id is theirs: this is another request, and Bo is on record.
    let mut admin = service.client("service", Role::Service);
    assert_eq!(refused(admin.create_person(asked).await).reason, "PERSON_EXISTS");
}
