//! The model as messages.

use merit_proto::reviews::v1 as proto;
use merit_proto::scoring::v1::VerifyRunResponse;

use crate::model::{Decision, Progress, Review, RewardTotal, State, Verification};

/// A review.
pub fn review(review: &Review) -> proto::Review {
    proto::Review {
        cycle: review.cycle.name(),
        run: review.run.name(),
        state: state(review.state).into(),
        created_at: review.created_at.to_string(),
        decisions: review.decisions.iter().map(decision).collect(),
        root: review.root.clone(),
        participants: review.participants,
        findings: review.findings,
        totals: review.totals.iter().map(total).collect(),
        scorecards: review.scorecards,
        supersedes: review.supersedes.as_ref().map(merit_core::ids::RunId::name).unwrap_or_default(),
    }
}

/// How far a run has come.
pub fn progress(progress: Progress) -> proto::RunReviewResponse {
    proto::RunReviewResponse { stage: progress.stage, done: progress.done, total: progress.total, ..Default::default() }
}

/// What scoring found when it computed a run again.
pub fn verification(found: Verification) -> VerifyRunResponse {
    VerifyRunResponse {
        matches: found.matches,
        expected_root: found.expected_root,
        found_root: found.found_root,
        run_engine_version: found.run_engine_version,
        engine_version: found.engine_version,
        differences: found.differences,
        amounts_told: found.amounts_told,
    }
}

fn decision(decision: &Decision) -> proto::Decision {
    proto::Decision {
        action: decision.deed.word().to_owned(),
        by: decision.by.clone(),
        at: decision.at.to_string(),
        reason: decision.reason.clone(),
    }
}

fn total(total: &RewardTotal) -> proto::Payee {
    proto::Payee {
        participant: String::new(),
        currency_code: total.amount.currency.code().to_owned(),
        amount_minor_units: total.amount.minor,
        held_minor_units: total.held.minor,
        released_minor_units: total.released.map_or(0, |released| released.minor),
    }
}

const fn state(state: State) -> proto::ReviewState {
    match state {
        State::Frozen => proto::ReviewState::Frozen,
        State::Credited => proto::ReviewState::Credited,
        State::Scored => proto::ReviewState::Scored,
        State::Ranked => proto::ReviewState::Ranked,
        State::Settled => proto::ReviewState::Settled,
        State::Composed => proto::ReviewState::Composed,
        State::Approved => proto::ReviewState::Approved,
        State::Published => proto::ReviewState::Published,
        State::Rejected => proto::ReviewState::Rejected,
        State::Superseded => proto::ReviewState::Superseded,
    }
}
