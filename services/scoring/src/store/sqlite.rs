//! Scoring's record in one SQLite file.

use merit_platform::store::sqlite::{self as dialect, in_sqlite};

#[path = "sql/mod.rs"]
mod sql;

pub use sql::SqlStore as SqliteStore;

in_sqlite!(SqliteStore);

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use sqlx::AssertSqlSafe;
    use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
    use tempfile::TempDir;

    use super::*;
    use crate::store::conformance::Behind;

    struct File {
        pool: SqlitePool,
        _folder: TempDir,
    }

    #[async_trait]
    impl Behind for File {
        async fn run(&self, statement: &'static str) -> Result<(), String> {
            sqlx::query(statement).execute(&self.pool).await.map(drop).map_err(|error| error.to_string())
        }

        async fn rows(&self, statement: &'static str) -> Vec<(String, i64)> {
            sqlx::query_as(AssertSqlSafe(statement)).fetch_all(&self.pool).await.unwrap()
        }
    }

    async fn fresh() -> (File, SqliteStore) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scoring.db");
        let store = open(&path).await.unwrap();
        let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(path)).await.unwrap();
        (File { pool, _folder: folder }, store)
    }

    crate::store::conformance::holds!(fresh());
}
