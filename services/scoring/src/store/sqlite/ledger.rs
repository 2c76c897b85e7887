//! The ledger on SQLite: lines with their double entries, each added once.

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::{CycleId, RunId};
use merit_core::{Error, Result};
use merit_platform::store::storage;
use sqlx::{QueryBuilder, Sqlite, Transaction};

use super::{ROWS, SqliteStore, books, change, limit};
use crate::compute::ledger::{differences, entries};
use crate::model::{Books, Keyed as _, Line, OutcomeKind, RunState, joined};
use crate::store::{Ledger, Posted};

/// A line on its way into the ledger.
struct Entry<'a> {
    cycle: &'a str,
    run: &'a str,
    line: &'a Line,
    at: &'a str,
    request_id: Option<&'a str>,
}

#[async_trait]
impl Ledger for SqliteStore {
    async fn post(&self, id: &RunId, at: &str) -> Result<u32> {
        let mut tx = self.database.write().await?;
        let Some((cycle, state)) = state_of(&mut tx, id).await? else {
            return Err(Error::not_found("UNKNOWN_RUN", format!("there is no run `{id}`")));
        };
        if state == RunState::Posted as i64 {
            return Ok(0);
        }
        if state != RunState::Settled as i64 {
            let message = format!("{} is not settled yet; execute it first", id.name());
            return Err(Error::precondition("NOT_SETTLED", message));
        }
        let posted = posted(&mut tx, &cycle).await?;
        let lines = differences(&posted, &proposed(&mut tx, id).await?)?;
        let fresh: Vec<Entry<'_>> =
            lines.iter().map(|line| Entry { cycle: &cycle, run: id.as_str(), line, at, request_id: None }).collect();
        insert(&mut tx, &fresh).await?;
        sqlx::query(
            "UPDATE runs SET state = $2, posted_at = $3, posting = (SELECT coalesce(max(posting), 0) + 1 FROM runs)
             WHERE run = $1",
        )
        .bind(id.as_str())
        .bind(RunState::Posted as i64)
        .bind(at)
        .execute(&mut *tx)
        .await
        .map_err(storage)?;
        tx.commit().await.map_err(storage)?;
        u32::try_from(lines.len()).map_err(Error::internal)
    }

    async fn adjust(&self, cycle: &CycleId, mut line: Line, request_id: Option<&str>, at: Timestamp) -> Result<Line> {
        let mut tx = self.database.write().await?;
        if let Some(request_id) = request_id
            && let Some(content) = by_request(&mut tx, cycle, request_id).await?
        {
            return serde_json::from_str(&content).map_err(Error::internal);
        }
        let before: i64 =
            sqlx::query_scalar("SELECT count(*) FROM ledger_lines WHERE cycle = $1 AND run = '' AND participant = $2")
                .bind(cycle.as_str())
                .bind(line.participant.as_str())
                .fetch_one(&mut *tx)
                .await
                .map_err(storage)?;
        line.line = format!("adjustment-{}", before + 1);
        change(&mut tx, "adjustment", at).await?;
        let at = at.to_string();
        insert(&mut tx, &[Entry { cycle: cycle.as_str(), run: "", line: &line, at: &at, request_id }]).await?;
        tx.commit().await.map_err(storage)?;
        Ok(line)
    }

    async fn books(&self, cycle: &CycleId) -> Result<Books> {
        books::books(self.database.pool(), cycle).await
    }

    async fn ledger(
        &self,
        cycle: &CycleId,
        participant: Option<&str>,
        after: Option<&str>,
        rows: usize,
    ) -> Result<Vec<Posted>> {
        // The run follows the key behind the separator, so a page's last line says where the next page begins.
        let mut query = QueryBuilder::<Sqlite>::new("SELECT key, run, content FROM ledger_lines WHERE cycle = ");
        query.push_bind(cycle.as_str());
        if let Some((key, run)) = after.and_then(|after| after.rsplit_once('\u{1f}')) {
            query.push(" AND (key, run) > (").push_bind(key).push(", ").push_bind(run).push(")");
        }
        if let Some(participant) = participant {
            query.push(" AND participant = ").push_bind(participant);
        }
        query.push(" ORDER BY key, run LIMIT ").push_bind(limit(rows));
        let found: Vec<(String, String, String)> =
            query.build_query_as().fetch_all(self.database.pool()).await.map_err(storage)?;
        let line = |(key, run, content): (String, String, String)| {
            let line = serde_json::from_str(&content).map_err(Error::internal)?;
            Ok(Posted { key: joined(&[&key, &run]), run, line })
        };
        found.into_iter().map(line).collect()
    }
}

