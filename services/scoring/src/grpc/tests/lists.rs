//! Lists and exports over the wire.

use futures::StreamExt as _;
use merit_platform::identity::Role;
use merit_platform::status::from_status;
use merit_proto::scoring::v1 as proto;

use super::settled;

#[tokio::test]
async fn lists_are_narrowed_by_what_is_named() {
    let (wire, run) = settled().await;
    let mut rob = wire.client("rob", Role::RevenueOperations);
    let lines = proto::ListLinesRequest { run: run.id.name(), ..Default::default() };
    for (request, expected) in [
        (proto::ListLinesRequest { policy: "SPIF".to_owned(), ..lines.clone() }, 3),
        (proto::ListLinesRequest { payout: "commission".to_owned(), ..lines.clone() }, 2),
        (proto::ListLinesRequest { period: "2026-07-01 to 2026-07-31".to_owned(), ..lines.clone() }, 1),
        (
            proto::ListLinesRequest {
                policy: "SPIF".to_owned(),
                participant: "people/eve".to_owned(),
                ..lines.clone()
            },
            1,
        ),
        (proto::ListLinesRequest { policy: "None".to_owned(), ..lines.clone() }, 0),
    ] {
        let found = rob.list_lines(request.clone()).await.unwrap().into_inner().lines;
        assert_eq!(found.len(), expected, "{request:?}");
        assert!(found.iter().all(|line| line.name.is_empty()), "proposed lines have no name");
    }
    let credits = proto::ListCreditsRequest {
        run: run.id.name(),
        participant: "people/bob".to_owned(),
        list: "deals".to_owned(),
        ..Default::default()
    };
    let found = rob.list_credits(credits).await.unwrap().into_inner().credits;
    assert!(!found.is_empty() && found.iter().all(|credit| credit.participant == "people/bob"), "{found:?}");
    let given = proto::ListRecognitionsRequest {
        run: run.id.name(),
        title: "First deal".to_owned(),
        participant: "people/eve".to_owned(),
        ..Default::default()
    };
    assert_eq!(rob.list_recognitions(given).await.unwrap().into_inner().recognitions.len(), 1);
    let roster =
        proto::ListRosterRequest { run: run.id.name(), participant: "people/cy".to_owned(), ..Default::default() };
    assert_eq!(rob.list_roster(roster).await.unwrap().into_inner().entries.len(), 1);
    let findings = proto::ListFindingsRequest {
        run: run.id.name(),
        participant: "people/bob".to_owned(),
        policy: "Commission".to_owned(),
        ..Default::default()
    };
    let found = rob.list_findings(findings).await.unwrap().into_inner().findings;
    assert!(!found.is_empty() && found.iter().all(|finding| finding.participant == "people/bob"), "{found:?}");
    let in_force = |on: &str, name: &str| proto::ListPoliciesRequest {
        in_force_on: on.to_owned(),
        policy_name: name.to_owned(),
        ..Default::default()
    };
    for (on, name, expected) in [
        ("", "", vec!["Commission", "SPIF"]),
        ("2026-08-31", "", vec!["Commission", "SPIF"]),
        ("2026-09-01", "", vec!["Commission"]),
        ("2025-12-31", "", vec![]),
        ("", "SPIF", vec!["SPIF"]),
    ] {
        let found = rob.list_policies(in_force(on, name)).await.unwrap().into_inner().policies;
        assert_eq!(found.into_iter().map(|policy| policy.policy_name).collect::<Vec<_>>(), expected, "{on} {name}");
    }
    let bad = rob.list_policies(in_force("soon", "")).await.unwrap_err();
    assert_eq!(from_status(&bad).reason, "BAD_DATE");
}

