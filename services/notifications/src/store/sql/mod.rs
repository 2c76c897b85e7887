//! The statements of the outbox, the same for both kinds of database: each is compiled once with the words of SQLite and
//! once with those of PostgreSQL.

mod arrivals;
mod reads;
mod series;

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::PersonId;
use merit_core::reads::ReadsPart;
use merit_core::{Error, Result, Scope};
use merit_platform::store::{storage, unsure};
use sqlx::Row as _;

use super::dialect::{Connection, Database, Row};
use crate::model::{Mail, Outcome, Phase, Read, State};
use crate::store::Store;
use arrivals::Arrivals;

/// What a mail says while its answer is awaited, and for good when none ever comes.
const NO_ANSWER: &str = "handed over to the relay, whose answer is not on record";

/// One database.
#[derive(Debug, Clone)]
pub struct SqlStore {
    database: Database,
    arrivals: Arrivals,
}

impl SqlStore {
    /// Over an open database at this program's version. Needs a runtime.
    pub(super) fn new(database: Database) -> Self {
        Self { arrivals: Arrivals::new(database.clone()), database }
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn add(&self, mail: &Mail) -> Result<bool> {
        self.arrivals.add(mail.clone()).await
    }

    async fn mail(&self, key: &str) -> Result<Option<Mail>> {
        let row = sqlx::query("SELECT * FROM mails WHERE mail_key = $1")
            .bind(key)
            .fetch_optional(&mut *self.database.read(&Scope::Everyone).await?)
            .await
            .map_err(storage)?;
        row.as_ref().map(whole).transpose()
    }

    async fn list(&self, after: Option<&str>, limit: usize) -> Result<Vec<Mail>> {
        let rows = sqlx::query(
            "SELECT mail_key, receiver, enqueued_at, state, attempts, failure
             FROM mails WHERE mail_key > $1 ORDER BY mail_key LIMIT +$2",
        )
        .bind(after.unwrap_or_default())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *self.database.read(&Scope::Everyone).await?)
        .await
        .map_err(storage)?;
        rows.iter().map(|row| mail(row, Vec::new())).collect()
    }

    async fn keys(&self, states: &[State]) -> Result<Vec<String>> {
        let words: Vec<&str> = states.iter().map(|state| state.word()).collect();
        sqlx::query_scalar(
            "SELECT mail_key FROM mails WHERE state IN (SELECT value FROM json_each($1)) ORDER BY mail_key",
        )
        .bind(serde_json::to_string(&words).map_err(Error::internal)?)
        .fetch_all(&mut *self.database.read(&Scope::Everyone).await?)
        .await
        .map_err(storage)
    }

    async fn mails(&self, keys: &[String]) -> Result<Vec<Mail>> {
        let rows =
            sqlx::query("SELECT * FROM mails WHERE mail_key IN (SELECT value FROM json_each($1)) ORDER BY mail_key")
                .bind(serde_json::to_string(keys).map_err(Error::internal)?)
                .fetch_all(&mut *self.database.read(&Scope::Everyone).await?)
                .await
                .map_err(storage)?;
        rows.iter().map(whole).collect()
    }

    async fn hand_over(&self, key: &str, attempts: u32, at: Timestamp) -> Result<bool> {
        let outcome = Outcome { state: State::Unclear, phase: Phase::Message, answer: NO_ANSWER.to_owned() };
        self.attempt(key, attempts, at, &outcome).await
    }

    async fn answer(&self, key: &str, outcome: &Outcome) -> Result<()> {
        let mut tx = self.database.write().await?;
        sqlx::query(
            "UPDATE attempts SET phase = $2, outcome = $3, answer = $4
             WHERE mail_key = $1 AND number = (SELECT attempts FROM mails WHERE mail_key = $1)",
        )
        .bind(key)
        .bind(outcome.phase.word())
        .bind(outcome.state.word())
        .bind(&outcome.answer)
        .execute(&mut *tx)
        .await
        .map_err(storage)?;
        // What was withdrawn while it was on its way stays withdrawn, unless it arrived.
        sqlx::query(
            "UPDATE mails SET state = CASE WHEN state = 'withdrawn' AND $2 <> 'sent' THEN state ELSE $2 END, failure = $3
             WHERE mail_key = $1",
        )
        .bind(key)
        .bind(outcome.state.word())
        .bind(&outcome.answer)
        .execute(&mut *tx)
        .await
        .map_err(storage)?;
        tx.commit().await.map_err(unsure)
    }

    async fn attempt(&self, key: &str, attempts: u32, at: Timestamp, outcome: &Outcome) -> Result<bool> {
        let mut tx = self.database.write().await?;
        let taken = one_more(&mut tx, key, attempts, at, outcome).await?;
        tx.commit().await.map_err(unsure)?;
        Ok(taken)
    }

