//! A small organisation whose third quarter is closed and published: every service in one process, called over the wire.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use merit::import::{self, ImportKind, Profile};
use merit::placement::Service;
use merit::settings::Settings;
use merit::wiring::{self, Assembly};
use merit_core::FixedClock;
use merit_platform::client::{Bearer, LIMIT, Link, Switchboard, link};
use merit_platform::identity::{Keys, Principal, Role};
use merit_platform::status::from_status;
use merit_platform::store::{Place, scratch};
use merit_proto::feedback::v1::ListNotesRequest;
use merit_proto::feedback::v1::feedback_service_client::FeedbackServiceClient;
use merit_proto::goals::v1::goals_service_client::GoalsServiceClient;
use merit_proto::goals::v1::{ApplySchemaRequest, OpenCycleRequest, TeamPay, UpdateCycleRequest};
use merit_proto::reviews::v1::reviews_service_client::ReviewsServiceClient;
use merit_proto::reviews::v1::{ApproveReviewRequest, PublishReviewRequest, RunReviewRequest};
use merit_proto::scoring::v1::scoring_service_client::ScoringServiceClient;
use merit_proto::scoring::v1::{ListLinesRequest, PolicySource, PublishPoliciesRequest};
use prost::Message;
use tonic::{Code, Request, Status};

use crate::raw::Raw;

/// The closed cycle.
pub const CYCLE: &str = "cycles/2026-Q3";
/// After the quarter: Fay left Mia's team in October, and Oli joins it next year.
const NOW: &str = "2026-11-02T09:00:00Z";
/// Everybody on record.
pub const PEOPLE: [&str; 8] = ["bea", "dan", "fay", "ida", "mia", "oli", "pia", "quy"];
/// Who calls. Dan reports to her, Ida to Dan.
pub const CALLER: &str = "mia";
/// How people stand to the caller, and somebody who stands like that. Nobody is called Zed.
pub const RELATIONS: [(&str, &str); 7] = [
    ("self", "mia"),
    ("direct report", "dan"),
    ("indirect report", "ida"),
    ("peer", "pia"),
    ("former report", "fay"),
    ("other team", "oli"),
    ("none", "zed"),
];

/// All services, and what is needed to call them as anybody.
pub struct World {
    pub channel: Switchboard,
    keys: Keys,
    /// The run that was published: `runs/…`.
    pub run: String,
    /// Each person's note from Quy: `notes/…`.
    notes: Vec<(String, String)>,
    /// Each person's line in the ledger: `cycles/…/lines/…`.
    lines: Vec<(String, String)>,
    _folder: Option<tempfile::TempDir>,
}

/// How a call ended, and all that it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub code: Code,
    pub reason: String,
    pub message: String,
    pub details: Vec<u8>,
    pub messages: Vec<Vec<u8>>,
}

impl Answer {
    fn failed(status: &Status) -> Self {
        Self {
            code: status.code(),
            reason: from_status(status).reason,
            message: status.message().to_owned(),
            details: status.details().to_vec(),
            messages: Vec::new(),
        }
    }

    /// Whether it says only that something is not there or not for the caller.
    pub fn is_hidden(&self) -> bool {
        self.code == Code::NotFound && self.reason == "NOT_FOUND_OR_HIDDEN"
    }

    /// The messages as what they are.
    pub fn read<M: Message + Default>(&self) -> Vec<M> {
        self.messages.iter().map(|bytes| M::decode(bytes.as_slice()).unwrap()).collect()
    }

    /// What it would be with another name of the same length in it.
    pub fn about(&self, name: &str, other: &str) -> Self {
        assert_eq!(name.len(), other.len());
        let mut details = self.details.clone();
        for at in 0..=details.len().saturating_sub(name.len()) {
            if details[at..].starts_with(name.as_bytes()) {
                details[at..at + name.len()].copy_from_slice(other.as_bytes());
            }
        }
        Self { message: self.message.replace(name, other), details, ..self.clone() }
    }
}

