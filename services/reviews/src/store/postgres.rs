//! The reviews' record in one PostgreSQL schema.

use merit_platform::store::postgres::{self as dialect, in_postgres};

#[expect(clippy::duplicate_mod, reason = "the same statements, compiled for the other kind of database")]
#[path = "sql/mod.rs"]
mod sql;

pub use sql::SqlStore as PostgresStore;

in_postgres!(PostgresStore, crate::NAME);

#[cfg(test)]
mod tests {
    use merit_platform::store::scratch;

    use super::*;

    /// The tables behind the wall, and a row for each.
    const WALLED: &[(&str, &str)] = &[
        ("scorecards", "'a', 'ana', 'person', ''"),
        ("events", "DEFAULT, 'key', 'a', 'ana', 'person'"),
        ("reads", "DEFAULT, 'ana', 'a', 'bo', '', '', 0"),
    ];

    async fn fresh() -> ((), PostgresStore) {
        let server = scratch::server();
        migrate(&server).await.unwrap();
        ((), open(&server).await.unwrap())
    }

    crate::store::conformance::holds!(fresh());

    #[tokio::test]
    async fn the_database_shows_only_what_is_in_a_scope() {
        let server = scratch::server();
        migrate(&server).await.unwrap();
        crate::store::conformance::the_wall_holds(&open(&server).await.unwrap()).await;
        scratch::hold_the_wall(&server, crate::NAME, WALLED).await;
    }

    #[tokio::test]
    async fn a_backup_of_one_kind_of_store_fills_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let file = crate::store::sqlite::open(&folder.path().join("reviews.db")).await.unwrap();
        crate::store::conformance::everything_written_is_read_back(&file).await;
        let server = scratch::server();
        migrate(&server).await.unwrap();
        scratch::hold_the_backup(folder.path(), server, crate::NAME).await;
    }
}
