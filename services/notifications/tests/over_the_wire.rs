//! The whole service through the generated client, with a directory that answers over the same wire.

#![expect(clippy::unwrap_used, reason = "a test may stop where its set-up fails")]

use std::sync::Arc;

use merit_core::FixedClock;
use merit_notifications::NotificationsService;
use merit_platform::access::{Decider, Guard, NoReach};
use merit_platform::client::{Bearer, Link, in_process, link};
use merit_platform::identity::{Authenticate, Keys, Principal, Role};
use merit_platform::server::Server;
use merit_platform::status::from_status;
use merit_platform::store::Place;
use merit_proto::directory::v1 as directory;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::directory::v1::directory_service_server::{DirectoryService, DirectoryServiceServer};
use merit_proto::notifications::v1 as proto;
use merit_proto::notifications::v1::MailState;
use merit_proto::notifications::v1::notifications_service_client::NotificationsServiceClient;
use merit_proto::scorecard::v1::{Scorecard, ScorecardKind};
use tonic::{Code, Request, Response, Status, Streaming};

/// Knows everyone asked for; `people/nora` has no address.
struct People;

#[tonic::async_trait]
impl DirectoryService for People {
    type SnapshotPeopleStream = tokio_stream::Empty<Result<directory::SnapshotPeopleResponse, Status>>;

    async fn create_person(
        &self,
        _: Request<directory::CreatePersonRequest>,
    ) -> Result<Response<directory::CreatePersonResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn update_person(
        &self,
        _: Request<directory::UpdatePersonRequest>,
    ) -> Result<Response<directory::UpdatePersonResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_teams(
        &self,
        _: Request<directory::ListTeamsRequest>,
    ) -> Result<Response<directory::ListTeamsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_people(
        &self,
        request: Request<directory::ListPeopleRequest>,
    ) -> Result<Response<directory::ListPeopleResponse>, Status> {
        let person = |name: String| {
            let id = name.trim_start_matches("people/").to_owned();
            let email = if id == "nora" { String::new() } else { format!("{id}@example.com") };
            directory::Person { name, display_name: id.to_uppercase(), email, ..Default::default() }
        };
        let people = request.into_inner().names.into_iter().map(person).collect();
        Ok(Response::new(directory::ListPeopleResponse { people, next_page_token: String::new() }))
    }

    async fn import_people(
        &self,
        _: Request<Streaming<directory::ImportPeopleRequest>>,
    ) -> Result<Response<directory::ImportPeopleResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_person(
        &self,
        _: Request<directory::GetPersonRequest>,
    ) -> Result<Response<directory::GetPersonResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn snapshot_people(
        &self,
        _: Request<directory::SnapshotPeopleRequest>,
    ) -> Result<Response<Self::SnapshotPeopleStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_reports(
        &self,
        _: Request<directory::ListReportsRequest>,
    ) -> Result<Response<directory::ListReportsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_cutoff(
        &self,
        _: Request<directory::GetCutoffRequest>,
    ) -> Result<Response<directory::GetCutoffResponse>, Status> {
        Err(Status::unimplemented(""))
    }
}

struct World {
    keys: Keys,
    channel: tonic::transport::Channel,
    folder: tempfile::TempDir,
}

impl World {
    async fn start() -> Self {
        Self::deciding_by(Decider::embedded().unwrap()).await
    }

    async fn deciding_by(decider: Decider) -> Self {
        let (channel, incoming) = in_process();
        let keys = Keys::from_secret(b"a secret for this test alone, 32 bytes or more");
        let world = Self { keys, channel, folder: tempfile::tempdir().unwrap() };
        let directory = DirectoryServiceClient::new(world.link("service", Role::Service));
        let clock = Arc::new(FixedClock("2026-10-08T06:00:00Z".parse().unwrap()));
        let service =
            NotificationsService::open(&Place::folder(world.folder.path()), directory, None, clock).await.unwrap();
        let mut server =
            Server::new(Guard::new(Authenticate::new(world.keys.clone()), decider, Arc::new(NoReach))).unwrap();
        server.add(DirectoryServiceServer::new(People));
        server.add(service.server());
        tokio::spawn(server.serve_in_process(incoming));
        world
    }