fn keys() -> Keys {
    Keys::from_secret(b"a secret of thirty-two bytes or so")
}

fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock(NOW.parse().unwrap()))
}

/// A file of the organisation.
pub fn text(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/access/organisation");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

impl World {
    /// With all files taken in and the quarter closed, as the operator does it.
    pub async fn start() -> Self {
        let mut world = Self::composed().await;
        world.publish().await;
        world
    }

    /// With all files taken in and the quarter's review composed.
    pub async fn composed() -> Self {
        Self::composed_of(Settings::load(None).unwrap(), text).await
    }

    /// As [`World::composed`], with settings and files of one's own.
    pub async fn composed_of(settings: Settings, file: impl Fn(&str) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::over(&Place::folder(folder.path()), &settings, Some(folder), file).await
    }

    /// As [`World::start`], with everything on record in PostgreSQL.
    pub async fn start_on_postgres() -> Self {
        let mut world = Self::composed_on_postgres(Settings::load(None).unwrap(), text).await;
        world.publish().await;
        world
    }

    /// As [`World::composed_of`], with everything on record in PostgreSQL.
    pub async fn composed_on_postgres(settings: Settings, file: impl Fn(&str) -> String) -> Self {
        let server = scratch::server();
        for service in Service::ALL {
            wiring::migrate(&server, service).await.unwrap();
        }
        Self::over(&Place::Postgres(server), &settings, None, file).await
    }

    async fn over(
        place: &Place,
        settings: &Settings,
        folder: Option<tempfile::TempDir>,
        file: impl Fn(&str) -> String,
    ) -> Self {
        let keys = keys();
        let assembly = Assembly::open(place, &Service::ALL.into(), &keys, settings, clock()).await.unwrap();
        let Assembly { server, switchboard: channel, incoming, .. } = assembly;
        tokio::spawn(server.serve_in_process(incoming));
        let mut world =
            Self { channel, keys, run: String::new(), notes: Vec::new(), lines: Vec::new(), _folder: folder };
        world.take_in(file).await;
        world.compose().await;
        world.find_notes().await;
        world
    }

    async fn take_in(&self, file: impl Fn(&str) -> String) {
        let schema = ApplySchemaRequest { source: file("schema.merit"), file_name: "schema.merit".to_owned() };
        self.goals().apply_schema(schema).await.unwrap();
        let cycle = OpenCycleRequest { cycle_id: "2026-Q3".to_owned(), ..OpenCycleRequest::default() };
        self.goals().open_cycle(cycle).await.unwrap();
        for (kind, name) in [
            (ImportKind::People, "people.csv"),
            (ImportKind::People, "moves.csv"),
            (ImportKind::Goals, "goals.csv"),
            (ImportKind::Results, "deals.csv"),
            (ImportKind::Feedback, "feedback.csv"),
        ] {
            let profile = Profile::load("merit", kind).unwrap();
            let text = file(name);
            let taken = import::run_bytes(self.operator(), kind, name, text.as_bytes(), &profile, false).await.unwrap();
            assert!(taken.written, "{name}: {:?}", taken.problems);
        }
        let source = PolicySource { file_name: "plan.merit".to_owned(), text: file("plan.merit") };
        let request = PublishPoliciesRequest { sources: vec![source], ..PublishPoliciesRequest::default() };
        let failures = self.scoring().publish_policies(request).await.unwrap().into_inner().failures;
        assert!(failures.is_empty(), "{failures:?}");
    }

    async fn compose(&mut self) {
        let request = RunReviewRequest { cycle: CYCLE.to_owned(), ..RunReviewRequest::default() };
        let mut stages = self.reviews().run_review(request).await.unwrap().into_inner();
        while let Some(told) = stages.message().await.unwrap() {
            if let Some(review) = told.review {
                self.run = review.run;
            }
        }
    }

    async fn find_notes(&mut self) {
        for person in PEOPLE {
            let request = ListNotesRequest { person: format!("people/{person}"), ..ListNotesRequest::default() };
            let notes = self.feedback().list_notes(request).await.unwrap().into_inner().notes;
            let got = notes.into_iter().filter(|note| note.receiver == format!("people/{person}"));
            self.notes.extend(got.map(|note| (person.to_owned(), note.name)));
        }
    }

    /// Approves and publishes the review.
    async fn publish(&mut self) {
        let (cycle, run) = (CYCLE.to_owned(), self.run.clone());
        let request =
            ApproveReviewRequest { cycle: cycle.clone(), run: run.clone(), ..ApproveReviewRequest::default() };
        assert_eq!(self.reviews().approve_review(request).await.unwrap().into_inner().posted, 8);
        let request = PublishReviewRequest { cycle, run };
        assert_eq!(self.reviews().publish_review(request).await.unwrap().into_inner().enqueued, 12);
        let request = ListLinesRequest { cycle: CYCLE.to_owned(), ..ListLinesRequest::default() };
        let lines = self.scoring().list_lines(request).await.unwrap().into_inner().lines;
        self.lines = lines.into_iter().map(|line| (line.participant.replace("people/", ""), line.name)).collect();
    }

    /// From now on the cycle shows a team's pay to its manager.
    pub async fn show_team_pay(&self) {
        let request =
            UpdateCycleRequest { name: CYCLE.to_owned(), team_pay: TeamPay::Shown.into(), ..Default::default() };
        self.goals().update_cycle(request).await.unwrap();
    }

    /// A token.
    pub fn token(&self, subject: &str, role: Role) -> String {
        self.keys.mint(&Principal::new(subject, role), Timestamp::now(), 600).unwrap()
    }

    /// A channel as somebody.
    pub fn link(&self, subject: &str, role: Role) -> Link {
        link(self.channel.clone(), Bearer::new(&self.token(subject, role)).unwrap())
    }

    /// A channel as the operator.
    pub fn operator(&self) -> Link {
        self.link("operator", Role::Operator)
    }

    pub fn goals(&self) -> GoalsServiceClient<Link> {
        GoalsServiceClient::new(self.operator())
    }

    pub fn scoring(&self) -> ScoringServiceClient<Link> {
        ScoringServiceClient::new(self.operator())
    }

    pub fn feedback(&self) -> FeedbackServiceClient<Link> {
        FeedbackServiceClient::new(self.operator())
    }

    pub fn reviews(&self) -> ReviewsServiceClient<Link> {
        ReviewsServiceClient::new(self.operator())
    }

    /// The name of a person's line in the ledger; of nobody's for somebody unknown.
    pub fn line(&self, person: &str) -> String {
        let own = self.lines.iter().find(|(payee, _)| payee == person).map(|(_, line)| line.clone());
        own.unwrap_or_else(|| format!("{CYCLE}/lines/0"))
    }

    /// The name of a person's note from Quy; of a note that isn't there, and as long, for somebody unknown.
    pub fn note(&self, person: &str) -> String {
        let own = self.notes.iter().find(|(receiver, _)| receiver == person).map(|(_, note)| note.clone());
        own.unwrap_or_else(|| format!("notes/{}", "0".repeat(self.notes[0].1.len() - "notes/".len())))
    }

    /// Any call of any service, by its path, as whoever holds the token. Takes all messages of a stream.
    pub async fn call(&self, token: Option<&str>, path: &str, message: Vec<u8>) -> Answer {
        let mut request = Request::new(message);
        if let Some(token) = token {
            request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        let mut client = tonic::client::Grpc::new(self.channel.clone()).max_decoding_message_size(LIMIT);
        client.ready().await.unwrap();
        let answer = client.server_streaming(request, path.parse().unwrap(), Raw).await;
        let mut stream = match answer {
            Ok(answer) => answer.into_inner(),
            Err(status) => return Answer::failed(&status),
        };
        let mut messages = Vec::new();
        loop {
            match stream.message().await {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(status) => return Answer { messages, ..Answer::failed(&status) },
            }
        }
        Answer { code: Code::Ok, reason: String::new(), message: String::new(), details: Vec::new(), messages }
    }
}
