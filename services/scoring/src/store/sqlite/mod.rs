//! The store on SQLite.

mod books;
mod carried;
mod events;
mod ledger;
mod openings;
mod outcomes;
mod policies;
mod results;
mod runs;

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::{Error, Result};
use merit_platform::store::{sqlite::Database, storage};
use sqlx::{Sqlite, Transaction};

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// Rows of one statement.
const ROWS: usize = 500;

/// Scoring's own file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    database: Database,
}

impl SqliteStore {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// `STORAGE` when it can't be opened.
    pub async fn open(path: &Path) -> Result<Self> {
        Ok(Self { database: Database::open(path, &MIGRATOR).await? })
    }
}

/// Takes the next number of a change.
async fn change(tx: &mut Transaction<'static, Sqlite>, kind: &str, at: Timestamp) -> Result<i64> {
    sqlx::query_scalar("INSERT INTO changes (kind, recorded_at) VALUES ($1, $2) RETURNING seq")
        .bind(kind)
        .bind(at.to_string())
        .fetch_one(&mut **tx)
        .await
        .map_err(storage)
}

fn day(text: &str) -> Result<Date> {
    text.parse().map_err(|_| Error::internal(format!("stored day `{text}`")))
}

fn optional_day(text: Option<&str>) -> Result<Option<Date>> {
    text.map(day).transpose()
}

fn small(number: i64) -> Result<u32> {
    u32::try_from(number).map_err(Error::internal)
}

fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
