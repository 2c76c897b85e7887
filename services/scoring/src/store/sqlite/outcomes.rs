//! A run's outcomes and traces on SQLite.

use merit_core::ids::RunId;
use merit_core::{Error, Result};
use merit_platform::store::storage;
use sqlx::{QueryBuilder, Sqlite, SqlitePool, Transaction};

use super::{ROWS, limit, small};
use crate::model::{Outcome, OutcomeKind, TraceRow};
use crate::store::Part;

/// Adds outcomes. One that is there already is the same: outcomes follow from a run's pins.
pub async fn insert(tx: &mut Transaction<'static, Sqlite>, run: &RunId, outcomes: &[Outcome]) -> Result<()> {
    for rows in outcomes.chunks(ROWS) {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO outcomes (run, kind, key, participant, content) ");
        query.push_values(rows, |mut tuple, row| {
            tuple
                .push_bind(run.as_str())
                .push_bind(row.kind.word())
                .push_bind(&row.key)
                .push_bind(&row.participant)
                .push_bind(&row.content);
        });
        query.push(" ON CONFLICT DO NOTHING");
        query.build().execute(&mut **tx).await.map_err(storage)?;
    }
    Ok(())
}

/// Adds traces.
pub async fn insert_traces(tx: &mut Transaction<'static, Sqlite>, run: &RunId, traces: &[TraceRow]) -> Result<()> {
    for rows in traces.chunks(ROWS) {
        let mut query =
            QueryBuilder::<Sqlite>::new("INSERT INTO traces (run, participant, policy, version, period, trace) ");
        query.push_values(rows, |mut tuple, row| {
            tuple
                .push_bind(run.as_str())
                .push_bind(&row.participant)
                .push_bind(&row.policy)
                .push_bind(i64::from(row.version))
                .push_bind(&row.period)
                .push_bind(&row.trace);
        });
        query.push(" ON CONFLICT DO NOTHING");
        query.build().execute(&mut **tx).await.map_err(storage)?;
    }
    Ok(())
}

/// Outcomes of one kind after a key.
pub async fn page(pool: &SqlitePool, run: &RunId, part: Part<'_>) -> Result<Vec<Outcome>> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT key, participant, content FROM outcomes WHERE run = ");
    query.push_bind(run.as_str()).push(" AND kind = ").push_bind(part.kind.word());
    query.push(" AND key > ").push_bind(part.after.unwrap_or_default());
    if let Some(participant) = part.participant {
        query.push(" AND participant = ").push_bind(participant);
    }
    query.push(" ORDER BY key LIMIT ").push_bind(limit(part.limit));
    let rows: Vec<(String, String, String)> = query.build_query_as().fetch_all(pool).await.map_err(storage)?;
    let outcome = |(key, participant, content)| Outcome { kind: part.kind, key, participant, content };
    Ok(rows.into_iter().map(outcome).collect())
}

/// All outcomes of some kinds, by kind and key.
pub async fn all(pool: &SqlitePool, run: &RunId, kinds: &[OutcomeKind]) -> Result<Vec<Outcome>> {
    let mut found = Vec::new();
    for kind in kinds {
        found.append(
            &mut page(pool, run, Part { kind: *kind, participant: None, after: None, limit: usize::MAX }).await?,
        );
    }
    Ok(found)
}

/// The traces of some participants.
pub async fn traces(pool: &SqlitePool, run: &RunId, participants: &[String]) -> Result<Vec<TraceRow>> {
    let wanted = serde_json::to_string(participants).map_err(Error::internal)?;
    let rows: Vec<(String, String, i64, String, String)> = sqlx::query_as(
        "SELECT participant, policy, version, period, trace FROM traces
         WHERE run = $1 AND participant IN (SELECT value FROM json_each($2))",
    )
    .bind(run.as_str())
    .bind(wanted)
    .fetch_all(pool)
    .await
    .map_err(storage)?;
    let trace = |(participant, policy, version, period, trace)| {
        Ok(TraceRow { participant, policy, version: small(version)?, period, trace })
    };
    rows.into_iter().map(trace).collect()
}
