//! The organisation's schema: registered by name and version, never changed under the same version.

use merit_core::digest::sha256;
use merit_core::text::shown;
use merit_core::{Error, Result};

use super::{ATTEMPTS, Goals, Schema, busy};
use crate::model::{Change, SchemaRecord};

impl Goals {
    /// Registers a schema and puts it into force. The text that is in force already does nothing. Says whether it did
    /// something.
    ///
    /// # Errors
    /// `BAD_SCHEMA` with all that is wrong in the text; `SCHEMA_VERSION_REUSED` when its version is on record with another
    /// text; `SCHEMA_VERSION_LOWER` when a higher version is on record.
    pub async fn apply_schema(&self, file_name: &str, text: &str) -> Result<(SchemaRecord, bool)> {
        let schema = self.schemas.read(file_name, text)?;
        let record = SchemaRecord {
            name: schema.name().to_owned(),
            version: schema.version(),
            source: text.to_owned(),
            sha256: sha256(text.as_bytes()),
            file_name: shown(file_name),
        };
        for _ in 0..ATTEMPTS {
            let cutoff = self.store.cutoff().await?;
            let known = self.store.schemas().await?;
            if known.last().is_some_and(|last| same(last, &record)) {
                return Ok((record, false));
            }
            if let Some(before) = known.iter().find(|before| before.name == record.name) {
                check_version(before, &record)?;
            }
            if self.recorded(cutoff, Some(Change::Schema(record.clone()))).await? {
                return Ok((record, true));
            }
        }
        Err(busy())
    }

    /// The schema in force.
    ///
    /// # Errors
    /// `NO_SCHEMA`, and those of the store.
    pub async fn schema(&self) -> Result<SchemaRecord> {
        self.store.schemas().await?.pop().ok_or_else(|| {
            Error::not_found(
                "NO_SCHEMA",
                "no schema is registered; apply a schema file first, such as `rules/policies/schema.merit`",
            )
        })
    }

    /// The schema in force as it reads, if there is one.
    pub(super) async fn read_schema(&self) -> Result<Option<Box<dyn Schema>>> {
        match self.store.schemas().await?.pop() {
            Some(record) => self.schemas.read(&record.file_name, &record.source).map(Some),
            None => Ok(None),
        }
    }
}

fn same(left: &SchemaRecord, right: &SchemaRecord) -> bool {
    (&left.name, left.version, &left.sha256) == (&right.name, right.version, &right.sha256)
}

fn check_version(before: &SchemaRecord, record: &SchemaRecord) -> Result<()> {
    let name = shown(&record.name);
    if record.version < before.version {
        let message = format!(
            "version {} of schema `{name}` is lower than version {} on record; raise the version",
            record.version, before.version
        );
        return Err(Error::exists("SCHEMA_VERSION_LOWER", message));
    }
    if record.version == before.version && record.sha256 != before.sha256 {
        let message = format!(
            "version {} of schema `{name}` is on record with another content; raise the version",
            record.version
        );
        return Err(Error::exists("SCHEMA_VERSION_REUSED", message));
    }
    Ok(())
}
