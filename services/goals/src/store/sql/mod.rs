//! The statements of the goals service's record, the same for both kinds of database: each is compiled once with the words
//! of SQLite and once with those of PostgreSQL.

mod goals;
mod read;
mod write;

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::GoalId;
use merit_core::once::{Asked, Once, Outcome};
use merit_core::{Error, Kind, Result, Scope};
use merit_platform::store::{storage, unsure};

use super::dialect::{self, Database, requests};
use crate::model::{Change, Cycle, Goal, SchemaRecord};
use crate::store::{GoalQuery, Store};

/// One database.
#[derive(Debug, Clone)]
pub struct SqlStore(Database);

impl SqlStore {
    /// Over an open database at this program's version.
    pub(super) const fn new(database: Database) -> Self {
        Self(database)
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn cutoff(&self) -> Result<i64> {
        last_change(&mut *self.0.read(&Scope::Everyone).await?).await
    }

    async fn schemas(&self) -> Result<Vec<SchemaRecord>> {
        read::schemas(&mut *self.0.read(&Scope::Everyone).await?).await
    }

    async fn cycles(&self, cutoff: i64) -> Result<Vec<Cycle>> {
        read::cycles(&mut *self.0.read(&Scope::Everyone).await?, cutoff).await
    }

    async fn goals(&self, query: &GoalQuery) -> Result<Vec<Goal>> {
        goals::read(&mut *self.0.read(&query.scope).await?, query).await
    }

    async fn identities(&self, source: &str, external_ids: &[String]) -> Result<BTreeMap<String, GoalId>> {
        read::identities(&mut *self.0.read(&Scope::Everyone).await?, source, external_ids).await
    }

    async fn record(&self, expected: i64, change: &Change, now: Timestamp) -> Result<i64> {
        let mut write = self.0.write().await?;
        unchanged(&mut write, expected).await?;
        let seq = write::change(&mut write, change, now).await?;
        write.commit().await.map_err(unsure)?;
        Ok(seq)
    }

    async fn answered(&self, asked: &Asked) -> Result<Option<Vec<u8>>> {
        requests::answered(&mut *self.0.read(&Scope::Everyone).await?, asked).await
    }

    async fn record_once(
        &self,
        expected: i64,
        change: Option<&Change>,
        now: Timestamp,
        once: &Once<'_, i64>,
    ) -> Result<Outcome<i64>> {
        let mut write = self.0.write().await?;
        if let Some(before) = requests::answered(&mut write, once.asked).await? {
            return Ok(Outcome::Before(before));
        }
        unchanged(&mut write, expected).await?;
        let seq = match change {
            Some(change) => write::change(&mut write, change, now).await?,
            None => expected,
        };
        requests::keep(&mut write, once.asked, &(once.answer)(&seq), now).await?;
        write.commit().await.map_err(unsure)?;
        Ok(Outcome::Done(seq))
    }
}

/// That the last change is the expected one.
async fn unchanged(write: &mut dialect::Connection, expected: i64) -> Result<()> {
    if last_change(write).await? == expected {
        return Ok(());
    }
    Err(Error::new(Kind::Aborted, "ABORTED", "the goals on record changed meanwhile; try again"))
}

async fn last_change(connection: &mut dialect::Connection) -> Result<i64> {
    sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM changes").fetch_one(connection).await.map_err(storage)
}

/// What was written by this program can be read by it, so anything else is a damaged record. What is in it
/// may be personal, and stays out of logs.
fn corrupt(what: &str) -> Error {
    Error::internal(format!("the goals' record is damaged: {what} can't be read"))
}

#[cfg(test)]
impl crate::store::conformance::Statements for SqlStore {
    async fn seen(&self, scope: &Scope, statement: &'static str) -> Result<Vec<String>> {
        sqlx::query_scalar(statement).fetch_all(&mut *self.0.read(scope).await?).await.map_err(storage)
    }
}
