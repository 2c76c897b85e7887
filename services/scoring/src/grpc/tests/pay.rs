//! Whose pay and attainment who sees, and the record of who saw somebody else's pay.

use std::sync::atomic::Ordering;

use futures::StreamExt as _;
use merit_platform::identity::Role;
use merit_platform::status::from_status;
use merit_proto::scoring::v1 as proto;
use tonic::{Code, Status};

use super::{Wire, settled};
use crate::model::Run;
use crate::service::tests::verifying::{COMMISSION_OF_ANA, UNLOCKED, forge};

/// A quarter that was posted.
async fn posted() -> (Wire, Run) {
    let (wire, run) = settled().await;
    wire.world.scoring.post(&run.id, "2026-10-06T10:00:00Z", None).await.unwrap().done().unwrap();
    (wire, run)
}

fn of_cycle(participant: &str) -> proto::ListLinesRequest {
    proto::ListLinesRequest {
        cycle: "cycles/2026-Q3".to_owned(),
        participant: participant.to_owned(),
        ..Default::default()
    }
}

async fn lines(wire: &Wire, who: &str, role: Role, request: proto::ListLinesRequest) -> Result<usize, Code> {
    let answer = wire.client(who, role).list_lines(request).await;
    answer.map(|answer| answer.into_inner().lines.len()).map_err(|status| status.code())
}

/// Kinds of scores that somebody sees of a participant.
async fn kinds(wire: &Wire, run: &Run, who: &str, role: Role, participant: &str) -> Vec<String> {
    let request =
        proto::ListScoresRequest { run: run.id.name(), participant: participant.to_owned(), ..Default::default() };
    let scores = wire.client(who, role).list_scores(request).await.unwrap().into_inner().scores;
    let mut kinds: Vec<String> = scores.into_iter().map(|score| score.kind).collect();
    kinds.dedup();
    kinds.sort();
    kinds.dedup();
    kinds
}

async fn reads(wire: &Wire, request: proto::ListPayReadsRequest) -> Vec<String> {
    let answer = wire.client("audrey", Role::Auditor).list_pay_reads(request).await.unwrap().into_inner();
    let words = |read: proto::PayRead| {
        format!("{} {} {} {} {}", read.reader, read.roles.join("+"), read.method, read.person, read.of)
    };
    answer.reads.into_iter().map(words).collect()
}

/// What an error says, in full.
fn said(status: &Status) -> (Code, String, String) {
    (status.code(), from_status(status).reason, status.message().to_owned())
}

#[tokio::test]
async fn what_is_proposed_is_for_who_sees_everybody() {
    let (wire, run) = settled().await;
    let of_run = || proto::ListLinesRequest { run: run.id.name(), ..Default::default() };
    assert_eq!(lines(&wire, "audrey", Role::Auditor, of_run()).await, Ok(8));
    assert_eq!(lines(&wire, "audrey", Role::Auditor, of_cycle("")).await, Ok(0));
    for (who, role) in [("ana", Role::Member), ("boss", Role::Manager), ("eva", Role::Executive)] {
        let there = wire.client(who, role).list_lines(of_run()).await.unwrap_err();
        let none = proto::ListLinesRequest { run: "runs/none".to_owned(), ..Default::default() };
        let none = wire.client(who, role).list_lines(none).await.unwrap_err();
        assert_eq!((there.code(), from_status(&there).reason.as_str()), (Code::NotFound, "NOT_FOUND_OR_HIDDEN"));
        assert_eq!(there.message().replace(run.id.as_str(), "none"), none.message(), "{who}");
        assert_eq!(lines(&wire, who, role, of_cycle("")).await, Ok(0));
    }
}