    fn link(&self, subject: &str, role: Role) -> Link {
        let token = self.keys.mint(&Principal::new(subject, role), jiff::Timestamp::now(), 600).unwrap();
        link(self.channel.clone(), Bearer::new(&token).unwrap())
    }

    fn client(&self, subject: &str, role: Role) -> NotificationsServiceClient<Link> {
        NotificationsServiceClient::new(self.link(subject, role))
    }
}

fn card(person: &str) -> Scorecard {
    let mut card = Scorecard {
        cycle: "cycles/2026-Q3".to_owned(),
        first_day: "2026-07-01".to_owned(),
        last_day: "2026-09-30".to_owned(),
        person: format!("people/{person}"),
        ..Default::default()
    };
    card.set_kind(ScorecardKind::Person);
    card
}

fn enqueue(person: &str) -> proto::EnqueueRequest {
    proto::EnqueueRequest {
        key: format!("scorecard/2026-Q3/run/people/{person}"),
        receiver: format!("people/{person}"),
        scorecard: Some(card(person)),
    }
}

#[tokio::test]
async fn mails_go_in_are_handed_out_and_confirmed() {
    let world = World::start().await;
    let mut service = world.client("service", Role::Service);
    for person in ["ana", "bo", "nora"] {
        assert!(service.enqueue(enqueue(person)).await.unwrap().into_inner().created);
    }
    assert!(!service.enqueue(enqueue("ana")).await.unwrap().into_inner().created);

    let mut operator = world.client("operator", Role::Operator);
    let mut stream = operator.fetch_mails(proto::FetchMailsRequest {}).await.unwrap().into_inner();
    let mut written = Vec::new();
    while let Some(fetched) = stream.message().await.unwrap() {
        let mail = fetched.mail.unwrap();
        if mail.state() == MailState::NoAddress {
            assert_eq!((mail.receiver.as_str(), fetched.message.len()), ("people/nora", 0));
        } else {
            let message = String::from_utf8(fetched.message).unwrap();
            assert!(message.contains("Date: Thu, 08 Oct 2026 06:00:00 +0000"), "{message}");
            assert!(message.contains("From: Merit <scorecards@merit.local>"), "{message}");
            written.push(mail.key);
        }
    }
    assert_eq!(written.len(), 2);
    let request = proto::ConfirmMailsRequest { keys: written };
    assert_eq!(operator.confirm_mails(request.clone()).await.unwrap().into_inner().confirmed, 2);
    assert_eq!(operator.confirm_mails(request).await.unwrap().into_inner().confirmed, 0);

    let mut states = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = proto::ListMailsRequest { page_size: 2, page_token, ..Default::default() };
        let page = operator.list_mails(request).await.unwrap().into_inner();
        states.extend(page.mails.iter().map(|mail| (mail.receiver.clone(), mail.state(), mail.attempts)));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let expected = [
        ("people/ana", MailState::Sent, 1),
        ("people/bo", MailState::Sent, 1),
        ("people/nora", MailState::NoAddress, 0),
    ];
    assert_eq!(states, expected.map(|(who, state, attempts)| (who.to_owned(), state, attempts)));

    let filtered = |filter: &str| proto::ListMailsRequest { filter: filter.to_owned(), ..Default::default() };
    let found = operator.list_mails(filtered("state = no-address AND attempts < 1")).await.unwrap().into_inner().mails;
    let receivers: Vec<&str> = found.iter().map(|mail| mail.receiver.as_str()).collect();
    assert_eq!(receivers, ["people/nora"]);
    let mail = found.first().unwrap();
    let one = operator.get_mail(proto::GetMailRequest { key: mail.key.clone() }).await.unwrap().into_inner().mail;
    assert_eq!(one.as_ref(), Some(mail));
    let none = from_status(&operator.get_mail(proto::GetMailRequest { key: "none".to_owned() }).await.unwrap_err());
    assert_eq!(none.reason, "UNKNOWN_MAIL");
    for state in ["waiting", "sent", "failed", "unclear", "no-address", "withdrawn"] {
        operator.list_mails(filtered(&format!("state = {state}"))).await.unwrap();
    }
    let bad = from_status(&operator.list_mails(filtered("state = lost")).await.unwrap_err());
    assert_eq!(bad.reason, "BAD_FILTER");
}

