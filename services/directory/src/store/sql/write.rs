//! Writing a change: its number first, then its rows.

use jiff::Timestamp;
use merit_core::{Error, Kind, Result};
use merit_platform::store::columns::Rows;
use merit_platform::store::storage;

use super::dialect::{Connection, insert};
use crate::model::Change;

/// That the last change is the expected one.
pub async fn unchanged(connection: &mut Connection, expected: i64) -> Result<()> {
    let last: i64 =
        sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM changes").fetch_one(connection).await.map_err(storage)?;
    if last == expected {
        return Ok(());
    }
    Err(Error::new(Kind::Aborted, "ABORTED", "the people on record changed meanwhile; try again"))
}

/// Writes a change and gives its number.
pub async fn change(connection: &mut Connection, change: &Change, now: Timestamp) -> Result<i64> {
    let seq: i64 = sqlx::query_scalar("INSERT INTO changes (kind, recorded_at) VALUES ('people', $1) RETURNING seq")
        .bind(now.to_string())
        .fetch_one(&mut *connection)
        .await
        .map_err(storage)?;
    sqlx::query("INSERT INTO imports (seq, source, file_name) VALUES ($1, $2, $3)")
        .bind(seq)
        .bind(&change.source)
        .bind(&change.file_name)
        .execute(&mut *connection)
        .await
        .map_err(storage)?;
    identities(connection, seq, change).await?;
    versions(connection, seq, change).await?;
    facts(connection, seq, change).await?;
    Ok(seq)
}

async fn identities(connection: &mut Connection, seq: i64, change: &Change) -> Result<()> {
    let rows = Rows::of("identities", change.identities.len())
        .text("source", change.identities.iter().map(|(identity, _)| &identity.source))
        .text("external_id", change.identities.iter().map(|(identity, _)| &identity.external_id))
        .text("person", change.identities.iter().map(|(_, person)| person.as_str()))
        .same_number("seq", seq);
    insert(connection, &rows).await
}

async fn versions(connection: &mut Connection, seq: i64, change: &Change) -> Result<()> {
    let rows = Rows::of("person_versions", change.versions.len())
        .text("person", change.versions.iter().map(|version| version.person.as_str()))
        .same_number("seq", seq)
        .text("display_name", change.versions.iter().map(|version| &version.display_name))
        .optional_text("email", change.versions.iter().map(|version| version.email.as_deref()));
    insert(connection, &rows).await
}

async fn facts(connection: &mut Connection, seq: i64, change: &Change) -> Result<()> {
    let all = || change.facts.iter().map(|(_, fact)| fact);
    let rows = Rows::of("facts", change.facts.len())
        .text("person", change.facts.iter().map(|(person, _)| person.as_str()))
        .text("attribute", all().map(|fact| &fact.attribute))
        .text("from_day", all().map(|fact| fact.from.to_string()))
        .same_number("seq", seq)
        .optional_text("kind", all().map(|fact| fact.value.as_ref().map(|value| value.kind().word())))
        .optional_text("value", all().map(|fact| fact.value.as_ref().map(ToString::to_string)));
    insert(connection, &rows).await
}
