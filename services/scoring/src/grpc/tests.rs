//! Who may do what, and what crosses the wire.

mod lists;
mod pay;
mod requests;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt as _;
use jiff::Timestamp;
use merit_core::ids::PersonId;
use merit_platform::access::{Guard, Reach};
use merit_platform::client::{Bearer, Link, in_process, link};
use merit_platform::identity::{Keys, Principal, Role};
use merit_platform::server::Server;
use merit_proto::scoring::v1 as proto;
use merit_proto::scoring::v1::scoring_service_client::ScoringServiceClient;
use tonic::{Code, Status};

use crate::model::Run;
use crate::service::tests::World;
use crate::service::tests::neighbours::id;

/// The boss has everybody in their line.
struct Company;

#[async_trait]
impl Reach for Company {
    async fn line(&self, manager: &PersonId) -> merit_core::Result<Arc<BTreeSet<PersonId>>> {
        let people: &[&str] = if manager.as_str() == "boss" { &["ana", "bob", "cy", "dee", "eve", "fay"] } else { &[] };
        Ok(Arc::new(people.iter().map(|person| id(person)).collect()))
    }
}

/// The service as a client meets it: over a channel, with a token.
pub struct Wire {
    pub world: World,
    keys: Keys,
    channel: tonic::transport::Channel,
}

impl Wire {
    pub fn over(world: World) -> Self {
        let keys = Keys::from_secret(b"a secret of thirty-two bytes or so");
        let (channel, incoming) = in_process();
        let mut server = Server::new(Guard::local(&keys, Arc::new(Company)).unwrap()).unwrap();
        server.add(world.scoring.server());
        tokio::spawn(server.serve_in_process(incoming));
        Self { world, keys, channel }
    }

    pub fn client(&self, who: &str, role: Role) -> ScoringServiceClient<Link> {
        let token = self.keys.mint(&Principal::new(who, role), Timestamp::now(), 60).unwrap();
        ScoringServiceClient::new(link(self.channel.clone(), Bearer::new(&token).unwrap()))
    }
}

/// A quarter that was settled and not posted.
pub async fn settled() -> (Wire, Run) {
    let world = World::ready().await;
    let run = world.close().await;
    (Wire::over(world), run)
}

fn code<T>(answer: Result<T, Status>) -> Result<(), Code> {
    answer.map(drop).map_err(|status| status.code())
}

#[tokio::test]
async fn writing_takes_a_role_for_it() {
    let (wire, run) = settled().await;
    for (role, may) in [
        (Role::Member, false),
        (Role::Manager, false),
        (Role::Auditor, false),
        (Role::Executive, false),
        (Role::CompensationAdministrator, false),
        (Role::RevenueOperations, true),
        (Role::Operator, true),
        (Role::Service, true),
    ] {
        let freeze = proto::FreezeRunRequest { cycle: "cycles/2026-Q3".to_owned(), cutoffs: None };
        let execute = proto::ExecuteRunRequest { run: run.id.name() };
        let publish = proto::PublishPoliciesRequest::default();
        let found = [
            code(wire.client("ana", role).freeze_run(freeze).await),
            code(wire.client("ana", role).execute_run(execute).await),
            code(wire.client("ana", role).publish_policies(publish).await),
        ];
        let expected = if may { Ok(()) } else { Err(Code::PermissionDenied) };
        assert_eq!(found, [expected; 3], "{role:?}");
    }
    let bare = ScoringServiceClient::new(wire.channel.clone()).get_cutoff(proto::GetCutoffRequest {}).await;
    assert_eq!(code(bare), Err(Code::Unauthenticated));
}

