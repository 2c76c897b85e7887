//! The goals service's record in one SQLite file.

mod read;
mod write;

use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::GoalId;
use merit_core::text::shown;
use merit_core::{Error, Kind, Result};
use merit_platform::store::{sqlite::Database, storage};
use sqlx::migrate::Migrator;

use super::{GoalQuery, Store};
use crate::model::{Change, Cycle, Goal, SchemaRecord};

static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// One file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    database: Database,
}

impl SqliteStore {
    /// Opens the file, which is made and migrated if it has to be.
    ///
    /// # Errors
    /// When the file can't be opened or holds something else.
    pub async fn open(path: &Path) -> Result<Self> {
        Ok(Self { database: Database::open(path, &MIGRATOR).await? })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn cutoff(&self) -> Result<i64> {
        let last = sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM changes");
        last.fetch_one(self.database.pool()).await.map_err(storage)
    }

    async fn schemas(&self) -> Result<Vec<SchemaRecord>> {
        read::schemas(self.database.pool()).await
    }

    async fn cycles(&self, cutoff: i64) -> Result<Vec<Cycle>> {
        read::cycles(self.database.pool(), cutoff).await
    }

    async fn goals(&self, query: &GoalQuery) -> Result<Vec<Goal>> {
        read::goals(self.database.pool(), query).await
    }

    async fn identities(&self, source: &str, external_ids: &[String]) -> Result<BTreeMap<String, GoalId>> {
        read::identities(self.database.pool(), source, external_ids).await
    }

    async fn record(&self, expected: i64, change: &Change, now: Timestamp) -> Result<i64> {
        let mut transaction = self.database.write().await?;
        let last: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM changes")
            .fetch_one(&mut *transaction)
            .await
            .map_err(storage)?;
        if last != expected {
            return Err(Error::new(Kind::Aborted, "ABORTED", "the goals on record changed meanwhile; try again"));
        }
        let seq = write::change(&mut transaction, change, now).await?;
        transaction.commit().await.map_err(storage)?;
        Ok(seq)
    }
}

/// What was written by this program can be read by it, so anything else is a damaged file.
fn corrupt(what: &str, text: &str) -> Error {
    Error::internal(format!("the goals' file is damaged: {what} is `{}`", shown(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn fresh() -> (tempfile::TempDir, SqliteStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("goals.db")).await.unwrap();
        (folder, store)
    }

    crate::store::conformance::holds!(fresh());
}
