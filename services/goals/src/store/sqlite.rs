//! The goals service's record in one SQLite file.

use merit_platform::store::sqlite::{self as dialect, in_sqlite};

#[path = "sql/mod.rs"]
mod sql;

pub use sql::SqlStore as SqliteStore;

in_sqlite!(SqliteStore);

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