#[tokio::test]
async fn pay_is_ones_own_or_for_those_who_read_pay() {
    let (wire, run) = posted().await;
    let of_run = |participant: &str| proto::ListLinesRequest { run: run.id.name(), ..of_cycle(participant) };
    for (who, role, all, anas) in [
        ("ana", Role::Member, 5, 5),
        ("eve", Role::Member, 3, 0),
        ("boss", Role::Manager, 0, 0),
        ("ana", Role::Executive, 5, 5),
        ("eva", Role::Executive, 0, 0),
        ("audrey", Role::Auditor, 8, 5),
        ("cora", Role::CompensationAdministrator, 8, 5),
        ("rob", Role::RevenueOperations, 8, 5),
        ("operator", Role::Operator, 8, 5),
        ("service", Role::Service, 8, 5),
    ] {
        for run in [false, true] {
            let request = |participant| if run { of_run(participant) } else { of_cycle(participant) };
            assert_eq!(lines(&wire, who, role, request("")).await, Ok(all), "{who} {role:?}");
            assert_eq!(lines(&wire, who, role, request("people/ana")).await, Ok(anas), "{who} {role:?}");
            assert_eq!(lines(&wire, who, role, request("people/nobody")).await, Ok(0), "{who} {role:?}");
        }
    }
    // By the cycle's setting, to whoever stands above today.
    wire.world.company.team_pay_shown.store(true, Ordering::Relaxed);
    assert_eq!(lines(&wire, "boss", Role::Manager, of_cycle("")).await, Ok(8));
    assert_eq!(lines(&wire, "boss", Role::Manager, of_run("people/ana")).await, Ok(5));
    assert_eq!(lines(&wire, "eve", Role::Manager, of_cycle("people/ana")).await, Ok(0));
    assert_eq!(lines(&wire, "boss", Role::Member, of_cycle("")).await, Ok(0));
}

#[tokio::test]
async fn a_manager_sees_attainment_without_pay() {
    let (wire, run) = posted().await;
    let all = ["attainment", "definition", "measure", "payout"];
    let without = ["attainment", "definition", "measure"];
    assert_eq!(kinds(&wire, &run, "ana", Role::Member, "people/ana").await, all);
    assert_eq!(kinds(&wire, &run, "boss", Role::Manager, "people/ana").await, without);
    assert_eq!(kinds(&wire, &run, "eva", Role::Executive, "people/ana").await, without);
    assert_eq!(kinds(&wire, &run, "audrey", Role::Auditor, "people/ana").await, all);
    assert_eq!(kinds(&wire, &run, "eve", Role::Member, "people/ana").await, [""; 0]);
    wire.world.company.team_pay_shown.store(true, Ordering::Relaxed);
    assert_eq!(kinds(&wire, &run, "boss", Role::Manager, "people/ana").await, all);
    let attainments = proto::ListAttainmentsRequest { run: run.id.name(), ..Default::default() };
    for (who, role, expected) in [
        ("ana", Role::Member, vec!["people/ana"]),
        ("boss", Role::Manager, vec!["people/ana", "people/boss", "people/cy", "people/dee", "people/eve"]),
        ("eve", Role::Manager, vec!["people/eve"]),
    ] {
        let found = wire.client(who, role).list_attainments(attainments.clone()).await.unwrap().into_inner();
        let owners: Vec<String> = found.attainments.into_iter().map(|attainment| attainment.owner).collect();
        assert_eq!(owners, expected, "{who}");
    }
}

#[tokio::test]
async fn how_a_policys_figure_came_about_is_for_those_who_see_pay() {
    let (wire, run) = posted().await;
    let outputs = async |who: &str, role| {
        let participant = "people/ana".to_owned();
        let request =
            proto::ListScoresRequest { run: run.id.name(), participant, with_figures: true, ..Default::default() };
        let listed = wire.client(who, role).list_scores(request.clone()).await.unwrap().into_inner().scores;
        let proto::ListScoresRequest { run, participant, with_figures, .. } = request;
        let request = proto::ExportScoresRequest { run, participant, with_figures };
        let pieces = wire.client(who, role).export_scores(request).await.unwrap().into_inner();
        let pieces: Vec<_> = pieces.map(Result::unwrap).collect().await;
        assert_eq!(pieces.into_iter().flat_map(|piece| piece.scores).collect::<Vec<_>>(), listed, "{who} {role:?}");
        let told = listed.into_iter().filter(|score| !score.figures.is_empty()).map(|score| score.output);
        told.filter(|output| ["attainment", "big"].contains(&output.as_str())).collect::<Vec<_>>()
    };
    for (who, role) in [("ana", Role::Member), ("audrey", Role::Auditor)] {
        assert_eq!(outputs(who, role).await, ["attainment", "big"], "{who}");
    }
    for (who, role) in [("boss", Role::Manager), ("eva", Role::Executive)] {
        assert_eq!(outputs(who, role).await, ["attainment"], "{who}");
    }
    wire.world.company.team_pay_shown.store(true, Ordering::Relaxed);
    assert_eq!(outputs("boss", Role::Manager).await, ["attainment", "big"]);
}

