//! Crediting, contests, settlements and recognitions.

use merit_core::Ratio;
use merit_core::period::PeriodUnit;

use super::{Expr, Literal, Name, Spanned};
use crate::diagnostics::Span;

/// Who gets credit.
#[derive(Debug, Clone)]
pub struct Credit {
    /// The list.
    pub list: Name,
    /// Which columns are shared out; none: the record's amount.
    pub of: Vec<Name>,
    /// The shares.
    pub shares: Vec<Share>,
    /// The date whose reporting line rolls credit up.
    pub roll_up_on: Option<Name>,
    /// The whole.
    pub span: Span,
}

/// One share of a credit.
#[derive(Debug, Clone)]
pub struct Share {
    /// A participant column.
    pub to: Name,
    /// How much of it.
    pub percent: Spanned<Ratio>,
    /// Whether it is on top of the 100%.
    pub in_addition: bool,
    /// Who gets it where the receiver is missing.
    pub otherwise: Option<Name>,
}

/// A contest.
#[derive(Debug, Clone)]
pub struct Contest {
    /// Its name.
    pub name: Name,
    /// What it is about.
    pub about: Option<Name>,
    /// What people are ranked by.
    pub by: Expr,
    /// Within groups of this attribute.
    pub within: Option<Name>,
    /// What there is to win.
    pub prizes: Prizes,
    /// The least size of a group, and whether smaller ones get a guideline.
    pub only_in: Option<(Spanned<u32>, bool)>,
    /// Why.
    pub because: Option<Name>,
}

/// A settlement.
#[derive(Debug, Clone)]
pub struct Settle {
    /// Whether it is over every policy's payouts.
    pub all: bool,
    /// The least that becomes payable.
    pub guarantee: Option<Guarantee>,
    /// The cap over them.
    pub cap: Option<(Expr, Option<Name>)>,
    /// The whole.
    pub span: Span,
}

/// A recognition.
#[derive(Debug, Clone)]
pub struct Recognize {
    /// Its name.
    pub name: Name,
    /// What it is about.
    pub about: Option<Name>,
    /// Its statements, as written.
    pub statements: Vec<Spanned<Recognition>>,
    /// Whether a statement with a mistake was left out.
    pub damaged: bool,
}

/// A statement of a recognition.
#[derive(Debug, Clone)]
pub enum Recognition {
    /// `when`
    When(Expr),
    /// `badge`
    Badge { name: Name, level: Option<Name> },
    /// `award`
    Award(Expr),
    /// `kudos`
    Kudos { from: Name, saying: Option<Template> },
    /// `announce`
    Announce { to: Name, saying: Template },
    /// `once per`; none is once in the policy's life.
    Once(Option<PeriodUnit>),
}

/// A text with holes.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its parts.
    pub parts: Vec<TemplatePart>,
}

/// A part of a text with holes.
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Words.
    Text(String),
    /// `{participant.name}`
    ParticipantName,
    /// `{name}`
    Hole(Name),
}

/// What a contest gives.
#[derive(Debug, Clone)]
pub enum Prizes {
    /// `award first 3 places $1,000, $500, $250`
    Places { places: Spanned<u32>, prizes: Vec<Literal> },
    /// `award top 10% $500 each`
    Top { percent: Spanned<Ratio>, prize: Literal },
    /// `distribute 30% high, 70% usual`
    Distribute(Vec<(Spanned<Ratio>, Name)>),
}

/// `guarantee at least $2,000 per month …`
#[derive(Debug, Clone)]
pub struct Guarantee {
    /// How much at least.
    pub at_least: Expr,
    /// For each of these.
    pub per: Spanned<PeriodUnit>,
    /// For so many of the policy's periods; for ever, if absent.
    pub periods: Option<Spanned<u32>>,
    /// Whether what is added is an advance.
    pub draw: Option<Draw>,
    /// Why.
    pub because: Option<Name>,
    /// The whole.
    pub span: Span,
}

/// `as recoverable draw, …`
#[derive(Debug, Clone)]
pub struct Draw {
    /// Whether it is owed back.
    pub recoverable: bool,
    /// From which of the person's periods on it is taken back.
    pub recover_from: Option<Spanned<u32>>,
    /// Where it says `never below the guarantee`.
    pub never_below: Option<Span>,
    /// Where it says `may take all`.
    pub may_take_all: Option<Span>,
}
