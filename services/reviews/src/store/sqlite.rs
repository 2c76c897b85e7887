//! The reviews' record in one SQLite file.

use merit_platform::store::sqlite::{self as dialect, in_sqlite};

#[path = "sql/mod.rs"]
mod sql;

pub use sql::SqlStore as SqliteStore;

in_sqlite!(SqliteStore);

#[cfg(test)]
mod tests {
    use sqlx::Connection as _;

    use super::*;

    async fn fresh() -> (tempfile::TempDir, SqliteStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("reviews.db")).await.unwrap();
        (folder, store)
    }

    crate::store::conformance::holds!(fresh());

    #[tokio::test]
    async fn reads_from_before_they_were_listed_stay_on_record() {
        let mut file = sqlx::SqliteConnection::connect("sqlite::memory:").await.unwrap();
        for statements in [
            include_str!("../../migrations/sqlite/0001_reviews.sql"),
            "INSERT INTO reads (reader, run, person, at) VALUES ('cora', 'a', 'ana', '2026-10-12T08:00:00.25Z');
             INSERT INTO reads (reader, run, person, at) VALUES ('cora', 'a', '', '2026-10-12T08:00:01Z')",
            include_str!("../../migrations/sqlite/0005_access_log.sql"),
        ] {
            sqlx::raw_sql(statements).execute(&mut file).await.unwrap();
        }
        let kept: Vec<(i64, String, i64)> =
            sqlx::query_as("SELECT seq, person, read_at FROM reads ORDER BY seq").fetch_all(&mut file).await.unwrap();
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let [first, second] = [at("2026-10-12T08:00:00.25Z"), at("2026-10-12T08:00:01Z")];
        assert_eq!(kept, [(1, "ana".to_owned(), first), (2, String::new(), second)]);
    }
}
