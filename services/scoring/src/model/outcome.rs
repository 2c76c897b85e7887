//! What a run gives: lines, scores, findings, recognitions, attainments, credits and the roster.

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::{Money, Ratio, Value};
use serde::{Deserialize, Serialize};

use super::Packed;

/// The policy's name on manual adjustments.
pub const ADJUSTMENT: &str = "Manual adjustment";

/// What part of the ledger a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineKind {
    /// A policy's payout.
    Payout,
    /// A contest's prize.
    Contest,
    /// What settling adds or takes.
    Settlement,
    /// By hand.
    Adjustment,
    /// What was held back earlier and becomes payable now: an amount of 0 that moves what is held.
    Release,
}

/// One amount of one participant, policy and reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Who is paid.
    pub participant: PersonId,
    /// By which policy.
    pub policy: String,
    /// Its version; 0 for an adjustment.
    pub version: u32,
    /// The payout's, contest's or settlement's name.
    pub payout: String,
    /// The period, or the adjustment's number.
    pub line: String,
    /// What is held back included.
    pub amount: Money,
    /// What of it is held back.
    pub held: Money,
    /// What was taken back for cancellations, positive: `amount` is what is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_back: Option<Money>,
    /// The day it was earned.
    pub earned_on: Date,
    /// The day it is payable.
    pub payable_on: Date,
    /// Why, in one line; may be empty.
    pub reason: String,
    /// The policy's `because`s.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
    /// What the payout is about; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What part of the ledger it is.
    pub kind: LineKind,
    /// How it came about, where no trace tells it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

/// What a score is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScoreKind {
    /// A measure's value.
    Measure,
    /// A measure against its target.
    Attainment,
    /// A policy's definition.
    Definition,
    /// A policy's recommendation.
    Recommendation,
    /// A payout's amount.
    Payout,
}

/// An outcome of one participant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Whose.
    pub participant: PersonId,
    /// By which policy; empty for a measure.
    pub policy: String,
    /// Its version; 0 for a measure.
    pub version: u32,
    /// The output's name.
    pub output: String,
    /// Its value.
    pub value: Packed,
    /// What it is about; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What it is.
    pub kind: ScoreKind,
    /// The period it is for.
    pub period: String,
    /// How it came about, where no trace tells it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

impl Score {
    /// Whether it is pay: a payout, another amount that a policy works out, or a proposed raise. The same as on a scorecard.
    #[must_use]
    pub fn is_pay(&self) -> bool {
        match self.kind {
            ScoreKind::Payout => true,
            ScoreKind::Recommendation => matches!(self.value.0, Value::Money(_) | Value::Percent(_)),
            ScoreKind::Definition => matches!(self.value.0, Value::Money(_)),
            ScoreKind::Measure | ScoreKind::Attainment => false,
        }
    }

    /// Whether how it came about may let pay be seen, whatever it is itself: what a policy works out may rest on amounts.
    #[must_use]
    pub const fn is_told_by_pay(&self) -> bool {
        match self.kind {
            ScoreKind::Definition | ScoreKind::Recommendation | ScoreKind::Payout => true,
            ScoreKind::Measure | ScoreKind::Attainment => false,
        }
    }
}

/// What a person should look at before approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// An outcome that could not be scored.
    NotScored,
    /// A person that no policy covers.
    NotCovered,
    /// A result, or a share of one, that counts for nobody.
    NotCredited,
    /// What a contest would give in a group that is too small to be held to it.
    Guideline,
}

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What sort.
    pub kind: FindingKind,
    /// Whose; empty where nobody is concerned.
    pub participant: String,
    /// Which policy; may be empty.
    pub policy: String,
    /// Which output; may be empty.
    pub output: String,
    /// Why, for people.
    pub reason: String,
}

