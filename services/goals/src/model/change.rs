//! What comes in and what is written: files of goals, schemas, changes.

use jiff::civil::Date;
use merit_core::ids::GoalId;
use merit_core::{Problem, Ratio, Value};

use super::{Content, Cycle, Identity};

/// A registered schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaRecord {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// The file's text.
    pub source: String,
    /// SHA-256 of the text, lower-case hexadecimal.
    pub sha256: String,
    /// The file's name.
    pub file_name: String,
}

/// A file of goals as it comes in.
#[derive(Debug, Clone, Default)]
pub struct GoalsFile {
    /// Where the rows come from.
    pub source: String,
    /// The file's name, for the record.
    pub file_name: String,
    /// Check everything, write nothing.
    pub validate_only: bool,
    /// The rows.
    pub rows: Vec<GoalRow>,
    /// What was wrong already when the rows were read.
    pub problems: Vec<Problem>,
}

/// A row of it, not yet checked. What is empty stays as on record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoalRow {
    /// The line in the file, from 1.
    pub line: u32,
    /// The goal's id; empty: one made of owner, measure and cycle.
    pub goal_id: String,
    /// The source's own key; empty: the one on record, or the goal's id.
    pub external_id: String,
    /// The cycle's id.
    pub cycle: String,
    /// `organisation`, `team` or `person`.
    pub owner_kind: String,
    /// The team's or person's id.
    pub owner: String,
    /// In a few words; empty: the measure's name.
    pub title: String,
    /// At length.
    pub description: String,
    /// The schema's measure.
    pub measure: String,
    /// One of the four perspectives; empty: the measure's.
    pub perspective: String,
    /// An exact ratio.
    pub weight: String,
    /// A goal's id.
    pub parent: String,
    /// A day; empty: the cycle's last.
    pub due: String,
    /// When it counts as done.
    pub done_when: String,
    /// Why it can be reached.
    pub rationale: String,
    /// The first day of the target; empty: the cycle's first.
    pub from: String,
    /// The target.
    pub target: Option<Value>,
    /// An exact ratio.
    pub progress: String,
    /// The day of the progress.
    pub progress_on: String,
    /// About the progress; may be empty.
    pub progress_comment: String,
    /// What is taken away from a goal on record.
    pub clear: Vec<Clear>,
}

/// What can be taken away from a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clear {
    /// Its description.
    Description,
    /// Its weight.
    Weight,
    /// The goal that it serves.
    Parent,
    /// Its rationale.
    Rationale,
}

impl Clear {
    /// Takes it away.
    pub fn apply(self, content: &mut Content) {
        match self {
            Self::Description => content.description.clear(),
            Self::Weight => content.weight = None,
            Self::Parent => content.parent = None,
            Self::Rationale => content.rationale.clear(),
        }
    }
}

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows of new goals.
    pub added: u32,
    /// Rows that recorded something about goals on record.
    pub changed: u32,
    /// Rows that said what was on record already.
    pub unchanged: u32,
    /// Rows that can't be taken. If there is one, nothing was written and nothing is counted.
    pub problems: Vec<Problem>,
}

/// What one transaction writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A schema comes into force.
    Schema(SchemaRecord),
    /// A cycle opens or gets other settings.
    Cycle(Cycle),
    /// A file of goals.
    Goals(GoalsChange),
}

/// What one import writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoalsChange {
    /// Where the rows come from.
    pub source: String,
    /// The file's name.
    pub file_name: String,
    /// New identities.
    pub identities: Vec<(Identity, GoalId)>,
    /// New versions: one for each goal that the import changes in any way.
    pub versions: Vec<(GoalId, u32, Content)>,
    /// New targets and their first days.
    pub targets: Vec<(GoalId, Date, Value)>,
    /// New progress, its day and comment.
    pub progress: Vec<(GoalId, Date, Ratio, String)>,
}
