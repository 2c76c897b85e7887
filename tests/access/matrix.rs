//! Every call holds to the table, whoever makes it and whoever it is about.

use std::collections::{BTreeMap, BTreeSet};

use merit_platform::identity::Role;
use merit_proto::reviews::v1::reviews_service_client::ReviewsServiceClient;
use merit_proto::reviews::v1::{ApproveReviewRequest, ApproveReviewResponse};
use merit_proto::scoring::v1::PostRunRequest;
use merit_proto::scoring::v1::scoring_service_client::ScoringServiceClient;
use prost::Message as _;
use tonic::{Code, Status};

use crate::about_people::{AboutPeople, CHANGING, Told, calls};
use crate::table::{Cell, Row, rows};
use crate::world::{Answer, CALLER, CYCLE, RELATIONS, World};

/// The paths of all calls in the contracts, by the names of the table: `goals ListGoals`.
pub fn contracts() -> BTreeMap<String, String> {
    let files = prost_types::FileDescriptorSet::decode(merit_proto::DESCRIPTORS).unwrap().file;
    let mut paths = BTreeMap::new();
    for file in files.iter().filter(|file| file.package().starts_with("merit.")) {
        let area = file.package().split('.').nth(1).unwrap();
        for service in &file.service {
            for method in &service.method {
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                paths.insert(format!("{area} {}", method.name()), path);
            }
        }
    }
    paths
}

#[test]
fn each_call_of_the_contracts_has_its_row() {
    let (rows, paths) = (rows(), contracts());
    let written: BTreeSet<&str> = rows.iter().map(Row::call).collect();
    assert_eq!(written, paths.keys().map(String::as_str).collect());
    let whole = rows.iter().filter(|row| !row.is_part());
    assert_eq!(whole.count(), paths.len(), "a call has two rows");
    // What the table says of people, a request has to be made for.
    let about: BTreeSet<&str> = rows.iter().filter(|row| is_about_people(row)).map(|row| row.name.as_str()).collect();
    assert_eq!(calls().iter().map(|call| call.row).collect::<BTreeSet<_>>(), about);
}

