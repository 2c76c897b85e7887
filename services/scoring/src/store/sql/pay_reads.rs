//! Who read whose pay: added, never changed.

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::PersonId;
use merit_core::reads::ReadsPart;
use merit_core::{Error, Result};
use merit_platform::store::{storage, unsure};

use super::{SqlStore, limit};
use crate::model::PayRead;
use crate::store::PayReads;

#[derive(sqlx::FromRow)]
struct ReadRow {
    read_id: i64,
    reader: String,
    roles: String,
    person: String,
    what: String,
    method: String,
    read_at: i64,
}

#[async_trait]
impl PayReads for SqlStore {
    async fn log_pay_read(&self, read: &PayRead) -> Result<()> {
        let mut write = self.0.write_beside().await?;
        sqlx::query(
            "INSERT INTO access_log (reader, roles, person, what, method, read_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&read.reader)
        .bind(read.roles.join(" "))
        .bind(read.person.as_ref().map_or("", PersonId::as_str))
        .bind(&read.what)
        .bind(&read.method)
        .bind(read.at.as_millisecond())
        .execute(&mut *write)
        .await
        .map_err(storage)?;
        write.commit().await.map_err(unsure)
    }

    async fn pay_reads(&self, part: &ReadsPart) -> Result<Vec<(i64, PayRead)>> {
        let rows: Vec<ReadRow> = sqlx::query_as(
            "SELECT read_id, reader, roles, person, what, method, read_at FROM access_log
             WHERE read_id < $1 AND ($2 IS NULL OR person = $2) AND ($3 IS NULL OR reader = $3)
               AND read_at >= $4 AND read_at < $5
             ORDER BY read_id DESC LIMIT +$6",
        )
        .bind(part.before.unwrap_or(i64::MAX))
        .bind(part.person.as_ref().map(PersonId::as_str))
        .bind(part.reader.as_deref())
        .bind(part.since.map_or(i64::MIN, Timestamp::as_millisecond))
        .bind(part.until.map_or(i64::MAX, Timestamp::as_millisecond))
        .bind(limit(part.limit))
        .fetch_all(&mut *self.everybody().await?)
        .await
        .map_err(storage)?;
        rows.into_iter().map(read).collect()
    }
}

fn read(row: ReadRow) -> Result<(i64, PayRead)> {
    let person = if row.person.is_empty() { None } else { Some(PersonId::new(&row.person)?) };
    let at = Timestamp::from_millisecond(row.read_at).map_err(Error::internal)?;
    let roles = row.roles.split_whitespace().map(str::to_owned).collect();
    Ok((row.read_id, PayRead { reader: row.reader, roles, person, what: row.what, method: row.method, at }))
}
