//! What a file can hold.

use std::fmt;
use std::str::FromStr;

use merit_core::text::shown;
use merit_core::{Error, Result};
use serde::Deserialize;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportKind {
    /// People with dated roles, teams and reporting lines.
    People,
    /// Goals and quotas.
    Goals,
    /// Deals, ideas and the schema's other records.
    Results,
    /// Values of measures that no record gives.
    Ratings,
    /// Events that held back amounts wait for.
    Events,
    /// What policies left to people before Merit closed their cycles.
    Balances,
    /// Notes of feedback.
    Feedback,
    /// People's own view of their goals.
    SelfAssessments,
}

impl ImportKind {
    /// All of them, in the order in which a new organisation takes them in.
    pub const ALL: [Self; 8] = [
        Self::People,
        Self::Goals,
        Self::Results,
        Self::Ratings,
        Self::Events,
        Self::Balances,
        Self::Feedback,
        Self::SelfAssessments,
    ];

    /// The word on the command line: `self-assessments`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Goals => "goals",
            Self::Results => "results",
            Self::Ratings => "ratings",
            Self::Events => "events",
            Self::Balances => "balances",
            Self::Feedback => "feedback",
            Self::SelfAssessments => "self-assessments",
        }
    }

    /// Whether its values have types that only a schema knows.
    #[must_use]
    pub const fn needs_schema(self) -> bool {
        matches!(self, Self::People | Self::Goals | Self::Results | Self::Ratings)
    }
}

impl fmt::Display for ImportKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for ImportKind {
    type Err = Error;

    /// # Errors
    /// `UNKNOWN_IMPORT` when it is none of the words.
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == text).ok_or_else(|| {
            let words = Self::ALL.map(Self::word).join(", ");
            Error::invalid("UNKNOWN_IMPORT", format!("`{}` can't be imported; name one of {words}", shown(text)))
        })
    }
}
