//! SQLite: one file a service, one writer and a pool of readers. Measured: a deferred transaction that reads and then
//! writes fails with BUSY at once, so every write begins immediately.

use std::path::Path;
use std::time::Duration;

use merit_core::{Error, Result};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};

/// Readers of one file at a time.
const READERS: u32 = 4;
/// How long a statement waits for a lock that another process holds.
const BUSY: Duration = Duration::from_secs(10);

/// A service's own database file.
#[derive(Debug, Clone)]
pub struct Database {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Database {
    /// Opens or makes the file, readable by its owner only, and brings it to the newest migration.
    ///
    /// # Errors
    /// `STORAGE` when the file can't be opened or its migrations are not the ones that this program knows.
    pub async fn open(path: &Path, migrator: &'static Migrator) -> Result<Self> {
        make_private(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .statement_cache_capacity(200);
        let writer =
            SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await.map_err(storage)?;
        migrator.run(&writer).await.map_err(|error| {
            Error::precondition("STORAGE", format!("`{}` can't be brought to this version: {error}", path.display()))
        })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.read_only(true))
            .await
            .map_err(storage)?;
        Ok(Self { writer, readers })
    }

    /// Begins a write. There is one writer; the others wait.
    ///
    /// # Errors
    /// `INTERNAL` when the store does not answer.
    pub async fn write(&self) -> Result<Transaction<'static, Sqlite>> {
        self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(storage)
    }

    /// The readers.
    #[must_use]
    pub const fn read(&self) -> &SqlitePool {
        &self.readers
    }
}

/// A storage fault as an error of ours. Its text is for logs.
#[must_use]
pub fn storage(error: sqlx::Error) -> Error {
    Error::internal(format!("storage: {error}"))
}

/// Makes the file with mode 0600 before SQLite would make it with the process's own mask.
fn make_private(path: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let made = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    made.map(drop)
        .map_err(|error| Error::precondition("STORAGE", format!("`{}` can't be written: {error}", path.display())))
}
