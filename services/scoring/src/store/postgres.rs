//! Scoring's record in one PostgreSQL schema.

use merit_platform::store::postgres::{self as dialect, in_postgres};

#[expect(clippy::duplicate_mod, reason = "the same statements, compiled for the other kind of database")]
#[path = "sql/mod.rs"]
mod sql;

pub use sql::SqlStore as PostgresStore;

in_postgres!(PostgresStore, crate::NAME);

#[cfg(test)]
mod tests;
