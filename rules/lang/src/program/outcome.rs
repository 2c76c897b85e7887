//! Payouts and recommendations.

use merit_core::period::PeriodUnit;
use merit_core::{Ratio, Rounding};

use super::{ColumnId, Expr, ListId, Place, Type};

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
    /// Its statements in run order: lets, one pay, multiply by, gates, caps, floors, round, true up, take back, payable
    /// as, hold back. The n-th `let` is [`super::LocalId`] n.
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
    /// `true up over year`: less this outcome's amounts of earlier periods in the same stretch.
    TrueUp(PeriodUnit),
    /// `take back 25% … on cancellations`.
    TakeBack(TakeBack),
    /// `payable as payments.amount against invoices.amount`.
    Payable {
        /// What was collected.
        paid: Cash,
        /// What it is collected for.
        against: Cash,
    },
    /// `hold back 10% until event`. The part held is rounded as the outcome is.
    HoldBack {
        /// Which share of the rounded amount: 1/10 for 10%.
        share: Ratio,
        /// The event's name.
        until: String,
    },
}

/// Taking back what was paid for what has been cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeBack {
    /// Which share of what was paid: 1/4 for 25%.
    pub share: Ratio,
    /// By computing the period of the sale again without what was cancelled; otherwise at the rate that was paid then.
    pub recomputing: bool,
    /// The cancelled records.
    pub list: ListId,
    /// Their amount, where a row isn't credited.
    pub amount: ColumnId,
    /// The date of the sale: `credited_on`.
    pub credited_on: Option<ColumnId>,
}

/// Records whose amounts are matched by their references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cash {
    /// The list.
    pub list: ListId,
    /// Its amounts.
    pub amount: ColumnId,
    /// Its references: the text column `reference`.
    pub reference: ColumnId,
}
