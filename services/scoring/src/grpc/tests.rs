//! Who may do what, and what crosses the wire.

use futures::StreamExt as _;
use merit_platform::identity::{Principal, Role};
use merit_proto::scoring::v1 as proto;
use merit_proto::scoring::v1::scoring_service_server::ScoringService as _;
use tonic::{Code, Request, Status};

use super::Grpc;
use crate::model::Run;
use crate::service::tests::World;
use crate::service::tests::neighbours::id;

fn call<T>(message: T, who: &str, role: Role) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(Principal::new(who, role));
    request
}

async fn posted() -> (World, Grpc, Run) {
    let world = World::ready().await;
    let run = world.close().await;
    let grpc = Grpc { scoring: world.scoring.clone() };
    (world, grpc, run)
}

fn code<T>(answer: Result<T, Status>) -> Result<(), Code> {
    answer.map(drop).map_err(|status| status.code())
}

#[tokio::test]
async fn writing_takes_a_role_for_it() {
    let (_world, grpc, run) = posted().await;
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
            code(grpc.freeze_run(call(freeze, "ana", role)).await),
            code(grpc.execute_run(call(execute, "ana", role)).await),
            code(grpc.publish_policies(call(publish, "ana", role)).await),
        ];
        let expected = if may { Ok(()) } else { Err(Code::PermissionDenied) };
        assert_eq!(found, [expected; 3], "{role:?}");
    }
    let bare = grpc.get_cutoff(Request::new(proto::GetCutoffRequest {})).await;
    assert_eq!(code(bare), Err(Code::Unauthenticated));
}

#[tokio::test]
async fn adjusting_takes_a_right_to_pay_and_never_ones_own() {
    let (_world, grpc, _run) = posted().await;
    for (who, role, expected) in [
        ("bob", Role::Member, Err(Code::PermissionDenied)),
        ("bob", Role::Executive, Err(Code::PermissionDenied)),
        ("bob", Role::CompensationAdministrator, Ok(())),
        ("ana", Role::CompensationAdministrator, Err(Code::PermissionDenied)),
        ("ana", Role::RevenueOperations, Err(Code::PermissionDenied)),
        ("operator", Role::Operator, Ok(())),
    ] {
        let request = proto::CreateAdjustmentRequest {
            cycle: "cycles/2026-Q3".to_owned(),
            participant: "people/ana".to_owned(),
            amount: Some(merit_proto::r#type::v1::Money { currency_code: "USD".to_owned(), minor_units: 100 }),
            reason: "because".to_owned(),
            request_id: String::new(),
        };
        assert_eq!(code(grpc.create_adjustment(call(request, who, role)).await), expected, "{who} {role:?}");
    }
}

#[tokio::test]
async fn lines_and_scores_are_ones_own_or_for_those_who_read_everything() {
    let (world, grpc, run) = posted().await;
    let lines = |who: &'static str, role, participant: &str, of_run: bool| {
        let request = proto::ListLinesRequest {
            cycle: "cycles/2026-Q3".to_owned(),
            run: if of_run { run.id.name() } else { String::new() },
            participant: participant.to_owned(),
            ..Default::default()
        };
        let grpc = grpc.clone();
        async move {
            grpc.list_lines(call(request, who, role))
                .await
                .map(|answer| answer.into_inner().lines.len())
                .map_err(|s| s.code())
        }
    };
    let denied = Err(Code::PermissionDenied);
    assert_eq!(lines("ana", Role::Member, "", false).await, denied);
    assert_eq!(lines("ana", Role::Member, "people/eve", false).await, denied);
    assert_eq!(lines("boss", Role::Manager, "people/ana", false).await, denied);
    assert_eq!(lines("ana", Role::Member, "people/ana", true).await, denied, "proposed only");
    assert_eq!(lines("olga", Role::Auditor, "", true).await, Ok(8));
    assert_eq!(lines("olga", Role::Auditor, "", false).await, Ok(0));
    world.scoring.post(&run.id, "").await.unwrap();
    assert_eq!(lines("ana", Role::Member, "people/ana", false).await, Ok(5));
    assert_eq!(lines("ana", Role::Member, "people/ana", true).await, Ok(5));
    assert_eq!(lines("ana", Role::Member, "people/eve", true).await, denied);
    let findings = proto::ListFindingsRequest { run: run.id.name(), ..Default::default() };
    assert_eq!(code(grpc.list_findings(call(findings, "ana", Role::Member)).await), denied.map(drop));
}

#[tokio::test]
async fn standing_is_for_oneself_and_those_above() {
    let (_world, grpc, _run) = posted().await;
    for (who, role, expected) in [
        ("ana", Role::Member, Ok(())),
        ("bob", Role::Member, Err(Code::PermissionDenied)),
        ("boss", Role::Manager, Ok(())),
        ("bob", Role::Manager, Err(Code::PermissionDenied)),
        // Whoever stands above says so by their role.
        ("boss", Role::Member, Err(Code::PermissionDenied)),
        ("olga", Role::Executive, Ok(())),
    ] {
        let request = proto::GetStandingRequest {
            person: id("ana").name(),
            cycle: "cycles/2026-Q3".to_owned(),
            on: String::new(),
        };
        assert_eq!(code(grpc.get_standing(call(request, who, role)).await), expected, "{who} {role:?}");
    }
}

