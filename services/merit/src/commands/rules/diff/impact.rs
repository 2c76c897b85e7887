//! What the new policy would have paid in a cycle instead of the old one.

use std::path::Path;

use merit_core::Result;
use merit_platform::status::from_status;
use merit_proto::scoring::v1::{
    CompareImpactRequest, CompareImpactResponse, Finding, FindingKind, Impact, ImpactRow, PolicySource, RunState,
};
use merit_proto::r#type::v1::Money;
use serde_json::{Value, json};

use crate::commands::{answer, cycle_name, id, review};
use crate::session::Session;
use crate::show::{Progress, Screen, figures};

/// People listed each way; a file has everyone.
const SHOWN: usize = 10;

/// The policy in force.
pub(super) enum Old {
    /// By its text.
    Text(PolicySource),
    /// By name and version.
    Registered(String, u32),
}

/// Asks scoring, which computes the cycle twice.
pub(super) async fn ask(session: &Session, cycle: &str, old: Old, new: PolicySource) -> Result<CompareImpactResponse> {
    let mut request = CompareImpactRequest { cycle: cycle_name(cycle)?, new: Some(new), ..Default::default() };
    match old {
        Old::Text(source) => request.old = Some(source),
        Old::Registered(name, version) => (request.old_name, request.old_version) = (name, version),
    }
    let mut client = session.scoring();
    let mut stream = answer(Progress::wait("comparing", client.compare_impact(request)).await)?;
    let mut whole = CompareImpactResponse::default();
    while let Some(mut piece) = stream.message().await.map_err(|status| from_status(&status))? {
        whole.impact = piece.impact.or(whole.impact.take());
        whole.rows.append(&mut piece.rows);
        whole.failures.append(&mut piece.failures);
    }
    Ok(whole)
}

/// Whether scoring refused one of the texts, which is told: it knows the registered schema, which may be another one than
/// the file beside the policy.
pub(super) fn refused(screen: Screen, told: &CompareImpactResponse) -> bool {
    for failure in &told.failures {
        screen.warn(&failure.report);
    }
    if !told.failures.is_empty() {
        screen.warn(
            "nothing was compared: the registered schema and the policy don't fit; run `merit schema apply` first",
        );
    }
    !told.failures.is_empty()
}

pub(super) fn show(screen: Screen, told: &CompareImpactResponse) {
    let impact = told.impact.clone().unwrap_or_default();
    let run = impact.run.clone().unwrap_or_default();
    screen.heading(&format!("in {}, with the new policy instead of the old one", id(&run.cycle)));
    screen.wrapped(2, basis(&impact));
    let rows: Vec<_> = impact
        .totals
        .iter()
        .map(|total| {
            vec![
                format!("  {}", code(total.before.as_ref())),
                figures::amount(total.before.as_ref()),
                figures::amount(total.after.as_ref()),
                signed(total.before.as_ref(), total.after.as_ref()),
                total.gaining.to_string(),
                total.losing.to_string(),
                total.unchanged.to_string(),
            ]
        })
        .collect();
    if rows.is_empty() {
        screen.line("  nobody is paid anything, before or after");
    }
    screen.table(&["  in all", "#before", "#after", "#difference", "#gain", "#lose", "#the same"], &rows);
    for total in &impact.totals {
        let code = code(total.before.as_ref());
        let mut moved: Vec<&ImpactRow> =
            told.rows.iter().filter(|row| self::code(row.before.as_ref()) == code && difference(row) != 0).collect();
        moved.sort_by_key(|row| (std::cmp::Reverse(difference(row)), row.participant.clone()));
        let gaining: Vec<&ImpactRow> = moved.iter().copied().filter(|row| difference(row) > 0).collect();
        people(screen, "gain", &code, &gaining);
        moved.sort_by_key(|row| (difference(row), row.participant.clone()));
        let losing: Vec<&ImpactRow> = moved.iter().copied().filter(|row| difference(row) < 0).collect();
        people(screen, "lose", &code, &losing);
    }
    findings(screen, "not scored any more", &impact.newly_not_scored);
    findings(screen, "scored now, and not before", &impact.no_longer_not_scored);
}

/// Which inputs both sides were computed from.
fn basis(impact: &Impact) -> String {
    let run = impact.run.clone().unwrap_or_default();
    let people = format!("{} people, {} results", run.participants, run.results);
    if impact.preview {
        return format!("computed from what is on record now, since the cycle has no run yet: {people}");
    }
    let state = if run.state() == RunState::Posted { "approved" } else { "not approved" };
    format!("computed twice from what run {} read ({state}): {people}; nothing is kept", id(&run.name))
}

