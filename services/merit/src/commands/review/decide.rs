//! `merit review approve · reject · publish · verify`.

use merit_core::Result;
use merit_proto::reviews::v1 as proto;
use serde_json::json;

use super::{find, run_name, state_word};
use crate::cli::Which;
use crate::commands::{answer, cycle_name, id};
use crate::exit::Outcome;
use crate::session::Session;
use crate::show::{Progress, Screen};

pub(crate) async fn approve(screen: Screen, session: &Session, which: &Which, reason: String) -> Result<Outcome> {
    let request = proto::ApproveReviewRequest { cycle: cycle_name(&which.cycle)?, run: run_name(which)?, reason };
    let approved = answer(Progress::wait("posting", session.reviews().approve_review(request)).await)?;
    let review = approved.review.unwrap_or_default();
    screen.json(&json!({
        "cycle": id(&review.cycle), "run": id(&review.run), "state": state_word(review.state()),
        "posted": approved.posted, "needs_second": approved.needs_second,
    }));
    if approved.needs_second {
        screen.line("your own lines are in this review: a second person must approve it too");
        return Ok(Outcome::Waiting);
    }
    screen.line(format!(
        "review of {} is {}: {} posted to the ledger",
        id(&review.cycle),
        state_word(review.state()),
        lines(approved.posted)
    ));
    Ok(Outcome::Done)
}

fn lines(count: u32) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

pub(crate) async fn reject(screen: Screen, session: &Session, which: &Which, reason: String) -> Result<Outcome> {
    let request = proto::RejectReviewRequest { cycle: cycle_name(&which.cycle)?, run: run_name(which)?, reason };
    let review = answer(session.reviews().reject_review(request).await)?.review.unwrap_or_default();
    screen.line(format!("run {} is rejected; it stays on record and pays nothing", id(&review.run)));
    screen.json(&json!({ "cycle": id(&review.cycle), "run": id(&review.run), "state": state_word(review.state()) }));
    Ok(Outcome::Done)
}

pub(crate) async fn publish(screen: Screen, session: &Session, which: &Which) -> Result<Outcome> {
    let request = proto::PublishReviewRequest { cycle: cycle_name(&which.cycle)?, run: run_name(which)? };
    let published = answer(Progress::wait("publishing", session.reviews().publish_review(request)).await)?;
    let review = published.review.unwrap_or_default();
    screen.line(format!(
        "review of {} is {}: {} scorecards visible, {} mails queued; send them with `merit mail send`",
        id(&review.cycle),
        state_word(review.state()),
        review.scorecards,
        published.enqueued
    ));
    screen.json(&json!({
        "cycle": id(&review.cycle), "run": id(&review.run), "state": state_word(review.state()),
        "scorecards": review.scorecards, "enqueued": published.enqueued,
    }));
    Ok(Outcome::Done)
}

pub(crate) async fn verify(screen: Screen, session: &Session, which: &Which) -> Result<Outcome> {
    let review = find(session, which).await?;
    let request = proto::VerifyReviewRequest { cycle: review.cycle.clone(), run: review.run.clone() };
    let verified = answer(Progress::wait("verifying", session.reviews().verify_review(request)).await)?;
    let result = verified.result.unwrap_or_default();
    let same = result.matches && verified.scorecards_match;
    if result.run_engine_version != result.engine_version {
        screen.line(format!(
            "the run was made by engine version {}, this is version {}",
            result.run_engine_version, result.engine_version
        ));
    }
    if same {
        screen.line(format!(
            "run {} computed again is the same to the byte: root {}",
            id(&verified.run),
            result.found_root
        ));
    } else {
        let roots = if result.expected_root == result.found_root {
            format!("the computation is the same (root {}), but what is stored is not", result.found_root)
        } else {
            format!("root {} is on record, {} was found", result.expected_root, result.found_root)
        };
        let cards = if verified.scorecards_match { "match" } else { "differ" };
        screen.line(format!("run {} DIFFERS from its record: {roots}; scorecards {cards}", id(&verified.run)));
        for difference in &result.differences {
            screen.line(format!("  {difference}"));
        }
    }
    screen.json(&json!({
        "run": id(&verified.run), "matches": same, "expected_root": result.expected_root,
        "found_root": result.found_root, "scorecards_match": verified.scorecards_match,
        "run_engine_version": result.run_engine_version, "engine_version": result.engine_version,
        "differences": result.differences,
    }));
    Ok(if same { Outcome::Done } else { Outcome::Problems })
}
