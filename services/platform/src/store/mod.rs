//! Where services keep their records: one SQLite file each in a data folder, or one schema each in a PostgreSQL database.
//!
//! Both offer the same words (`Database`, `Db`, `Reader`, `Writer`, `Rows`), so that a service writes each statement once
//! and compiles it for both; what the two do not share (how rows are written in bulk, how a shard is passed over) is said
//! here.

pub mod archive;
pub mod columns;
pub mod postgres;
pub mod requests;
#[cfg(feature = "scratch")]
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
        _ => Error::internal(format!("storage: {error}")),
    }
}

fn unavailable() -> Error {
    Error::new(
        Kind::Unavailable,
        "STORE_UNAVAILABLE",
        "the database doesn't answer; nothing was changed, so try again in a moment",
    )
}
