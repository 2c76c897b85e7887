//! What a person is told when a store can't be opened: where it is, what it said, and what to do. Once it is open, faults
//! are told as [`super::storage`] tells them.

use merit_core::{Error, Kind};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;

use super::storage;

/// A database server that lets nobody in.
pub(super) fn closed(options: &PgConnectOptions, error: sqlx::Error) -> Error {
    let at = format!("PostgreSQL at {}:{}", options.get_host(), options.get_port());
    let name = options.get_database().unwrap_or_else(|| options.get_username()).to_owned();
    let user = options.get_username();
    let code = error.as_database_error().and_then(|fault| fault.code().map(|code| code.into_owned()));
    match code.as_deref() {
        Some("28P01" | "28000") => {
            let words = format!(
                "{at} doesn't let the user `{user}` in; see the user in storage.url, the password in storage.password_file \
                 and the server's pg_hba.conf"
            );
            Error::precondition("STORE_REFUSED", words)
        }
        Some("3D000") => {
            let words = format!("{at} has no database `{name}`; make it, or name another in storage.url");
            Error::precondition("STORE_REFUSED", words)
        }
        Some("42501") => {
            let words = format!(
                "{at} doesn't let the user `{user}` do this in the database `{name}`: to make schemas there it needs \
                 GRANT CREATE ON DATABASE"
            );
            Error::precondition("STORE_REFUSED", words)
        }
        _ => match error {
            sqlx::Error::Io(fault) => silent(&at, &fault),
            sqlx::Error::Tls(fault) => silent(&at, fault.as_ref()),
            error => storage(error),
        },
    }
}