    async fn no_address(&self, key: &str) -> Result<()> {
        let mut tx = self.database.write().await?;
        sqlx::query("UPDATE mails SET state = 'no-address', failure = 'the receiver has no address' WHERE mail_key = $1 AND state NOT IN ('sent', 'withdrawn')")
            .bind(key)
            .execute(&mut *tx)
            .await
            .map_err(storage)?;
        tx.commit().await.map_err(unsure)
    }

    async fn confirm(&self, keys: &[String], at: Timestamp) -> Result<u32> {
        let keys = serde_json::to_string(keys).map_err(Error::internal)?;
        let mut tx = self.database.write().await?;
        sqlx::query(
            "INSERT INTO attempts (mail_key, number, at, phase, outcome)
             SELECT mail_key, attempts + 1, $2, $3, 'sent' FROM mails
             WHERE mail_key IN (SELECT value FROM json_each($1)) AND state NOT IN ('sent', 'no-address')",
        )
        .bind(&keys)
        .bind(at.to_string())
        .bind(Phase::File.word())
        .execute(&mut *tx)
        .await
        .map_err(storage)?;
        let sent = sqlx::query(
            "UPDATE mails SET state = 'sent', attempts = attempts + 1, failure = ''
             WHERE mail_key IN (SELECT value FROM json_each($1)) AND state NOT IN ('sent', 'no-address')",
        )
        .bind(&keys)
        .execute(&mut *tx)
        .await
        .map_err(storage)?;
        tx.commit().await.map_err(unsure)?;
        u32::try_from(sent.rows_affected()).map_err(Error::internal)
    }

    async fn record_read(&self, read: &Read) -> Result<()> {
        let mut tx = self.database.write().await?;
        reads::add(&mut tx, read).await?;
        tx.commit().await.map_err(unsure)
    }

    async fn reads(&self, part: &ReadsPart) -> Result<Vec<(i64, Read)>> {
        reads::page(&mut *self.database.read(&Scope::Everyone).await?, part).await
    }
}

/// One attempt more on a mail that is neither sent nor withdrawn and still has that many.
async fn one_more(
    connection: &mut Connection,
    key: &str,
    attempts: u32,
    at: Timestamp,
    outcome: &Outcome,
) -> Result<bool> {
    let number: Option<i64> = sqlx::query_scalar(
        "UPDATE mails SET state = $2, attempts = attempts + 1, failure = $3
         WHERE mail_key = $1 AND state NOT IN ('sent', 'withdrawn') AND attempts = $4 RETURNING attempts",
    )
    .bind(key)
    .bind(outcome.state.word())
    .bind(&outcome.answer)
    .bind(i64::from(attempts))
    .fetch_optional(&mut *connection)
    .await
    .map_err(storage)?;
    let Some(number) = number else { return Ok(false) };
    sqlx::query("INSERT INTO attempts (mail_key, number, at, phase, outcome, answer) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(key)
        .bind(number)
        .bind(at.to_string())
        .bind(outcome.phase.word())
        .bind(outcome.state.word())
        .bind(&outcome.answer)
        .execute(&mut *connection)
        .await
        .map_err(storage)?;
    Ok(true)
}

fn whole(row: &Row) -> Result<Mail> {
    mail(row, row.try_get("scorecard").map_err(storage)?)
}

fn mail(row: &Row, scorecard: Vec<u8>) -> Result<Mail> {
    let word: String = row.try_get("state").map_err(storage)?;
    let receiver: String = row.try_get("receiver").map_err(storage)?;
    let at: String = row.try_get("enqueued_at").map_err(storage)?;
    let attempts: i64 = row.try_get("attempts").map_err(storage)?;
    Ok(Mail {
        key: row.try_get("mail_key").map_err(storage)?,
        receiver: PersonId::new(&receiver)?,
        scorecard,
        enqueued_at: at.parse().map_err(Error::internal)?,
        state: State::from_word(&word).ok_or_else(|| Error::internal(format!("stored state {word}")))?,
        attempts: u32::try_from(attempts).map_err(Error::internal)?,
        failure: row.try_get("failure").map_err(storage)?,
    })
}

#[cfg(test)]
impl crate::store::conformance::Statements for SqlStore {
    async fn run(&self, statement: &'static str) -> Result<()> {
        let mut tx = self.database.write().await?;
        sqlx::query(statement).execute(&mut *tx).await.map_err(storage)?;
        tx.commit().await.map_err(unsure)
    }

    async fn seen(&self, statement: &'static str) -> Result<Vec<String>> {
        let mut reader = self.database.read(&Scope::Everyone).await?;
        sqlx::query_scalar(statement).fetch_all(&mut *reader).await.map_err(storage)
    }
}
