//! The goals service as a client meets it: over a channel, with a token, beside a directory of three people.

mod directory;
mod hidden;
mod lost;
mod one_goal;

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::StreamExt as _;
use jiff::Timestamp;
use merit_core::ids::PersonId;
use merit_core::{FixedClock, Result as Outcome};
use merit_platform::access::{Guard, Reach};
use merit_platform::client::{Bearer, Link, in_process, link};
use merit_platform::identity::{Keys, Principal, Role};
use merit_platform::server::Server;
use merit_platform::store::Place;
use merit_proto::directory::v1::directory_service_server::DirectoryServiceServer;
use merit_proto::goals::v1::goals_service_client::GoalsServiceClient;
use merit_proto::goals::v1::{
    ApplySchemaRequest, Approval, Cycle, GetCoverageRequest, GetCutoffRequest, GetCycleRequest, Goal, GoalRow,
    ImportGoalsRequest, ListCyclesRequest, ListGoalsRequest, OpenCycleRequest, OwnerKind, SnapshotGoalsRequest,
    TeamPay, UpdateCycleRequest,
};
use merit_proto::kept::read;
use merit_proto::r#type::v1::{ImportHeader, ImportSummary, Value, ValueKind};
use tonic::{Code, Status};

const SCHEMA: &str = r#"schema "Test" version 1

measure csat : number from 0 to 5 optional  higher is better  operational
"#;

/// Bob reports to Cyd, and nobody to anybody else.
struct CydsLine;

#[tonic::async_trait]
impl Reach for CydsLine {
    async fn line(&self, manager: &PersonId) -> Outcome<Arc<BTreeSet<PersonId>>> {
        let bob = PersonId::new("bob")?;
        Ok(Arc::new(if manager.as_str() == "cyd" { BTreeSet::from([bob]) } else { BTreeSet::new() }))
    }
}

struct Services {
    _folder: tempfile::TempDir,
    keys: Keys,
    channel: tonic::transport::Channel,
}

impl Services {
    /// Directory and goals in one process, with a schema and the cycle 2026-Q3.
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::folder(folder.path());
        Self::over(folder, &place).await
    }

    async fn over(folder: tempfile::TempDir, place: &Place) -> Self {
        let clock = Arc::new(FixedClock("2026-07-15T12:00:00Z".parse().unwrap()));
        let keys = Keys::from_secret(b"a secret of thirty-two bytes or so");
        let (channel, incoming) = in_process();
        let services = Self { _folder: folder, keys, channel };
        let goals = crate::open(place, services.link("service", Role::Service), clock).await.unwrap();
        let mut server = Server::new(Guard::local(&services.keys, Arc::new(CydsLine)).unwrap()).unwrap();
        server.add(DirectoryServiceServer::new(directory::ThreePeople));
        server.add(goals.server());
        tokio::spawn(server.serve_in_process(incoming));
        services.prepare().await;
        services
    }

    async fn prepare(&self) {
        let mut client = self.client("operator", Role::Operator);
        let schema = ApplySchemaRequest { source: SCHEMA.to_owned(), file_name: "schema.merit".to_owned() };
        assert!(client.apply_schema(schema).await.unwrap().into_inner().created);
        client
            .open_cycle(OpenCycleRequest { cycle_id: "2026-Q3".to_owned(), ..OpenCycleRequest::default() })
            .await
            .unwrap();
    }

    fn link(&self, subject: &str, role: Role) -> Link {
        let token = self.keys.mint(&Principal::new(subject, role), Timestamp::now(), 60).unwrap();
        link(self.channel.clone(), Bearer::new(&token).unwrap())
    }

    fn client(&self, subject: &str, role: Role) -> GoalsServiceClient<Link> {
        GoalsServiceClient::new(self.link(subject, role))
    }

    async fn import(&self, rows: Vec<GoalRow>) -> ImportSummary {
        let mut messages = vec![ImportGoalsRequest { header: Some(header()), rows: Vec::new() }];
        messages.extend(rows.chunks(100).map(|rows| ImportGoalsRequest { header: None, rows: rows.to_vec() }));
        let mut client = self.client("operator", Role::Operator);
        client.import_goals(futures::stream::iter(messages)).await.unwrap().into_inner().summary.unwrap()
    }

    /// One goal of each owner.
    async fn import_one_of_each(&self) {
        let summary = self
            .import(vec![
                row(2, "top", OwnerKind::Organisation, ""),
                row(3, "team", OwnerKind::Team, "East Practice"),
                row(4, "anas", OwnerKind::Person, "ana"),
                row(5, "bobs", OwnerKind::Person, "bob"),
            ])
            .await;
        assert_eq!((summary.added, summary.problems), (4, vec![]));
    }
}

