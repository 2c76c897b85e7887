//! A person's or a team's quarter as data. People are named by id alone; words and names are made when one is shown.

use jiff::civil::Date;
use merit_core::ids::{CycleId, PersonId, RunId};
use merit_core::{Money, Ratio, Value};
use serde::{Deserialize, Serialize};

/// Whose scorecard it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CardKind {
    /// A person's own, pay included.
    Person,
    /// A manager's, about the people who reported to them on the cycle's last day.
    Team,
}

impl CardKind {
    /// The word under which it is stored.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Team => "team",
        }
    }

    /// The kind with that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Person, Self::Team].into_iter().find(|kind| kind.word() == word)
    }
}

/// A person's or a team's quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scorecard {
    /// Whose.
    pub kind: CardKind,
    /// Of which cycle.
    pub cycle: CycleId,
    /// First day of the cycle.
    pub first_day: Date,
    /// Last day of the cycle.
    pub last_day: Date,
    /// The person, or the manager of the team.
    pub person: PersonId,
    /// Of which run.
    pub run: RunId,
    /// By title's id.
    pub goals: Vec<GoalLine>,
    /// By policy, version, period, output.
    pub scores: Vec<ScoreLine>,
    /// By policy, version, payout, line.
    pub rewards: Vec<RewardLine>,
    /// One per currency, by code.
    pub totals: Vec<RewardTotal>,
    /// By policy and title.
    pub recognitions: Vec<RecognitionLine>,
    /// Oldest first.
    pub feedback: Vec<FeedbackLine>,
    /// By policy and output.
    pub not_scored: Vec<NotScoredLine>,
    /// What is expected and not there, in words.
    pub missing: Vec<String>,
    /// Team scorecards only, by id.
    pub members: Vec<TeamMember>,
    /// Team scorecards only: whether the manager sees pay.
    pub shows_pay: bool,
    /// Person scorecards only: attainments weighted by the goals' weights, over the goals that have both.
    pub overall_attainment: Option<Ratio>,
}

/// A goal with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalLine {
    /// The goal's id.
    pub goal: String,
    /// What it says.
    pub title: String,
    /// financial, operational, innovation or development.
    pub perspective: String,
    /// The measure, or empty for a milestone.
    pub measure: String,
    /// What was reached.
    pub actual: Option<Value>,
    /// What was aimed at.
    pub target: Option<Value>,
    /// 1 is 100%.
    pub attainment: Option<Ratio>,
    /// Why there is no attainment.
    pub reason: String,
    /// Of the owner's whole.
    pub weight: Option<Ratio>,
    /// The person's own view.
    pub self_assessment: Option<SelfAssessment>,
}

/// A person's own view of one of their goals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfAssessment {
    /// 1 is 100%.
    pub rating: Option<Ratio>,
    /// Their words.
    pub comment: String,
    /// The day it was given.
    pub given_on: Date,
}

/// What sort of outcome a policy gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// A measure's value.
    Measure,
    /// An attainment.
    Attainment,
    /// Something that the policy defines on the way.
    Definition,
    /// A proposal that nobody has decided yet.
    Recommendation,
    /// Pay; shown by its reward lines instead.
    Payout,
}

/// A score or another outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreLine {
    /// The policy's name.
    pub policy: String,
    /// Its version.
    pub version: u32,
    /// The outcome's name in the policy.
    pub output: String,
    /// What the policy says it is about.
    pub about: String,
    /// What came out.
    pub value: Value,
    /// What sort it is.
    pub kind: OutcomeKind,
    /// The period it is for.
    pub period: String,
    /// How it came about, in order.
    pub figures: Vec<String>,
}

/// One reward, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardLine {
    /// The policy's name.
    pub policy: String,
    /// Its version; 0 for an adjustment.
    pub version: u32,
    /// The payout's or contest's name.
    pub payout: String,
    /// What the policy says it is about.
    pub about: String,
    /// The period, or the adjustment's number.
    pub line: String,
    /// What was earned, what is held back included.
    pub amount: Money,
    /// What of it is held back.
    pub held: Money,
    /// When it was earned.
    pub earned_on: String,
    /// When it is payable.
    pub payable_on: String,
    /// The policy's own `because`, or an adjustment's reason.
    pub because: Vec<String>,
    /// How it came about, in order.
    pub figures: Vec<String>,
    /// Whether a person entered it by hand.
    pub adjustment: bool,
    /// What part of pay it is.
    #[serde(default)]
    pub kind: RewardKind,
    /// What was taken back for cancellations, positive; `amount` is what is left.
    #[serde(default)]
    pub taken_back: Option<Money>,
}

/// What part of pay a reward is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RewardKind {
    /// A policy's payout.
    #[default]
    Payout,
    /// A contest's prize.
    Contest,
    /// What a guarantee, a draw, its recovery or a cap adds or takes.
    Settlement,
    /// By hand.
    Adjustment,
    /// What was held back earlier and becomes payable now: an amount of 0 that moves what is held.
    Release,
}

/// The sum of a currency's rewards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardTotal {
    /// What was earned in all.
    pub amount: Money,
    /// What of it is held back.
    pub held: Money,
    /// What was held back earlier and becomes payable now; none where nothing does.
    #[serde(default)]
    pub released: Option<Money>,
}

/// A badge, points, kudos or an announcement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecognitionLine {
    /// The policy's name.
    pub policy: String,
    /// What it is called.
    pub title: String,
    /// The badge, or empty.
    pub badge: String,
    /// Its level, or empty.
    pub level: String,
    /// An exact number, or empty.
    pub points: String,
    /// A person's resource name, or empty.
    pub kudos_from: String,
    /// May hold `{participant.name}`.
    pub text: String,
}

/// A note of feedback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedbackLine {
    /// Who wrote it.
    pub author: PersonId,
    /// The day it was given.
    pub given_on: Date,
    /// Their words.
    pub text: String,
    /// The goal's id, or empty.
    pub goal: String,
    /// Whether the receiver said that they read it.
    pub acknowledged: bool,
    /// Oldest first.
    pub replies: Vec<Reply>,
}

/// An answer to a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Who answered.
    pub author: PersonId,
    /// The day of it.
    pub given_on: Date,
    /// Their words.
    pub text: String,
}

/// Something that could not be scored, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotScoredLine {
    /// The policy's name.
    pub policy: String,
    /// The outcome's name.
    pub output: String,
    /// Why.
    pub reason: String,
}

/// A person on a team scorecard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamMember {
    /// Who.
    pub person: PersonId,
    /// As on their own scorecard.
    pub goals: Vec<GoalLine>,
    /// Without pay unless the cycle's setting shows it.
    pub scores: Vec<ScoreLine>,
    /// Why this person needs attention, with the figures.
    pub attention: Vec<String>,
    /// Only when the cycle's setting shows pay.
    pub totals: Vec<RewardTotal>,
    /// As on their own scorecard.
    pub overall_attainment: Option<Ratio>,
}
