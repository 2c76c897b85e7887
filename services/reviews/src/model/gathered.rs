//! What a review takes from its neighbours: the cycle, the run, and everything that its scorecards are made of.

use jiff::civil::Date;
use merit_core::ids::{CycleId, PersonId, RunId};
use serde::{Deserialize, Serialize};

use super::scorecard::{FeedbackLine, GoalLine, NotScoredLine, RecognitionLine, RewardLine, ScoreLine, SelfAssessment};

/// A cycle with the settings that a review reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// Which.
    pub id: CycleId,
    /// First day.
    pub first_day: Date,
    /// Last day.
    pub last_day: Date,
    /// Last day on which self-assessments are taken; none when the cycle has no window of its own.
    pub self_assessment_until: Option<Date>,
    /// Whether the cycle has ended.
    pub ended: bool,
    /// Whether its self-assessment window has ended too.
    pub window_ended: bool,
    /// Whether a composed run is approved at once.
    pub automatic: bool,
    /// Whether a manager's scorecard shows the team's pay.
    pub shows_pay: bool,
}

/// Where each service's records were cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cutoffs {
    /// The directory's.
    pub directory: i64,
    /// The goals'.
    pub goals: i64,
    /// The feedback's.
    pub feedback: i64,
    /// Scoring's.
    pub scoring: i64,
}

/// A run of scoring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Derives from its pins.
    pub id: RunId,
    /// Where the records were cut off when it was frozen.
    pub cutoffs: Cutoffs,
    /// Merkle root over all outcomes; empty before it is settled.
    pub root: String,
    /// How many people take part.
    pub participants: u32,
}

/// What scoring found when it computed a run again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Whether both roots are the same.
    pub matches: bool,
    /// The root on record.
    pub expected_root: String,
    /// The root found now.
    pub found_root: String,
    /// The engine that made the run.
    pub run_engine_version: String,
    /// This engine.
    pub engine_version: String,
    /// Keys of outcomes that differ, and what is wrong with lines of the ledger, at most 20.
    pub differences: Vec<String>,
    /// Whether any of the differences tells an amount.
    pub amounts_told: bool,
}

/// What a composition rests on beside the run's own outcomes. Kept with it, so that it can be repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pins {
    /// The goals' cut-off.
    pub goals: i64,
    /// The feedback's cut-off.
    pub feedback: i64,
    /// Whether team scorecards show pay.
    pub shows_pay: bool,
    /// The cycle's manual adjustments, by person and line.
    pub adjustments: Vec<Adjustment>,
}

/// A manual entry in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// Whose.
    pub person: PersonId,
    /// The entry.
    pub line: RewardLine,
}

/// What is to be gathered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The cycle.
    pub cycle: CycleId,
    /// Its first day.
    pub first_day: Date,
    /// Its last day.
    pub last_day: Date,
    /// The run.
    pub run: RunId,
    /// The goals' cut-off.
    pub goals: i64,
    /// The feedback's cut-off.
    pub feedback: i64,
}

/// A participant of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    /// Who.
    pub person: PersonId,
    /// Whom they reported to on the cycle's last day.
    pub manager: Option<PersonId>,
    /// Their team, or empty.
    pub team: String,
    /// Whether they were employed on the cycle's last day.
    pub active: bool,
}

/// Whose goal it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// Everyone's.
    Organisation,
    /// A team's, by its id.
    Team(String),
    /// A person's.
    Person(PersonId),
}

/// What kind of finding it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// An outcome that could not be scored.
    NotScored,
    /// A person that no policy covers.
    NotCovered,
    /// A result, or a share of one, that was credited to nobody.
    NotCredited,
    /// What a contest would give in a group that is too small to be held to it.
    Guideline,
}

/// Something that a person should look at before approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which kind.
    pub kind: FindingKind,
    /// Whom it is about, if anyone.
    pub person: Option<PersonId>,
    /// Policy, outcome and reason.
    pub line: NotScoredLine,
}

/// Everything that a run's scorecards are made of, in any order.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// The run's people.
    pub roster: Vec<RosterEntry>,
    /// Goals with where they stand, as scoring found them.
    pub attainments: Vec<(Owner, GoalLine)>,
    /// All goals on record, for those that scoring says nothing about.
    pub goals: Vec<(Owner, GoalLine)>,
    /// Outcomes per participant.
    pub scores: Vec<(PersonId, ScoreLine)>,
    /// The run's lines.
    pub rewards: Vec<(PersonId, RewardLine)>,
    /// Recognition given by policies.
    pub recognitions: Vec<(PersonId, RecognitionLine)>,
    /// What could not be scored.
    pub findings: Vec<Finding>,
    /// Notes by receiver.
    pub feedback: Vec<(PersonId, FeedbackLine)>,
    /// By person and goal's id.
    pub self_assessments: Vec<(PersonId, String, SelfAssessment)>,
}
