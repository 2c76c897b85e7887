//! Registered policies.

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::once::{Once, Outcome as Came};
use merit_core::{Error, Kind, Result};
use merit_platform::store::{storage, unsure};
use sqlx::error::DatabaseError;

use super::{SqlStore, change, day, once, optional_day, small};
use crate::model::Policy;
use crate::store::Policies;

/// SQLite's extended code of what a trigger refused.
const TRIGGER: &str = "1811";

#[derive(sqlx::FromRow)]
struct PolicyRow {
    name: String,
    version: i64,
    sha256: String,
    effective_from: String,
    effective_to: Option<String>,
    about: String,
    file_name: String,
    text: String,
    schema_text: String,
    tests: i64,
}

#[async_trait]
impl Policies for SqlStore {
    async fn policies(&self) -> Result<Vec<Policy>> {
        let rows: Vec<PolicyRow> = sqlx::query_as(
            "SELECT name, version, sha256, effective_from, effective_to, about, file_name, text, schema_text, tests
             FROM policies ORDER BY name, version",
        )
        .fetch_all(&mut *self.everybody().await?)
        .await
        .map_err(storage)?;
        rows.into_iter().map(read).collect()
    }

    async fn add_policies(
        &self,
        policies: Vec<Policy>,
        at: Timestamp,
        once: Option<&Once<'_, ()>>,
    ) -> Result<Came<()>> {
        let mut write = self.0.write().await?;
        if let Some(before) = once::before(&mut write, once).await? {
            return Ok(Came::Before(before));
        }
        let seq = if policies.is_empty() { 0 } else { change(&mut write, "policies", at).await? };
        for policy in policies {
            sqlx::query(
                "INSERT INTO policies
                   (name, version, sha256, effective_from, effective_to, about, file_name, text, schema_text, tests, seq)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            )
            .bind(&policy.name)
            .bind(i64::from(policy.version))
            .bind(&policy.sha256)
            .bind(policy.from.to_string())
            .bind(policy.to.map(|to| to.to_string()))
            .bind(&policy.about)
            .bind(&policy.file_name)
            .bind(&policy.text)
            .bind(&policy.schema_text)
            .bind(i64::from(policy.tests))
            .bind(seq)
            .execute(&mut *write)
            .await
            .map_err(|error| taken(error, &policy))?;
        }
        once::keep(&mut write, once, &(), at).await?;
        write.commit().await.map_err(unsure)?;
        Ok(Came::Done(()))
    }
}

/// Somebody else registered it since it was looked up.
fn taken(error: sqlx::Error, policy: &Policy) -> Error {
    // The trigger that keeps a registered policy from being replaced comes before the key's own check.
    let kept = |error: &dyn DatabaseError| error.is_unique_violation() || error.code().as_deref() == Some(TRIGGER);
    if error.as_database_error().is_some_and(kept) {
        let message =
            format!("`{}` version {} is being registered by somebody else; try again", policy.name, policy.version);
        Error::new(Kind::Aborted, "CONCURRENT_CHANGE", message)
    } else {
        storage(error)
    }
}

fn read(row: PolicyRow) -> Result<Policy> {
    Ok(Policy {
        version: small(row.version)?,
        from: day(&row.effective_from)?,
        to: optional_day(row.effective_to.as_deref())?,
        tests: small(row.tests)?,
        name: row.name,
        sha256: row.sha256,
        about: row.about,
        file_name: row.file_name,
        text: row.text,
        schema_text: row.schema_text,
    })
}
