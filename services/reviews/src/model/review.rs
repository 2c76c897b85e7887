//! A review as it is kept: a run with what people decided about it, and the one kind of change that a store applies.

use jiff::Timestamp;
use merit_core::ids::{CycleId, PersonId, RunId};

use super::gathered::Pins;
use super::scorecard::{CardKind, RewardTotal};
use super::state::State;

/// A run with what people decided about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Counts all reviews in the order they began.
    pub seq: i64,
    /// The run.
    pub run: RunId,
    /// Its cycle.
    pub cycle: CycleId,
    /// Where it is.
    pub state: State,
    /// Whether its approval has begun and its lines may be in the ledger already.
    pub posting: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When its approval began.
    pub approved_at: Option<Timestamp>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// Oldest first.
    pub decisions: Vec<Decision>,
    /// Merkle root over the run's outcomes; empty before they are settled.
    pub root: String,
    /// People who take part.
    pub participants: u32,
    /// Of the run: who was not scored, not covered, not credited.
    pub findings: u32,
    /// Per currency, manual adjustments included.
    pub totals: Vec<RewardTotal>,
    /// How many scorecards it has.
    pub scorecards: u32,
    /// The run that this one's approval replaced.
    pub supersedes: Option<RunId>,
    /// What its scorecards rest on; none before they are composed.
    pub pins: Option<Pins>,
}

/// A review to be kept from its freeze on.
#[derive(Debug, Clone)]
pub struct NewReview {
    /// The run.
    pub run: RunId,
    /// Its cycle.
    pub cycle: CycleId,
    /// When it begins.
    pub created_at: Timestamp,
    /// People who take part.
    pub participants: u32,
}

/// What somebody did to a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Accepted it.
    Approve,
    /// Refused it.
    Reject,
    /// Made its scorecards visible.
    Publish,
    /// Approved a later run in its place.
    Supersede,
}

impl Deed {
    /// The word for it, as it is stored and shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Publish => "publish",
            Self::Supersede => "supersede",
        }
    }

    /// The deed with that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Approve, Self::Reject, Self::Publish, Self::Supersede].into_iter().find(|deed| deed.word() == word)
    }
}

/// Who decided what, when, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What.
    pub deed: Deed,
    /// The principal's subject.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why; may be empty.
    pub reason: String,
    /// Whether the one who decided had lines of their own in the run.
    pub own_lines: bool,
}

/// A scorecard in its stored form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCard {
    /// Whose view it is.
    pub kind: CardKind,
    /// The person, or the manager.
    pub person: PersonId,
    /// The encoded scorecard.
    pub bytes: Vec<u8>,
}

impl StoredCard {
    /// Where the scorecards of a run go on after it: the person's id, a slash, the kind's word.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.person, self.kind.word())
    }
}

/// All scorecards of a run with what they rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composition {
    /// By person, then kind.
    pub cards: Vec<StoredCard>,
    /// What they rest on.
    pub pins: Pins,
    /// Per currency.
    pub totals: Vec<RewardTotal>,
    /// How many findings the run has.
    pub findings: u32,
}

/// A mail that a publication asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Unique for good: `scorecard/2026-Q3/<run>/people/ana-silva`.
    pub key: String,
    /// Whose scorecard, and who gets it.
    pub person: PersonId,
    /// Which of their scorecards.
    pub kind: CardKind,
}

/// A change of one review, applied in one transaction or not at all. It is refused when the review is no longer as it was
/// when the change was made up.
#[derive(Debug, Clone)]
pub struct Change {
    /// The review's run.
    pub run: RunId,
    /// The state it must be in.
    pub from: State,
    /// Whether its approval must have begun.
    pub from_posting: bool,
    /// How many decisions it must have.
    pub from_decisions: usize,
    /// The state it gets.
    pub to: State,
    /// Whether its approval has begun.
    pub posting: bool,
    /// Set when its approval begins.
    pub approved_at: Option<Timestamp>,
    /// Set when it is published.
    pub published_at: Option<Timestamp>,
    /// Set when the run is settled.
    pub root: Option<String>,
    /// The run that it replaces.
    pub supersedes: Option<RunId>,
    /// What somebody decided.
    pub decision: Option<Decision>,
    /// New scorecards in place of those on record.
    pub composition: Option<Composition>,
    /// Reviews of the cycle that are superseded with it, each with the decision to keep.
    pub superseded: Vec<(RunId, Decision)>,
    /// Mails to be handed on.
    pub mails: Vec<Mail>,
}

impl Change {
    /// A change that leaves the review as it is.
    #[must_use]
    pub fn of(review: &Review) -> Self {
        Self {
            run: review.run.clone(),
            from: review.state,
            from_posting: review.posting,
            from_decisions: review.decisions.len(),
            to: review.state,
            posting: review.posting,
            approved_at: None,
            published_at: None,
            root: None,
            supersedes: None,
            decision: None,
            composition: None,
            superseded: Vec::new(),
            mails: Vec::new(),
        }
    }
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The stage at work, in one word.
    pub stage: String,
    /// Done of it.
    pub done: u32,
    /// In all; 0 when it is not known.
    pub total: u32,
}
