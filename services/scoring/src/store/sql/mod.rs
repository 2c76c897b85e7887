//! The statements of scoring's record, the same for both kinds of database: each is compiled once with the words of SQLite
//! and once with those of PostgreSQL.

mod books;
mod carried;
mod events;
mod ledger;
mod once;
mod openings;
mod outcomes;
mod parts;
mod pay_reads;
mod policies;
mod results;
mod runs;
mod shards;

use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::{Error, Result, Scope};
use merit_platform::store::storage;

use super::dialect;
use dialect::{Database, Reader, Writer};

/// Rows of one bulk write, which has to fit into one message to the database.
const BULK: usize = 10_000;

/// One database.
#[derive(Debug, Clone)]
pub struct SqlStore(Database);

impl SqlStore {
    /// Over an open database at this program's version.
    pub(super) const fn new(database: Database) -> Self {
        Self(database)
    }

    /// A reader of everybody's rows.
    async fn everybody(&self) -> Result<Reader> {
        self.0.read(&Scope::Everyone).await
    }
}

/// Takes the next number of a change.
async fn change(write: &mut Writer, kind: &str, at: Timestamp) -> Result<i64> {
    sqlx::query_scalar("INSERT INTO changes (kind, recorded_at) VALUES ($1, $2) RETURNING seq")
        .bind(kind)
        .bind(at.to_string())
        .fetch_one(&mut **write)
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

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

fn read_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::internal)
}
