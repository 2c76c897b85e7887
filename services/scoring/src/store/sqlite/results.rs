//! Results on SQLite: versions are added, never changed.

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::PersonId;
use merit_core::{Error, Period, Result};
use merit_platform::store::storage;
use sqlx::{QueryBuilder, Sqlite, Transaction};

use super::{ROWS, SqliteStore, change, day};
use crate::model::{ImportCounts, NewResult, StoredResult};
use crate::store::Results;

/// Keys looked up by one statement.
const KEYS: usize = 2000;

/// The latest version on record.
struct Latest {
    version: i64,
    content: String,
    quarantined: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ResultRow {
    source: String,
    record: String,
    external_id: String,
    dated: String,
    belongs_to: Option<String>,
    content: String,
    quarantined: Option<String>,
}

#[async_trait]
impl Results for SqliteStore {
    async fn import_results(
        &self,
        source: &str,
        rows: Vec<NewResult>,
        dry_run: bool,
        at: Timestamp,
    ) -> Result<ImportCounts> {
        let mut tx = self.database.write().await?;
        let mut counts = ImportCounts::default();
        let mut fresh: Vec<(i64, NewResult)> = Vec::new();
        for keys in rows.chunks(KEYS) {
            let mut latest = latest(&mut tx, source, keys).await?;
            for row in keys {
                let before = latest.remove(&(row.record.clone(), row.external_id.clone()));
                let same = |latest: &Latest| latest.content == row.content && latest.quarantined == row.quarantined;
                // A row that doesn't count is reported by its own list.
                let count = u32::from(row.quarantined.is_none());
                match before {
                    Some(before) if same(&before) => counts.unchanged += count,
                    Some(before) => {
                        counts.changed += count;
                        fresh.push((before.version + 1, row.clone()));
                    }
                    None => {
                        counts.added += count;
                        fresh.push((1, row.clone()));
                    }
                }
            }
        }
        if dry_run || fresh.is_empty() {
            return Ok(counts);
        }
        let seq = change(&mut tx, "results", at).await?;
        for rows in fresh.chunks(ROWS) {
            insert(&mut tx, source, seq, rows).await?;
        }
        tx.commit().await.map_err(storage)?;
        Ok(counts)
    }

    async fn results_in(&self, period: Period, cutoff: i64) -> Result<Vec<StoredResult>> {
        let rows: Vec<ResultRow> = sqlx::query_as(
            "SELECT source, record, external_id, dated, belongs_to, content, quarantined FROM results AS r
             WHERE dated >= $1 AND dated < $2 AND seq <= $3 AND NOT EXISTS (
               SELECT 1 FROM results AS n
               WHERE n.source = r.source AND n.record = r.record AND n.external_id = r.external_id
                 AND n.version > r.version AND n.seq <= $3)
             ORDER BY record, source, external_id",
        )
        .bind(period.start.to_string())
        .bind(period.end.to_string())
        .bind(cutoff)
        .fetch_all(self.database.pool())
        .await
        .map_err(storage)?;
        rows.into_iter().map(read).collect()
    }

    async fn cutoff(&self) -> Result<i64> {
        let last = sqlx::query_scalar(
            "SELECT coalesce(max(seq), 0) FROM changes WHERE kind IN ('results', 'events', 'balances', 'adjustment')",
        );
        last.fetch_one(self.database.pool()).await.map_err(storage)
    }
}

async fn latest(
    tx: &mut Transaction<'static, Sqlite>,
    source: &str,
    rows: &[NewResult],
) -> Result<HashMap<(String, String), Latest>> {
    let keys: Vec<[&str; 2]> = rows.iter().map(|row| [row.record.as_str(), row.external_id.as_str()]).collect();
    let keys = serde_json::to_string(&keys).map_err(Error::internal)?;
    // SQLite takes the other columns from the row that has the maximum. CROSS JOIN holds it to the order written here:
    // left free, it goes through all results of the source for each key.
    let found: Vec<(String, String, i64, String, Option<String>)> = sqlx::query_as(
        "SELECT r.record, r.external_id, max(r.version), r.content, r.quarantined
         FROM json_each($2) AS k CROSS JOIN results AS r
           ON r.source = $1 AND r.record = json_extract(k.value, '$[0]') AND r.external_id = json_extract(k.value, '$[1]')
         GROUP BY r.record, r.external_id",
    )
    .bind(source)
    .bind(keys)
    .fetch_all(&mut **tx)
    .await
    .map_err(storage)?;
    let entry = |(record, id, version, content, quarantined)| ((record, id), Latest { version, content, quarantined });
    Ok(found.into_iter().map(entry).collect())
}

async fn insert(
    tx: &mut Transaction<'static, Sqlite>,
    source: &str,
    seq: i64,
    rows: &[(i64, NewResult)],
) -> Result<()> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "INSERT INTO results (source, record, external_id, version, dated, belongs_to, content, quarantined, seq) ",
    );
    query.push_values(rows, |mut tuple, (version, row)| {
        tuple
            .push_bind(source)
            .push_bind(&row.record)
            .push_bind(&row.external_id)
            .push_bind(*version)
            .push_bind(row.dated.to_string())
            .push_bind(row.belongs_to.as_ref().map(PersonId::as_str))
            .push_bind(&row.content)
            .push_bind(&row.quarantined)
            .push_bind(seq);
    });
    query.build().execute(&mut **tx).await.map_err(storage).map(drop)
}

fn read(row: ResultRow) -> Result<StoredResult> {
    Ok(StoredResult {
        dated: day(&row.dated)?,
        belongs_to: row.belongs_to.as_deref().map(PersonId::new).transpose()?,
        source: row.source,
        record: row.record,
        external_id: row.external_id,
        content: row.content,
        quarantined: row.quarantined,
    })
}
