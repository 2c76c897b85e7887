//! Opening balances: what policies left to people before their cycles were closed here.

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::{Error, Period, Result};

use super::Packed;

/// What an opening balance is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The value of a definition, an outcome or an input, as it is on record for the stretch.
    Figure(String),
    /// What is left of draws.
    Owed,
    /// An amount of a payout that waits for an event.
    Held {
        /// Of which payout.
        payout: String,
        /// The event.
        until: String,
    },
    /// Recognition that was given, by its title.
    Recognition(String),
}

impl What {
    /// Its kind's word, its name and its event, as they are kept.
    #[must_use]
    pub fn parts(&self) -> (&'static str, &str, &str) {
        match self {
            Self::Figure(name) => ("figure", name, ""),
            Self::Owed => ("owed", "", ""),
            Self::Held { payout, until } => ("held", payout, until),
            Self::Recognition(title) => ("recognition", title, ""),
        }
    }

    /// From what is kept.
    ///
    /// # Errors
    /// `INTERNAL` when the store gave something that was never written.
    pub fn from_parts(kind: &str, name: String, until: String) -> Result<Self> {
        Ok(match kind {
            "figure" => Self::Figure(name),
            "owed" => Self::Owed,
            "held" => Self::Held { payout: name, until },
            "recognition" => Self::Recognition(name),
            _ => return Err(Error::internal(format!("stored opening balance of kind `{kind}`"))),
        })
    }

    /// For people.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Figure(name) => format!("`{name}`"),
            Self::Owed => "`owed`".to_owned(),
            Self::Held { payout, until } => format!("`held` of `{payout}` until `{until}`"),
            Self::Recognition(title) => format!("`{title}`"),
        }
    }
}

/// Which opening balance: one value for each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpeningKey {
    /// Whose.
    pub participant: PersonId,
    /// Under which policy, whatever its version.
    pub policy: String,
    /// About what.
    pub what: What,
    /// First day of the stretch.
    pub first: Date,
    /// Its last day.
    pub last: Date,
}

/// An opening balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Which.
    pub key: OpeningKey,
    /// None: it is taken off the record.
    pub value: Option<Packed>,
}

impl OpeningKey {
    /// Whether the two stretches have a day in common.
    #[must_use]
    pub fn touches(&self, first: Date, last: Date) -> bool {
        self.first <= last && first <= self.last
    }

    /// The stretch.
    ///
    /// # Errors
    /// Never for what was taken.
    pub fn period(&self) -> Result<Period> {
        Period::through(self.first, self.last)
    }
}

/// A cycle whose run is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Its id.
    pub cycle: String,
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
    /// Names of the policies that the run had.
    pub policies: Vec<String>,
    /// The last change to scoring's own records that it knew.
    pub cutoff: i64,
}

impl Closed {
    /// Whether the run read what was recorded under that number about a stretch that ended by that day.
    #[must_use]
    pub fn knew(&self, seq: i64, last: Date) -> bool {
        last < self.first && seq <= self.cutoff
    }
}
