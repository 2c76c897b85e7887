//! Recognitions, contests and settling.

use jiff::civil::Date;
use merit_core::period::PeriodUnit;
use merit_core::{Money, Ratio};

use super::{Expr, FactId, Place};

/// `recognize "Hot streak" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognize {
    /// Its title.
    pub name: String,
    /// What it is, for people.
    pub about: Option<String>,
    /// When it is given (yes/no).
    pub when: Expr,
    /// Badge and level.
    pub badge: Option<(String, Option<String>)>,
    /// Points.
    pub points: Option<Expr>,
    /// Kudos from somebody. Left out where that participant is missing.
    pub kudos: Option<KudosSaying>,
    /// An announcement.
    pub announce: Option<Announce>,
    /// How often at most.
    pub once_per: Option<OncePer>,
    /// Where its title is written.
    pub place: Place,
}

/// `kudos from manager saying "…"`.
#[derive(Debug, Clone, PartialEq)]
pub struct KudosSaying {
    /// Who gives it: an expression that gives a participant.
    pub from: Expr,
    /// The text; empty, if none.
    pub saying: Vec<TemplatePart>,
}

/// `announce to "#sales-wins" saying "…"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Announce {
    /// The channel.
    pub to: String,
    /// The text.
    pub saying: Vec<TemplatePart>,
}

/// A piece of a text with holes.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    /// As it is.
    Text(String),
    /// `{participant.name}`, filled in when it is shown.
    ParticipantName,
    /// `{streak}`.
    Value(Expr),
}

/// `once per quarter`, `once per policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OncePer {
    /// Once in each such period.
    Period(PeriodUnit),
    /// Once under the policy.
    Policy,
}

impl OncePer {
    /// Whether what was given on one day may not be given again on another, with years that begin on the first of a month
    /// (1 to 12).
    #[must_use]
    pub fn covers(self, earlier: Date, now: Date, year_starts: i8) -> bool {
        match self {
            Self::Policy => true,
            Self::Period(unit) => unit.start_of(earlier, year_starts) == unit.start_of(now, year_starts),
        }
    }
}

/// `contest top_closers { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Contest {
    /// Its name.
    pub name: String,
    /// What it is, for people.
    pub about: Option<String>,
    /// What participants are ranked by, highest first; a number of any unit.
    pub rank_by: Expr,
    /// Ranked apart for each value of this fact.
    pub within: Option<FactId>,
    /// What there is to win.
    pub prizes: Prizes,
    /// The least size of a group, and whether smaller groups are told what it would be.
    pub only_in: Option<(u32, bool)>,
    /// `because "…"`.
    pub because: Option<String>,
    /// Where its name is written.
    pub place: Place,
}

/// `settle { … }`, `settle all { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Settle {
    /// Over all policies' payouts instead of this one's.
    pub all: bool,
    /// `guarantee at least …`.
    pub guarantee: Option<Guarantee>,
    /// `cap total at …`.
    pub cap_total: Option<CapTotal>,
}

/// What a contest gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prizes {
    /// The first place's prize, the second's, …; all of one currency.
    Places(Vec<Money>),
    /// The same prize to each of the first part of a group: so many whole people as fit, at least one.
    Top(Ratio, Money),
    /// Labels by shares of a group, best first: by largest remainder.
    Distribute(Vec<(Ratio, String)>),
}

/// `guarantee at least $2,000 per month for 3 periods as recoverable draw, …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Guarantee {
    /// The least that becomes payable, for each whole unit inside the policy's period; a part of a coin is dropped.
    pub at_least: Expr,
    /// The unit.
    pub per: PeriodUnit,
    /// For so many of the person's periods under the policy; for ever, if absent.
    pub periods: Option<u32>,
    /// Whether what is added is an advance.
    pub draw: Option<Draw>,
    /// `because "…"`.
    pub because: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// An advance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// Whether it is owed back.
    pub recoverable: bool,
    /// The first of the person's periods in which it is taken back, from 1.
    pub recover_from: u32,
    /// Whether taking back may leave less than is guaranteed.
    pub may_take_all: bool,
}

/// `cap total at $250,500 because "…"`.
#[derive(Debug, Clone, PartialEq)]
pub struct CapTotal {
    /// The most that is paid in total; a part of a coin is dropped.
    pub at: Expr,
    /// `because "…"`.
    pub because: Option<String>,
    /// Where it is written.
    pub place: Place,
}
