//! Reading what is on record. Nothing at or before a cut-off ever changes, so several statements agree without a
//! transaction around them.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::Timestamp;
use merit_core::ids::{CycleId, GoalId};
use merit_core::{Error, Period, Result};
use merit_platform::store::storage;
use sqlx::Row as _;

use super::corrupt;
use super::dialect::{Connection, Row};
use crate::model::{Approval, Cycle, SchemaRecord, Settings, TeamPay};

/// The last version of each schema name, the one in force last.
pub async fn schemas(connection: &mut Connection) -> Result<Vec<SchemaRecord>> {
    let rows = sqlx::query(
        "SELECT name, version, source, sha256, file_name FROM schemas AS s
         WHERE seq = (SELECT MAX(seq) FROM schemas AS t WHERE t.name = s.name) ORDER BY seq",
    )
    .fetch_all(connection)
    .await
    .map_err(storage)?;
    rows.iter()
        .map(|row| {
            Ok(SchemaRecord {
                name: row.try_get("name").map_err(storage)?,
                version: version(row)?,
                source: row.try_get("source").map_err(storage)?,
                sha256: row.try_get("sha256").map_err(storage)?,
                file_name: row.try_get("file_name").map_err(storage)?,
            })
        })
        .collect()
}

/// All cycles, earliest start first.
pub async fn cycles(connection: &mut Connection, cutoff: i64) -> Result<Vec<Cycle>> {
    let rows = sqlx::query(
        "SELECT cycle, first_day, last_day, zone, approval, team_pay, self_assessment_until, starts_at, ends_at, window_ends_at
         FROM cycle_versions AS v
         WHERE seq = (SELECT MAX(seq) FROM cycle_versions AS w WHERE w.cycle = v.cycle AND w.seq <= $1)",
    )
    .bind(cutoff)
    .fetch_all(connection)
    .await
    .map_err(storage)?;
    let mut found = rows.iter().map(cycle).collect::<Result<Vec<Cycle>>>()?;
    found.sort_by_key(|cycle| cycle.starts_at);
    Ok(found)
}

fn cycle(row: &Row) -> Result<Cycle> {
    let approval = match text(row, "approval")? {
        "automatic" => Approval::Automatic,
        _ => Approval::Required,
    };
    let team_pay = match text(row, "team_pay")? {
        "shown" => TeamPay::Shown,
        _ => TeamPay::Hidden,
    };
    let settings = Settings { approval, team_pay, self_assessment_until: parsed(row, "self_assessment_until")? };
    Ok(Cycle {
        id: CycleId::new(text(row, "cycle")?)?,
        days: Period::through(parsed(row, "first_day")?, parsed(row, "last_day")?)?,
        zone: text(row, "zone")?.to_owned(),
        starts_at: parsed::<Timestamp>(row, "starts_at")?,
        ends_at: parsed(row, "ends_at")?,
        settings,
        window_ends_at: parsed(row, "window_ends_at")?,
    })
}

/// Which goals these keys of a source are.
pub async fn identities(
    connection: &mut Connection,
    source: &str,
    external_ids: &[String],
) -> Result<BTreeMap<String, GoalId>> {
    let rows = sqlx::query(
        "SELECT external_id, goal FROM identities
         WHERE source = $1 AND external_id IN (SELECT value FROM json_each($2))",
    )
    .bind(source)
    .bind(json(external_ids.iter().map(String::as_str))?)
    .fetch_all(connection)
    .await
    .map_err(storage)?;
    rows.iter().map(|row| Ok((text(row, "external_id")?.to_owned(), GoalId::new(text(row, "goal")?)?))).collect()
}

pub fn version(row: &Row) -> Result<u32> {
    let version: i64 = row.try_get("version").map_err(storage)?;
    u32::try_from(version).map_err(|_| corrupt("a version"))
}

pub fn text<'r>(row: &'r Row, column: &str) -> Result<&'r str> {
    row.try_get(column).map_err(storage)
}

pub fn parsed<T: FromStr>(row: &Row, column: &str) -> Result<T> {
    let text = text(row, column)?;
    text.parse().map_err(|_| corrupt(column))
}

pub fn json<T: serde::Serialize>(texts: impl Iterator<Item = T>) -> Result<String> {
    serde_json::to_string(&texts.collect::<Vec<T>>()).map_err(Error::internal)
}
