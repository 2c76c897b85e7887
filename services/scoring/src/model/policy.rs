//! Registered policies.

use jiff::civil::Date;
use merit_core::Period;

/// A policy as it was registered. Its text never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The policy's name.
    pub name: String,
    /// Its version, from 1.
    pub version: u32,
    /// Digest of its text and of the schema's.
    pub sha256: String,
    /// First day in force.
    pub from: Date,
    /// Last day in force; the text's own, or the day before a later version starts.
    pub to: Option<Date>,
    /// What it is about; may be empty.
    pub about: String,
    /// The file that it came from, for messages.
    pub file_name: String,
    /// Its text.
    pub text: String,
    /// The text of the schema that it was checked against.
    pub schema_text: String,
    /// How many tests it has.
    pub tests: u32,
}

impl Policy {
    /// Whether it holds on each of the period's days.
    #[must_use]
    pub fn covers(&self, period: &Period) -> bool {
        self.from <= period.start && self.to.is_none_or(|to| period.last() <= to)
    }
}
