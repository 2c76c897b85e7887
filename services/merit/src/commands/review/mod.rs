//! `merit review …`: run, decide, export.

mod adjust;
mod decide;
mod export;
mod lists;
mod run;
mod status;

use merit_core::ids::RunId;
use merit_core::{Error, Result};
use merit_proto::reviews::v1::{GetReviewRequest, Review, ReviewState};

use super::{answer, cycle_name};
use crate::cli::{self, Global, Which};
use crate::exit::Outcome;
use crate::session::Session;
use crate::show::Screen;

pub(crate) use export::{csv_text, write_private};
pub(crate) use lists::{findings, findings_document, lines, payees, scores};
pub(crate) use status::{decimal, spoken};

pub async fn run(global: &Global, command: cli::Review) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let session = Session::open(global, "review").await?;
    match command {
        cli::Review::Run { cycle, policies, dry_run } => {
            run::run(screen, &session, &cycle, policies.as_deref(), dry_run).await
        }
        cli::Review::Status(which) => status::run(screen, &session, &which).await,
        cli::Review::Approve { which, reason } => decide::approve(screen, &session, &which, reason).await,
        cli::Review::Reject { which, reason } => decide::reject(screen, &session, &which, reason).await,
        cli::Review::Publish(which) => decide::publish(screen, &session, &which).await,
        cli::Review::Verify(which) => decide::verify(screen, &session, &which).await,
        cli::Review::Adjust(args) => adjust::run(screen, &session, &args).await,
        cli::Review::Export(args) => export::run(screen, &session, &args).await,
    }
}

/// A run's resource name from what the user typed, empty where nothing was.
fn run_name(which: &Which) -> Result<String> {
    match &which.run {
        None => Ok(String::new()),
        Some(run) => RunId::new(run.strip_prefix("runs/").unwrap_or(run)).map(|run| run.name()),
    }
}

/// The review that is meant.
async fn find(session: &Session, which: &Which) -> Result<Review> {
    let request = GetReviewRequest { cycle: cycle_name(&which.cycle)?, run: run_name(which)? };
    answer(session.reviews().get_review(request).await)?
        .review
        .ok_or_else(|| Error::not_found("NO_REVIEW", "that review is not there"))
}

/// The word for a state, as people and programs read it.
pub(crate) const fn state_word(state: ReviewState) -> &'static str {
    match state {
        ReviewState::Unspecified => "unknown",
        ReviewState::Frozen => "frozen",
        ReviewState::Credited => "credited",
        ReviewState::Scored => "scored",
        ReviewState::Ranked => "ranked",
        ReviewState::Settled => "settled",
        ReviewState::Composed => "composed",
        ReviewState::Approved => "approved",
        ReviewState::Published => "published",
        ReviewState::Rejected => "rejected",
        ReviewState::Superseded => "superseded",
    }
}