/// A database server that doesn't answer.
pub(super) fn silent(at: &str, why: &(dyn std::error::Error + 'static)) -> Error {
    let words =
        format!("{at} doesn't answer: {why}; see storage.url, and whether the server runs and is reached from here");
    Error::new(Kind::Unavailable, "STORE_UNAVAILABLE", words)
}

/// A record that can't be brought to this program's version. `what` is the record, in words.
pub(super) fn not_migrated(what: &str, migrator: &Migrator, error: MigrateError) -> Error {
    let known = newest(migrator);
    match error {
        MigrateError::VersionMissing(version) if version > known => newer(what, version, known),
        MigrateError::VersionMissing(version) | MigrateError::VersionMismatch(version) => {
            let words = format!(
                "{what} was made by another program than this one: its migration {version} is not ours; use the version of \
                 Merit that made it, or restore a backup into an empty place"
            );
            Error::precondition("STORE_VERSION", words)
        }
        MigrateError::Dirty(version) => {
            let words =
                format!("{what} was left half way through migration {version}; restore a backup into an empty place");
            Error::precondition("STORE_VERSION", words)
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            let fault = storage(error);
            Error { message: format!("{what} can't be brought to this version: {}", fault.message), ..fault }
        }
        error => Error::precondition("STORAGE", format!("{what} can't be brought to this version: {error}")),
    }
}

/// A user whom row-level security doesn't hold: what one caller may not see would be kept from them by one wall only.
pub(super) fn unheld(options: &PgConnectOptions) -> Error {
    let (at, user) = (format!("PostgreSQL at {}:{}", options.get_host(), options.get_port()), options.get_username());
    let words = format!(
        "the user `{user}` of {at} is a superuser or has BYPASSRLS, so row-level security doesn't hold it; make one that it \
         holds and that owns the database (CREATE ROLE merit LOGIN PASSWORD '…'; CREATE DATABASE merit OWNER merit), and put \
         it into storage.url"
    );
    Error::precondition("STORE_REFUSED", words)
}

/// A record that a later version of this program has worked on.
pub(super) fn newer(what: &str, version: i64, known: i64) -> Error {
    let words = format!(
        "{what} is at migration {version}, and this version of Merit knows up to {known}: a later version has worked on it; \
         use that one"
    );
    Error::precondition("STORE_VERSION", words)
}

/// The number of the last migration that a program knows.
pub(super) fn newest(migrator: &Migrator) -> i64 {
    migrator.iter().map(|migration| migration.version).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use sqlx::migrate::Migration;
    use sqlx::{AssertSqlSafe, SqlSafeStr as _};

    use super::*;
    use crate::store::postgres::{Database, Server, migrate};
    use crate::store::{scratch, sqlite};

    fn migrator(versions: &[i64]) -> &'static Migrator {
        let migrations = versions.iter().map(|version| {
            let statement = AssertSqlSafe(format!("CREATE TABLE made_{version} (id bigint)"));
            let kind = sqlx::migrate::MigrationType::Simple;
            Migration::new(*version, Cow::Borrowed("made"), kind, statement.into_sql_str(), false)
        });
        let migrations: Vec<Migration> = migrations.collect();
        Box::leak(Box::new(Migrator::with_migrations(migrations)))
    }

    #[tokio::test]
    async fn an_older_record_is_brought_up_and_a_newer_one_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("goals.db");
        sqlite::Database::open(&path, migrator(&[1])).await.unwrap();
        sqlite::Database::open(&path, migrator(&[1, 2, 3])).await.unwrap();
        let newer = sqlite::Database::open(&path, migrator(&[1, 2])).await.unwrap_err();
        assert_eq!(newer.reason, "STORE_VERSION");
        assert!(newer.message.contains("at migration 3, and this version of Merit knows up to 2"), "{newer}");
        assert!(newer.message.contains("goals.db"), "{newer}");
        let other = sqlite::Database::open(&path, migrator(&[1, 3, 4])).await.unwrap_err();
        assert!(other.message.contains("its migration 2 is not ours"), "{other}");
    }

    #[tokio::test]
    async fn the_same_is_said_of_a_schema_in_postgres() {
        let server = scratch::server();
        migrate(&server, "goals", migrator(&[1])).await.unwrap();
        let older = Database::open(&server, "goals", migrator(&[1, 2])).await.unwrap_err();
        assert!(older.message.contains("bring it up with `merit migrate`"), "{older}");
        migrate(&server, "goals", migrator(&[1, 2, 3])).await.unwrap();
        for newer in [
            migrate(&server, "goals", migrator(&[1, 2])).await.unwrap_err(),
            Database::open(&server, "goals", migrator(&[1, 2])).await.unwrap_err(),
        ] {
            assert_eq!(newer.reason, "STORE_VERSION");
            assert!(newer.message.contains("at migration 3, and this version of Merit knows up to 2"), "{newer}");
        }
    }

    #[tokio::test]
    async fn a_postgres_that_lets_nobody_in_says_what_to_look_at() {
        let address = std::env::var("MERIT_TEST_POSTGRES").unwrap();
        let (scheme, rest) = address.split_once("://").unwrap();
        let (who, place) = rest.split_once('@').unwrap();
        let host = place.split('/').next().unwrap();
        let user = who.split(':').next().unwrap();
        for (url, reason, said) in [
            (format!("{scheme}://{user}:wrong@{place}"), "STORE_REFUSED", "storage.password_file"),
            (format!("{scheme}://{who}@{host}/nowhere"), "STORE_REFUSED", "no database `nowhere`"),
            ("postgres://merit@127.0.0.1:1/merit".to_owned(), "STORE_UNAVAILABLE", "127.0.0.1:1 doesn't answer"),
        ] {
            let server = Server::new(&url, None, 2).unwrap();
            for error in [
                migrate(&server, "goals", migrator(&[1])).await.unwrap_err(),
                Database::open(&server, "goals", migrator(&[1])).await.unwrap_err(),
            ] {
                assert_eq!(error.reason, reason, "{error}");
                assert!(error.message.contains(said) && !error.message.contains("wrong"), "{error}");
            }
        }
    }

    /// The server that the tests start has a superuser of the same password. One of somebody's own doesn't let it in.
    #[tokio::test]
    async fn a_user_of_postgres_whom_the_wall_does_not_hold_is_refused() {
        let address = std::env::var("MERIT_TEST_POSTGRES").unwrap();
        let (user, rest) = address.split_once("://").unwrap().1.split_once(':').unwrap();
        let server = Server::new(&format!("postgres://postgres:{rest}"), None, 2).unwrap();
        for error in [
            migrate(&server, "goals", migrator(&[1])).await.unwrap_err(),
            Database::open(&server, "goals", migrator(&[1])).await.unwrap_err(),
        ] {
            assert_eq!(error.reason, "STORE_REFUSED", "{error}");
            let said = ["superuser or has BYPASSRLS", "doesn't let the user `postgres` in"];
            assert!(said.iter().any(|said| error.message.contains(said)), "{error}");
            assert!(user != "merit" || error.message.contains(said[0]), "{error}");
        }
    }
}
