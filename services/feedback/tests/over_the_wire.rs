//! The whole service through the generated client, with a directory and goals that answer over the same wire.
#![expect(clippy::unwrap_used, reason = "a test may stop where its set-up fails")]

use std::collections::BTreeMap;
use std::sync::Arc;

use merit_core::FixedClock;
use merit_feedback::FeedbackService;
use merit_platform::access::{Guard, NoReach};
use merit_platform::client::{Bearer, Link, in_process, link};
use merit_platform::identity::{Keys, Principal, Role};
use merit_platform::server::Server;
use merit_platform::store::{Place, scratch};
use merit_proto::directory::v1 as directory;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::directory::v1::directory_service_server::{DirectoryService, DirectoryServiceServer};
use merit_proto::feedback::v1 as proto;
use merit_proto::feedback::v1::feedback_service_client::FeedbackServiceClient;
use merit_proto::goals::v1 as goals;
use merit_proto::goals::v1::goals_service_client::GoalsServiceClient;
use merit_proto::goals::v1::goals_service_server::{GoalsService, GoalsServiceServer};
use merit_proto::r#type::v1::{ImportHeader, ImportSummary, Value, ValueKind};
use tonic::{Code, Request, Response, Status, Streaming};

/// Knows three people.
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
        let names = request.into_inner().names.into_iter();
        let known = names.filter(|name| ["people/ana", "people/bo", "people/cy"].contains(&name.as_str()));
        let people = known.map(|name| directory::Person { name, ..Default::default() }).collect();
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

/// Two cycles; ana has a goal in each.
struct Goals;

macro_rules! unimplemented_methods {
    ($($method:ident($request:ty) -> $response:ty;)+) => {$(
        fn $method<'a, 'b>(
            &'a self,
            _: Request<$request>,
        ) -> std::pin::Pin<Box<dyn Future<Output = Result<Response<$response>, Status>> + Send + 'b>>
        where
            'a: 'b,
            Self: 'b,
        {
            Box::pin(async { Err(Status::unimplemented("")) })
        }
    )+};
}

#[tonic::async_trait]
impl GoalsService for Goals {
    type SnapshotGoalsStream = tokio_stream::Iter<std::vec::IntoIter<Result<goals::SnapshotGoalsResponse, Status>>>;

    async fn get_goal(&self, _: Request<goals::GetGoalRequest>) -> Result<Response<goals::GetGoalResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn create_goal(
        &self,
        _: Request<goals::CreateGoalRequest>,
    ) -> Result<Response<goals::CreateGoalResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn update_goal(
        &self,
        _: Request<goals::UpdateGoalRequest>,
    ) -> Result<Response<goals::UpdateGoalResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn record_progress(
        &self,
        _: Request<goals::RecordProgressRequest>,
    ) -> Result<Response<goals::RecordProgressResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_cycle(
        &self,
        request: Request<goals::GetCycleRequest>,
    ) -> Result<Response<goals::GetCycleResponse>, Status> {
        let name = request.into_inner().name;
        if name != "cycles/2026-Q3" {
            return Err(Status::not_found("no such cycle"));
        }
        let cycle = goals::Cycle {
            name,
            first_day: "2026-07-01".to_owned(),
            last_day: "2026-09-30".to_owned(),
            self_assessment_until: "2026-10-07".to_owned(),
            ..Default::default()
        };
        Ok(Response::new(goals::GetCycleResponse { cycle: Some(cycle) }))
    }

    async fn list_cycles(
        &self,
        _: Request<goals::ListCyclesRequest>,
    ) -> Result<Response<goals::ListCyclesResponse>, Status> {
        let cycle = |name: &str| goals::Cycle { name: name.to_owned(), ..Default::default() };
        let cycles = vec![cycle("cycles/2026-Q2"), cycle("cycles/2026-Q3")];
        Ok(Response::new(goals::ListCyclesResponse { cycles, next_page_token: String::new() }))
    }

    async fn snapshot_goals(
        &self,
        request: Request<goals::SnapshotGoalsRequest>,
    ) -> Result<Response<Self::SnapshotGoalsStream>, Status> {
        let cycle = request.into_inner().cycle;
        let name = if cycle == "cycles/2026-Q3" { "goals/ana-1" } else { "goals/ana-old" };
        let mut goal =
            goals::Goal { name: name.to_owned(), cycle, owner: "people/ana".to_owned(), ..Default::default() };
        goal.set_owner_kind(goals::OwnerKind::Person);
        let chunks = vec![Ok(goals::SnapshotGoalsResponse { goals: vec![goal] })];
        Ok(Response::new(tokio_stream::iter(chunks)))
    }