#[tokio::test]
async fn figures_come_where_they_are_asked_for_and_pages_join_up() {
    let (_world, grpc, run) = posted().await;
    let (mut lines, mut token) = (Vec::new(), String::new());
    loop {
        let request = proto::ListLinesRequest {
            run: run.id.name(),
            with_figures: true,
            page_size: 3,
            page_token: token,
            ..Default::default()
        };
        let page = grpc.list_lines(call(request, "operator", Role::Operator)).await.unwrap().into_inner();
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
    let scores = grpc.list_scores(call(request, "operator", Role::Operator)).await.unwrap().into_inner().scores;
    let attainment = scores.iter().find(|score| score.output == "attainment").unwrap();
    assert_eq!(attainment.figures, ["`bookings` $130,000.00 ÷ `quota` $100,000.00 = 130%"]);
    let big = scores.iter().find(|score| score.output == "big").unwrap();
    assert!(!big.figures.is_empty());
}

#[tokio::test]
async fn progress_ends_with_the_run_and_a_preview_comes_in_pieces() {
    let world = World::ready().await;
    let grpc = Grpc { scoring: world.scoring.clone() };
    let preview = proto::PreviewRunRequest { cycle: "cycles/2026-Q3".to_owned(), cutoffs: None };
    let mut pieces = grpc.preview_run(call(preview, "operator", Role::Operator)).await.unwrap().into_inner();
    let first = pieces.next().await.unwrap().unwrap().run.unwrap();
    let mut lines = 0;
    while let Some(piece) = pieces.next().await {
        lines += piece.unwrap().lines.len();
    }
    assert_eq!((first.state(), lines), (proto::RunState::Settled, 8));
    let run = world.freeze().await;
    assert_eq!(run.id.name(), first.name);
    let execute = proto::ExecuteRunRequest { run: run.id.name() };
    let steps: Vec<_> =
        grpc.execute_run(call(execute, "operator", Role::Operator)).await.unwrap().into_inner().collect().await;
    let steps: Vec<_> = steps.into_iter().map(Result::unwrap).collect();
    let (last, told) = steps.split_last().unwrap();
    assert_eq!(
        last.run.as_ref().map(|run| (run.state(), run.root.clone())),
        Some((proto::RunState::Settled, first.root))
    );
    assert!(told.iter().any(|step| step.stage == "scoring" && step.total == 6), "{told:?}");
    let unknown = proto::ExecuteRunRequest { run: "runs/none".to_owned() };
    let answer =
        grpc.execute_run(call(unknown, "operator", Role::Operator)).await.unwrap().into_inner().next().await.unwrap();
    assert_eq!(code(answer), Err(Code::NotFound));
}

/// The report for a terminal, the data on the wire and the JSON of the same diagnostics are one.
#[tokio::test]
async fn a_refused_policy_comes_with_its_diagnostics_as_data() {
    let world = World::new().await;
    let grpc = Grpc { scoring: world.scoring.clone() };
    let text = crate::service::tests::SPIF.replace("count of deals", "count of dals");
    let sources = vec![proto::PolicySource { file_name: "p.merit".to_owned(), text: text.clone() }];
    let request = proto::PublishPoliciesRequest { sources, validate_only: true };
    let answer = grpc.publish_policies(call(request, "ops", Role::RevenueOperations)).await.unwrap().into_inner();
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
async fn ones_pay_is_explained_to_oneself_once_posted_and_to_those_who_read_all() {
    let (world, grpc, run) = posted().await;
    let ask = |who: &str, role| {
        let request = proto::ExplainPersonRequest {
            person: "people/ana".to_owned(),
            cycle: "cycles/2026-Q3".to_owned(),
            run: String::new(),
        };
        call(request, who, role)
    };
    assert_eq!(code(grpc.explain_person(ask("ana", Role::Member)).await), Err(Code::PermissionDenied));
    assert_eq!(code(grpc.explain_person(ask("audrey", Role::Auditor)).await), Ok(()));
    world.scoring.post(&run.id, "2026-10-06T10:00:00Z").await.unwrap();
    assert_eq!(code(grpc.explain_person(ask("bob", Role::Member)).await), Err(Code::PermissionDenied));
    let told = grpc.explain_person(ask("ana", Role::Member)).await.unwrap().into_inner();
    assert_eq!(
        (told.run.as_ref().unwrap().state(), told.preview, told.lines.len()),
        (proto::RunState::Posted, false, 5)
    );
    assert_eq!(told.totals[0].amount.as_ref().unwrap().minor_units, 910_000);
    assert_eq!(told.policies[0].results[0].share, "1");
}

#[tokio::test]
async fn comparing_takes_a_right_to_pay_and_everyone_crosses_the_wire() {
    let (_world, grpc, run) = posted().await;
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
        let answer = grpc.compare_impact(call(request, "somebody", role)).await;
        if ![Role::RevenueOperations, Role::CompensationAdministrator, Role::Operator].contains(&role) {
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
    let found = grpc.get_policy(call(request, "ana", Role::Member)).await.unwrap().into_inner();
    assert_eq!((found.policy.unwrap().version, found.source.unwrap().text.as_str()), (1, crate::service::tests::SPIF));
}
