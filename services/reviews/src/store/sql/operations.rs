//! Operations: rows that are written when one begins, gets on and ends.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::{CycleId, RunId};
use merit_core::once::Asked;
use merit_core::{Error, Kind, Result, Scope};
use merit_platform::store::{storage, unsure};
use sqlx::{FromRow, query, query_as, query_scalar};

use super::{Connection, SqlStore};
use crate::model::{End, NewOperation, Operation, Progress, interrupted};
use crate::store::OperationStore;

/// Kinds of failure and their words.
const KINDS: [(Kind, &str); 9] = [
    (Kind::InvalidArgument, "invalid-argument"),
    (Kind::NotFound, "not-found"),
    (Kind::AlreadyExists, "already-exists"),
    (Kind::FailedPrecondition, "failed-precondition"),
    (Kind::Aborted, "aborted"),
    (Kind::Unauthenticated, "unauthenticated"),
    (Kind::PermissionDenied, "permission-denied"),
    (Kind::Unavailable, "unavailable"),
    (Kind::Internal, "internal"),
];

#[derive(FromRow)]
struct OperationRow {
    seq: i64,
    cycle: String,
    started_by: String,
    started_at: String,
    stage: String,
    done: i64,
    total: i64,
    ended_at: Option<String>,
    run: Option<String>,
    kind: Option<String>,
    reason: String,
    message: String,
    lease_until: i64,
    /// 1 when the lease has run out by now.
    lapsed: i64,
}

impl OperationRow {
    fn read(self) -> Result<Operation> {
        let damaged = |what: &str| Error::internal(format!("the reviews' record is damaged: an operation's {what}"));
        let instant = |text: &str| text.parse().map_err(|_| damaged("instant"));
        let count = |number: i64| u32::try_from(number).map_err(|_| damaged("progress"));
        let started_at: Timestamp = instant(&self.started_at)?;
        let end = match (&self.ended_at, &self.run, &self.kind) {
            (None, _, _) if self.lapsed == 0 => None,
            (None, _, _) => {
                let at = Timestamp::from_second(self.lease_until).map_err(|_| damaged("lease"))?;
                Some(End { at: at.max(started_at), outcome: Err(interrupted()) })
            }
            (Some(at), Some(run), _) => Some(End { at: instant(at)?, outcome: Ok(RunId::new(run)?) }),
            (Some(at), None, Some(word)) => {
                let (kind, _) = KINDS.iter().find(|(_, known)| known == word).ok_or_else(|| damaged("failure"))?;
                Some(End { at: instant(at)?, outcome: Err(Error::new(*kind, self.reason, self.message)) })
            }
            (Some(_), None, None) => return Err(damaged("end")),
        };
        Ok(Operation {
            seq: self.seq,
            cycle: CycleId::new(&self.cycle)?,
            started_by: self.started_by,
            started_at,
            progress: Progress { stage: self.stage, done: count(self.done)?, total: count(self.total)? },
            end,
        })
    }
}

#[async_trait]
impl OperationStore for SqlStore {
    async fn begin_operation(&self, new: &NewOperation) -> Result<(Operation, bool)> {
        let mut write = self.0.write().await?;
        let asked = new.asked.as_ref();
        let begun: Option<i64> = query_scalar(
            "INSERT INTO operations (cycle, request_id, body_sha256, started_by, started_at, lease_until)
             VALUES ($1, $2, $3, $4, $5, unixepoch() + $6)
             ON CONFLICT (started_by, request_id) DO NOTHING RETURNING seq",
        )
        .bind(new.cycle.as_str())
        .bind(asked.map(|asked| asked.id.as_str()))
        .bind(asked.map_or("", |asked| asked.body.as_str()))
        .bind(&new.started_by)
        .bind(new.started_at.to_string())
        .bind(seconds(new.lease))
        .fetch_optional(&mut *write)
        .await
        .map_err(storage)?;
        let operation = match (begun, asked) {
            (Some(seq), _) => one(&mut write, seq).await?,
            (None, Some(asked)) => requested(&mut write, asked).await?,
            (None, None) => None,
        };
        write.commit().await.map_err(unsure)?;
        let operation = operation.ok_or_else(|| Error::internal("the operation that was kept is gone"))?;
        Ok((operation, begun.is_some()))
    }

    async fn requested(&self, asked: &Asked) -> Result<Option<Operation>> {
        requested(&mut *self.0.read(&Scope::Everyone).await?, asked).await
    }

