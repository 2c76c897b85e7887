//! Events on SQLite: added, never changed.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::ids::{CycleId, PersonId};
use merit_core::{Error, Result};
use merit_platform::store::storage;
use sqlx::{QueryBuilder, Sqlite};

use super::{ROWS, SqliteStore, change, day};
use crate::model::{Event, ImportCounts, Occurred};
use crate::store::Events;

#[derive(sqlx::FromRow)]
struct EventRow {
    event: String,
    cycle: String,
    participant: String,
    dated: String,
    first_day: String,
    last_day: String,
}

const COLUMNS: &str = "SELECT event, cycle, participant, dated, first_day, last_day FROM events";

#[async_trait]
impl Events for SqliteStore {
    async fn import_events(&self, rows: Vec<Event>, dry_run: bool, at: Timestamp) -> Result<ImportCounts> {
        let mut tx = self.database.write().await?;
        let known: Vec<EventRow> = sqlx::query_as(COLUMNS).fetch_all(&mut *tx).await.map_err(storage)?;
        let known: BTreeSet<Event> = known.into_iter().map(read).collect::<Result<_>>()?;
        let all = rows.len();
        let fresh: Vec<Event> = rows.into_iter().filter(|row| !known.contains(row)).collect();
        let counts = ImportCounts { added: count(fresh.len())?, changed: 0, unchanged: count(all - fresh.len())? };
        if dry_run || fresh.is_empty() {
            return Ok(counts);
        }
        let seq = change(&mut tx, "events", at).await?;
        for rows in fresh.chunks(ROWS) {
            let mut query = QueryBuilder::<Sqlite>::new(
                "INSERT INTO events (event, cycle, participant, dated, first_day, last_day, seq) ",
            );
            query.push_values(rows, |mut tuple, row| {
                tuple
                    .push_bind(&row.occurred.event)
                    .push_bind(row.cycle.as_str())
                    .push_bind(row.person.as_ref().map_or("", PersonId::as_str))
                    .push_bind(row.occurred.on.to_string())
                    .push_bind(row.occurred.first.to_string())
                    .push_bind(row.occurred.last.to_string())
                    .push_bind(seq);
            });
            query.build().execute(&mut *tx).await.map_err(storage)?;
        }
        tx.commit().await.map_err(storage)?;
        Ok(counts)
    }

    async fn events(&self, by: Date, cutoff: i64) -> Result<Vec<Event>> {
        let rows: Vec<EventRow> = sqlx::query_as(
            "SELECT event, cycle, participant, dated, first_day, last_day FROM events WHERE dated <= $1 AND seq <= $2
             ORDER BY event, cycle, participant, dated",
        )
        .bind(by.to_string())
        .bind(cutoff)
        .fetch_all(self.database.pool())
        .await
        .map_err(storage)?;
        rows.into_iter().map(read).collect()
    }
}

fn count(rows: usize) -> Result<u32> {
    u32::try_from(rows).map_err(Error::internal)
}

fn read(row: EventRow) -> Result<Event> {
    let person = if row.participant.is_empty() { None } else { Some(PersonId::new(&row.participant)?) };
    let (first, last, on) = (day(&row.first_day)?, day(&row.last_day)?, day(&row.dated)?);
    Ok(Event { cycle: CycleId::new(&row.cycle)?, person, occurred: Occurred { event: row.event, first, last, on } })
}
