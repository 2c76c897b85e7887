//! The directory's record in one SQLite file.

use merit_platform::store::sqlite::{self as dialect, in_sqlite};

#[path = "sql/mod.rs"]
mod sql;

pub use sql::SqlStore as SqliteStore;

in_sqlite!(SqliteStore);

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