#[tokio::test]
async fn a_verification_tells_amounts_to_those_who_see_everybodys_pay_and_says_so_on_record() {
    let (wire, run) = posted().await;
    let changed = format!(
        "{UNLOCKED} UPDATE ledger_lines SET content = replace(content, '800000', '810000') WHERE {COMMISSION_OF_ANA}"
    );
    forge(&wire.world, &changed).await;
    let verify = async |who: &str, role, without_amounts| {
        let request = proto::VerifyRunRequest { run: run.id.name(), without_amounts };
        let found = wire.client(who, role).verify_run(request).await.unwrap().into_inner();
        assert_eq!(found.amounts_told, found.differences.iter().any(|told| told.contains('$')), "{found:?}");
        found.differences
    };
    let ana = "ledger: ana, Commission, commission, 2026-Q3";
    let plain = [
        format!("{ana}: another amount posted than computed"),
        format!("{ana}: not kept as it is written"),
        format!("{ana}: its entries are not those of its amount"),
    ];
    assert_eq!(verify("eva", Role::Executive, false).await, plain);
    assert_eq!(verify("audrey", Role::Auditor, true).await, plain);
    assert!(reads(&wire, proto::ListPayReadsRequest::default()).await.is_empty());
    let told = verify("audrey", Role::Auditor, false).await;
    assert_eq!(told[0], format!("{ana}: $8,100.00 posted, $8,000.00 computed"));
    let on_record = reads(&wire, proto::ListPayReadsRequest::default()).await;
    assert_eq!(on_record, [format!("audrey auditor VerifyRun  {}", run.id.name())]);
}

#[tokio::test]
async fn somebody_who_is_hidden_is_as_somebody_who_is_not_there() {
    let (wire, _run) = posted().await;
    let explain = |person: &str| proto::ExplainPersonRequest {
        person: person.to_owned(),
        cycle: "cycles/2026-Q3".to_owned(),
        run: String::new(),
    };
    let standing = |person: &str| proto::GetStandingRequest {
        person: person.to_owned(),
        cycle: "cycles/2026-Q3".to_owned(),
        on: String::new(),
    };
    let adjust = |person: &str| proto::CreateAdjustmentRequest {
        cycle: "cycles/2026-Q3".to_owned(),
        participant: person.to_owned(),
        ..Default::default()
    };
    let line = |number: &str| proto::GetLineRequest { name: format!("cycles/2026-Q3/lines/{number}") };
    let mut eve = wire.client("eve", Role::Member);
    for (there, none) in [
        (
            said(&eve.explain_person(explain("people/ana")).await.unwrap_err()),
            said(&eve.explain_person(explain("people/zed")).await.unwrap_err()),
        ),
        (
            said(&eve.get_standing(standing("people/ana")).await.unwrap_err()),
            said(&eve.get_standing(standing("people/zed")).await.unwrap_err()),
        ),
        (said(&eve.get_line(line("1")).await.unwrap_err()), said(&eve.get_line(line("99")).await.unwrap_err())),
    ] {
        assert_eq!((there.0, there.1.as_str()), (Code::NotFound, "NOT_FOUND_OR_HIDDEN"));
        let message = there.2.replace("people/ana", "people/zed").replace("lines/1`", "lines/99`");
        assert_eq!((there.0, there.1, message), none);
    }
    // Her role adjusts nobody's pay, and is told so whoever she names.
    let refused = said(&eve.create_adjustment(adjust("people/ana")).await.unwrap_err());
    assert_eq!(refused.0, Code::PermissionDenied);
    assert_eq!(refused, said(&eve.create_adjustment(adjust("people/zed")).await.unwrap_err()));
    let own = wire.client("eve", Role::Member).explain_person(explain("people/eve")).await.unwrap().into_inner();
    assert_eq!(own.lines.len(), 3);
    assert!(reads(&wire, proto::ListPayReadsRequest::default()).await.is_empty(), "nobody saw another's pay");
}