fn is_about_people(row: &Row) -> bool {
    row.cells.values().any(|cell| matches!(cell, Cell::People(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_the_organisations_depends_on_the_role_alone() {
    let world = World::start().await;
    let paths = contracts();
    let mut faults = Vec::new();
    for row in rows().iter().filter(|row| !is_about_people(row)) {
        let path = &paths[row.call()];
        for (role, cell) in &row.cells {
            let expected = *cell == Cell::Role(true);
            for (_, person) in RELATIONS {
                let answer = world.call(Some(&world.token(person, *role)), path, Vec::new()).await;
                let passed = !matches!(answer.code, Code::PermissionDenied | Code::Unauthenticated);
                if passed != expected || answer.code == Code::Internal || answer.is_hidden() {
                    faults.push(format!(
                        "{} as {}, {person}: {:?} {}",
                        row.name,
                        role.word(),
                        answer.code,
                        answer.message
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_an_identity() {
    let world = World::composed().await;
    for (name, path) in contracts() {
        assert_eq!(world.call(None, &path, Vec::new()).await.code, Code::Unauthenticated, "{name}");
    }
    // A call that no table knows is not there, for anybody.
    let token = world.token("operator", Role::Operator);
    let unknown = world.call(Some(&token), "/merit.goals.v1.GoalsService/DropEverything", Vec::new()).await;
    assert_eq!(unknown.code, Code::Unimplemented);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_somebodys_is_told_to_whom_the_table_says_and_looks_like_nothing_to_others() {
    check_people(World::start().await, &Role::ALL).await;
}

/// The same on PostgreSQL, as one role of each reach: neither wall shuts out what the other lets through.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_comes_out_of_postgres_behind_row_level_security() {
    let roles = [Role::Member, Role::Manager, Role::Executive, Role::Auditor];
    check_people(World::start_on_postgres().await, &roles).await;
}

async fn check_people(world: World, roles: &[Role]) {
    let mut check = Check { world, rows: rows(), paths: contracts(), faults: Vec::new(), made: 0 };
    let (shown, hidden): (Vec<_>, Vec<_>) =
        calls().into_iter().partition(|call| call.row.ends_with("in a cycle that shows team pay"));
    for call in hidden {
        check.row(&call, roles).await;
    }
    check.world.show_team_pay().await;
    for call in shown {
        check.row(&call, roles).await;
    }
    let Check { faults, made, .. } = check;
    assert!(faults.is_empty(), "{} of {made} calls:\n{}", faults.len(), faults.join("\n"));
}

struct Check {
    world: World,
    rows: Vec<Row>,
    paths: BTreeMap<String, String>,
    faults: Vec<String>,
    made: usize,
}

impl Check {
    async fn row(&mut self, call: &AboutPeople, roles: &[Role]) {
        for role in roles.iter().copied() {
            match self.cell(call.row, role) {
                Cell::Role(allowed) => {
                    assert!(!allowed, "{}: say whom", call.row);
                    self.denied(call, role).await;
                }
                Cell::People(expected) => {
                    let expected: Told = expected.into_iter().map(|person| format!("people/{person}")).collect();
                    self.people(call, role, &expected).await;
                    self.everybody(call, role, &expected).await;
                }
            }
        }
    }

    fn cell(&self, name: &str, role: Role) -> Cell {
        self.rows.iter().find(|row| row.name == name).unwrap().cells[&role].clone()
    }

    async fn ask(&mut self, call: &AboutPeople, role: Role, message: Vec<u8>) -> Answer {
        self.made += 1;
        let path = &self.paths[call.row.split(':').next().unwrap()];
        self.world.call(Some(&self.world.token(CALLER, role)), path, message).await
    }

    /// Whose role may not do it for anybody is told so, whoever is named.
    async fn denied(&mut self, call: &AboutPeople, role: Role) {
        for (relation, person) in RELATIONS {
            let answer = self.ask(call, role, (call.one)(&self.world, person)).await;
            if answer.code != Code::PermissionDenied {
                self.fault(call, role, relation, &answer, "should be denied");
            }
        }
    }

    /// One after the other.
    async fn people(&mut self, call: &AboutPeople, role: Role, expected: &Told) {
        let unknown = self.ask(call, role, (call.one)(&self.world, "zed")).await;
        let changes = CHANGING.contains(&call.row);
        for (relation, person) in RELATIONS {
            let answer = self.ask(call, role, (call.one)(&self.world, person)).await;
            let name = format!("people/{person}");
            let told = (call.told)(&answer, person);
            if answer.code == Code::Internal {
                self.fault(call, role, relation, &answer, "went wrong");
            }
            if !told.is_subset(expected) {
                self.fault(call, role, relation, &answer, &format!("tells of {told:?}"));
            }
            if expected.contains(&name) && !told.contains(&name) {
                self.fault(call, role, relation, &answer, "should be told, and is not");
            }
            let seen = call.seen_by.is_some_and(|row| match self.cell(row, role) {
                Cell::People(people) => people.contains(person),
                Cell::Role(_) => false,
            });
            let part = call.row.contains(':');
            if expected.contains(&name) || seen || part || (changes && relation == "self") {
                continue;
            }
            let (here, there) = ((call.named)(&self.world, person), (call.named)(&self.world, "zed"));
            if answer.messages.len() != unknown.messages.len()
                || without_messages(&answer.about(&here, &there)) != without_messages(&unknown)
            {
                self.fault(call, role, relation, &answer, &format!("should look like {unknown:?}"));
            }
        }
    }

    /// All at once: a list tells of the same people as single decisions do.
    async fn everybody(&mut self, call: &AboutPeople, role: Role, expected: &Told) {
        let Some(all) = call.all else { return };
        let answer = self.ask(call, role, all(&self.world)).await;
        let told = (call.told)(&answer, "");
        if told != *expected {
            self.fault(call, role, "everybody", &answer, &format!("lists {told:?}"));
        }
    }

    fn fault(&mut self, call: &AboutPeople, role: Role, relation: &str, answer: &Answer, what: &str) {
        let Answer { code, reason, message, .. } = answer;
        self.faults.push(format!("{} as {}, {relation}: {what}: {code:?} {reason} {message}", call.row, role.word()));
    }
}

fn without_messages(answer: &Answer) -> Answer {
    Answer { messages: Vec::new(), ..answer.clone() }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_their_own_line_alone() {
    let world = World::composed().await;
    let approve = async |person: &str, role| -> Result<ApproveReviewResponse, Status> {
        let request = ApproveReviewRequest { cycle: CYCLE.to_owned(), ..ApproveReviewRequest::default() };
        let mut client = ReviewsServiceClient::new(world.link(person, role));
        client.approve_review(request).await.map(tonic::Response::into_inner)
    };
    for role in [Role::Member, Role::Manager, Role::Auditor, Role::Service] {
        assert_eq!(approve("quy", role).await.unwrap_err().code(), Code::PermissionDenied, "{}", role.word());
    }
    // Mia is paid by this run; that she has two roles doesn't make her two people.
    for role in [Role::CompensationAdministrator, Role::Executive, Role::RevenueOperations] {
        let approved = approve(CALLER, role).await.unwrap();
        assert!(approved.needs_second && approved.posted == 0, "{}: {approved:?}", role.word());
    }
    // Nor does anybody who may run, approve or publish reviews post them past the approval.
    for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::Operator | Role::Service)) {
        let approved_at = "2026-10-06T10:00:00Z".to_owned();
        let request = PostRunRequest { run: world.run.clone(), approved_at, request_id: String::new() };
        let posted = ScoringServiceClient::new(world.link(CALLER, role)).post_run(request).await;
        assert_eq!(posted.unwrap_err().code(), Code::PermissionDenied, "{}", role.word());
    }
    let second = approve("quy", Role::Executive).await.unwrap();
    assert!(!second.needs_second && second.posted == 8, "{second:?}");
}
