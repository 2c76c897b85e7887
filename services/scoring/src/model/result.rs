//! Results: business events from outside.

use std::collections::BTreeMap;

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::{Error, Result, Value};

use super::Packed;

/// A checked row of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewResult {
    /// Line in the file.
    pub line: u32,
    /// The schema's record.
    pub record: String,
    /// Unique for the source and record.
    pub external_id: String,
    /// The day that puts it into a period.
    pub dated: Date,
    /// Whose it is before any crediting.
    pub belongs_to: Option<PersonId>,
    /// Its values, as [`pack`] writes them.
    pub content: String,
    /// Why it doesn't count, if it is quarantined.
    pub quarantined: Option<String>,
}

/// The version of a result that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResult {
    /// Where it came from.
    pub source: String,
    /// The schema's record.
    pub record: String,
    /// Unique for the source and record.
    pub external_id: String,
    /// The day that puts it into a period.
    pub dated: Date,
    /// Whose it is before any crediting.
    pub belongs_to: Option<PersonId>,
    /// Its values, packed.
    pub content: String,
    /// Why it doesn't count, if it is quarantined.
    pub quarantined: Option<String>,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportCounts {
    /// Rows that are new.
    pub added: u32,
    /// Rows that made a new version.
    pub changed: u32,
    /// Rows that were on record.
    pub unchanged: u32,
}

impl StoredResult {
    /// For traces and people: `crm D-17`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{} {}", self.source, self.external_id)
    }

    /// Its values by field.
    ///
    /// # Errors
    /// `INTERNAL` when the store gave something that was never written.
    pub fn values(&self) -> Result<BTreeMap<String, Value>> {
        let packed: BTreeMap<String, Packed> = serde_json::from_str(&self.content).map_err(Error::internal)?;
        Ok(packed.into_iter().map(|(name, value)| (name, value.0)).collect())
    }
}

/// Values as canonical text: equal values have equal bytes.
///
/// # Errors
/// Never for values that a wire message can hold.
pub fn pack(values: &BTreeMap<String, Value>) -> Result<String> {
    let packed: BTreeMap<&str, Packed> =
        values.iter().map(|(name, value)| (name.as_str(), Packed(value.clone()))).collect();
    serde_json::to_string(&packed).map_err(Error::internal)
}