#[tokio::test]
async fn standing_is_for_oneself_and_those_above() {
    let (wire, _run) = settled().await;
    for (who, role, expected) in [
        ("ana", Role::Member, Ok(())),
        ("bob", Role::Member, Err(Code::NotFound)),
        ("boss", Role::Manager, Ok(())),
        ("bob", Role::Manager, Err(Code::NotFound)),
        // Whoever stands above says so by their role.
        ("boss", Role::Member, Err(Code::NotFound)),
        ("olga", Role::Executive, Ok(())),
    ] {
        let request = proto::GetStandingRequest {
            person: "people/ana".to_owned(),
            cycle: "cycles/2026-Q3".to_owned(),
            on: String::new(),
        };
        let answer = wire.client(who, role).get_standing(request).await;
        assert_eq!(answer.map(drop).map_err(|status| status.code()), expected, "{who} {role:?}");
    }
}

#[tokio::test]
async fn ones_pay_is_explained_to_oneself_once_posted_and_to_those_who_read_pay() {
    let (wire, run) = settled().await;
    let ask = |of_run: bool| proto::ExplainPersonRequest {
        person: "people/ana".to_owned(),
        cycle: if of_run { String::new() } else { "cycles/2026-Q3".to_owned() },
        run: if of_run { run.id.name() } else { String::new() },
    };
    let code = async |who: &str, role, of_run| {
        wire.client(who, role).explain_person(ask(of_run)).await.map(drop).map_err(|status| status.code())
    };
    assert_eq!(code("ana", Role::Member, false).await, Err(Code::PermissionDenied));
    assert_eq!(code("ana", Role::Member, true).await, Err(Code::NotFound));
    assert_eq!(code("audrey", Role::Auditor, false).await, Ok(()));
    assert_eq!(code("eva", Role::Executive, false).await, Err(Code::NotFound));
    wire.world.scoring.post(&run.id, "2026-10-06T10:00:00Z", None).await.unwrap().done().unwrap();
    assert_eq!(code("bob", Role::Member, false).await, Err(Code::NotFound));
    assert_eq!(code("boss", Role::Manager, true).await, Err(Code::NotFound));
    for of_run in [false, true] {
        let told = wire.client("ana", Role::Member).explain_person(ask(of_run)).await.unwrap().into_inner();
        assert_eq!(
            (told.run.as_ref().unwrap().state(), told.preview, told.lines.len()),
            (proto::RunState::Posted, false, 5)
        );
        assert_eq!(told.totals[0].amount.as_ref().unwrap().minor_units, 910_000);
        assert_eq!(told.policies[0].results[0].share, "1");
    }
    wire.world.company.team_pay_shown.store(true, Ordering::Relaxed);
    assert_eq!(code("boss", Role::Manager, true).await, Ok(()));
    assert_eq!(
        reads(&wire, proto::ListPayReadsRequest { person: "people/ana".to_owned(), ..Default::default() }).await,
        [
            "boss manager ExplainPerson people/ana cycles/2026-Q3",
            "audrey auditor ExplainPerson people/ana cycles/2026-Q3",
        ]
    );
}

