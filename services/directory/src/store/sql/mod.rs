//! The statements of the directory's record, the same for both kinds of database: each is compiled once with the words of
//! SQLite and once with those of PostgreSQL.

mod people;
mod write;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::once::{Asked, Once, Outcome};
use merit_core::{Error, Result, Scope};
use merit_platform::store::{storage, unsure};

use super::dialect::{self, Connection, Database, requests};
use crate::model::{Change, MANAGER, Person};
use crate::store::{Near, PeopleQuery, Store};

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
        sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM changes")
            .fetch_one(&mut *self.0.read(&Scope::Everyone).await?)
            .await
            .map_err(storage)
    }

    async fn people(&self, query: &PeopleQuery) -> Result<Vec<Person>> {
        people::read(&mut *self.0.read(&query.scope).await?, query).await
    }

    async fn lines(&self, cutoff: i64, on: Date) -> Result<Vec<(PersonId, PersonId)>> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT person, value FROM facts AS f
             WHERE attribute = $1 AND from_day <= $2 AND seq <= $3 AND value IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM facts AS g WHERE g.person = f.person AND g.attribute = $1 AND g.from_day <= $2 AND g.seq <= $3
                 AND (g.from_day, g.seq) > (f.from_day, f.seq))
             ORDER BY person",
        )
        .bind(MANAGER)
        .bind(on.to_string())
        .bind(cutoff)
        .fetch_all(&mut *self.0.read(&Scope::Everyone).await?)
        .await
        .map_err(storage)?;
        rows.iter().map(|(person, manager)| Ok((PersonId::new(person)?, PersonId::new(manager)?))).collect()
    }

    async fn record(&self, expected: i64, change: &Change, now: Timestamp) -> Result<i64> {
        let mut write = self.0.write().await?;
        write::unchanged(&mut write, expected).await?;
        let seq = write::change(&mut write, change, now).await?;
        write.commit().await.map_err(unsure)?;
        Ok(seq)
    }

    async fn near(&self, cutoff: i64, near: &Near<'_>) -> Result<Vec<PersonId>> {
        let names: Vec<&str> = near.people.iter().map(PersonId::as_str).collect();
        let rows: Vec<String> = sqlx::query_scalar(
            "WITH RECURSIVE above (person) AS (
               SELECT person FROM person_versions WHERE person IN (SELECT value FROM json_each($2)) AND seq <= $1
               UNION
               SELECT f.value FROM facts AS f JOIN above AS a ON f.person = a.person
               WHERE f.attribute = $3 AND f.value IS NOT NULL AND f.seq <= $1)
             SELECT person FROM above
             UNION SELECT person FROM person_versions WHERE lower(email) = lower($4) AND seq <= $1
             UNION SELECT person FROM identities WHERE source = $5 AND external_id = $6 AND seq <= $1
             ORDER BY person",
        )
        .bind(cutoff)
        .bind(serde_json::to_string(&names).map_err(Error::internal)?)
        .bind(MANAGER)
        .bind(near.email)
        .bind(&near.identity.source)
        .bind(&near.identity.external_id)
        .fetch_all(&mut *self.0.read(&Scope::Everyone).await?)
        .await
        .map_err(storage)?;
        rows.iter().map(|person| PersonId::new(person)).collect()
    }

    async fn answered(&self, asked: &Asked) -> Result<Option<Vec<u8>>> {
        requests::answered(&mut *self.0.read(&Scope::Everyone).await?, asked).await
    }

    async fn record_once(
        &self,
        expected: i64,
        change: &Change,
        now: Timestamp,
        once: &Once<'_, i64>,
    ) -> Result<Outcome<i64>> {
        let mut write = self.0.write().await?;
        if let Some(before) = requests::answered(&mut write, once.asked).await? {
            return Ok(Outcome::Before(before));
        }
        write::unchanged(&mut write, expected).await?;
        let seq = if change.is_empty() { expected } else { write::change(&mut write, change, now).await? };
        requests::keep(&mut write, once.asked, &(once.answer)(&seq), now).await?;
        write.commit().await.map_err(unsure)?;
        Ok(Outcome::Done(seq))
    }
}

#[cfg(test)]
impl crate::store::conformance::Statements for SqlStore {
    async fn seen(&self, scope: &Scope, statement: &'static str) -> Result<Vec<String>> {
        sqlx::query_scalar(statement).fetch_all(&mut *self.0.read(scope).await?).await.map_err(storage)
    }
}
