//! Operations: rows that are written when one begins, gets on and ends.

use async_trait::async_trait;
use merit_core::ids::{CycleId, RunId};
use merit_core::{Error, Kind, Result, Scope};
use merit_platform::store::storage;
use sqlx::{FromRow, query, query_as, query_scalar};

use super::SqlStore;
use crate::model::{End, NewOperation, Operation, Progress};
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
}

impl OperationRow {
    fn read(self) -> Result<Operation> {
        let damaged = |what: &str| Error::internal(format!("the reviews' record is damaged: an operation's {what}"));
        let instant = |text: &str| text.parse().map_err(|_| damaged("instant"));
        let count = |number: i64| u32::try_from(number).map_err(|_| damaged("progress"));
        let end = match (&self.ended_at, &self.run, &self.kind) {
            (None, _, _) => None,
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
            started_at: instant(&self.started_at)?,
            progress: Progress { stage: self.stage, done: count(self.done)?, total: count(self.total)? },
            end,
        })
    }
}

#[async_trait]
impl OperationStore for SqlStore {
    async fn begin_operation(&self, new: &NewOperation) -> Result<(Operation, bool)> {
        let mut write = self.0.write().await?;
        let begun: Option<i64> = query_scalar(
            "INSERT INTO operations (cycle, request_id, started_by, started_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (started_by, request_id) DO NOTHING RETURNING seq",
        )
        .bind(new.cycle.as_str())
        .bind(new.request_id.as_deref())
        .bind(&new.started_by)
        .bind(new.started_at.to_string())
        .fetch_optional(&mut *write)
        .await
        .map_err(storage)?;
        let row: OperationRow =
            query_as("SELECT * FROM operations WHERE seq = $1 OR (started_by = $2 AND request_id = $3)")
                .bind(begun)
                .bind(&new.started_by)
                .bind(new.request_id.as_deref())
                .fetch_one(&mut *write)
                .await
                .map_err(storage)?;
        write.commit().await.map_err(storage)?;
        Ok((row.read()?, begun.is_some()))
    }

    async fn operation(&self, seq: i64) -> Result<Option<Operation>> {
        let row: Option<OperationRow> = query_as("SELECT * FROM operations WHERE seq = $1")
            .bind(seq)
            .fetch_optional(&mut *self.0.read(&Scope::Everyone).await?)
            .await
            .map_err(storage)?;
        row.map(OperationRow::read).transpose()
    }

    async fn operations(&self, before: Option<i64>, limit: usize) -> Result<Vec<Operation>> {
        let rows: Vec<OperationRow> = query_as("SELECT * FROM operations WHERE seq < $1 ORDER BY seq DESC LIMIT $2")
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&mut *self.0.read(&Scope::Everyone).await?)
            .await
            .map_err(storage)?;
        rows.into_iter().map(OperationRow::read).collect()
    }

    async fn advance(&self, seq: i64, progress: &Progress) -> Result<()> {
        let mut write = self.0.write().await?;
        query("UPDATE operations SET stage = $2, done = $3, total = $4 WHERE seq = $1 AND ended_at IS NULL")
            .bind(seq)
            .bind(&progress.stage)
            .bind(i64::from(progress.done))
            .bind(i64::from(progress.total))
            .execute(&mut *write)
            .await
            .map_err(storage)?;
        write.commit().await.map_err(storage)
    }

    async fn end(&self, seq: i64, end: &End) -> Result<()> {
        self.end_some(Some(seq), end).await
    }

    async fn end_all(&self, end: &End) -> Result<()> {
        self.end_some(None, end).await
    }
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
             WHERE ended_at IS NULL AND ($1 IS NULL OR seq = $1)",
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
        write.commit().await.map_err(storage)
    }
}