fn people(screen: Screen, word: &str, code: &str, rows: &[&ImpactRow]) {
    if rows.is_empty() {
        return;
    }
    let most = if rows.len() > SHOWN {
        format!("{SHOWN} of {} who {word} in {code}", rows.len())
    } else {
        format!("who {word} in {code}")
    };
    screen.heading(&most);
    let table: Vec<_> = rows
        .iter()
        .take(SHOWN)
        .map(|row| {
            vec![
                format!("  {}", id(&row.participant)),
                figures::amount(row.before.as_ref()),
                figures::amount(row.after.as_ref()),
                signed(row.before.as_ref(), row.after.as_ref()),
            ]
        })
        .collect();
    screen.table(&["  participant", "#before", "#after", "#difference"], &table);
}

fn findings(screen: Screen, title: &str, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    screen.heading(&format!("{title}: {}", findings.len()));
    for finding in findings.iter().take(SHOWN) {
        let what = match finding.kind() {
            FindingKind::NotCovered => String::new(),
            _ => format!(", {}", finding.output),
        };
        screen.wrapped(2, format!("{}{what}: {}", id(&finding.participant), finding.reason));
    }
    if findings.len() > SHOWN {
        screen.line(format!("  … and {} more; --json prints them all", findings.len() - SHOWN));
    }
}

/// Everyone's total before and after.
pub(super) fn write(screen: Screen, path: &Path, told: &CompareImpactResponse) -> Result<()> {
    let rows: Vec<Vec<String>> = told
        .rows
        .iter()
        .map(|row| {
            let code = code(row.before.as_ref());
            vec![
                id(&row.participant).to_owned(),
                code.clone(),
                figures::plain_amount(row.before.as_ref()),
                figures::plain_amount(row.after.as_ref()),
                review::decimal(difference(row), &code),
            ]
        })
        .collect();
    let head = ["participant", "currency", "before", "after", "difference"];
    review::write_private(path, &review::csv_text(&head, &rows)?)?;
    screen.line(format!("\neveryone is in {}", path.display()));
    Ok(())
}

/// The comparison for programs, with everyone.
pub(super) fn document(told: &CompareImpactResponse) -> Value {
    let impact = told.impact.clone().unwrap_or_default();
    let run = impact.run.clone().unwrap_or_default();
    let totals = impact.totals.iter().map(|total| {
        let code = code(total.before.as_ref());
        json!({
            "currency": code, "before": figures::plain_amount(total.before.as_ref()),
            "after": figures::plain_amount(total.after.as_ref()),
            "difference": review::decimal(minor(total.after.as_ref()).saturating_sub(minor(total.before.as_ref())), &code),
            "gain": total.gaining, "lose": total.losing, "unchanged": total.unchanged,
        })
    });
    let rows = told.rows.iter().map(|row| {
        let code = code(row.before.as_ref());
        json!({
            "participant": id(&row.participant), "currency": code, "before": figures::plain_amount(row.before.as_ref()),
            "after": figures::plain_amount(row.after.as_ref()), "difference": review::decimal(difference(row), &code),
        })
    });
    json!({
        "cycle": id(&run.cycle), "run": id(&run.name), "preview": impact.preview, "participants": run.participants,
        "totals": totals.collect::<Vec<_>>(), "rows": rows.collect::<Vec<_>>(),
        "newly_not_scored": review::findings_document(&impact.newly_not_scored),
        "no_longer_not_scored": review::findings_document(&impact.no_longer_not_scored),
    })
}

fn code(money: Option<&Money>) -> String {
    money.map(|money| money.currency_code.clone()).unwrap_or_default()
}

fn minor(money: Option<&Money>) -> i64 {
    money.map_or(0, |money| money.minor_units)
}

fn difference(row: &ImpactRow) -> i64 {
    minor(row.after.as_ref()).saturating_sub(minor(row.before.as_ref()))
}

/// `+$12.50`, `-$3.00`, `$0.00`.
fn signed(before: Option<&Money>, after: Option<&Money>) -> String {
    let difference = minor(after).saturating_sub(minor(before));
    let words = review::spoken(difference, &code(before));
    if difference > 0 { format!("+{words}") } else { words }
}
