//! A run's inputs: everything that a close reads, and nothing that says who people are.

use std::collections::BTreeMap;

use jiff::civil::Date;
use merit_core::ids::{CycleId, PersonId};
use merit_core::{Period, Ratio};
use serde::{Deserialize, Serialize};

use super::{Carried, Cutoffs, EarlierCycle, Occurred, Packed, Policy, StoredResult};

/// A cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// Its id.
    pub id: CycleId,
    /// Its days, in its zone.
    pub period: Period,
    /// Its IANA time zone.
    pub zone: String,
}

/// An attribute's value from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedValue {
    /// Which attribute.
    pub attribute: String,
    /// First day in force.
    pub from: Date,
    /// None: from that day on there is none.
    pub value: Option<Packed>,
}

/// A value of a measure that no record gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Which measure.
    pub measure: String,
    /// The day it is for.
    pub on: Date,
    /// Which value.
    pub value: Packed,
}

/// Recognition that an earlier cycle's posted run gave, for `once per`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Granted {
    /// Which policy.
    pub policy: String,
    /// Its title.
    pub title: String,
    /// Last day of the period that it was given for.
    pub on: Date,
}

/// A person's dated history, without name and address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// By attribute and day.
    pub history: Vec<DatedValue>,
    /// By measure and day; of one day, the later recorded last.
    pub ratings: Vec<Rating>,
    /// What was given before.
    pub granted: Vec<Granted>,
    /// What earlier cycles left, by policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<Carried>,
    /// Events that have come for earlier cycles, of those that something waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub occurred: Vec<Occurred>,
    /// Earlier cycles that a policy's period reaches back over, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierCycle>,
}

/// Whose goal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OwnerKind {
    /// Everyone's.
    Organisation,
    /// A team's.
    Team,
    /// A person's.
    Person,
}

/// A target from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedTarget {
    /// First day in force.
    pub from: Date,
    /// What is to be reached.
    pub target: Packed,
}

/// How far a milestone had come on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedProgress {
    /// The day.
    pub on: Date,
    /// 1 is done.
    pub done: Ratio,
}

/// A goal of the cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// Its id.
    pub id: String,
    /// Whose.
    pub owner_kind: OwnerKind,
    /// The person's or team's id; empty for the organisation.
    pub owner: String,
    /// What people call it.
    pub title: String,
    /// The schema's measure; empty for a milestone.
    pub measure: String,
    /// Its perspective's word.
    pub perspective: String,
    /// Exact ratio, or empty.
    pub weight: String,
    /// Oldest first.
    pub targets: Vec<DatedTarget>,
    /// Oldest first.
    pub progress: Vec<DatedProgress>,
}

/// All that a close reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The cycle.
    pub cycle: Cycle,
    /// What was on record.
    pub cutoffs: Cutoffs,
    /// The text of the schema in force.
    pub schema_text: String,
    /// Those in force, by name and version.
    pub policies: Vec<Policy>,
    /// Everyone that matters to the cycle, by id.
    pub people: BTreeMap<PersonId, Person>,
    /// By id.
    pub goals: Vec<Goal>,
    /// By record, source and external id: those dated in a period that ends in the cycle.
    pub results: Vec<StoredResult>,
}

impl Goal {
    /// The target in force on a day.
    #[must_use]
    pub fn target_on(&self, day: Date) -> Option<&Packed> {
        target_on(&self.targets, day)
    }

    /// The progress on record for a day.
    #[must_use]
    pub fn progress_on(&self, day: Date) -> Option<&Ratio> {
        self.progress.iter().rfind(|progress| progress.on <= day).map(|progress| &progress.done)
    }
}

/// The target in force on a day, of those sorted by their first.
#[must_use]
pub fn target_on(targets: &[DatedTarget], day: Date) -> Option<&Packed> {
    targets.iter().rfind(|target| target.from <= day).map(|target| &target.target)
}