#[tokio::test]
async fn runs_are_listed_the_last_one_first() {
    let (wire, first) = settled().await;
    wire.world.import(vec![crate::service::tests::deal(2, "D-9", "bob", "", "USD 1.00", "2026-09-02")]).await;
    let second = wire.world.freeze().await;
    let mut rob = wire.client("rob", Role::RevenueOperations);
    let mut names = Vec::new();
    let mut page_token = String::new();
    for _ in 0..3 {
        let request = proto::ListRunsRequest { page_size: 1, page_token, ..Default::default() };
        let page = rob.list_runs(request).await.unwrap().into_inner();
        names.extend(page.runs.into_iter().map(|run| run.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(names, [second.id.name(), first.id.name()]);
    let settled = proto::ListRunsRequest {
        cycle: "cycles/2026-Q3".to_owned(),
        least_state: proto::RunState::Settled.into(),
        ..Default::default()
    };
    let found = rob.list_runs(settled).await.unwrap().into_inner().runs;
    assert_eq!(found.iter().map(|run| run.name.clone()).collect::<Vec<_>>(), [first.id.name()]);
    let other = proto::ListRunsRequest { cycle: "cycles/2026-Q4".to_owned(), ..Default::default() };
    assert!(rob.list_runs(other).await.unwrap().into_inner().runs.is_empty());
    // The third quarter has ended last.
    let ended = proto::ListRunsRequest { cycle: "cycles/last-ended".to_owned(), ..Default::default() };
    let found = rob.list_runs(ended).await.unwrap().into_inner().runs;
    assert_eq!(found.into_iter().map(|run| run.name).collect::<Vec<_>>(), [second.id.name(), first.id.name()]);
    let unknown = proto::ListRunsRequest { cycle: "cycles/2026-Q9".to_owned(), ..Default::default() };
    assert_eq!(from_status(&rob.list_runs(unknown).await.unwrap_err()).reason, "UNKNOWN_CYCLE");
}

#[tokio::test]
async fn an_export_is_the_whole_list_as_it_was_when_it_began() {
    let (wire, run) = settled().await;
    wire.world.scoring.post(&run.id, "2026-10-06T10:00:00Z", None).await.unwrap().done().unwrap();
    let mut rob = wire.client("rob", Role::RevenueOperations);
    let list = proto::ListLinesRequest { cycle: "cycles/2026-Q3".to_owned(), with_figures: true, ..Default::default() };
    let listed = rob.list_lines(list).await.unwrap().into_inner().lines;
    let export = |participant: &str| proto::ExportLedgerRequest {
        cycle: "cycles/2026-Q3".to_owned(),
        participant: participant.to_owned(),
        with_figures: true,
    };
    let pieces = rob.export_ledger(export("")).await.unwrap().into_inner();
    let exported: Vec<_> = pieces.flat_map(|piece| futures::stream::iter(piece.unwrap().lines)).collect().await;
    assert_eq!(exported, listed);
    assert!(exported.iter().all(|line| !line.figures.is_empty()));
    for line in &exported {
        let request = proto::GetLineRequest { name: line.name.clone() };
        assert_eq!(rob.get_line(request).await.unwrap().into_inner().line.as_ref(), Some(line));
    }
    for bad in ["cycles/2026-Q3/lines/", "lines/1", "cycles/2026-Q3/lines/one", ""] {
        let refused = rob.get_line(proto::GetLineRequest { name: bad.to_owned() }).await.unwrap_err();
        assert_eq!(from_status(&refused).reason, "BAD_NAME", "{bad}");
    }
    let mut eve = wire.client("eve", Role::Member);
    let pieces = eve.export_ledger(export("")).await.unwrap().into_inner();
    let own: Vec<_> = pieces.flat_map(|piece| futures::stream::iter(piece.unwrap().lines)).collect().await;
    assert!(own.len() == 3 && own.iter().all(|line| line.participant == "people/eve"));
    let mut none = eve.export_ledger(export("people/ana")).await.unwrap().into_inner();
    assert!(none.next().await.is_none());

    let scores = proto::ExportScoresRequest { run: run.id.name(), ..Default::default() };
    let pieces = rob.export_scores(scores).await.unwrap().into_inner();
    let exported: Vec<_> = pieces.flat_map(|piece| futures::stream::iter(piece.unwrap().scores)).collect().await;
    let list = proto::ListScoresRequest { run: run.id.name(), page_size: 1000, ..Default::default() };
    assert_eq!(exported, rob.list_scores(list).await.unwrap().into_inner().scores);
}

#[tokio::test]
async fn an_adjustment_is_checked_without_being_made() {
    let (wire, _run) = settled().await;
    let mut cora = wire.client("cora", Role::CompensationAdministrator);
    let ask = |minor_units, validate_only| proto::CreateAdjustmentRequest {
        cycle: "cycles/2026-Q3".to_owned(),
        participant: "people/ana".to_owned(),
        amount: Some(merit_proto::r#type::v1::Money { currency_code: "USD".to_owned(), minor_units }),
        reason: "a dispute".to_owned(),
        validate_only,
        ..Default::default()
    };
    let checked = cora.create_adjustment(ask(100, true)).await.unwrap().into_inner().line.unwrap();
    assert_eq!((checked.line.as_str(), checked.reason.as_str()), ("", "a dispute"));
    for (minor, reason) in [(0, "ZERO_AMOUNT"), (i64::MIN, "AMOUNT_TOO_LARGE")] {
        let refused = cora.create_adjustment(ask(minor, true)).await.unwrap_err();
        assert_eq!(from_status(&refused).reason, reason);
    }
    assert_eq!(cora.create_adjustment(ask(100, false)).await.unwrap().into_inner().line.unwrap().line, "adjustment-1");
}

/// Each list by a filter of its own, page by page, against what the whole list has.
#[tokio::test]
async fn lists_are_filtered() {
    let (wire, run) = settled().await;
    wire.world.scoring.post(&run.id, "2026-10-06T10:00:00Z", None).await.unwrap().done().unwrap();
    let mut rob = wire.client("rob", Role::RevenueOperations);
    let (run, cycle) = (run.id.name(), "cycles/2026-Q3".to_owned());
    /// Pages of two that pass a filter, and the whole list.
    macro_rules! both {
        ($call:ident, $request:ident, $rows:ident, $of:ident, $filter:expr) => {{
            let ask = |filter: &str, page_size, page_token: String| {
                let (filter, $of) = (filter.to_owned(), $of.clone());
                proto::$request { $of, filter, page_size, page_token, ..Default::default() }
            };
            let whole = rob.$call(ask("", 1000, String::new())).await.unwrap().into_inner().$rows;
            let (mut found, mut token) = (Vec::new(), String::new());
            for _ in 0..=whole.len() {
                let page = rob.$call(ask($filter, 2, token)).await.unwrap().into_inner();
                found.extend(page.$rows);
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
            assert!(token.is_empty(), "pages end");
            let bad = rob.$call(ask("nothing = 1", 2, String::new())).await.unwrap_err();
            assert_eq!(from_status(&bad).reason, "BAD_FILTER");
            (found, whole)
        }};
    }
    /// That the filter gives those of the whole list that a test passes, some and not all.
    macro_rules! holds {
        ($both:expr, $passes:expr) => {{
            let (found, mut whole) = $both;
            let all = whole.len();
            whole.retain($passes);
            assert!(!found.is_empty() && found.len() < all, "{} of {all}", found.len());
            assert_eq!(found, whole);
        }};
    }
    let filter = "kind = not-scored OR kind = not-covered";
    let kinds = [proto::FindingKind::NotScored, proto::FindingKind::NotCovered];
    holds!(both!(list_findings, ListFindingsRequest, findings, run, filter), |row| kinds.contains(&row.kind()));
    let filter = "kind = payout AND NOT participant = people/ana";
    holds!(both!(list_scores, ListScoresRequest, scores, run, filter), |row| {
        row.kind == "payout" && row.participant != "people/ana"
    });
    let filter = "policy = SPIF AND earned_on >= 2026-07-01 AND participant != people/eve";
    holds!(both!(list_lines, ListLinesRequest, lines, cycle, filter), |row| {
        row.policy == "SPIF" && row.participant != "people/eve"
    });
    let filter = "payout:comm";
    holds!(both!(list_lines, ListLinesRequest, lines, run, filter), |row| row.payout.contains("comm"));
    holds!(both!(list_credits, ListCreditsRequest, credits, run, "dated < 2026-08-01"), |row| {
        row.dated.as_str() < "2026-08-01"
    });
    let filter = "participant = people/ana OR participant = people/bob";
    holds!(both!(list_roster, ListRosterRequest, entries, run, filter), |row| {
        ["people/ana", "people/bob"].contains(&row.participant.as_str())
    });
    holds!(both!(list_attainments, ListAttainmentsRequest, attainments, run, "owner : people/"), |row| {
        row.owner.starts_with("people/")
    });
    let ask = |filter: &str| {
        let (run, filter) = (run.clone(), filter.to_owned());
        proto::ListRecognitionsRequest { run, filter, ..Default::default() }
    };
    let given = rob.list_recognitions(ask("")).await.unwrap().into_inner().recognitions;
    let title = given[0].title.clone();
    let found = rob.list_recognitions(ask(&format!("title = \"{title}\""))).await.unwrap().into_inner().recognitions;
    assert!(!found.is_empty() && found.iter().all(|row| row.title == title));
    assert!(rob.list_recognitions(ask("NOT title:*")).await.unwrap().into_inner().recognitions.is_empty());
}
