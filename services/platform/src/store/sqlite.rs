//! SQLite: one file a service, one writer and a pool of readers. Measured: a deferred transaction that reads and then
//! writes fails with BUSY at once, so every write begins immediately.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::time::Duration;

use merit_core::{Error, Result, Scope};
use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{QueryBuilder, SqliteConnection, SqlitePool, Transaction};

use super::columns::{IF_NEW, Rows, Values};
use super::entrance::not_migrated;
use super::storage;

pub use sqlx::Sqlite as Db;
pub use sqlx::SqliteConnection as Connection;
pub use sqlx::sqlite::SqliteRow as Row;

#[path = "requests.rs"]
pub mod requests;

/// Readers of one file at a time.
const READERS: u32 = 4;
/// How long a statement waits for a lock that another process holds.
const BUSY: Duration = Duration::from_secs(10);
/// Rows in one statement: the cost of a statement is spread over them, and no limit on its parameters is near.
const ROWS: usize = 500;
/// How a claim passes over rows that another transaction holds: there is one writer, so none are held.
pub const PASS_OVER_HELD: &str = "";
/// How a reader begins whose statements all have to see the same moment.
pub const ONE_MOMENT: &str = "BEGIN";

/// A transaction that writes.
pub type Writer = Transaction<'static, Db>;

/// Makes `open` of a service's own file, over its `SqlStore`, by the migrations in `migrations/sqlite`.
#[macro_export]
macro_rules! in_sqlite {
    ($store:ident) => {
        static MIGRATOR: ::sqlx::migrate::Migrator = ::sqlx::migrate!("migrations/sqlite");

        /// Opens the file, which is made and migrated if it has to be. Needs a runtime.
        ///
        /// # Errors
        /// Those of [`merit_platform::store::sqlite::Database::open`].
        pub async fn open(path: &::std::path::Path) -> ::merit_core::Result<$store> {
            Ok($store::new($crate::store::sqlite::Database::open(path, &MIGRATOR).await?))
        }
    };
}
pub use in_sqlite;

/// A service's own database file.
#[derive(Debug, Clone)]
pub struct Database {
    writer: SqlitePool,
    readers: SqlitePool,
}

/// A connection that only reads.
#[derive(Debug)]
pub struct Reader(PoolConnection<Db>);

impl Deref for Reader {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.0
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.0
    }
}

impl Database {
    /// Opens or makes the file, readable by its owner only, and brings it to the newest migration.
    ///
    /// # Errors
    /// `STORAGE` when the file can't be opened, `STORE_VERSION` when its migrations are not the ones that this program knows.
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
        migrator.run(&writer).await.map_err(|error| not_migrated(&format!("`{}`", path.display()), migrator, error))?;
        // A file doesn't go away, and to ask a connection whether it lives costs as much as a statement.
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .connect_with(options.read_only(true))
            .await
            .map_err(storage)?;
        Ok(Self { writer, readers })
    }

    /// Begins a write. There is one writer; the others wait.
    ///
    /// # Errors
    /// Those of [`storage`].
    pub async fn write(&self) -> Result<Writer> {
        self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(storage)
    }

    /// Begins a write that others may run beside on a store that can; here as [`Database::write`].
    ///
    /// # Errors
    /// Those of [`storage`].
    pub async fn write_beside(&self) -> Result<Writer> {
        self.write().await
    }

    /// A reader. The scope holds by the filters of the statements; this kind of database has no wall of its own.
    ///
    /// # Errors
    /// Those of [`storage`].
    pub async fn read(&self, _scope: &Scope) -> Result<Reader> {
        self.readers.acquire().await.map(Reader).map_err(storage)
    }
}

/// Writes many rows.
///
/// # Errors
/// Those of [`storage`]; then none are written.
pub async fn insert(connection: &mut SqliteConnection, rows: &Rows) -> Result<()> {
    let head = rows.head();
    for first in (0..rows.count).step_by(ROWS) {
        let some = first..(first + ROWS).min(rows.count);
        let mut query = QueryBuilder::<Db>::new(&head);
        query.push_values(some, |mut tuple, row| {
            for (_, values) in &rows.columns {
                match values {
                    Values::Text(values) => tuple.push_bind(values.get(row).map(String::as_str)),
                    Values::OptionalText(values) => tuple.push_bind(values.get(row).and_then(Option::as_deref)),
                    Values::Number(values) => tuple.push_bind(values.get(row).copied()),
                    Values::OptionalNumber(values) => tuple.push_bind(values.get(row).copied().flatten()),
                    Values::Bytes(values) => tuple.push_bind(values.get(row).map(Vec::as_slice)),
                    Values::SameText(value) => tuple.push_bind(value.as_str()),
                    Values::SameNumber(value) => tuple.push_bind(*value),
                };
            }
        });
        if rows.if_new {
            query.push(IF_NEW);
        }
        query.build().execute(&mut *connection).await.map_err(storage)?;
    }
    Ok(())
}

/// Makes the file with mode 0600 before SQLite would make it with the process's own mask.
fn make_private(path: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let made = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    made.map(drop)
        .map_err(|error| Error::precondition("STORAGE", format!("`{}` can't be written: {error}", path.display())))
}
