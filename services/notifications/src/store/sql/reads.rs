//! To whom mails were handed out: added, never changed.

use jiff::Timestamp;
use merit_core::ids::PersonId;
use merit_core::reads::ReadsPart;
use merit_core::{Error, Result};
use merit_platform::store::storage;

use super::Connection;
use crate::model::Read;

#[derive(sqlx::FromRow)]
struct ReadRow {
    seq: i64,
    reader: String,
    roles: String,
    person: String,
    mails: i64,
    read_at: i64,
}

/// Puts a read on record.
pub async fn add(connection: &mut Connection, read: &Read) -> Result<()> {
    sqlx::query("INSERT INTO reads (reader, roles, person, mails, read_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&read.reader)
        .bind(read.roles.join(" "))
        .bind(read.person.as_ref().map_or("", PersonId::as_str))
        .bind(i64::from(read.mails))
        .bind(read.at.as_millisecond())
        .execute(connection)
        .await
        .map(drop)
        .map_err(storage)
}

/// Reads with their numbers, the latest first.
pub async fn page(connection: &mut Connection, part: &ReadsPart) -> Result<Vec<(i64, Read)>> {
    let rows: Vec<ReadRow> = sqlx::query_as(
        "SELECT seq, reader, roles, person, mails, read_at FROM reads
         WHERE seq < $1 AND ($2 IS NULL OR person = $2) AND ($3 IS NULL OR reader = $3)
           AND read_at >= $4 AND read_at < $5
         ORDER BY seq DESC LIMIT +$6",
    )
    .bind(part.before.unwrap_or(i64::MAX))
    .bind(part.person.as_ref().map(PersonId::as_str))
    .bind(part.reader.as_deref())
    .bind(part.since.map_or(i64::MIN, Timestamp::as_millisecond))
    .bind(part.until.map_or(i64::MAX, Timestamp::as_millisecond))
    .bind(i64::try_from(part.limit).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await
    .map_err(storage)?;
    rows.into_iter().map(read).collect()
}

fn read(row: ReadRow) -> Result<(i64, Read)> {
    let read = Read {
        reader: row.reader,
        roles: row.roles.split_whitespace().map(str::to_owned).collect(),
        person: if row.person.is_empty() { None } else { Some(PersonId::new(&row.person)?) },
        mails: u32::try_from(row.mails).map_err(Error::internal)?,
        at: Timestamp::from_millisecond(row.read_at).map_err(Error::internal)?,
    };
    Ok((row.seq, read))
}
