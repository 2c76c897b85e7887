//! What the goals service needs of others: who works here, and what the schema's measures are.

use std::collections::BTreeMap;

use async_trait::async_trait;
use merit_core::{Result, Value};

use crate::model::{Measure, Member};

/// Who works here.
#[async_trait]
pub trait People: Send + Sync {
    /// Everybody on record, in the order of their ids.
    ///
    /// # Errors
    /// When the directory does not answer.
    async fn members(&self) -> Result<Vec<Member>>;
}

/// A schema that was read.
pub trait Schema: Send + Sync {
    /// Its name.
    fn name(&self) -> &str;
    /// Its version.
    fn version(&self) -> u32;
    /// Its measures by name.
    fn measures(&self) -> &BTreeMap<String, Measure>;
    /// Whether a measure takes a value as its target: type, currency and range.
    ///
    /// # Errors
    /// Words for people that say what is wrong.
    fn accepts(&self, measure: &str, target: &Value) -> Result<(), String>;
}

/// Reads schema files.
pub trait Schemas: Send + Sync {
    /// The schema that a file's text says.
    ///
    /// # Errors
    /// `BAD_SCHEMA` with all that is wrong in the text.
    fn read(&self, file_name: &str, text: &str) -> Result<Box<dyn Schema>>;
}
