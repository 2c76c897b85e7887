//! Opening balances: versions are added, never changed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::Result;
use merit_core::ids::PersonId;
use merit_platform::store::columns::Rows;
use merit_platform::store::{storage, unsure};

use super::dialect::insert;
use super::{BULK, SqlStore, change, day, read_json};
use crate::model::{Closed, ImportCounts, Opening, OpeningKey, Packed, PolicyPin, RunState, What};
use crate::store::Openings;

#[derive(sqlx::FromRow)]
struct OpeningRow {
    participant: String,
    policy: String,
    kind: String,
    name: String,
    until: String,
    first_day: String,
    last_day: String,
    version: i64,
    value: Option<String>,
    seq: i64,
}

/// The versions that count at a cut-off.
const LATEST: &str = "SELECT participant, policy, kind, name, until, first_day, last_day, version, value, seq
     FROM openings AS o
     WHERE seq <= $1 AND NOT EXISTS (
       SELECT 1 FROM openings AS n
       WHERE n.participant = o.participant AND n.policy = o.policy AND n.kind = o.kind AND n.name = o.name
         AND n.until = o.until AND n.first_day = o.first_day AND n.last_day = o.last_day
         AND n.version > o.version AND n.seq <= $1)
     ORDER BY participant, policy, last_day, first_day, kind, name, until";

#[async_trait]
impl Openings for SqlStore {
    async fn import_openings(&self, rows: Vec<Opening>, dry_run: bool, at: Timestamp) -> Result<ImportCounts> {
        let mut write = self.0.write().await?;
        let known: Vec<OpeningRow> =
            sqlx::query_as(LATEST).bind(i64::MAX).fetch_all(&mut *write).await.map_err(storage)?;
        let mut latest = BTreeMap::new();
        for row in known {
            let version = row.version;
            let (opening, _) = read(row)?;
            latest.insert(opening.key, (version, opening.value));
        }
        let mut counts = ImportCounts::default();
        let mut fresh: Vec<(i64, Opening)> = Vec::new();
        for row in rows {
            match latest.get(&row.key) {
                Some((_, value)) if *value == row.value => counts.unchanged += 1,
                Some((version, _)) => {
                    counts.changed += 1;
                    fresh.push((version + 1, row));
                }
                None => {
                    counts.added += 1;
                    fresh.push((1, row));
                }
            }
        }
        if dry_run || fresh.is_empty() {
            return Ok(counts);
        }
        let seq = change(&mut write, "balances", at).await?;
        for some in fresh.chunks(BULK) {
            let openings = || some.iter().map(|(_, row)| row);
            let parts = || openings().map(|row| row.key.what.parts());
            let rows = Rows::of("openings", some.len())
                .text("participant", openings().map(|row| row.key.participant.as_str()))
                .text("policy", openings().map(|row| &row.key.policy))
                .text("kind", parts().map(|(kind, _, _)| kind))
                .text("name", parts().map(|(_, name, _)| name))
                .text("until", parts().map(|(_, _, until)| until))
                .text("first_day", openings().map(|row| row.key.first.to_string()))
                .text("last_day", openings().map(|row| row.key.last.to_string()))
                .number("version", some.iter().map(|(version, _)| *version))
                .optional_text("value", openings().map(|row| row.value.clone().map(String::from)))
                .same_number("seq", seq);
            insert(&mut write, &rows).await?;
        }
        write.commit().await.map_err(unsure)?;
        Ok(counts)
    }

    async fn openings(&self, cutoff: i64) -> Result<Vec<(Opening, i64)>> {
        let rows: Vec<OpeningRow> =
            sqlx::query_as(LATEST).bind(cutoff).fetch_all(&mut *self.everybody().await?).await.map_err(storage)?;
        rows.into_iter().filter(|row| row.value.is_some()).map(read).collect()
    }

    async fn closed(&self) -> Result<Vec<Closed>> {
        let rows: Vec<(String, String, String, String, i64)> = sqlx::query_as(
            "SELECT cycle, first_day, last_day, policies, scoring_cutoff FROM runs AS r
             WHERE state = $1 AND posting = (SELECT max(l.posting) FROM runs AS l WHERE l.cycle = r.cycle)
             ORDER BY last_day, cycle",
        )
        .bind(RunState::Posted as i64)
        .fetch_all(&mut *self.everybody().await?)
        .await
        .map_err(storage)?;
        let closed = |(cycle, first, last, policies, cutoff): (String, String, String, String, i64)| {
            let pins: Vec<PolicyPin> = read_json(&policies)?;
            let policies = pins.into_iter().map(|pin| pin.name).collect();
            Ok(Closed { cycle, first: day(&first)?, last: day(&last)?, policies, cutoff })
        };
        rows.into_iter().map(closed).collect()
    }
}

fn read(row: OpeningRow) -> Result<(Opening, i64)> {
    let key = OpeningKey {
        participant: PersonId::new(&row.participant)?,
        policy: row.policy,
        what: What::from_parts(&row.kind, row.name, row.until)?,
        first: day(&row.first_day)?,
        last: day(&row.last_day)?,
    };
    Ok((Opening { key, value: row.value.map(Packed::try_from).transpose()? }, row.seq))
}
