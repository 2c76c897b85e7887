//! A run's outcomes and traces.

use merit_core::ids::RunId;
use merit_core::{Result, Scope};
use merit_platform::store::columns::Rows;
use merit_platform::store::storage;
use sqlx::QueryBuilder;

use super::dialect::{Db, Writer, insert};
use super::{BULK, SqlStore, json, limit, parts, small};
use crate::model::{Outcome, OutcomeKind, Part, TraceRow};

/// Adds outcomes. One that is there already is the same: outcomes follow from a run's pins.
pub async fn write(write: &mut Writer, run: &RunId, outcomes: &[Outcome]) -> Result<()> {
    for some in outcomes.chunks(BULK) {
        let rows = Rows::of("outcomes", some.len())
            .if_new()
            .same_text("run", run.as_str())
            .text("kind", some.iter().map(|row| row.kind.word()))
            .text("key", some.iter().map(|row| &row.key))
            .text("participant", some.iter().map(|row| &row.participant))
            .text("content", some.iter().map(|row| &row.content));
        insert(write, &rows).await?;
    }
    Ok(())
}

/// Adds traces.
pub async fn write_traces(write: &mut Writer, run: &RunId, traces: &[TraceRow]) -> Result<()> {
    for some in traces.chunks(BULK) {
        let rows = Rows::of("traces", some.len())
            .if_new()
            .same_text("run", run.as_str())
            .text("participant", some.iter().map(|row| &row.participant))
            .text("policy", some.iter().map(|row| &row.policy))
            .number("version", some.iter().map(|row| i64::from(row.version)))
            .text("period", some.iter().map(|row| &row.period))
            .text("trace", some.iter().map(|row| &row.trace));
        insert(write, &rows).await?;
    }
    Ok(())
}

impl SqlStore {
    /// A part of the outcomes of one kind.
    pub(super) async fn part(&self, run: &RunId, kind: OutcomeKind, part: Part<'_>) -> Result<Vec<Outcome>> {
        let mut query = QueryBuilder::<Db>::new("SELECT key, participant, content FROM outcomes WHERE run = ");
        query.push_bind(run.as_str()).push(" AND kind = ").push_bind(kind.word());
        let after = part.after.unwrap_or_default().to_owned();
        if let Some(participant) = part.participant {
            // By the index of who it is about; left to itself, a database may look at everybody's of the kind.
            query.push(" AND key IN (SELECT key FROM outcomes WHERE run = ").push_bind(run.as_str());
            query.push(" AND participant = ").push_bind(participant.to_owned());
            query.push(" AND kind = ").push_bind(kind.word()).push(" AND key > ").push_bind(after).push(")");
        } else {
            query.push(" AND key > ").push_bind(after);
        }
        parts::push(&mut query, kind, part)?;
        query.push(" ORDER BY key LIMIT ").push_bind(limit(part.limit));
        let mut reader = self.0.read(part.scope).await?;
        let rows: Vec<(String, String, String)> =
            query.build_query_as().fetch_all(&mut *reader).await.map_err(storage)?;
        let outcome = |(key, participant, content)| Outcome { kind, key, participant, content };
        Ok(rows.into_iter().map(outcome).collect())
    }

    /// The traces of some participants.
    pub(super) async fn traces_of(&self, run: &RunId, scope: &Scope, participants: &[String]) -> Result<Vec<TraceRow>> {
        let seen = scope.ids().map(|ids| json(&ids)).transpose()?;
        let rows: Vec<(String, String, i64, String, String)> = sqlx::query_as(
            "SELECT participant, policy, version, period, trace FROM traces
             WHERE run = $1 AND participant IN (SELECT value FROM json_each($2))
               AND ($3 IS NULL OR participant IN (SELECT value FROM json_each($3)))",
        )
        .bind(run.as_str())
        .bind(json(&participants)?)
        .bind(seen)
        .fetch_all(&mut *self.0.read(scope).await?)
        .await
        .map_err(storage)?;
        let trace = |(participant, policy, version, period, trace)| {
            Ok(TraceRow { participant, policy, version: small(version)?, period, trace })
        };
        rows.into_iter().map(trace).collect()
    }
}
