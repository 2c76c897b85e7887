//! A run's lists, read to their ends, and findings as people and programs see them.

use std::collections::BTreeMap;

use merit_core::Result;
use merit_proto::kept::read;
use merit_proto::reviews::v1::{ListScorecardsRequest, Payee, Review};
use merit_proto::scorecard::v1::Scorecard;
use merit_proto::scoring::v1::{self as proto, Credit, Finding, FindingKind, Line, LineKind, Score};
use serde_json::{Value, json};

use crate::commands::id;
use crate::pages::{self, PAGE_SIZE};
use crate::session::Session;
use crate::show::Screen;

/// Findings of one kind shown to people.
const SHOWN: usize = 15;

/// The ledger's lines of a cycle, or a run's proposed lines where `run` is not empty.
pub(crate) async fn lines(session: &Session, cycle: &str, run: &str) -> Result<Vec<Line>> {
    pages::all(|page_token| {
        let (mut client, cycle, run) = (session.scoring(), cycle.to_owned(), run.to_owned());
        async move {
            let request =
                proto::ListLinesRequest { cycle, run, page_size: PAGE_SIZE, page_token, ..Default::default() };
            let page = client.list_lines(request).await?.into_inner();
            Ok((page.lines, page.next_page_token))
        }
    })
    .await
}

/// A run's scores.
pub(crate) async fn scores(session: &Session, run: &str) -> Result<Vec<Score>> {
    pages::all(|page_token| {
        let (mut client, run) = (session.scoring(), run.to_owned());
        async move {
            let request = proto::ListScoresRequest { run, page_size: PAGE_SIZE, page_token, ..Default::default() };
            let page = client.list_scores(request).await?.into_inner();
            Ok((page.scores, page.next_page_token))
        }
    })
    .await
}

/// A run's credits.
pub(crate) async fn credits(session: &Session, run: &str) -> Result<Vec<Credit>> {
    pages::all(|page_token| {
        let (mut client, run) = (session.scoring(), run.to_owned());
        async move {
            let request = proto::ListCreditsRequest { run, page_size: PAGE_SIZE, page_token, ..Default::default() };
            let page = client.list_credits(request).await?.into_inner();
            Ok((page.credits, page.next_page_token))
        }
    })
    .await
}

/// A run's findings.
pub(crate) async fn findings(session: &Session, run: &str) -> Result<Vec<Finding>> {
    pages::all(|page_token| {
        let (mut client, run) = (session.scoring(), run.to_owned());
        async move {
            let request = proto::ListFindingsRequest { run, page_size: PAGE_SIZE, page_token, ..Default::default() };
            let page = client.list_findings(request).await?.into_inner();
            Ok((page.findings, page.next_page_token))
        }
    })
    .await
}

/// A review's scorecards.
pub(crate) async fn scorecards(session: &Session, review: &Review) -> Result<Vec<Scorecard>> {
    pages::all(|page_token| {
        let (mut client, cycle, run) = (session.reviews(), review.cycle.clone(), review.run.clone());
        async move {
            let request = ListScorecardsRequest { cycle, run, person: String::new(), page_size: PAGE_SIZE, page_token };
            let page = client.list_scorecards(request).await?.into_inner();
            Ok((read(page.scorecards)?, page.next_page_token))
        }
    })
    .await
}

/// Totals per payee and currency, in the order of their ids.
pub(crate) fn payees(lines: &[Line]) -> Vec<Payee> {
    let mut totals: BTreeMap<(String, String), (i64, i64, i64)> = BTreeMap::new();
    for line in lines {
        let amount = line.amount.clone().unwrap_or_default();
        let held = line.held.clone().unwrap_or_default();
        let total = totals.entry((line.participant.clone(), amount.currency_code)).or_default();
        total.0 += amount.minor_units;
        if line.kind() == LineKind::Release {
            total.2 -= held.minor_units;
        } else {
            total.1 += held.minor_units;
        }
    }
    totals
        .into_iter()
        .map(|((participant, currency_code), (amount_minor_units, held_minor_units, released_minor_units))| Payee {
            participant,
            currency_code,
            amount_minor_units,
            held_minor_units,
            released_minor_units,
        })
        .collect()
}

/// Findings for people, by kind, the first of each.
pub(crate) fn show_findings(screen: Screen, findings: &[Finding]) {
    for (kind, title) in [
        (FindingKind::NotScored, "not scored"),
        (FindingKind::NotCovered, "covered by no policy"),
        (FindingKind::NotCredited, "not credited"),
        (FindingKind::Guideline, "guidelines"),
    ] {
        let these: Vec<_> = findings.iter().filter(|finding| finding.kind() == kind).collect();
        if these.is_empty() {
            continue;
        }
        screen.heading(&format!("{title}: {}", these.len()));
        if kind == FindingKind::NotCovered {
            let people: Vec<_> = these.iter().take(SHOWN).map(|finding| id(&finding.participant)).collect();
            screen.line(people.join(", "));
        } else {
            let rows: Vec<_> = these.iter().take(SHOWN).map(|finding| finding_row(finding)).collect();
            screen.table(&["participant", "what", "why"], &rows);
        }
        if these.len() > SHOWN {
            screen.line(format!("… and {} more; --json prints them all", these.len() - SHOWN));
        }
    }
}

fn finding_row(finding: &Finding) -> Vec<String> {
    let what = [finding.policy.as_str(), finding.output.as_str()];
    let what: Vec<_> = what.into_iter().filter(|part| !part.is_empty()).collect();
    vec![id(&finding.participant).to_owned(), what.join(": "), finding.reason.clone()]
}

/// Findings for programs.
pub(crate) fn findings_document(findings: &[Finding]) -> Value {
    let list = findings.iter().map(|finding| {
        let kind = match finding.kind() {
            FindingKind::NotScored => "not-scored",
            FindingKind::NotCovered => "not-covered",
            FindingKind::NotCredited => "not-credited",
            FindingKind::Guideline => "guideline",
            FindingKind::Unspecified => "other",
        };
        json!({
            "kind": kind, "participant": id(&finding.participant), "policy": finding.policy, "output": finding.output,
            "reason": finding.reason,
        })
    });
    Value::Array(list.collect())
}
