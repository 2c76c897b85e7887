//! Writing a change: one number, and all its rows under it.

use jiff::Timestamp;
use merit_core::ids::GoalId;
use merit_core::{Ratio, Result};
use merit_platform::store::columns::Rows;
use merit_platform::store::storage;

use super::dialect::{Connection, insert};
use crate::model::{Change, Cycle, GoalsChange, SchemaRecord};

/// Writes a change under a new number, which it gives.
pub async fn change(connection: &mut Connection, change: &Change, now: Timestamp) -> Result<i64> {
    let kind = match change {
        Change::Schema(_) => "schema",
        Change::Cycle(_) => "cycle",
        Change::Goals(_) => "goals",
    };
    let seq: i64 = sqlx::query_scalar("INSERT INTO changes (kind, recorded_at) VALUES ($1, $2) RETURNING seq")
        .bind(kind)
        .bind(now.to_string())
        .fetch_one(&mut *connection)
        .await
        .map_err(storage)?;
    match change {
        Change::Schema(record) => schema(connection, seq, record).await?,
        Change::Cycle(record) => cycle(connection, seq, record).await?,
        Change::Goals(record) => goals(connection, seq, record).await?,
    }
    Ok(seq)
}

async fn schema(connection: &mut Connection, seq: i64, record: &SchemaRecord) -> Result<()> {
    sqlx::query("INSERT INTO schemas (seq, name, version, source, sha256, file_name) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(seq)
        .bind(&record.name)
        .bind(i64::from(record.version))
        .bind(&record.source)
        .bind(&record.sha256)
        .bind(&record.file_name)
        .execute(connection)
        .await
        .map_err(storage)?;
    Ok(())
}

async fn cycle(connection: &mut Connection, seq: i64, record: &Cycle) -> Result<()> {
    sqlx::query(
        "INSERT INTO cycle_versions (cycle, seq, first_day, last_day, zone, approval, team_pay, self_assessment_until,
                                     starts_at, ends_at, window_ends_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(record.id.as_str())
    .bind(seq)
    .bind(record.days.start.to_string())
    .bind(record.days.last().to_string())
    .bind(&record.zone)
    .bind(record.settings.approval.word())
    .bind(record.settings.team_pay.word())
    .bind(record.settings.self_assessment_until.to_string())
    .bind(record.starts_at.to_string())
    .bind(record.ends_at.to_string())
    .bind(record.window_ends_at.to_string())
    .execute(connection)
    .await
    .map_err(storage)?;
    Ok(())
}

async fn goals(connection: &mut Connection, seq: i64, record: &GoalsChange) -> Result<()> {
    sqlx::query("INSERT INTO imports (seq, source, file_name) VALUES ($1, $2, $3)")
        .bind(seq)
        .bind(&record.source)
        .bind(&record.file_name)
        .execute(&mut *connection)
        .await
        .map_err(storage)?;
    let rows = Rows::of("identities", record.identities.len())
        .text("source", record.identities.iter().map(|(identity, _)| &identity.source))
        .text("external_id", record.identities.iter().map(|(identity, _)| &identity.external_id))
        .text("goal", record.identities.iter().map(|(_, goal)| goal.as_str()))
        .same_number("seq", seq);
    insert(connection, &rows).await?;
    insert(connection, &versions(seq, record)).await?;
    let rows = Rows::of("targets", record.targets.len())
        .text("goal", record.targets.iter().map(|(goal, ..)| goal.as_str()))
        .text("from_day", record.targets.iter().map(|(_, from, _)| from.to_string()))
        .same_number("seq", seq)
        .text("kind", record.targets.iter().map(|(.., value)| value.kind().word()))
        .text("value", record.targets.iter().map(|(.., value)| value.to_string()));
    insert(connection, &rows).await?;
    let rows = Rows::of("progress", record.progress.len())
        .text("goal", record.progress.iter().map(|(goal, ..)| goal.as_str()))
        .text("on_day", record.progress.iter().map(|(_, on, ..)| on.to_string()))
        .same_number("seq", seq)
        .text("done", record.progress.iter().map(|(_, _, done, _)| done.to_string()))
        .text("comment", record.progress.iter().map(|(.., comment)| comment));
    insert(connection, &rows).await
}

fn versions(seq: i64, record: &GoalsChange) -> Rows {
    let contents = || record.versions.iter().map(|(_, _, content)| content);
    Rows::of("goal_versions", record.versions.len())
        .text("goal", record.versions.iter().map(|(goal, ..)| goal.as_str()))
        .same_number("seq", seq)
        .number("version", record.versions.iter().map(|(_, version, _)| i64::from(*version)))
        .text("cycle", contents().map(|content| content.cycle.as_str()))
        .text("owner", contents().map(|content| content.owner.name()))
        .text("title", contents().map(|content| &content.title))
        .text("description", contents().map(|content| &content.description))
        .optional_text("measure", contents().map(|content| content.measure.as_deref()))
        .text("perspective", contents().map(|content| content.perspective.word()))
        .optional_text("weight", contents().map(|content| content.weight.as_ref().map(Ratio::to_string)))
        .optional_text("parent", contents().map(|content| content.parent.as_ref().map(GoalId::as_str)))
        .text("due", contents().map(|content| content.due.to_string()))
        .text("done_when", contents().map(|content| &content.done_when))
        .text("rationale", contents().map(|content| &content.rationale))
}
