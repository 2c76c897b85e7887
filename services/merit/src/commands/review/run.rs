//! `merit review run`: the close, or a dry run of it.

use std::path::Path;

use merit_core::{Error, Kind, Result};
use merit_platform::status::from_status;
use merit_proto::reviews::v1::{ReviewState, RunReviewRequest};
use merit_proto::scoring::v1::PreviewRunResponse;
use serde_json::json;

use super::status;
use crate::commands::{answer, cycle_name, id, policies, rules};
use crate::exit::Outcome;
use crate::session::Session;
use crate::show::{Progress, Screen, figures};

/// Lines of a dry run shown to people; programs get all.
const SHOWN: usize = 40;

pub(crate) async fn run(
    screen: Screen,
    session: &Session,
    cycle: &str,
    policy_folder: Option<&Path>,
    dry_run: bool,
) -> Result<Outcome> {
    if let Some(folder) = policy_folder {
        if dry_run {
            let advice = "a dry run works with published policies; publish them first, or leave out --policies";
            return Err(Error::invalid("DRY_RUN_POLICIES", advice));
        }
        let files = policies::find(&[folder.to_owned()])?;
        // The document for programs is the review's.
        let told = if screen.is_json() { Screen::quiet() } else { screen };
        if rules::publish(told, session, &files).await? != Outcome::Done {
            return Ok(Outcome::Problems);
        }
    }
    let request = RunReviewRequest { cycle: cycle_name(cycle)?, dry_run };
    let started = answer(session.reviews().run_review(request).await);
    let mut stream = match started {
        Err(error) if cycle == "last-ended" && error.kind == Kind::NotFound => {
            screen.line("no cycle has ended yet; there is nothing to review");
            screen.json(&json!({ "state": "nothing-to-do" }));
            return Ok(Outcome::Done);
        }
        other => other?,
    };
    let mut progress = Progress::start();
    let mut preview = PreviewRunResponse::default();
    let mut review = None;
    let mut unchanged = false;
    while let Some(told) = stream.message().await.map_err(|status| from_status(&status))? {
        progress.tell(&told.stage, told.done.into(), told.total.into());
        unchanged |= told.unchanged;
        review = told.review.or(review);
        if let Some(piece) = told.preview {
            gather(&mut preview, piece);
        }
    }
    drop(progress);
    if dry_run {
        show_preview(screen, &preview);
        return Ok(Outcome::Done);
    }
    let review = review.ok_or_else(|| Error::internal("the run ended without a review"))?;
    if unchanged {
        screen.line("nothing has changed since this review was run");
    }
    status::show(screen, session, &review).await?;
    if review.state() == ReviewState::Composed {
        let name = id(&review.cycle);
        screen.line(format!(
            "\nit waits for approval: `merit review approve --cycle {name}`, then `merit review publish --cycle {name}`"
        ));
        return Ok(Outcome::Waiting);
    }
    Ok(Outcome::Done)
}

fn gather(whole: &mut PreviewRunResponse, mut piece: PreviewRunResponse) {
    whole.run = piece.run.or(whole.run.take());
    whole.lines.append(&mut piece.lines);
    whole.scores.append(&mut piece.scores);
    whole.findings.append(&mut piece.findings);
    whole.recognitions.append(&mut piece.recognitions);
}

fn show_preview(screen: Screen, preview: &PreviewRunResponse) {
    let run = preview.run.clone().unwrap_or_default();
    screen.line(format!(
        "dry run of {}: {} participants, {} results, {} lines, {} scores; nothing was kept",
        id(&run.cycle),
        run.participants,
        run.results,
        preview.lines.len(),
        preview.scores.len()
    ));
    let rows: Vec<_> = preview
        .lines
        .iter()
        .take(SHOWN)
        .map(|line| {
            vec![
                id(&line.participant).to_owned(),
                line.policy.clone(),
                line.payout.clone(),
                figures::amount(line.amount.as_ref()),
                figures::amount(line.held.as_ref()),
                line.reason.clone(),
            ]
        })
        .collect();
    screen.table(&["participant", "policy", "payout", "#amount", "#held", "because"], &rows);
    if preview.lines.len() > SHOWN {
        screen.line(format!("… and {} more lines; --json prints them all", preview.lines.len() - SHOWN));
    }
    super::lists::show_findings(screen, &preview.findings);
    let lines: Vec<_> = preview.lines.iter().map(super::export::line_document).collect();
    let scores: Vec<_> = preview.scores.iter().map(|score| super::export::score_document(id(&run.cycle), score)).collect();
    screen.json(&json!({
        "cycle": id(&run.cycle), "run": id(&run.name), "dry_run": true, "participants": run.participants,
        "lines": lines, "scores": scores, "findings": super::lists::findings_document(&preview.findings),
    }));
}
