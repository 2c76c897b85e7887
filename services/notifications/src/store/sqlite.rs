//! The outbox in an SQLite file.

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::PersonId;
use merit_core::{Error, Result};
use merit_platform::store::{sqlite::Database, storage};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Transaction};

use super::Store;
use super::arrivals::Arrivals;
use crate::model::{Mail, Outcome, Phase, State};

/// What a mail says while its answer is awaited, and for good when none ever comes.
const NO_ANSWER: &str = "handed over to the relay, whose answer is not on record";

/// The outbox in an SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    database: Database,
    arrivals: Arrivals,
}

impl SqliteStore {
    /// On an opened database. Needs a runtime.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { arrivals: Arrivals::new(database.clone()), database }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn add(&self, mail: &Mail) -> Result<bool> {
        self.arrivals.add(mail.clone()).await
    }

    async fn mail(&self, key: &str) -> Result<Option<Mail>> {
        let row = sqlx::query("SELECT * FROM mails WHERE mail_key = $1")
            .bind(key)
            .fetch_optional(self.database.pool())
            .await
            .map_err(storage)?;
        row.as_ref().map(mail).transpose()
    }

    async fn list(&self, after: Option<&str>, limit: usize) -> Result<Vec<Mail>> {
        let rows = sqlx::query(
            "SELECT mail_key, receiver, x'' AS scorecard, enqueued_at, state, attempts, failure
             FROM mails WHERE mail_key > $1 ORDER BY mail_key LIMIT $2",
        )
        .bind(after.unwrap_or_default())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.database.pool())
        .await
        .map_err(storage)?;
        rows.iter().map(mail).collect()
    }

    async fn keys(&self, states: &[State]) -> Result<Vec<String>> {
        let words: Vec<&str> = states.iter().map(|state| state.word()).collect();
        sqlx::query_scalar(
            "SELECT mail_key FROM mails WHERE state IN (SELECT value FROM json_each($1)) ORDER BY mail_key",
        )
        .bind(serde_json::to_string(&words).map_err(Error::internal)?)
        .fetch_all(self.database.pool())
        .await
        .map_err(storage)
    }

    async fn mails(&self, keys: &[String]) -> Result<Vec<Mail>> {
        let rows =
            sqlx::query("SELECT * FROM mails WHERE mail_key IN (SELECT value FROM json_each($1)) ORDER BY mail_key")
                .bind(serde_json::to_string(keys).map_err(Error::internal)?)
                .fetch_all(self.database.pool())
                .await
                .map_err(storage)?;
        rows.iter().map(mail).collect()
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
        tx.commit().await.map_err(storage)
    }

    async fn attempt(&self, key: &str, attempts: u32, at: Timestamp, outcome: &Outcome) -> Result<bool> {
        let mut tx = self.database.write().await?;
        let taken = one_more(&mut tx, key, attempts, at, outcome).await?;
        tx.commit().await.map_err(storage)?;
        Ok(taken)
    }

    async fn no_address(&self, key: &str) -> Result<()> {
        let mut tx = self.database.write().await?;
        sqlx::query("UPDATE mails SET state = 'no-address', failure = 'the receiver has no address' WHERE mail_key = $1 AND state NOT IN ('sent', 'withdrawn')")
            .bind(key)
            .execute(&mut *tx)
            .await
            .map_err(storage)?;
        tx.commit().await.map_err(storage)
    }

    async fn confirm(&self, keys: &[String], at: Timestamp) -> Result<u32> {
        let keys = serde_json::to_string(keys).map_err(Error::internal)?;
        let mut tx = self.database.write().await?;
        sqlx::query(
            "INSERT INTO attempts (mail_key, number, at, phase, outcome)
             SELECT mail_key, attempts + 1, $2, $3, 'sent' FROM mails
             WHERE mail_key IN (SELECT value FROM json_each($1)) AND state <> 'sent'",
        )
        .bind(&keys)
        .bind(at.to_string())
        .bind(Phase::File.word())
        .execute(&mut *tx)
        .await
        .map_err(storage)?;
        let sent = sqlx::query(
            "UPDATE mails SET state = 'sent', attempts = attempts + 1, failure = ''
             WHERE mail_key IN (SELECT value FROM json_each($1)) AND state <> 'sent'",
        )
        .bind(&keys)
        .execute(&mut *tx)
        .await
        .map_err(storage)?;
        tx.commit().await.map_err(storage)?;
        u32::try_from(sent.rows_affected()).map_err(Error::internal)
    }
}

/// One attempt more on a mail that is neither sent nor withdrawn and still has that many.
async fn one_more(
    tx: &mut Transaction<'static, Sqlite>,
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
    .bind(attempts)
    .fetch_optional(&mut **tx)
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
        .execute(&mut **tx)
        .await
        .map_err(storage)?;
    Ok(true)
}

fn mail(row: &SqliteRow) -> Result<Mail> {
    let word: String = row.try_get("state").map_err(storage)?;
    let receiver: String = row.try_get("receiver").map_err(storage)?;
    let at: String = row.try_get("enqueued_at").map_err(storage)?;
    Ok(Mail {
        key: row.try_get("mail_key").map_err(storage)?,
        receiver: PersonId::new(&receiver)?,
        scorecard: row.try_get("scorecard").map_err(storage)?,
        enqueued_at: at.parse().map_err(Error::internal)?,
        state: State::from_word(&word).ok_or_else(|| Error::internal(format!("stored state {word}")))?,
        attempts: row.try_get("attempts").map_err(storage)?,
        failure: row.try_get("failure").map_err(storage)?,
    })
}
