//! Payouts and recommendations.

use merit_core::{Ratio, Rounding};

use super::{Expr, Place, Type};

/// A payout or a recommendation.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// Whether it is posted.
    pub kind: OutcomeKind,
    /// What it gives.
    pub ty: Type,
    /// What it is, for people.
    pub about: Option<String>,
    /// Its statements in run order: lets, one pay, multiply by, gates, caps, floors, round, hold back. The n-th `let`
    /// is [`super::LocalId`] n.
    pub statements: Vec<Statement>,
    /// Where its name is written.
    pub place: Place,
}

/// Payout or recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// Posted to the ledger.
    Payout,
    /// Proposed, never posted.
    Recommend,
}

/// One statement of an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// `because "…"`.
    pub because: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// What statements do.
#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind {
    /// `let name = value`.
    Let(String, Expr),
    /// `pay value`, `propose value`.
    Pay(Expr),
    /// `multiply by factor when condition`.
    Multiply {
        /// The factor.
        by: Expr,
        /// Only where this holds.
        when: Option<Expr>,
    },
    /// `gate condition else pay value`. Failed, it puts its `else` (nothing, if it has none) in the amount's place and
    /// skips caps and floors. The first gate that fails decides.
    Gate {
        /// What must hold.
        condition: Expr,
        /// What is paid where it doesn't.
        otherwise: Option<Expr>,
    },
    /// `cap at value`.
    Cap(Expr),
    /// `floor at value`.
    Floor(Expr),
    /// `round half even to $0.01`: to a multiple of the step, in the outcome's unit (major units for money).
    Round(Rounding, Ratio),
    /// `hold back 10% until event`. The part held is rounded as the outcome is.
    HoldBack {
        /// Which share of the rounded amount: 1/10 for 10%.
        share: Ratio,
        /// The event's name.
        until: String,
    },
}