    async fn renew(&self, seq: i64, lease: Duration) -> Result<bool> {
        let mut write = self.0.write().await?;
        let renewed = query(
            "UPDATE operations SET lease_until = unixepoch() + $2
             WHERE seq = $1 AND ended_at IS NULL AND lease_until > unixepoch()",
        )
        .bind(seq)
        .bind(seconds(lease))
        .execute(&mut *write)
        .await
        .map_err(storage)?;
        write.commit().await.map_err(unsure)?;
        Ok(renewed.rows_affected() > 0)
    }

    async fn operation(&self, seq: i64) -> Result<Option<Operation>> {
        one(&mut *self.0.read(&Scope::Everyone).await?, seq).await
    }

    async fn operations(&self, before: Option<i64>, limit: usize) -> Result<Vec<Operation>> {
        let rows: Vec<OperationRow> = query_as(
            "SELECT *, CAST(CASE WHEN lease_until > unixepoch() THEN 0 ELSE 1 END AS BIGINT) AS lapsed
             FROM operations WHERE seq < $1 ORDER BY seq DESC LIMIT +$2",
        )
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *self.0.read(&Scope::Everyone).await?)
        .await
        .map_err(storage)?;
        rows.into_iter().map(OperationRow::read).collect()
    }

    async fn advance(&self, seq: i64, progress: &Progress) -> Result<()> {
        let mut write = self.0.write().await?;
        query("UPDATE operations SET stage = $2, done = $3, total = $4 WHERE seq = $1 AND ended_at IS NULL AND lease_until > unixepoch()")
            .bind(seq)
            .bind(&progress.stage)
            .bind(i64::from(progress.done))
            .bind(i64::from(progress.total))
            .execute(&mut *write)
            .await
            .map_err(storage)?;
        write.commit().await.map_err(unsure)
    }

    async fn end(&self, seq: i64, end: &End) -> Result<()> {
        self.end_some(Some(seq), end).await
    }

    async fn end_all(&self, end: &End) -> Result<()> {
        self.end_some(None, end).await
    }
}

/// An operation by its number.
async fn one(connection: &mut Connection, seq: i64) -> Result<Option<Operation>> {
    let row: Option<OperationRow> = query_as(
        "SELECT *, CAST(CASE WHEN lease_until > unixepoch() THEN 0 ELSE 1 END AS BIGINT) AS lapsed
         FROM operations WHERE seq = $1",
    )
    .bind(seq)
    .fetch_optional(connection)
    .await
    .map_err(storage)?;
    row.map(OperationRow::read).transpose()
}

/// The operation that a request began, if it came before.
async fn requested(connection: &mut Connection, asked: &Asked) -> Result<Option<Operation>> {
    let found: Option<(i64, String)> =
        query_as("SELECT seq, body_sha256 FROM operations WHERE started_by = $1 AND request_id = $2")
            .bind(&asked.principal)
            .bind(&asked.id)
            .fetch_optional(&mut *connection)
            .await
            .map_err(storage)?;
    let Some((seq, body)) = found else { return Ok(None) };
    asked.check(asked.method, &body)?;
    one(connection, seq).await
}

/// Whole seconds, as the database counts them.
fn seconds(lease: Duration) -> i64 {
    i64::try_from(lease.as_secs()).unwrap_or(i64::MAX)
}

impl SqlStore {
    /// Ends what is at work, one or all.
    async fn end_some(&self, seq: Option<i64>, end: &End) -> Result<()> {
        let (run, error) = match &end.outcome {
            Ok(run) => (Some(run.as_str()), None),
            Err(error) => (None, Some(error)),
        };
        let kind = error.and_then(|error| KINDS.iter().find(|(kind, _)| *kind == error.kind)).map(|(_, word)| *word);
        let mut write = self.0.write().await?;
        query(
            "UPDATE operations SET ended_at = $2, stage = CASE WHEN $3 IS NULL THEN stage ELSE 'done' END, run = $3, kind = $4, reason = $5, message = $6
             WHERE ended_at IS NULL AND lease_until > unixepoch() AND ($1 IS NULL OR seq = $1)",
        )
        .bind(seq)
        .bind(end.at.to_string())
        .bind(run)
        .bind(kind)
        .bind(error.map_or("", |error| error.reason.as_str()))
        .bind(error.map_or("", |error| error.message.as_str()))
        .execute(&mut *write)
        .await
        .map_err(storage)?;
        write.commit().await.map_err(unsure)
    }
}
