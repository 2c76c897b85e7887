//! Events: added, never changed.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::ids::{CycleId, PersonId};
use merit_core::{Error, Result};
use merit_platform::store::columns::Rows;
use merit_platform::store::{storage, unsure};

use super::dialect::insert;
use super::{BULK, SqlStore, change, day};
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
impl Events for SqlStore {
    async fn import_events(&self, rows: Vec<Event>, dry_run: bool, at: Timestamp) -> Result<ImportCounts> {
        let mut write = self.0.write().await?;
        let known: Vec<EventRow> = sqlx::query_as(COLUMNS).fetch_all(&mut *write).await.map_err(storage)?;
        let known: BTreeSet<Event> = known.into_iter().map(read).collect::<Result<_>>()?;
        let all = rows.len();
        let fresh: Vec<Event> = rows.into_iter().filter(|row| !known.contains(row)).collect();
        let counts = ImportCounts { added: count(fresh.len())?, changed: 0, unchanged: count(all - fresh.len())? };
        if dry_run || fresh.is_empty() {
            return Ok(counts);
        }
        let seq = change(&mut write, "events", at).await?;
        for some in fresh.chunks(BULK) {
            let occurred = || some.iter().map(|row| &row.occurred);
            let rows = Rows::of("events", some.len())
                .text("event", occurred().map(|came| &came.event))
                .text("cycle", some.iter().map(|row| row.cycle.as_str()))
                .text("participant", some.iter().map(|row| row.person.as_ref().map_or("", PersonId::as_str)))
                .text("dated", occurred().map(|came| came.on.to_string()))
                .text("first_day", occurred().map(|came| came.first.to_string()))
                .text("last_day", occurred().map(|came| came.last.to_string()))
                .same_number("seq", seq);
            insert(&mut write, &rows).await?;
        }
        write.commit().await.map_err(unsure)?;
        Ok(counts)
    }

    async fn events(&self, by: Date, cutoff: i64) -> Result<Vec<Event>> {
        let rows: Vec<EventRow> = sqlx::query_as(
            "SELECT event, cycle, participant, dated, first_day, last_day FROM events WHERE dated <= $1 AND seq <= $2
             ORDER BY event, cycle, participant, dated",
        )
        .bind(by.to_string())
        .bind(cutoff)
        .fetch_all(&mut *self.everybody().await?)
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
