//! `merit review run`: the close, or a dry run of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use merit_core::{Error, Result};
use merit_platform::status::from_status;
use merit_proto::reviews::v1::{Review, ReviewState, RunReviewRequest};
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
    let told = match follow(session, cycle, dry_run).await {
        Err(error) if error.reason == "NO_ENDED_CYCLE" => {
            screen.line("no cycle has ended yet; there is nothing to review");
            screen.json(&json!({ "state": "nothing-to-do" }));
            return Ok(Outcome::Done);
        }
        told => told?,
    };
    if dry_run {
        show_preview(screen, &told.preview);
        return Ok(Outcome::Done);
    }
    let review = told.review.ok_or_else(|| Error::internal("the run ended without a review"))?;
    if told.unchanged {
        screen.line("nothing has changed since this review was run");
    }
    let mut document = status::show(screen, session, &review).await?;
    if let Some(fields) = document.as_object_mut() {
        fields.insert("timing".to_owned(), json!({ "stage_seconds": told.stages.seconds() }));
    }
    screen.json(&document);
    if review.state() == ReviewState::Composed {
        let name = id(&review.cycle);
        screen.line(format!(
            "\nit waits for approval: `merit review approve --cycle {name}`, then `merit review publish --cycle {name}`"
        ));
        return Ok(Outcome::Waiting);
    }
    Ok(Outcome::Done)
}

/// What a run told on its way.
#[derive(Default)]
struct Told {
    review: Option<Review>,
    unchanged: bool,
    preview: PreviewRunResponse,
    stages: Stages,
}

/// Starts a run and listens to its end.
async fn follow(session: &Session, cycle: &str, dry_run: bool) -> Result<Told> {
    let request = RunReviewRequest { cycle: cycle_name(cycle)?, dry_run };
    let mut stream = answer(session.reviews().run_review(request).await)?;
    let mut progress = Progress::start();
    let mut whole = Told::default();
    while let Some(told) = stream.message().await.map_err(|status| from_status(&status))? {
        progress.tell(&told.stage, told.done.into(), told.total.into());
        whole.stages.tell(&told.stage);
        whole.unchanged |= told.unchanged;
        whole.review = told.review.or(whole.review);
        if let Some(piece) = told.preview {
            gather(&mut whole.preview, piece);
        }
    }
    Ok(whole)
}

/// How long each stage took, as told by the stream.
#[derive(Default)]
struct Stages {
    begun: Vec<(String, Instant)>,
}

impl Stages {
    fn tell(&mut self, stage: &str) {
        if !stage.is_empty() && self.begun.last().is_none_or(|(last, _)| last != stage) {
            self.begun.push((stage.to_owned(), Instant::now()));
        }
    }

    /// Seconds with three decimals, by stage.
    fn seconds(&self) -> BTreeMap<&str, String> {
        let ends = self.begun.iter().skip(1).map(|(_, instant)| *instant).chain([Instant::now()]);
        self.begun
            .iter()
            .zip(ends)
            .map(|((stage, begin), end)| {
                let took = end.duration_since(*begin);
                (stage.as_str(), format!("{}.{:03}", took.as_secs(), took.subsec_millis()))
            })
            .collect()
    }
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
    let scores: Vec<_> =
        preview.scores.iter().map(|score| super::export::score_document(id(&run.cycle), score)).collect();
    screen.json(&json!({
        "cycle": id(&run.cycle), "run": id(&run.name), "dry_run": true, "participants": run.participants,
        "lines": lines, "scores": scores, "findings": super::lists::findings_document(&preview.findings),
    }));
}
