//! The goals service's record in one SQLite file.

use std::path::Path;

use merit_core::Result;
use merit_platform::store::sqlite as dialect;
use sqlx::migrate::Migrator;

#[path = "sql/mod.rs"]
mod sql;

pub use sql::SqlStore as SqliteStore;

static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// Opens the file, which is made and migrated if it has to be.
///
/// # Errors
/// When the file can't be opened or holds something else.
pub async fn open(path: &Path) -> Result<SqliteStore> {
    Ok(SqliteStore::new(dialect::Database::open(path, &MIGRATOR).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn fresh() -> (tempfile::TempDir, SqliteStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("goals.db")).await.unwrap();
        (folder, store)
    }

    crate::store::conformance::holds!(fresh());
}