    unimplemented_methods! {
        apply_schema(goals::ApplySchemaRequest) -> goals::ApplySchemaResponse;
        get_schema(goals::GetSchemaRequest) -> goals::GetSchemaResponse;
        open_cycle(goals::OpenCycleRequest) -> goals::OpenCycleResponse;
        update_cycle(goals::UpdateCycleRequest) -> goals::UpdateCycleResponse;
        import_goals(Streaming<goals::ImportGoalsRequest>) -> goals::ImportGoalsResponse;
        list_goals(goals::ListGoalsRequest) -> merit_proto::kept::ListGoalsResponse;
        get_coverage(goals::GetCoverageRequest) -> goals::GetCoverageResponse;
        get_cutoff(goals::GetCutoffRequest) -> goals::GetCutoffResponse;
    }
}

struct World {
    keys: Keys,
    channel: tonic::transport::Channel,
    _folder: Option<tempfile::TempDir>,
}

impl World {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::at(Place::folder(folder.path()), Some(folder)).await
    }

    /// On a schema of its own.
    async fn on_postgres() -> Self {
        let server = scratch::server();
        merit_feedback::store::postgres::migrate(&server).await.unwrap();
        Self::at(Place::Postgres(server), None).await
    }

    async fn at(place: Place, folder: Option<tempfile::TempDir>) -> Self {
        let keys = Keys::from_secret(b"a secret for this test alone, 32 bytes or more");
        let (channel, incoming) = in_process();
        let world = Self { keys, channel, _folder: folder };
        let inside = world.link("service", Role::Service);
        let service = FeedbackService::open(
            &place,
            DirectoryServiceClient::new(inside.clone()),
            GoalsServiceClient::new(inside),
            Arc::new(FixedClock("2026-09-15T08:00:00Z".parse().unwrap())),
        )
        .await
        .unwrap();
        let mut server = Server::new(Guard::local(&world.keys, Arc::new(NoReach)).unwrap()).unwrap();
        server.add(DirectoryServiceServer::new(People));
        server.add(GoalsServiceServer::new(Goals));
        server.add(service.server());
        tokio::spawn(server.serve_in_process(incoming));
        world
    }

    fn link(&self, subject: &str, role: Role) -> Link {
        let token = self.keys.mint(&Principal::new(subject, role), jiff::Timestamp::now(), 600).unwrap();
        link(self.channel.clone(), Bearer::new(&token).unwrap())
    }

    fn client(&self, subject: &str, role: Role) -> FeedbackServiceClient<Link> {
        FeedbackServiceClient::new(self.link(subject, role))
    }

    async fn import_notes(&self, rows: Vec<proto::NoteRow>) -> ImportSummary {
        let header = Some(ImportHeader { source: "hr".to_owned(), ..Default::default() });
        let messages = vec![
            proto::ImportFeedbackRequest { header, rows: Vec::new() },
            proto::ImportFeedbackRequest { header: None, rows },
        ];
        let mut client = self.client("operator", Role::Operator);
        client.import_feedback(tokio_stream::iter(messages)).await.unwrap().into_inner().summary.unwrap()
    }
}