#[tokio::test]
async fn each_read_of_anothers_pay_is_on_record() {
    let (wire, run) = posted().await;
    let mut audrey = wire.client("audrey", Role::Auditor);
    let of = run.id.name();
    let everybody = proto::ListLinesRequest { with_figures: true, ..of_cycle("") };
    audrey.list_lines(everybody).await.unwrap();
    audrey.list_lines(proto::ListLinesRequest { run: of.clone(), ..of_cycle("people/eve") }).await.unwrap();
    // That bob has nothing is known now, too; nothing is known about nobody's first page of scores without pay.
    audrey.list_lines(of_cycle("people/bob")).await.unwrap();
    audrey.get_line(proto::GetLineRequest { name: "cycles/2026-Q3/lines/2".to_owned() }).await.unwrap();
    let scores = |output: &str| proto::ListScoresRequest {
        run: of.clone(),
        participant: "people/ana".to_owned(),
        output: output.to_owned(),
        ..Default::default()
    };
    audrey.list_scores(scores("attainment")).await.unwrap();
    audrey.list_scores(scores("commission")).await.unwrap();
    // A count is no pay; what it was counted from may be.
    audrey.list_scores(scores("big")).await.unwrap();
    audrey.list_scores(proto::ListScoresRequest { with_figures: true, ..scores("big") }).await.unwrap();
    let export = proto::ExportLedgerRequest { cycle: "cycles/2026-Q3".to_owned(), ..Default::default() };
    let mut pieces = audrey.export_ledger(export).await.unwrap().into_inner();
    while let Some(piece) = pieces.next().await {
        piece.unwrap();
    }
    wire.client("ana", Role::Member).list_lines(of_cycle("")).await.unwrap();
    let preview = proto::PreviewRunRequest { cycle: "cycles/2026-Q3".to_owned(), cutoffs: None };
    wire.client("rob", Role::RevenueOperations).preview_run(preview).await.unwrap();
    let mut expected = [
        "audrey auditor ListLines  cycles/2026-Q3".to_owned(),
        format!("audrey auditor ListLines people/eve {of}"),
        "audrey auditor ListLines people/bob cycles/2026-Q3".to_owned(),
        "audrey auditor GetLine people/ana cycles/2026-Q3".to_owned(),
        format!("audrey auditor ListScores people/ana {of}"),
        format!("audrey auditor ListScores people/ana {of}"),
        "audrey auditor ExportLedger  cycles/2026-Q3".to_owned(),
        "rob revenue-operations PreviewRun  cycles/2026-Q3".to_owned(),
    ];
    expected.reverse();
    assert_eq!(reads(&wire, proto::ListPayReadsRequest::default()).await, expected);
    let by_rob = proto::ListPayReadsRequest { reader: "rob".to_owned(), ..Default::default() };
    assert_eq!(reads(&wire, by_rob).await, expected[..1]);
    // Page by page, and not for everybody.
    let (mut paged, mut page_token) = (Vec::new(), String::new());
    for _ in 0..expected.len() {
        let request = proto::ListPayReadsRequest { page_size: 3, page_token, ..Default::default() };
        let page = audrey.list_pay_reads(request).await.unwrap().into_inner();
        paged.extend(page.reads.into_iter().map(|read| read.method));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(paged.len(), expected.len());
    for (role, may) in [
        (Role::Member, false),
        (Role::Manager, false),
        (Role::Executive, false),
        (Role::RevenueOperations, false),
        (Role::CompensationAdministrator, true),
        (Role::Operator, true),
    ] {
        let answer = wire.client("somebody", role).list_pay_reads(proto::ListPayReadsRequest::default()).await;
        let expected = if may { Ok(()) } else { Err(Code::PermissionDenied) };
        assert_eq!(answer.map(drop).map_err(|status| status.code()), expected, "{role:?}");
    }
    for (since, page_token, reason) in [("yesterday", "", "BAD_TIME"), ("", "7a", "BAD_PAGE"), ("", "x", "BAD_PAGE")] {
        let request = proto::ListPayReadsRequest {
            since: since.to_owned(),
            page_token: page_token.to_owned(),
            ..Default::default()
        };
        assert_eq!(from_status(&audrey.list_pay_reads(request).await.unwrap_err()).reason, reason);
    }
}
