//! Scoring's record in one PostgreSQL schema.

use merit_core::Result;
use merit_platform::store::postgres::{self as dialect, Server};
use sqlx::migrate::Migrator;

#[expect(clippy::duplicate_mod, reason = "the same statements, compiled for the other kind of database")]
#[path = "sql/mod.rs"]
mod sql;

pub use sql::SqlStore as PostgresStore;

static MIGRATOR: Migrator = sqlx::migrate!("migrations/postgres");

/// Makes and migrates the schema if it has to be.
///
/// # Errors
/// `STORAGE` when it can't be done, `STORE_UNAVAILABLE` when the server doesn't answer.
pub async fn migrate(server: &Server) -> Result<()> {
    dialect::migrate(server, crate::NAME, &MIGRATOR).await
}

/// Opens the schema, which has to be at this program's version.
///
/// # Errors
/// `STORE_VERSION` when it is at another, `STORE_UNAVAILABLE` when the server doesn't answer.
pub async fn open(server: &Server) -> Result<PostgresStore> {
    Ok(PostgresStore::new(dialect::Database::open(server, crate::NAME, &MIGRATOR).await?))
}

#[cfg(test)]
mod tests;
