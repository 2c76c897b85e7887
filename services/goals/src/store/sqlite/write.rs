//! Writing a change: one number, and rows of some 500 a statement.

use jiff::Timestamp;
use merit_core::{Ratio, Result};
use merit_platform::store::storage;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::model::{Change, Cycle, GoalsChange, SchemaRecord};

/// Rows in one statement: the cost of a statement is spread over them, and the limit of 32,766 parameters is not near.
const ROWS: usize = 500;

/// Writes a change under a new number, which it gives.
pub async fn change(connection: &mut SqliteConnection, change: &Change, now: Timestamp) -> Result<i64> {
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

async fn schema(connection: &mut SqliteConnection, seq: i64, record: &SchemaRecord) -> Result<()> {
    sqlx::query("INSERT INTO schemas (seq, name, version, source, sha256, file_name) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(seq)
        .bind(&record.name)
        .bind(record.version)
        .bind(&record.source)
        .bind(&record.sha256)
        .bind(&record.file_name)
        .execute(connection)
        .await
        .map_err(storage)?;
    Ok(())
}

async fn cycle(connection: &mut SqliteConnection, seq: i64, record: &Cycle) -> Result<()> {
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

async fn goals(connection: &mut SqliteConnection, seq: i64, record: &GoalsChange) -> Result<()> {
    sqlx::query("INSERT INTO imports (seq, source, file_name) VALUES ($1, $2, $3)")
        .bind(seq)
        .bind(&record.source)
        .bind(&record.file_name)
        .execute(&mut *connection)
        .await
        .map_err(storage)?;
    for rows in record.identities.chunks(ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO identities (source, external_id, goal, seq) ");
        insert.push_values(rows, |mut row, (identity, goal)| {
            row.push_bind(&identity.source).push_bind(&identity.external_id).push_bind(goal.as_str()).push_bind(seq);
        });
        insert.build().execute(&mut *connection).await.map_err(storage)?;
    }
    versions(connection, seq, record).await?;
    for rows in record.targets.chunks(ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO targets (goal, from_day, seq, kind, value) ");
        insert.push_values(rows, |mut row, (goal, from, value)| {
            row.push_bind(goal.as_str()).push_bind(from.to_string()).push_bind(seq);
            row.push_bind(value.kind().word()).push_bind(value.to_string());
        });
        insert.build().execute(&mut *connection).await.map_err(storage)?;
    }
    for rows in record.progress.chunks(ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO progress (goal, on_day, seq, done, comment) ");
        insert.push_values(rows, |mut row, (goal, on, done, comment)| {
            row.push_bind(goal.as_str()).push_bind(on.to_string()).push_bind(seq);
            row.push_bind(done.to_string()).push_bind(comment);
        });
        insert.build().execute(&mut *connection).await.map_err(storage)?;
    }
    Ok(())
}

async fn versions(connection: &mut SqliteConnection, seq: i64, record: &GoalsChange) -> Result<()> {
    for rows in record.versions.chunks(ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO goal_versions (goal, seq, version, cycle, owner, title, description, measure, perspective,
                                        weight, parent, due, done_when, rationale) ",
        );
        insert.push_values(rows, |mut row, (goal, version, content)| {
            row.push_bind(goal.as_str()).push_bind(seq).push_bind(*version);
            row.push_bind(content.cycle.as_str()).push_bind(content.owner.name());
            row.push_bind(&content.title).push_bind(&content.description).push_bind(content.measure.as_deref());
            row.push_bind(content.perspective.word()).push_bind(content.weight.as_ref().map(Ratio::to_string));
            row.push_bind(content.parent.as_ref().map(|parent| parent.as_str())).push_bind(content.due.to_string());
            row.push_bind(&content.done_when).push_bind(&content.rationale);
        });
        insert.build().execute(&mut *connection).await.map_err(storage)?;
    }
    Ok(())
}
