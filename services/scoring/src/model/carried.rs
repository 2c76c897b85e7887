//! What one cycle leaves to the next: values on record, amounts that wait, draws that are owed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use merit_core::Money;
use merit_core::ids::PersonId;
use merit_rules::Waiting;
use serde::{Deserialize, Serialize};

use super::Packed;

/// What a policy gave a person in one period, for those after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastPeriod {
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
    /// Definitions, outcomes and facts by name; what is not scored is absent.
    pub values: BTreeMap<String, Packed>,
}

/// What a run leaves behind for one person under one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Whose.
    pub participant: PersonId,
    /// Under which policy, whatever its version.
    pub policy: String,
    /// The policy's periods in the run's cycle, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub periods: Vec<PastPeriod>,
    /// All that waits after the run, from whichever period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Waiting>,
}

/// What earlier cycles left to a person under one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// Under which policy, whatever its version.
    pub policy: String,
    /// Oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub periods: Vec<PastPeriod>,
    /// What waits for an event or for cash.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Waiting>,
    /// What the ledger's draws leave to be taken back; none without draws.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed: Option<Money>,
}

/// An event that has come for what was earned in a cycle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Occurred {
    /// The schema's event.
    pub event: String,
    /// First day of the cycle that it is for.
    pub first: Date,
    /// Last day of that cycle.
    pub last: Date,
    /// The day it came.
    pub on: Date,
}