/// A badge, points, kudos or an announcement. Empty fields are not given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognition {
    /// Whose.
    pub participant: PersonId,
    /// By which policy.
    pub policy: String,
    /// The period it is for.
    pub period: String,
    /// Its title.
    pub title: String,
    /// The badge.
    pub badge: String,
    /// Its level.
    pub level: String,
    /// Points.
    pub points: Option<Ratio>,
    /// Who says thanks.
    pub kudos_from: Option<PersonId>,
    /// The words of the kudos or announcement.
    pub text: String,
    /// The announcement's channel.
    pub announce_to: String,
}

/// Where one goal stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoalStanding {
    /// The goal's id.
    pub goal: String,
    /// What people call it.
    pub title: String,
    /// Its perspective's word.
    pub perspective: String,
    /// The schema's measure; empty for a milestone.
    pub measure: String,
    /// What was reached.
    pub actual: Option<Packed>,
    /// What is to be reached.
    pub target: Option<Packed>,
    /// Measure against target.
    pub attainment: Option<Ratio>,
    /// Attainment against the share of the cycle gone by.
    pub pace: Option<Ratio>,
    /// Attainment at the cycle's end.
    pub forecast: Option<Ratio>,
    /// Why something can't be said; may be empty.
    pub reason: String,
    /// Exact ratio, or empty.
    pub weight: String,
}

/// How far an owner came on one goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attainment {
    /// `people/…`, `teams/…` or `organisation`.
    pub owner: String,
    /// Where the goal stands.
    pub standing: GoalStanding,
}

/// The share of one result's value given to one participant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Who.
    pub participant: PersonId,
    /// The result's source.
    pub source: String,
    /// The result's id there.
    pub external_id: String,
    /// The record's list name.
    pub list: String,
    /// owner, overlay, manager …
    pub credited_as: String,
    /// Of which field of the record.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// How much.
    pub amount: Money,
    /// The result's day.
    pub dated: Date,
    /// By which policy; empty for the schema's own rule.
    pub policy: String,
}

/// A participant of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterEntry {
    /// Who.
    pub participant: PersonId,
    /// On the cycle's last day.
    pub manager: Option<PersonId>,
    /// On the cycle's last day; may be empty.
    pub team: String,
    /// Whether they were employed on the cycle's last day.
    pub active: bool,
}

/// The kinds of outcomes, each with its own keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutcomeKind {
    /// [`Attainment`].
    Attainment,
    /// [`super::Balance`].
    Balance,
    /// [`Credit`].
    Credit,
    /// [`Finding`].
    Finding,
    /// [`Line`].
    Line,
    /// [`Recognition`].
    Recognition,
    /// [`RosterEntry`].
    Roster,
    /// [`Score`].
    Score,
}

impl OutcomeKind {
    /// Those that the root pins.
    pub const PINNED: [Self; 6] =
        [Self::Attainment, Self::Balance, Self::Finding, Self::Line, Self::Recognition, Self::Score];

    /// Its word, in the store and in keys.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Attainment => "attainment",
            Self::Balance => "balance",
            Self::Credit => "credit",
            Self::Finding => "finding",
            Self::Line => "line",
            Self::Recognition => "recognition",
            Self::Roster => "roster",
            Self::Score => "score",
        }
    }

    /// The stored fields that say of which output and period one is.
    #[must_use]
    pub const fn fields(self) -> (&'static str, &'static str) {
        match self {
            Self::Line => ("payout", "line"),
            Self::Recognition => ("title", "period"),
            Self::Credit => ("list", "period"),
            Self::Attainment | Self::Balance | Self::Finding | Self::Roster | Self::Score => ("output", "period"),
        }
    }
}

/// An outcome of any kind as it is stored: its content is canonical text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Which kind.
    pub kind: OutcomeKind,
    /// Unique for the run and kind; sorts as the export does.
    pub key: String,
    /// Whose; empty where nobody is concerned.
    pub participant: String,
    /// JSON.
    pub content: String,
}

/// How a policy's outcomes for one participant and period came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceRow {
    /// Whose.
    pub participant: String,
    /// Which policy.
    pub policy: String,
    /// Its version.
    pub version: u32,
    /// The period's label.
    pub period: String,
    /// JSON.
    pub trace: String,
}
