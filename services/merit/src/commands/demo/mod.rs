//! `merit demo`: imports the sample organisation, closes its second and third quarter, and shows what a person wants to see.

mod folder;
mod results;
mod sample;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use merit_core::{Error, FixedClock, Result};
use merit_platform::status::from_status;
use merit_proto::goals::v1::{ApplySchemaRequest, GetCoverageRequest, OpenCycleRequest};
use merit_proto::reviews::v1::{ApproveReviewRequest, PublishReviewRequest, Review, ReviewState, RunReviewRequest};
use serde_json::json;

use self::folder::Folder;
use super::{answer, id, policies, rules};
use crate::cli::Global;
use crate::exit::Outcome;
use crate::import::{self, Profile};
use crate::session::Session;
use crate::settings::{Layers, Settings};
use crate::show::{Progress, Screen};

/// The cycle that the demo shows.
const CYCLE: &str = "cycles/2026-Q3";
/// The cycle before it.
const BEFORE: &str = "cycles/2026-Q2";
/// When the demo takes place: after the quarter and its self-assessment window, whatever the machine's clock says.
const NOW: &str = "2026-10-20T09:00:00Z";

pub async fn run(global: &Global, out: &Path) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let started = Instant::now();
    let folder = Folder::prepare(out)?;
    let now: Timestamp = NOW.parse().map_err(Error::internal)?;
    // The demo is the same everywhere, whatever this machine's settings say.
    let settings = Settings::read(&mut Layers::read(None, []))?;
    let session = Session::embedded(&folder.data(), "demo", None, &settings, Arc::new(FixedClock(now))).await?;

    screen.heading("Taking in the sample organisation");
    take_in(screen, &session, &folder).await?;
    // What a quarter leaves behind (what was held back, draws, streaks, rates that were paid) the next one takes up.
    screen.heading("Closing 2026-Q2");
    close(screen, &session, BEFORE).await?;
    screen.heading("Closing 2026-Q3");
    let review = close(screen, &session, CYCLE).await?;
    let scorecards = folder.write_scorecards(&session, &review).await?;
    let mails = super::mail::to_folder(&session, &folder.mail()).await?;
    done(screen, &format!("published: {scorecards} scorecards, {} mails", mails.written));
    if !mails.no_address.is_empty() {
        done(screen, &format!("no address, so no mail: {}", mails.no_address.join(", ")));
    }

    let shown = results::show(screen, &session, &review).await?;
    let coverage = GetCoverageRequest { cycle: CYCLE.to_owned() };
    let coverage = answer(session.goals().get_coverage(coverage).await)?;
    if !screen.is_json() {
        screen.heading("Goals");
        super::goals::show(screen, &coverage, "2026-Q3");
    }
    folder.tell(screen, shown.example.as_deref());
    let seconds = started.elapsed();
    screen.line(format!("\nall of it took {}.{} s", seconds.as_secs(), seconds.subsec_millis() / 100));
    screen.json(&json!({
        "cycle": "2026-Q3", "run": id(&review.run), "root": review.root, "folder": out, "scorecards": scorecards,
        "mails": mails.written, "payees": shown.payees, "milliseconds": u64::try_from(seconds.as_millis()).unwrap_or(u64::MAX),
    }));
    Ok(Outcome::Done)
}

fn done(screen: Screen, text: &str) {
    let green = anstyle::Style::new().fg_color(Some(anstyle::AnsiColor::Green.into()));
    screen.line(format!("  {green}✓{green:#} {text}"));
}

/// Schema, cycles, files and policies, in the order in which a new organisation takes them in.
async fn take_in(screen: Screen, session: &Session, folder: &Folder) -> Result<()> {
    let schema = policies::schema_file(&folder.policies().join("schema.merit"))?;
    let request = ApplySchemaRequest { source: schema.text, file_name: schema.name };
    let schema = answer(session.goals().apply_schema(request).await)?.schema.unwrap_or_default();
    done(screen, &format!("schema \"{}\" version {}", schema.schema_name, schema.version));
    for cycle in ["2026-Q2", "2026-Q3"] {
        let request =
            OpenCycleRequest { cycle_id: cycle.to_owned(), zone: sample::ZONE.to_owned(), ..Default::default() };
        let opened = answer(session.goals().open_cycle(request).await)?.cycle.unwrap_or_default();
        done(screen, &format!("cycle {cycle}: {} to {}", opened.first_day, opened.last_day));
    }
    for file in sample::FILES {
        let profile = Profile::load(file.profile, file.kind)?;
        let path = folder.sample().join(file.name);
        let taken = import::run(session.link(), file.kind, &path, &profile, false).await?;
        if !taken.problems.is_empty() {
            return Err(
                Error::invalid("SAMPLE", format!("`{}` was not taken", path.display())).with_problems(taken.problems)
            );
        }
        let mut text = format!("{}: {} rows from {}", file.kind, taken.added + taken.changed, file.name);
        if !taken.quarantined.is_empty() {
            text.push_str(&format!(", {} put aside", taken.quarantined.len()));
        }
        done(screen, &text);
    }
    let files = policies::find(&[folder.policies()])?;
    if rules::publish(Screen::quiet(), session, &files).await? != Outcome::Done {
        return Err(Error::invalid("SAMPLE", "the sample's policies were refused"));
    }
    done(screen, &format!("policies checked, tested and published from {}", folder.policies().display()));
    Ok(())
}

/// Runs, approves and publishes the review.
async fn close(screen: Screen, session: &Session, cycle: &str) -> Result<Review> {
    let mut progress = Progress::start();
    let request = RunReviewRequest { cycle: cycle.to_owned(), dry_run: false };
    let mut stream = answer(session.reviews().run_review(request).await)?;
    let (mut stages, mut review) = (Vec::new(), None);
    while let Some(told) = stream.message().await.map_err(|status| from_status(&status))? {
        progress.tell(&told.stage, told.done.into(), told.total.into());
        if !told.stage.is_empty() && told.stage != "done" && stages.last() != Some(&told.stage) {
            stages.push(told.stage);
        }
        review = told.review.or(review);
    }
    drop(progress);
    let review = review.ok_or_else(|| Error::internal("the run ended without a review"))?;
    done(screen, &format!("{}: run {}", stages.join(" → "), id(&review.run)));
    let (cycle, run) = (review.cycle.clone(), review.run.clone());
    if review.state() == ReviewState::Composed {
        let request = ApproveReviewRequest { cycle: cycle.clone(), run: run.clone(), reason: "demo".to_owned() };
        let approved = answer(session.reviews().approve_review(request).await)?;
        done(screen, &format!("approved: {} lines posted to the ledger", approved.posted));
    }
    let published = answer(session.reviews().publish_review(PublishReviewRequest { cycle, run }).await)?;
    Ok(published.review.unwrap_or(review))
}
