//! The services by name, which of them a process runs, and whom each of them asks.

use std::collections::BTreeSet;

use merit_core::{Error, Result};

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// People and reporting lines.
    Directory,
    /// Cycles, schema and goals.
    Goals,
    /// Results, policies, runs and the ledger.
    Scoring,
    /// Feedback, self-assessments and ratings.
    Feedback,
    /// The outbox.
    Notifications,
    /// The close and its scorecards.
    Reviews,
}

impl Service {
    /// All of them, each after those that it asks.
    pub const ALL: [Self; 6] =
        [Self::Directory, Self::Goals, Self::Feedback, Self::Scoring, Self::Notifications, Self::Reviews];

    /// Its name: of its settings, its schema and its protocol's package.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Goals => "goals",
            Self::Scoring => "scoring",
            Self::Feedback => "feedback",
            Self::Notifications => "notifications",
            Self::Reviews => "reviews",
        }
    }

    /// The setting with its address.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Directory => "services.directory",
            Self::Goals => "services.goals",
            Self::Scoring => "services.scoring",
            Self::Feedback => "services.feedback",
            Self::Notifications => "services.notifications",
            Self::Reviews => "services.reviews",
        }
    }

    /// Whom it asks. Each asks the directory for reporting lines.
    #[must_use]
    pub const fn asks(self) -> &'static [Self] {
        match self {
            Self::Directory => &[],
            Self::Goals | Self::Notifications => &[Self::Directory],
            Self::Feedback => &[Self::Directory, Self::Goals],
            Self::Scoring => &[Self::Directory, Self::Goals, Self::Feedback],
            Self::Reviews => &[Self::Directory, Self::Goals, Self::Feedback, Self::Scoring, Self::Notifications],
        }
    }
}

/// The word for every service.
pub const ALL: &str = "all";

/// The words that name services.
#[must_use]
pub fn words() -> Vec<&'static str> {
    std::iter::once(ALL).chain(Service::ALL.map(Service::word)).collect()
}

/// The services that words name; none is all of them.
///
/// # Errors
/// `UNKNOWN_SERVICE`, listing the words.
pub fn chosen(names: &[String]) -> Result<BTreeSet<Service>> {
    if names.is_empty() || names.iter().any(|name| name == ALL) {
        return Ok(Service::ALL.into());
    }
    let find = |name: &String| {
        Service::ALL.into_iter().find(|service| service.word() == name).ok_or_else(|| {
            let words = format!("`{}` is no service; take of {}", merit_core::text::shown(name), words().join(", "));
            Error::invalid("UNKNOWN_SERVICE", words)
        })
    };
    names.iter().map(find).collect()
}