#[tokio::test]
async fn adjusting_takes_a_right_to_pay_and_never_ones_own() {
    let (wire, _run) = settled().await;
    for (who, role, expected) in [
        ("bob", Role::Member, Err(Code::PermissionDenied)),
        ("boss", Role::Manager, Err(Code::PermissionDenied)),
        ("bob", Role::Executive, Err(Code::PermissionDenied)),
        ("bob", Role::CompensationAdministrator, Ok(())),
        ("ana", Role::Member, Err(Code::PermissionDenied)),
        ("ana", Role::CompensationAdministrator, Err(Code::PermissionDenied)),
        ("ana", Role::RevenueOperations, Err(Code::PermissionDenied)),
        ("operator", Role::Operator, Ok(())),
    ] {
        let request = proto::CreateAdjustmentRequest {
            cycle: "cycles/2026-Q3".to_owned(),
            participant: "people/ana".to_owned(),
            amount: Some(merit_proto::r#type::v1::Money { currency_code: "USD".to_owned(), minor_units: 100 }),
            reason: "because".to_owned(),
            ..Default::default()
        };
        assert_eq!(code(wire.client(who, role).create_adjustment(request).await), expected, "{who} {role:?}");
    }
}

#[tokio::test]
async fn figures_come_where_they_are_asked_for_and_pages_join_up() {
    let (wire, run) = settled().await;
    let (mut lines, mut token) = (Vec::new(), String::new());
    loop {
        let request = proto::ListLinesRequest {
            run: run.id.name(),
            with_figures: true,
            page_size: 3,
            page_token: token,
            ..Default::default()
        };
        let page = wire.client("operator", Role::Operator).list_lines(request).await.unwrap().into_inner();
        lines.extend(page.lines);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(lines.len(), 8);
    for line in &lines {
        assert!(!line.figures.is_empty(), "{line:?}");
    }
    let commission = lines.iter().find(|line| line.payout == "commission").unwrap();
    assert_eq!(
        (commission.about.as_str(), commission.because.as_slice()),
        ("Quarterly commission", ["Section 6".to_owned()].as_slice())
    );
    assert!(commission.figures.iter().any(|words| words.contains("$130,000.00")), "{:?}", commission.figures);
    let request = proto::ListScoresRequest { run: run.id.name(), with_figures: true, ..Default::default() };
    let scores = wire.client("operator", Role::Operator).list_scores(request).await.unwrap().into_inner().scores;
    let attainment = scores.iter().find(|score| score.output == "attainment").unwrap();
    assert_eq!(attainment.figures, ["`bookings` $130,000.00 ÷ `quota` $100,000.00 = 130%"]);
    let big = scores.iter().find(|score| score.output == "big").unwrap();
    assert!(!big.figures.is_empty());
}

#[tokio::test]
async fn progress_ends_with_the_run_and_a_preview_comes_in_pieces() {
    let world = World::ready().await;
    let wire = Wire::over(world);
    let preview = proto::PreviewRunRequest { cycle: "cycles/2026-Q3".to_owned(), cutoffs: None };
    let mut pieces = wire.client("operator", Role::Operator).preview_run(preview).await.unwrap().into_inner();
    let first = pieces.next().await.unwrap().unwrap().run.unwrap();
    let mut lines = 0;
    while let Some(piece) = pieces.next().await {
        lines += piece.unwrap().lines.len();
    }
    assert_eq!((first.state(), lines), (proto::RunState::Settled, 8));
    let run = wire.world.freeze().await;
    assert_eq!(run.id.name(), first.name);
    let execute = proto::ExecuteRunRequest { run: run.id.name() };
    let steps: Vec<_> =
        wire.client("operator", Role::Operator).execute_run(execute).await.unwrap().into_inner().collect().await;
    let steps: Vec<_> = steps.into_iter().map(Result::unwrap).collect();
    let (last, told) = steps.split_last().unwrap();
    assert_eq!(
        last.run.as_ref().map(|run| (run.state(), run.root.clone())),
        Some((proto::RunState::Settled, first.root))
    );
    assert!(told.iter().any(|step| step.stage == "scoring" && step.total == 6), "{told:?}");
    let unknown = proto::ExecuteRunRequest { run: "runs/none".to_owned() };
    let answer =
        wire.client("operator", Role::Operator).execute_run(unknown).await.unwrap().into_inner().next().await.unwrap();
    assert_eq!(code(answer), Err(Code::NotFound));
}

/// The report for a terminal, the data on the wire and the JSON of the same diagnostics are one.
#[tokio::test]
async fn a_refused_policy_comes_with_its_diagnostics_as_data() {
    let world = World::new().await;
    let wire = Wire::over(world);
    let text = crate::service::tests::SPIF.replace("count of deals", "count of dals");
    let sources = vec![proto::PolicySource { file_name: "p.merit".to_owned(), text: text.clone() }];
    let request = proto::PublishPoliciesRequest { sources, validate_only: true, ..Default::default() };
    let answer = wire.client("ops", Role::RevenueOperations).publish_policies(request).await.unwrap().into_inner();
    let [failure] = answer.failures.as_slice() else { panic!("{:?}", answer.failures) };

    let schema =
        merit_rules::Source { name: "schema.merit".to_owned(), text: crate::service::tests::SCHEMA.to_owned() };
    let source = merit_rules::Source { name: "p.merit".to_owned(), text };
    let said = merit_rules::load_policy(&source, &merit_rules::load_schema(&schema).unwrap()).unwrap_err();
    assert_eq!(failure.report, merit_rules::render(&said, &source, false));

    let json = serde_json::to_value(merit_rules::located(&said, &source)).unwrap();
    let found: Vec<_> = failure.diagnostics.iter().map(as_json).collect();
    assert_eq!(serde_json::Value::from(found), json);
    let [one, ..] = failure.diagnostics.as_slice() else { panic!("{:?}", failure.diagnostics) };
    let place = format!("p.merit:{}:{}", one.labels[0].start_line, one.labels[0].start_column);
    for shown in [format!("error[{}]: {}", one.code, one.title), place, format!("help: {}", one.help)] {
        assert!(failure.report.contains(&shown), "{shown} is not in\n{}", failure.report);
    }
}

fn as_json(one: &merit_proto::r#type::v1::Diagnostic) -> serde_json::Value {
    let label = |label: &merit_proto::r#type::v1::DiagnosticLabel| {
        serde_json::json!({
            "start_byte": label.start_byte, "end_byte": label.end_byte, "start_line": label.start_line,
            "start_column": label.start_column, "end_line": label.end_line, "end_column": label.end_column,
            "text": label.text, "primary": label.primary,
        })
    };
    let severity = match one.severity() {
        merit_proto::r#type::v1::Severity::Warning => "warning",
        _ => "error",
    };
    let help = Some(&one.help).filter(|help| !help.is_empty());
    serde_json::json!({
        "code": one.code, "severity": severity, "title": one.title,
        "labels": one.labels.iter().map(label).collect::<Vec<_>>(), "notes": one.notes, "help": help,
    })
}

#[tokio::test]
async fn comparing_takes_a_right_to_pay_and_everyone_crosses_the_wire() {
    let (wire, run) = settled().await;
    for role in Role::ALL {
        let request = proto::CompareImpactRequest {
            cycle: "cycles/2026-Q3".to_owned(),
            old_name: "SPIF".to_owned(),
            new: Some(proto::PolicySource {
                file_name: "new.merit".to_owned(),
                text: crate::service::tests::SPIF.replace("$100", "$50"),
            }),
            ..Default::default()
        };
        let answer = wire.client("somebody", role).compare_impact(request).await;
        if [Role::Member, Role::Manager, Role::Executive].contains(&role) {
            assert_eq!(code(answer), Err(Code::PermissionDenied), "{role:?}");
            continue;
        }
        let pieces: Vec<_> = answer.unwrap().into_inner().map(Result::unwrap).collect().await;
        let impact = pieces[0].impact.as_ref().unwrap();
        assert_eq!((impact.run.as_ref().unwrap().name.clone(), impact.preview), (run.id.name(), false));
        // Three deals in the SPIF's months: 50 less for each.
        let total = &impact.totals[0];
        assert_eq!(total.after.as_ref().unwrap().minor_units - total.before.as_ref().unwrap().minor_units, -15_000);
        assert_eq!(pieces.iter().map(|piece| piece.rows.len()).sum::<usize>(), 6);
    }
    let request = proto::GetPolicyRequest { policy_name: "SPIF".to_owned(), version: 0 };
    let found = wire.client("ana", Role::Member).get_policy(request).await.unwrap().into_inner();
    assert_eq!((found.policy.unwrap().version, found.source.unwrap().text.as_str()), (1, crate::service::tests::SPIF));
}
