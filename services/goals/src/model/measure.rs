//! What goals need to know of a schema's measures.

/// One of the four sides on which performance is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Perspective {
    /// Money.
    Financial,
    /// How the work is done.
    Operational,
    /// What is new.
    Innovation,
    /// How people grow.
    Development,
}

impl Perspective {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Financial, Self::Operational, Self::Innovation, Self::Development];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Financial => "financial",
            Self::Operational => "operational",
            Self::Innovation => "innovation",
            Self::Development => "development",
        }
    }

    /// The one with that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|perspective| perspective.word() == word)
    }
}

/// A measure of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Its name.
    pub name: String,
    /// Its perspective.
    pub perspective: Perspective,
}