async fn state_of(tx: &mut Transaction<'static, Sqlite>, id: &RunId) -> Result<Option<(String, i64)>> {
    sqlx::query_as("SELECT cycle, state FROM runs WHERE run = $1")
        .bind(id.as_str())
        .fetch_optional(&mut **tx)
        .await
        .map_err(storage)
}

/// What runs posted for the cycle, oldest first.
async fn posted(tx: &mut Transaction<'static, Sqlite>, cycle: &str) -> Result<Vec<(String, Line)>> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT run, content FROM ledger_lines WHERE cycle = $1 AND run <> '' ORDER BY line_id")
            .bind(cycle)
            .fetch_all(&mut **tx)
            .await
            .map_err(storage)?;
    let line = |(run, content): (String, String)| {
        Ok((format!("runs/{run}"), serde_json::from_str(&content).map_err(Error::internal)?))
    };
    rows.into_iter().map(line).collect()
}

async fn proposed(tx: &mut Transaction<'static, Sqlite>, id: &RunId) -> Result<Vec<Line>> {
    let rows: Vec<String> =
        sqlx::query_scalar("SELECT content FROM outcomes WHERE run = $1 AND kind = $2 ORDER BY key")
            .bind(id.as_str())
            .bind(OutcomeKind::Line.word())
            .fetch_all(&mut **tx)
            .await
            .map_err(storage)?;
    rows.iter().map(|content| serde_json::from_str(content).map_err(Error::internal)).collect()
}

async fn by_request(
    tx: &mut Transaction<'static, Sqlite>,
    cycle: &CycleId,
    request_id: &str,
) -> Result<Option<String>> {
    sqlx::query_scalar("SELECT content FROM ledger_lines WHERE cycle = $1 AND request_id = $2")
        .bind(cycle.as_str())
        .bind(request_id)
        .fetch_optional(&mut **tx)
        .await
        .map_err(storage)
}

async fn insert(tx: &mut Transaction<'static, Sqlite>, lines: &[Entry<'_>]) -> Result<()> {
    for rows in lines.chunks(ROWS) {
        let mut ready = Vec::with_capacity(rows.len());
        for row in rows {
            ready.push((row, serde_json::to_string(row.line).map_err(Error::internal)?));
        }
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO ledger_lines (cycle, run, key, participant, currency, amount, held, content, posted_at, request_id) ",
        );
        query.push_values(ready, |mut tuple, (row, content)| {
            tuple
                .push_bind(row.cycle)
                .push_bind(row.run)
                .push_bind(row.line.key())
                .push_bind(row.line.participant.as_str())
                .push_bind(row.line.amount.currency.code())
                .push_bind(row.line.amount.minor)
                .push_bind(row.line.held.minor)
                .push_bind(content)
                .push_bind(row.at)
                .push_bind(row.request_id);
        });
        query.push(" RETURNING line_id, key");
        let made: Vec<(i64, String)> = query.build_query_as().fetch_all(&mut **tx).await.map_err(storage)?;
        let ids: std::collections::HashMap<String, i64> = made.into_iter().map(|(id, key)| (key, id)).collect();
        insert_entries(tx, rows, &ids).await?;
    }
    Ok(())
}

async fn insert_entries(
    tx: &mut Transaction<'static, Sqlite>,
    rows: &[Entry<'_>],
    ids: &std::collections::HashMap<String, i64>,
) -> Result<()> {
    let mut all = Vec::with_capacity(rows.len() * 3);
    for row in rows {
        let id = ids.get(&row.line.key()).copied().ok_or_else(|| Error::internal("a ledger line was not made"))?;
        for (account, minor) in entries(row.line.amount, row.line.held)? {
            if minor != 0 {
                all.push((id, account.word(), row.line.amount.currency, minor));
            }
        }
    }
    if all.is_empty() {
        return Ok(());
    }
    let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO ledger_entries (line_id, account, currency, amount) ");
    query.push_values(&all, |mut tuple, (id, account, currency, minor)| {
        tuple.push_bind(*id).push_bind(*account).push_bind(currency.code()).push_bind(*minor);
    });
    query.build().execute(&mut **tx).await.map_err(storage).map(drop)
}
