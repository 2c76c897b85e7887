//! Payouts and recommendations.

use merit_core::period::PeriodUnit;
use merit_core::{Ratio, Rounding};

use super::{Expr, Literal, Name, Spanned, TypeRef};

/// A payout or a recommendation.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Whether it pays; otherwise it recommends.
    pub pays: bool,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeRef,
    /// What it is about.
    pub about: Option<Name>,
    /// Its statements, as written.
    pub statements: Vec<Spanned<Statement>>,
    /// Whether a statement with a mistake was left out.
    pub damaged: bool,
}

/// A statement of an outcome.
#[derive(Debug, Clone)]
pub enum Statement {
    /// `let`
    Let { name: Name, value: Expr },
    /// `pay` or `propose`
    Amount { pays: bool, value: Expr },
    /// `multiply by`
    Multiply { by: Expr, when: Option<Expr>, because: Option<Name> },
    /// `gate`
    Gate { condition: Expr, otherwise: Option<(bool, Expr)>, because: Option<Name> },
    /// `cap at`
    Cap { at: Expr, because: Option<Name> },
    /// `floor at`
    Floor { at: Expr, because: Option<Name> },
    /// `round`
    Round { mode: Rounding, to: Literal },
    /// `true up over year`
    TrueUp { over: Spanned<PeriodUnit>, because: Option<Name> },
    /// `take back`: at the rate paid, or by recomputing
    TakeBack { percent: Spanned<Ratio>, recomputing: bool, list: Name, because: Option<Name> },
    /// `payable as … against …`
    Payable { paid: ListColumn, against: ListColumn, because: Option<Name> },
    /// `hold back`
    Hold { percent: Spanned<Ratio>, until: Name, because: Option<Name> },
}

/// `payments.amount`
#[derive(Debug, Clone)]
pub struct ListColumn {
    /// The list.
    pub list: Name,
    /// Its column.
    pub column: Name,
}