fn note(line: u32, author: &str, receiver: &str, goal: &str) -> proto::NoteRow {
    proto::NoteRow {
        line,
        external_id: format!("n{line}"),
        author: author.to_owned(),
        receiver: receiver.to_owned(),
        given_on: "2026-08-20".to_owned(),
        text: "Clear demo".to_owned(),
        goal: goal.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_file_of_notes_goes_in_and_comes_out_for_the_people_it_concerns() {
    let world = World::start().await;
    let summary = world.import_notes(vec![note(2, "bo", "ana", "ana-old"), note(3, "ana", "bo", "")]).await;
    assert_eq!((summary.added, summary.problems), (2, vec![]));

    let list = |who: &str| proto::ListNotesRequest { person: format!("people/{who}"), ..Default::default() };
    let notes = world.client("ana", Role::Member).list_notes(list("ana")).await.unwrap().into_inner().notes;
    assert_eq!(notes.len(), 2);
    let denied = world.client("cy", Role::Member).list_notes(list("ana")).await.unwrap_err();
    assert_eq!(denied.code(), Code::NotFound);
    // No manager of hers, so a manager's role opens nothing.
    let denied = world.client("cy", Role::Manager).list_notes(list("ana")).await.unwrap_err();
    assert_eq!(denied.code(), Code::NotFound);
    assert_eq!(world.client("cy", Role::Executive).list_notes(list("ana")).await.unwrap().into_inner().notes.len(), 2);

    let about_ana = notes.iter().find(|note| note.receiver == "people/ana").unwrap();
    let name = about_ana.name.clone();
    let mut ana = world.client("ana", Role::Member);
    ana.acknowledge_note(proto::AcknowledgeNoteRequest { name: name.clone() }).await.unwrap();
    let reply = proto::ReplyToNoteRequest { name: name.clone(), text: "Thank you".to_owned(), ..Default::default() };
    let note = ana.reply_to_note(reply.clone()).await.unwrap().into_inner().note.unwrap();
    assert_eq!((note.acknowledged_at.as_str(), note.replies.len()), ("2026-09-15T08:00:00Z", 1));
    let operator = world.client("operator", Role::Operator).reply_to_note(reply).await.unwrap_err();
    assert_eq!(operator.code(), Code::PermissionDenied, "an operator is nobody who could give feedback");

    let request = proto::SnapshotFeedbackRequest {
        cycle: "cycles/2026-Q3".to_owned(),
        first_day: "2026-07-01".to_owned(),
        last_day: "2026-09-30".to_owned(),
        cutoff: 1,
    };
    let mut service = world.client("service", Role::Service);
    let mut stream = service.snapshot_feedback(request).await.unwrap().into_inner();
    let mut snapshot = Vec::new();
    while let Some(chunk) = stream.message().await.unwrap() {
        snapshot.extend(chunk.notes);
    }
    assert_eq!(snapshot.len(), 2);
    assert!(snapshot.iter().all(|note| note.replies.is_empty()), "the cut-off is before the reply");
}

#[tokio::test]
async fn every_bad_cell_is_told_with_line_and_column() {
    let world = World::start().await;
    let bad = proto::NoteRow {
        line: 4,
        given_on: "20.8.2026".to_owned(),
        text: "\u{202E}reversed".to_owned(),
        reply: "Thanks".to_owned(),
        ..note(4, "a b", "zoe", "")
    };
    let summary = world.import_notes(vec![note(2, "bo", "ana", ""), note(3, "bo", "nobody", "none"), bad]).await;
    assert_eq!((summary.added, summary.changed), (0, 0));
    let told: BTreeMap<(u32, String), String> =
        summary.problems.into_iter().map(|p| ((p.line, p.column), p.message)).collect();
    let expected = [(3, "goal"), (3, "receiver"), (4, "author"), (4, "given_on"), (4, "replied_on"), (4, "text")];
    assert_eq!(told.keys().map(|(line, column)| (*line, column.as_str())).collect::<Vec<_>>(), expected);
    assert!(told[&(4, "given_on".to_owned())].contains("2026-07-01"), "{told:?}");
}

#[tokio::test]
async fn self_assessments_and_ratings_arrive_typed_and_in_their_window() {
    let world = World::start().await;
    let mut operator = world.client("operator", Role::Operator);
    let row = |line: u32, rating: &str, given_on: &str| proto::SelfAssessmentRow {
        line,
        external_id: format!("s{line}"),
        person: "ana".to_owned(),
        cycle: "2026-Q3".to_owned(),
        goal: "ana-1".to_owned(),
        rating: rating.to_owned(),
        comment: String::new(),
        given_on: given_on.to_owned(),
    };
    let header = || Some(ImportHeader { source: "hr".to_owned(), ..Default::default() });
    let mut import = async |rows| {
        let messages = vec![proto::ImportSelfAssessmentsRequest { header: header(), rows }];
        operator.import_self_assessments(tokio_stream::iter(messages)).await.unwrap().into_inner().summary.unwrap()
    };
    let late = import(vec![row(2, "0.9", "2026-10-08"), row(3, "", "2026-09-01"), row(4, "-1", "2026-09-02")]).await;
    let told: Vec<_> = late.problems.iter().map(|p| (p.line, p.column.as_str())).collect();
    assert_eq!(told, [(2, "given_on"), (3, ""), (4, "rating")]);
    assert!(late.problems[0].message.contains("until 2026-10-07"));
    assert_eq!(import(vec![row(2, "0.9", "2026-10-07")]).await.added, 1);

    let rating = |line: u32, value: Option<Value>, measure: &str| proto::RatingRow {
        line,
        external_id: format!("r{line}"),
        person: "ana".to_owned(),
        measure: measure.to_owned(),
        value,
        on: "2026-09-01".to_owned(),
        rater: "bo".to_owned(),
    };
    let percent = |text: &str| Some(Value { kind: ValueKind::Percent.into(), text: text.to_owned() });
    let import = async |rows| {
        let messages = vec![proto::ImportRatingsRequest { header: header(), rows }];
        let mut client = world.client("operator", Role::Operator);
        client.import_ratings(tokio_stream::iter(messages)).await.unwrap().into_inner().summary.unwrap()
    };
    let bad = import(vec![
        rating(2, percent("many"), "coding_accuracy"),
        rating(3, None, "coding_accuracy"),
        rating(4, percent("19/20"), "=coding"),
    ]);
    let told: Vec<_> = bad.await.problems.into_iter().map(|p| (p.line, p.column)).collect();
    assert_eq!(told, [(2, "value".to_owned()), (3, "value".to_owned()), (4, "measure".to_owned())]);
    assert_eq!(import(vec![rating(2, percent("19/20"), "coding_accuracy")]).await.added, 1);

    let request = proto::SnapshotRatingsRequest {
        first_day: "2026-07-01".to_owned(),
        last_day: "2026-09-30".to_owned(),
        cutoff: 0,
    };
    let mut stream = world.client("service", Role::Service).snapshot_ratings(request).await.unwrap().into_inner();
    let ratings = stream.message().await.unwrap().unwrap().ratings;
    assert_eq!((ratings.len(), &ratings[0].value, ratings[0].rater.as_str()), (1, &percent("19/20"), "people/bo"));
}

/// A client that heard no answer asks again: one note, one answer, whatever happened to the note meanwhile.
async fn the_same_request_again_makes_one_note(world: &World) {
    let mut ana = world.client("ana", Role::Member);
    let request = proto::CreateNoteRequest {
        receiver: "people/bo".to_owned(),
        text: "Clear demo".to_owned(),
        goal: String::new(),
        request_id: "6f1c0d1e-4a5b-4c6d-8e9f-001122334455".to_owned(),
    };
    let first = ana.create_note(request.clone()).await.unwrap().into_inner();
    let name = first.note.as_ref().unwrap().name.clone();
    let reply = proto::ReplyToNoteRequest { name, text: "Thank you".to_owned(), ..Default::default() };
    let reply = proto::ReplyToNoteRequest { request_id: "r-1".to_owned(), ..reply };
    let replied = world.client("bo", Role::Member).reply_to_note(reply.clone()).await.unwrap().into_inner();
    assert_eq!(replied.note.as_ref().map(|note| note.replies.len()), Some(1));
    assert_eq!(world.client("bo", Role::Member).reply_to_note(reply.clone()).await.unwrap().into_inner(), replied);
    let reused = proto::ReplyToNoteRequest { text: "Thanks".to_owned(), ..reply };
    let refused = world.client("bo", Role::Member).reply_to_note(reused).await.unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists);
    assert_eq!(ana.create_note(request.clone()).await.unwrap().into_inner(), first);

    let other = proto::CreateNoteRequest { text: "Clear talk".to_owned(), ..request.clone() };
    let refused = ana.create_note(other).await.unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists);
    assert!(refused.message().contains("make a new id"), "{refused:?}");
    let bad = proto::CreateNoteRequest { request_id: "not an id".to_owned(), ..request.clone() };
    assert_eq!(ana.create_note(bad).await.unwrap_err().code(), Code::InvalidArgument);

    // Somebody else's id is theirs, and who gives none writes each time.
    let from_bo = proto::CreateNoteRequest { receiver: "people/ana".to_owned(), ..request.clone() };
    world.client("bo", Role::Member).create_note(from_bo).await.unwrap();
    for _ in 0..2 {
        let nameless = proto::CreateNoteRequest { request_id: String::new(), ..request.clone() };
        ana.create_note(nameless).await.unwrap();
    }
    let list = proto::ListNotesRequest { person: "people/ana".to_owned(), ..Default::default() };
    assert_eq!(ana.list_notes(list).await.unwrap().into_inner().notes.len(), 4);
}

#[tokio::test]
async fn the_same_request_again_makes_one_note_in_sqlite() {
    the_same_request_again_makes_one_note(&World::start().await).await;
}

#[tokio::test]
async fn the_same_request_again_makes_one_note_in_postgres() {
    the_same_request_again_makes_one_note(&World::on_postgres().await).await;
}
