//! Runs with their pins, and the shards that workers take.

use jiff::civil::Date;
use merit_core::ids::{CycleId, RunId};
use serde::{Deserialize, Serialize};

use super::{Outcome, TraceRow};

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunState {
    /// Inputs are pinned.
    Frozen = 1,
    /// Results are credited.
    Credited = 2,
    /// Everyone is evaluated.
    Scored = 3,
    /// Contests are decided.
    Ranked = 4,
    /// Payees are settled and the root is known.
    Settled = 5,
    /// The lines are in the ledger.
    Posted = 6,
}

impl RunState {
    /// The state with that number.
    #[must_use]
    pub const fn from_number(number: i64) -> Option<Self> {
        Some(match number {
            1 => Self::Frozen,
            2 => Self::Credited,
            3 => Self::Scored,
            4 => Self::Ranked,
            5 => Self::Settled,
            6 => Self::Posted,
            _ => return None,
        })
    }
}

/// Where each service's records were cut off: the number of the last change that counts, 0 for the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cutoffs {
    /// People.
    pub directory: i64,
    /// Goals.
    pub goals: i64,
    /// Ratings.
    pub feedback: i64,
    /// Results.
    pub scoring: i64,
}

/// A policy as a run pins it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyPin {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// Its content's digest.
    pub sha256: String,
    /// Its last day in force, as it was when the run was frozen.
    pub to: Option<Date>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Derives from the pins.
    pub id: RunId,
    /// The cycle that it closes.
    pub cycle: CycleId,
    /// The cycle's first day.
    pub first_day: Date,
    /// The cycle's last day.
    pub last_day: Date,
    /// How far it has come.
    pub state: RunState,
    /// What was on record.
    pub cutoffs: Cutoffs,
    /// By name and version.
    pub policies: Vec<PolicyPin>,
    /// The text of the schema in force.
    pub schema_text: String,
    /// Which engine.
    pub engine_version: String,
    /// Digest of the frozen inputs.
    pub inputs_sha256: String,
    /// Merkle root over all outcomes; empty until settled.
    pub root: String,
    /// People on the roster.
    pub participants: u32,
    /// Results that count.
    pub results: u32,
}

/// A stretch of participants that a worker holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// Its number.
    pub shard: i64,
    /// Counts claims; every write carries it.
    pub epoch: i64,
    /// First participant.
    pub first: String,
    /// Last participant.
    pub last: String,
    /// The last participant that is done, or empty.
    pub cursor: String,
}

/// What a worker finds when it asks for a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// This one is yours.
    Yours(Shard),
    /// Others hold all that is left.
    Busy,
    /// Nothing is left.
    Done,
}

/// What a worker writes at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The last participant in it.
    pub cursor: String,
    /// How many participants.
    pub evaluated: u32,
    /// Whether the shard ends with it.
    pub done: bool,
    /// Milliseconds since 1970 until which the worker keeps the shard.
    pub lease_until: i64,
    /// What the policies gave.
    pub outcomes: Vec<Outcome>,
    /// How it came about.
    pub traces: Vec<TraceRow>,
}