#[tokio::test]
async fn without_a_relay_sending_says_what_to_do() {
    let world = World::start().await;
    let mut operator = world.client("operator", Role::Operator);
    let mut stream = operator.send_mails(proto::SendMailsRequest {}).await.unwrap().into_inner();
    let error = from_status(&stream.message().await.unwrap_err());
    assert_eq!((error.reason.as_str(), error.message.contains("--to DIR")), ("NO_RELAY", true), "{error}");
}

#[tokio::test]
async fn only_administrators_touch_the_outbox_and_anyone_may_have_a_scorecard_told() {
    let world = World::start().await;
    let mut member = world.client("ana", Role::Member);
    assert_eq!(member.enqueue(enqueue("ana")).await.unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(member.list_mails(proto::ListMailsRequest::default()).await.unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(member.send_mails(proto::SendMailsRequest {}).await.unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(member.fetch_mails(proto::FetchMailsRequest {}).await.unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(
        member.confirm_mails(proto::ConfirmMailsRequest::default()).await.unwrap_err().code(),
        Code::PermissionDenied
    );
    let request = proto::RenderScorecardRequest { scorecard: Some(card("ana")) };
    let letter = member.render_scorecard(request).await.unwrap().into_inner();
    assert_eq!(letter.subject, "Your scorecard for 2026-Q3");
    assert!(letter.html.contains("ANA") && letter.text.contains("ANA"));
    let empty = member.render_scorecard(proto::RenderScorecardRequest::default()).await.unwrap_err();
    assert_eq!(from_status(&empty).reason, "BAD_SCORECARD");
}

#[tokio::test]
async fn mails_are_handed_out_to_who_reads_everybodys_pay_and_on_record() {
    let world = World::start().await;
    let mut service = world.client("service", Role::Service);
    for person in ["ana", "bo"] {
        service.enqueue(enqueue(person)).await.unwrap();
    }
    let mut rita = world.client("rita", Role::RevenueOperations);
    let mut mails = rita.fetch_mails(proto::FetchMailsRequest {}).await.unwrap().into_inner();
    assert!(mails.message().await.unwrap().is_some());
    let mut audrey = world.client("audrey", Role::Auditor);
    let reads = audrey.list_mail_reads(proto::ListMailReadsRequest::default()).await.unwrap().into_inner().reads;
    let expected = proto::MailRead {
        reader: "rita".to_owned(),
        roles: vec!["revenue-operations".to_owned()],
        person: String::new(),
        mails: 2,
        read_at: "2026-10-08T06:00:00Z".to_owned(),
    };
    assert_eq!(reads, [expected]);
    let by_others = proto::ListMailReadsRequest { reader: "operator".to_owned(), ..Default::default() };
    assert!(audrey.list_mail_reads(by_others).await.unwrap().into_inner().reads.is_empty());
    for (since, page_token, reason) in [("yesterday", "", "BAD_TIME"), ("", "x", "BAD_PAGE")] {
        let (since, page_token) = (since.to_owned(), page_token.to_owned());
        let request = proto::ListMailReadsRequest { since, page_token, ..Default::default() };
        assert_eq!(from_status(&audrey.list_mail_reads(request).await.unwrap_err()).reason, reason);
    }
}

/// Whoever sends mails need not be somebody who sees pay: then they send, and are handed none.
#[tokio::test]
async fn who_may_send_and_not_read_pay_is_handed_no_mails() {
    let everything = "permit (principal, action, resource);";
    for hidden in ["readPay", "readScorecards", "readFeedback"] {
        let text = format!(
            "{everything} forbid (principal in Merit::Role::\"revenue-operations\", action == Merit::Action::\"{hidden}\", resource);"
        );
        let world = World::deciding_by(Decider::parse(&text).unwrap()).await;
        world.client("service", Role::Service).enqueue(enqueue("ana")).await.unwrap();
        let mut rita = world.client("rita", Role::RevenueOperations);
        let refused = rita.fetch_mails(proto::FetchMailsRequest {}).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{hidden}");
        let reads = rita.list_mail_reads(proto::ListMailReadsRequest::default()).await.unwrap().into_inner().reads;
        assert!(reads.is_empty(), "{hidden}");
        let mut operator = world.client("operator", Role::Operator);
        let mut mails = operator.fetch_mails(proto::FetchMailsRequest {}).await.unwrap().into_inner();
        assert!(mails.message().await.unwrap().is_some());
    }
}
