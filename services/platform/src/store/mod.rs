//! Where services keep their records: one SQLite file each in a data folder, or one schema each in a PostgreSQL database.
//!
//! Both offer the same words (`Database`, `Db`, `Reader`, `Writer`, `Rows`), so that a service writes each statement once
//! and compiles it for both; what the two do not share (how rows are written in bulk, how a shard is passed over) is said
//! here.

pub mod archive;
pub mod columns;
mod entrance;
pub mod postgres;
#[cfg(any(test, feature = "scratch"))]
pub mod scratch;
pub mod sqlite;

use std::path::{Path, PathBuf};

use merit_core::{Error, Kind};

use self::postgres::Server;

/// Where a process keeps what is on record.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a process has one")]
pub enum Place {
    /// A data folder with one SQLite file for each service.
    Folder(PathBuf),
    /// A PostgreSQL database with one schema for each service.
    Postgres(Server),
}

impl Place {
    /// A data folder.
    #[must_use]
    pub fn folder(path: &Path) -> Self {
        Self::Folder(path.to_owned())
    }
}

/// A storage fault as an error of ours. A store that doesn't answer, or went away in the middle of a call, is `UNAVAILABLE`
/// with the reason `STORE_UNAVAILABLE`: nothing was half done, and the call may be tried again. Other texts are for logs.
#[must_use]
pub fn storage(error: sqlx::Error) -> Error {
    use sqlx::Error as Fault;
    match &error {
        Fault::Io(_) | Fault::Tls(_) | Fault::PoolTimedOut | Fault::PoolClosed | Fault::WorkerCrashed => unavailable(),
        // Class 57 is an operator's intervention, 53 a lack of resources, 08 a broken connection.
        Fault::Database(fault)
            if fault.code().is_some_and(|code| ["57P", "53", "08"].iter().any(|class| code.starts_with(class))) =>
        {
            unavailable()
        }
        // Two transactions that could not both go on; nothing of this one was written.
        Fault::Database(fault) if fault.code().is_some_and(|code| code == "40001" || code == "40P01") => {
            Error::new(Kind::Aborted, "ABORTED", "somebody else changed the same thing meanwhile; try again")
        }
        // What is said of a value at fault may hold the value: PostgreSQL's data exceptions (class 22) and violated
        // constraints (class 23), and whatever can't be decoded.
        Fault::Database(fault) if fault.code().is_some_and(|code| code.starts_with("22") || code.starts_with("23")) => {
            let code = fault.code().unwrap_or_default();
            let (table, constraint) = (fault.table().unwrap_or("?"), fault.constraint().unwrap_or("?"));
            Error::internal(format!("storage: fault {code} in table {table}, constraint {constraint}"))
        }
        Fault::ColumnDecode { index, .. } => Error::internal(format!("storage: column {index} can't be read")),
        Fault::Decode(_) | Fault::Encode(_) => Error::internal("storage: a value can't be read or written"),
        _ => Error::internal(format!("storage: {error}")),
    }
}

/// A fault in ending a transaction. Where the store went away, nobody here knows whether it is on record: `UNAVAILABLE` with the
/// reason `OUTCOME_UNKNOWN`. All others are as with [`storage`].
#[must_use]
pub fn unsure(error: sqlx::Error) -> Error {
    let error = storage(error);
    if error.kind != Kind::Unavailable {
        return error;
    }
    Error::new(
        Kind::Unavailable,
        "OUTCOME_UNKNOWN",
        "the database went away while this was put on record, so it may be done or not; look before you do it again, or send it \
         again with the same request_id",
    )
}

fn unavailable() -> Error {
    Error::new(
        Kind::Unavailable,
        "STORE_UNAVAILABLE",
        "the database doesn't answer; nothing was changed, so try again in a moment",
    )
}

#[cfg(test)]
mod tests {
    use sqlx::Connection as _;

    use super::*;

    /// Two connections to one database; the second ends the first.
    #[tokio::test]
    async fn whether_postgres_did_what_broke_off_in_its_commit_is_not_guessed() {
        let server = scratch::server();
        let (mut first, mut second) =
            (scratch::connection(&server, "faults", None).await, scratch::connection(&server, "faults", None).await);
        let end = async |first: &mut sqlx::PgConnection, second: &mut sqlx::PgConnection| {
            let id: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(first).await.unwrap();
            sqlx::query("SELECT pg_terminate_backend($1, 5000)").bind(id).execute(second).await.unwrap();
        };
        let mut tx = first.begin().await.unwrap();
        end(&mut tx, &mut second).await;
        let error = unsure(tx.commit().await.unwrap_err());
        assert_eq!((error.kind, error.reason.as_str()), (Kind::Unavailable, "OUTCOME_UNKNOWN"));
        let mut third = scratch::connection(&server, "faults", None).await;
        let mut tx = third.begin().await.unwrap();
        end(&mut tx, &mut second).await;
        let error = storage(sqlx::query("SELECT 1").execute(&mut *tx).await.unwrap_err());
        assert_eq!((error.kind, error.reason.as_str()), (Kind::Unavailable, "STORE_UNAVAILABLE"));
        // What the database itself refuses is known not to be done.
        let table = "CREATE TEMPORARY TABLE later (one int UNIQUE DEFERRABLE INITIALLY DEFERRED)";
        sqlx::query(table).execute(&mut second).await.unwrap();
        let mut tx = second.begin().await.unwrap();
        sqlx::query("INSERT INTO later VALUES (1), (1)").execute(&mut *tx).await.unwrap();
        assert_eq!(unsure(tx.commit().await.unwrap_err()).kind, Kind::Internal);
    }

    #[tokio::test]
    async fn postgres_tells_nothing_of_the_value_at_fault() {
        let mut connection = scratch::connection(&scratch::server(), "faults", None).await;
        let table = "CREATE TEMPORARY TABLE pay (person text PRIMARY KEY, amount bigint CHECK (amount < 100))";
        sqlx::query(table).execute(&mut connection).await.unwrap();
        for fault in [
            "INSERT INTO pay VALUES ('Kanari', 1), ('Kanari', 2)",
            "INSERT INTO pay VALUES ('Ana', 817263)",
            "SELECT CAST('Kanari' AS bigint)",
            "SELECT CAST('Kanari' AS date)",
        ] {
            let error = storage(sqlx::query(fault).execute(&mut connection).await.unwrap_err());
            assert!(error.message.contains("fault 2"), "{error}");
            assert!(!error.message.contains("Kanari") && !error.message.contains("817263"), "{error}");
        }
    }
}
