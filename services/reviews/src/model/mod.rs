//! What a review is and what scorecards hold. Plain data and pure rules; imports only `merit-core`.

mod gathered;
mod operation;
mod read;
mod review;
mod scorecard;
mod state;

pub use gathered::{
    Adjustment, Cutoffs, Cycle, Finding, FindingKind, Gathered, Owner, Pins, RosterEntry, Run, Scope, Verification,
};
pub use operation::{CANCELLED, End, NewOperation, Operation, cancelled, interrupted};
pub use read::Read;
pub use review::{Change, Composition, Decision, Deed, Mail, NewReview, Progress, Review, StoredCard};
pub use scorecard::{
    CardKind, FeedbackLine, GoalLine, NotScoredLine, OutcomeKind, RecognitionLine, Reply, RewardKind, RewardLine,
    RewardTotal, ScoreLine, Scorecard, SelfAssessment, TeamMember,
};
pub use state::{Action, State, Step, next};
