//! A close at work on somebody's behalf.

use std::time::Duration;

use jiff::Timestamp;
use merit_core::ids::{CycleId, RunId};
use merit_core::once::Asked;
use merit_core::{Error, Kind};

use super::Progress;

/// A close at work, or one that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Counts all operations in the order they began; its name is made of it.
    pub seq: i64,
    /// Of which cycle.
    pub cycle: CycleId,
    /// The principal's subject.
    pub started_by: String,
    /// When it began.
    pub started_at: Timestamp,
    /// How far it is.
    pub progress: Progress,
    /// How it ended; none while it is at work.
    pub end: Option<End>,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// When.
    pub at: Timestamp,
    /// The run whose review is there now, or why there is none.
    pub outcome: Result<RunId, Error>,
}

/// An operation to be kept.
#[derive(Debug, Clone)]
pub struct NewOperation {
    /// Of which cycle.
    pub cycle: CycleId,
    /// The principal's subject.
    pub started_by: String,
    /// When it begins.
    pub started_at: Timestamp,
    /// What was asked for under an id of the caller's; none: each is another one.
    pub asked: Option<Asked>,
    /// How long it may be at work without a sign of life.
    pub lease: Duration,
}

impl Operation {
    /// Its resource name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("operations/{}", self.seq)
    }
}

/// The reason of one that somebody ended.
pub const CANCELLED: &str = "CANCELLED";

/// Somebody ended it.
#[must_use]
pub fn cancelled() -> Error {
    Error::new(
        Kind::Aborted,
        CANCELLED,
        "the review was cancelled; start it again, and it goes on from what it had reached",
    )
}

/// The process that was at work on it stopped, or gave no sign of life for too long.
#[must_use]
pub fn interrupted() -> Error {
    Error::new(
        Kind::Unavailable,
        "INTERRUPTED",
        "the process that was at work on the review stopped; start the review again, and it goes on from what it had reached",
    )
}
