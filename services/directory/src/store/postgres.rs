//! The directory's record in one PostgreSQL schema.

use merit_platform::store::postgres::{self as dialect, in_postgres};

#[expect(clippy::duplicate_mod, reason = "the same statements, compiled for the other kind of database")]
#[path = "sql/mod.rs"]
mod sql;

pub use sql::SqlStore as PostgresStore;

in_postgres!(PostgresStore, crate::NAME);

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;
    use merit_core::Kind;
    use merit_core::ids::PersonId;
    use merit_platform::store::postgres::Server;
    use merit_platform::store::{Place, archive, scratch};
    use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

    use super::*;
    use crate::model::{Change, Version};
    use crate::store::{PeopleQuery, Store as _};

    /// The tables behind the wall, and a row for each.
    const WALLED: &[(&str, &str)] =
        &[("facts", "'ana', 'role', '2026-07-01', 1"), ("identities", "'hr', '1', 'ana', 1")];

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
        let silent = &mut scratch::connection(&server, crate::NAME, None).await;
        let ana = &mut scratch::connection(&server, crate::NAME, Some("ana")).await;
        for (table, row) in WALLED {
            let all = AssertSqlSafe(format!("SELECT 1 FROM {table}"));
            assert!(sqlx::query(all).fetch_all(&mut *silent).await.unwrap().is_empty(), "{table}");
            let refused = sqlx::query(AssertSqlSafe(format!("INSERT INTO {table} VALUES ({row})"))).execute(&mut *ana);
            let refused = refused.await.unwrap_err().to_string();
            assert!(refused.contains("row-level security"), "{table}: {refused}");
        }
    }

    #[tokio::test]
    async fn a_schema_at_another_version_is_refused() {
        let server = scratch::server();
        assert_eq!(open(&server).await.unwrap_err().reason, "STORE_VERSION");
        migrate(&server).await.unwrap();
        migrate(&server).await.unwrap();
        open(&server).await.unwrap();
    }

    #[tokio::test]
    async fn a_backup_moves_the_record_from_one_kind_of_store_to_the_other_and_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = crate::store::sqlite::open(&folder.path().join("directory.db")).await.unwrap();
        let version = |name: &str, email: Option<&str>| Version {
            person: PersonId::new(name).unwrap(),
            display_name: format!("\"{name}\"\n\u{1F600}"),
            email: email.map(str::to_owned),
        };
        let change =
            Change { versions: vec![version("ana", Some("a@example.com")), version("bob", None)], ..Change::default() };
        let seq = file.record(0, &change, Timestamp::UNIX_EPOCH).await.unwrap();
        let mut backup = Vec::new();
        let rows = archive::back_up(&Place::folder(folder.path()), &[crate::NAME], &mut backup).await.unwrap();
        assert_eq!(rows, 4, "one change, one import, two people");

        let server = scratch::server();
        let place = Place::Postgres(server.clone());
        let early = archive::restore(&place, &[crate::NAME], backup.as_slice()).await.unwrap_err();
        assert_eq!(early.reason, "STORE_VERSION");
        migrate(&server).await.unwrap();
        // Cut off: nothing of it stays, so that the whole one can follow.
        let cut = &backup[..backup.len() / 2];
        assert_eq!(archive::restore(&place, &[crate::NAME], cut).await.unwrap_err().reason, "BACKUP");
        assert_eq!(archive::restore(&place, &[crate::NAME], backup.as_slice()).await.unwrap(), rows);
        let store = open(&server).await.unwrap();
        let query = PeopleQuery::at(seq);
        assert_eq!(store.people(&query).await.unwrap(), file.people(&query).await.unwrap());
        let mut again = Vec::new();
        archive::back_up(&place, &[crate::NAME], &mut again).await.unwrap();
        assert_eq!(String::from_utf8(again).unwrap(), String::from_utf8(backup.clone()).unwrap());
        // The next change takes the next number.
        let next = Change { versions: vec![version("cyd", None)], ..Change::default() };
        assert_eq!(store.record(seq, &next, Timestamp::UNIX_EPOCH).await.unwrap(), seq + 1);
        let twice = archive::restore(&place, &[crate::NAME], backup.as_slice()).await.unwrap_err();
        assert_eq!(twice.reason, "NOT_EMPTY");
    }

    /// Ends the one server process that waits for a lock which another holds.
    async fn end_who_waits_for(holder: i32, watcher: &mut PgConnection) {
        for _ in 0..3000 {
            let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))";
            if sqlx::query(ended).bind(holder).fetch_optional(&mut *watcher).await.unwrap().is_some() {
                return;
            }
            sqlx::query("SELECT pg_sleep(0.01)").execute(&mut *watcher).await.unwrap();
        }
        panic!("nobody waits");
    }

    #[tokio::test]
    async fn a_server_that_goes_away_in_the_middle_of_a_write_leaves_nothing_half_done() {
        let server = scratch::server();
        migrate(&server).await.unwrap();
        let store = Arc::new(open(&server).await.unwrap());
        let watcher = &mut scratch::connection(&server, crate::NAME, Some("*")).await;
        let holder = &mut scratch::connection(&server, crate::NAME, Some("*")).await;
        let holding: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *holder).await.unwrap();
        // The write has numbered its change and written identities when it comes to this table.
        let mut hold = holder.begin().await.unwrap();
        sqlx::query("LOCK TABLE person_versions IN ACCESS EXCLUSIVE MODE").execute(&mut *hold).await.unwrap();
        let writing = tokio::spawn({
            let store = Arc::clone(&store);
            async move { store.record(0, &crate::store::conformance::one_person(), Timestamp::UNIX_EPOCH).await }
        });
        end_who_waits_for(holding, watcher).await;
        let lost = writing.await.unwrap().unwrap_err();
        assert_eq!((lost.kind, lost.reason.as_str()), (Kind::Unavailable, "STORE_UNAVAILABLE"));
        hold.rollback().await.unwrap();
        assert_eq!(store.cutoff().await.unwrap(), 0);
        let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM identities").fetch_one(watcher).await.unwrap();
        assert_eq!(left, 0);
        let seq = store.record(0, &crate::store::conformance::one_person(), Timestamp::UNIX_EPOCH).await.unwrap();
        assert_eq!(store.cutoff().await.unwrap(), seq);
    }

    #[tokio::test]
    async fn a_server_that_does_not_answer_is_told_as_such() {
        // Nobody listens on the first port.
        let nobody = Server::new("postgres://merit@127.0.0.1:1/merit", None, 1).unwrap();
        let error = open(&nobody).await.unwrap_err();
        assert_eq!((error.kind, error.reason.as_str()), (Kind::Unavailable, "STORE_UNAVAILABLE"));
    }
}