fn header() -> ImportHeader {
    ImportHeader { source: "planning".to_owned(), file_name: "goals.csv".to_owned(), validate_only: false }
}

fn value(kind: ValueKind, text: &str) -> Value {
    Value { kind: kind.into(), text: text.to_owned() }
}

fn row(line: u32, id: &str, kind: OwnerKind, owner: &str) -> GoalRow {
    GoalRow {
        line,
        goal_id: id.to_owned(),
        cycle: "2026-Q3".to_owned(),
        owner_kind: kind.into(),
        owner: owner.to_owned(),
        title: "Happier practices".to_owned(),
        measure: "csat".to_owned(),
        weight: "1/4".to_owned(),
        target: Some(value(ValueKind::Number, "9/2")),
        ..GoalRow::default()
    }
}

async fn listed(client: &mut GoalsServiceClient<Link>, owner: &str) -> Result<Vec<String>, Status> {
    let request =
        ListGoalsRequest { cycle: "cycles/2026-Q3".to_owned(), owner: owner.to_owned(), ..ListGoalsRequest::default() };
    let goals = read(client.list_goals(request).await?.into_inner().goals)?;
    Ok(goals.into_iter().map(|goal| goal.name).collect())
}

#[tokio::test]
async fn everybody_reads_their_own_goals_and_those_they_share() {
    let services = Services::start().await;
    services.import_one_of_each().await;
    let all = ["goals/anas", "goals/bobs", "goals/team", "goals/top"];
    for (subject, role, seen) in [
        ("ana", Role::Member, &["goals/anas", "goals/team", "goals/top"][..]),
        ("cyd", Role::Member, &["goals/team", "goals/top"]),
        ("cyd", Role::Manager, &["goals/bobs", "goals/team", "goals/top"]),
        ("cyd", Role::Auditor, &all),
        ("operator", Role::Operator, &all),
    ] {
        let mut client = services.client(subject, role);
        assert_eq!(listed(&mut client, "").await.unwrap(), seen, "{subject} {role:?}");
        let bobs = listed(&mut client, "people/bob").await;
        if seen.contains(&"goals/bobs") {
            assert_eq!(bobs.unwrap(), ["goals/bobs"]);
        } else {
            let nobody = listed(&mut client, "people/bot").await.unwrap_err();
            let hidden = bobs.unwrap_err();
            assert_eq!(
                (hidden.code(), hidden.message().replace("bob", "bot")),
                (Code::NotFound, nobody.message().to_owned())
            );
        }
        assert_eq!(listed(&mut client, "teams/east-practice").await.unwrap(), ["goals/team"]);
    }
    let mut client = services.client("ana", Role::Member);
    assert_eq!(listed(&mut client, "ana").await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn writing_is_for_those_who_administer_and_snapshots_for_those_who_read_all() {
    let services = Services::start().await;
    for role in Role::ALL {
        let mut client = services.client("ana", role);
        let administers = matches!(role, Role::RevenueOperations | Role::Operator | Role::Service);
        let code = |result: Result<(), Status>| result.err().map(|status| status.code());
        let denied = (!administers).then_some(Code::PermissionDenied);
        let schema = ApplySchemaRequest { source: SCHEMA.to_owned(), ..ApplySchemaRequest::default() };
        assert_eq!(code(client.apply_schema(schema).await.map(drop)), denied, "{role:?}");
        let open = OpenCycleRequest { cycle_id: "2026-Q3".to_owned(), ..OpenCycleRequest::default() };
        assert_eq!(code(client.open_cycle(open).await.map(drop)), denied);
        let update = UpdateCycleRequest { name: "cycles/2026-Q3".to_owned(), ..UpdateCycleRequest::default() };
        assert_eq!(code(client.update_cycle(update).await.map(drop)), denied);
        let import = ImportGoalsRequest { header: Some(header()), rows: Vec::new() };
        assert_eq!(code(client.import_goals(futures::stream::iter([import])).await.map(drop)), denied);
        let reads = !matches!(role, Role::Member | Role::Manager);
        let snapshot = SnapshotGoalsRequest { cycle: "cycles/2026-Q3".to_owned(), cutoff: 0 };
        assert_eq!(client.snapshot_goals(snapshot).await.is_ok(), reads);
        let coverage = GetCoverageRequest { cycle: "cycles/2026-Q3".to_owned() };
        assert_eq!(client.get_coverage(coverage).await.is_ok(), reads);
    }
}

#[tokio::test]
async fn a_goal_crosses_the_wire_with_all_it_has() {
    let services = Services::start().await;
    services.import_one_of_each().await;
    let child = GoalRow {
        external_id: "7".to_owned(),
        title: String::new(),
        description: "The practices that we lost".to_owned(),
        parent: "team".to_owned(),
        due: "2026-08-31".to_owned(),
        rationale: "We have a plan".to_owned(),
        from: "2026-07-10".to_owned(),
        ..row(2, "child", OwnerKind::Person, "cyd")
    };
    let step = GoalRow {
        measure: String::new(),
        target: None,
        title: "Visit all practices".to_owned(),
        perspective: "development".to_owned(),
        done_when: "seen all".to_owned(),
        progress: "0.5".to_owned(),
        progress_on: "2026-07-14".to_owned(),
        ..row(3, "step", OwnerKind::Person, "cyd")
    };
    assert_eq!(services.import(vec![child, step]).await.added, 2);
    let request = ListGoalsRequest {
        cycle: "cycles/2026-Q3".to_owned(),
        owner: "people/cyd".to_owned(),
        ..ListGoalsRequest::default()
    };
    let goals = services.client("cyd", Role::Member).list_goals(request).await.unwrap().into_inner().goals;
    let goals = read(goals).unwrap();
    let [child, step] = &goals[..] else { panic!("{goals:?}") };
    assert_eq!(
        (child.owner_kind(), child.owner.as_str(), child.cycle.as_str()),
        (OwnerKind::Person, "people/cyd", "cycles/2026-Q3")
    );
    assert_eq!(
        (child.title.as_str(), child.measure.as_str(), child.perspective.as_str()),
        ("Csat", "csat", "operational")
    );
    assert_eq!((child.weight.as_str(), child.parent.as_str(), child.due.as_str()), ("1/4", "goals/team", "2026-08-31"));
    assert_eq!((child.source.as_str(), child.external_id.as_str(), child.version), ("planning", "7", 1));
    assert_eq!(
        (child.targets[0].from.as_str(), child.targets[0].target.clone()),
        ("2026-07-10", Some(value(ValueKind::Number, "9/2")))
    );
    let criteria: Vec<&str> = child.smart.iter().map(|found| found.criterion.as_str()).collect();
    assert_eq!(criteria, ["specific", "measurable", "achievable", "relevant", "time-bound"]);
    assert!(child.smart.iter().all(|found| found.met || found.criterion == "specific"), "{:?}", child.smart);
    assert_eq!(
        (step.done_when.as_str(), step.progress[0].on.as_str(), step.progress[0].done.as_str()),
        ("seen all", "2026-07-14", "1/2")
    );
}

#[tokio::test]
async fn rows_at_fault_come_back_as_problems_and_nothing_is_taken() {
    let services = Services::start().await;
    let before =
        services.client("operator", Role::Operator).get_cutoff(GetCutoffRequest {}).await.unwrap().into_inner();
    let unreadable = GoalRow { target: Some(value(ValueKind::Number, "4,5")), ..row(3, "b", OwnerKind::Person, "ana") };
    let summary = services
        .import(vec![row(2, "a", OwnerKind::Team, "West"), unreadable, row(4, "c", OwnerKind::Unspecified, "")])
        .await;
    assert_eq!(summary.added, 0);
    let told: Vec<(u32, &str)> =
        summary.problems.iter().map(|problem| (problem.line, problem.column.as_str())).collect();
    assert_eq!(told, [(2, "owner"), (3, "target"), (4, "owner_kind")]);
    let after = services.client("operator", Role::Operator).get_cutoff(GetCutoffRequest {}).await.unwrap().into_inner();
    assert_eq!(before, after);
}

#[tokio::test]
async fn cycles_are_found_listed_and_changed() {
    let services = Services::start().await;
    let mut client = services.client("operator", Role::Operator);
    for id in ["2026-Q4", "2026-Q1", "2026-Q2"] {
        let request =
            OpenCycleRequest { cycle_id: id.to_owned(), zone: "UTC".to_owned(), ..OpenCycleRequest::default() };
        client.open_cycle(request).await.unwrap();
    }
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let page = client.list_cycles(ListCyclesRequest { page_size: 3, page_token }).await.unwrap().into_inner();
        names.extend(page.cycles.into_iter().map(|cycle| cycle.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(names, ["cycles/2026-Q1", "cycles/2026-Q2", "cycles/2026-Q3", "cycles/2026-Q4"]);
    let get = async |name: &str| {
        let mut client = services.client("ana", Role::Member);
        client.get_cycle(GetCycleRequest { name: name.to_owned() }).await.map(|found| found.into_inner().cycle.unwrap())
    };
    // It is 2026-07-15: the second quarter has ended, and its window on the day before.
    let last: Cycle = get("cycles/last-ended").await.unwrap();
    assert_eq!((last.name.as_str(), last.ended, last.window_ended), ("cycles/2026-Q2", true, true));
    let update = UpdateCycleRequest {
        name: "cycles/2026-Q2".to_owned(),
        approval: Approval::Automatic.into(),
        self_assessment_until: "2026-07-15".to_owned(),
        ..UpdateCycleRequest::default()
    };
    let changed = client.update_cycle(update).await.unwrap().into_inner().cycle.unwrap();
    assert_eq!(
        (changed.approval(), changed.team_pay(), changed.window_ended),
        (Approval::Automatic, TeamPay::Hidden, false)
    );
    assert_eq!(get("cycles/last-ended").await.unwrap().name, "cycles/2026-Q1");
    let q3 = get("cycles/2026-Q3").await.unwrap();
    assert_eq!((q3.first_day.as_str(), q3.last_day.as_str(), q3.zone.as_str()), ("2026-07-01", "2026-09-30", "UTC"));
    assert_eq!(
        (q3.starts_at.as_str(), q3.ends_at.as_str(), q3.ended),
        ("2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z", false)
    );
    assert_eq!(get("cycles/2027-Q1").await.unwrap_err().code(), Code::NotFound);
    assert_eq!(get("2026-Q3").await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn coverage_counts_who_works_here_by_the_directory() {
    let services = Services::start().await;
    let idea = GoalRow {
        measure: String::new(),
        target: None,
        perspective: "innovation".to_owned(),
        done_when: "it is in use".to_owned(),
        ..row(2, "idea", OwnerKind::Person, "ana")
    };
    services.import(vec![idea]).await;
    let request = GetCoverageRequest { cycle: "cycles/2026-Q3".to_owned() };
    let coverage = services.client("exec", Role::Executive).get_coverage(request).await.unwrap().into_inner();
    assert_eq!((coverage.people, coverage.with_innovation, coverage.with_goals, coverage.goals), (2, 1, 1, 1));
    assert_eq!(
        (coverage.without_innovation, coverage.without_goals),
        (vec!["people/bob".to_owned()], vec!["people/bob".to_owned()])
    );
    assert_eq!(coverage.smart.len(), 5);
}

#[tokio::test]
async fn pages_and_snapshots_give_every_goal_once_as_on_record() {
    let services = Services::start().await;
    let goals: Vec<GoalRow> = (0..1103)
        .map(|n| GoalRow { weight: String::new(), ..row(n + 2, &format!("g{n:04}"), OwnerKind::Person, "ana") })
        .collect();
    assert_eq!(services.import(goals).await.added, 1103);
    let mut client = services.client("service", Role::Service);
    let cutoff = client.get_cutoff(GetCutoffRequest {}).await.unwrap().into_inner().cutoff;
    let lower = GoalRow {
        target: Some(value(ValueKind::Number, "4")),
        weight: String::new(),
        ..row(2, "g0000", OwnerKind::Person, "ana")
    };
    services.import(vec![lower, GoalRow { weight: String::new(), ..row(3, "h", OwnerKind::Person, "ana") }]).await;
    let snapshot = async |cutoff| {
        let request = SnapshotGoalsRequest { cycle: "cycles/2026-Q3".to_owned(), cutoff };
        let chunks = services.client("service", Role::Service).snapshot_goals(request).await.unwrap().into_inner();
        chunks.flat_map(|chunk| futures::stream::iter(chunk.unwrap().goals)).collect::<Vec<Goal>>().await
    };
    let target =
        |goal: &Goal| goal.targets.iter().map(|target| target.target.clone().unwrap().text).collect::<Vec<_>>();
    let (then, now) = (snapshot(cutoff).await, snapshot(0).await);
    assert_eq!((then.len(), now.len()), (1103, 1104));
    assert_eq!((target(&then[0]), target(&now[0]), now[0].version), (vec!["9/2".to_owned()], vec!["4".to_owned()], 2));
    let mut listed = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListGoalsRequest {
            cycle: "cycles/2026-Q3".to_owned(),
            page_size: 1000,
            page_token,
            ..ListGoalsRequest::default()
        };
        let page = client.list_goals(request).await.unwrap().into_inner();
        listed.extend(read(page.goals).unwrap());
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(listed, now);
    let beyond = SnapshotGoalsRequest { cycle: "cycles/2026-Q3".to_owned(), cutoff: 99 };
    assert_eq!(client.snapshot_goals(beyond).await.err().unwrap().code(), Code::InvalidArgument);
}
