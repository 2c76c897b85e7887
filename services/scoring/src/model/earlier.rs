//! What people were to reach in cycles before a run's own: read where a policy's period is longer than a cycle.

use jiff::civil::Date;
use merit_core::ids::CycleId;
use serde::{Deserialize, Serialize};

use super::DatedTarget;

/// An earlier cycle of a period that ends in the run's cycle. It is listed for everyone, whether or not there were goals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierCycle {
    /// Which.
    pub cycle: CycleId,
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
    /// The person's goals in it, on measures whose quota is read, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goals: Vec<EarlierGoal>,
}

/// A goal of an earlier cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierGoal {
    /// Its id.
    pub id: String,
    /// The schema's measure.
    pub measure: String,
    /// Oldest first.
    pub targets: Vec<DatedTarget>,
}
