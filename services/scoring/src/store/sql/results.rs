//! Results: versions are added, never changed.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::PersonId;
use merit_core::{Period, Result};
use merit_platform::store::columns::Rows;
use merit_platform::store::{storage, unsure};

use super::dialect::{Writer, insert};
use super::{BULK, SqlStore, change, day, json};
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
impl Results for SqlStore {
    async fn import_results(
        &self,
        source: &str,
        rows: Vec<NewResult>,
        dry_run: bool,
        at: Timestamp,
    ) -> Result<ImportCounts> {
        let mut write = self.0.write().await?;
        let mut counts = ImportCounts::default();
        let mut fresh: Vec<(i64, NewResult)> = Vec::new();
        for keys in rows.chunks(KEYS) {
            let mut latest = latest(&mut write, source, keys).await?;
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
        let seq = change(&mut write, "results", at).await?;
        for rows in fresh.chunks(BULK) {
            add(&mut write, source, seq, rows).await?;
        }
        write.commit().await.map_err(unsure)?;
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
        .fetch_all(&mut *self.everybody().await?)
        .await
        .map_err(storage)?;
        rows.into_iter().map(read).collect()
    }

    async fn cutoff(&self) -> Result<i64> {
        let last = sqlx::query_scalar(
            "SELECT coalesce(max(seq), 0) FROM changes WHERE kind IN ('results', 'events', 'balances', 'adjustment')",
        );
        last.fetch_one(&mut *self.everybody().await?).await.map_err(storage)
    }
}

async fn latest(write: &mut Writer, source: &str, rows: &[NewResult]) -> Result<HashMap<(String, String), Latest>> {
    let mut by_record: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in rows {
        by_record.entry(&row.record).or_default().push(&row.external_id);
    }
    let mut latest = HashMap::with_capacity(rows.len());
    for (record, ids) in by_record {
        // CROSS JOIN holds SQLite to the order written here: left free, it goes through all results of the source for
        // each key.
        let found: Vec<(String, i64, String, Option<String>)> = sqlx::query_as(
            "SELECT r.external_id, r.version, r.content, r.quarantined
             FROM json_each($3) AS k CROSS JOIN results AS r
             WHERE r.source = $1 AND r.record = $2 AND r.external_id = k.value AND NOT EXISTS (
               SELECT 1 FROM results AS n
               WHERE n.source = r.source AND n.record = r.record AND n.external_id = r.external_id
                 AND n.version > r.version)",
        )
        .bind(source)
        .bind(record)
        .bind(json(&ids)?)
        .fetch_all(&mut **write)
        .await
        .map_err(storage)?;
        latest.extend(found.into_iter().map(|(id, version, content, quarantined)| {
            ((record.to_owned(), id), Latest { version, content, quarantined })
        }));
    }
    Ok(latest)
}

async fn add(write: &mut Writer, source: &str, seq: i64, fresh: &[(i64, NewResult)]) -> Result<()> {
    let results = || fresh.iter().map(|(_, row)| row);
    let rows = Rows::of("results", fresh.len())
        .same_text("source", source)
        .text("record", results().map(|row| &row.record))
        .text("external_id", results().map(|row| &row.external_id))
        .number("version", fresh.iter().map(|(version, _)| *version))
        .text("dated", results().map(|row| row.dated.to_string()))
        .optional_text("belongs_to", results().map(|row| row.belongs_to.as_ref().map(PersonId::as_str)))
        .text("content", results().map(|row| &row.content))
        .optional_text("quarantined", results().map(|row| row.quarantined.as_deref()))
        .same_number("seq", seq);
    insert(write, &rows).await
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
