//! The directory's record in one SQLite file.

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
    use jiff::Timestamp;
    use merit_core::ids::PersonId;

    use super::*;
    use crate::model::Change;
    use crate::store::{PeopleQuery, Store as _};

    async fn fresh() -> (tempfile::TempDir, SqliteStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("directory.db")).await.unwrap();
        (folder, store)
    }

    crate::store::conformance::holds!(fresh());

    #[tokio::test]
    async fn what_was_recorded_is_there_when_the_file_is_opened_again() {
        let (folder, store) = fresh().await;
        let version = crate::model::Version {
            person: PersonId::new("ana").unwrap(),
            display_name: "Ana".to_owned(),
            email: None,
        };
        let change = Change { versions: vec![version], ..Change::default() };
        let seq = store.record(0, &change, Timestamp::UNIX_EPOCH).await.unwrap();
        drop(store);
        let again = open(&folder.path().join("directory.db")).await.unwrap();
        assert_eq!(again.cutoff().await.unwrap(), seq);
        assert_eq!(again.people(&PeopleQuery::at(seq)).await.unwrap().len(), 1);
    }
}
