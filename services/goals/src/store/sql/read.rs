//! Reading what is on record. Nothing at or before a cut-off ever changes, so several statements agree without a
//! transaction around them.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::Timestamp;
use merit_core::ids::{CycleId, GoalId};
use merit_core::{Error, Period, Result, Value, ValueType};
use merit_platform::store::storage;
use sqlx::Row as _;

use super::corrupt;
use super::dialect::{Connection, Row};
use crate::model::{
    Approval, Content, Cycle, Goal, Identity, Owner, Perspective, Progress, SchemaRecord, Settings, Target, TeamPay,
};
use crate::store::GoalQuery;

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

/// Goals by id, each as on record after the cut-off.
pub async fn goals(connection: &mut Connection, query: &GoalQuery) -> Result<Vec<Goal>> {
    let rows = sqlx::query(VERSIONS)
        .bind(query.cutoff)
        .bind(query.cycle.as_ref().map(CycleId::as_str))
        .bind(query.owners.as_ref().map(|owners| json(owners.iter().map(Owner::name))).transpose()?)
        .bind(query.scope.ids().map(|ids| json(ids.iter().map(|id| format!("people/{id}")))).transpose()?)
        .bind(query.ids.as_ref().map(|ids| json(ids.iter().map(GoalId::as_str))).transpose()?)
        .bind(query.after.as_deref().unwrap_or_default())
        .bind(query.limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX)))
        .fetch_all(&mut *connection)
        .await
        .map_err(storage)?;
    let mut found = rows.iter().map(goal).collect::<Result<Vec<Goal>>>()?;
    let ids = json(found.iter().map(|goal| goal.id.as_str()))?;
    let mut by_id: BTreeMap<String, &mut Goal> =
        found.iter_mut().map(|goal| (goal.id.as_str().to_owned(), goal)).collect();
    for row in &of_goals(connection, IDENTITIES, query.cutoff, &ids).await? {
        if let Some(goal) = by_id.get_mut(text(row, "goal")?) {
            let (source, external_id) = (text(row, "source")?.to_owned(), text(row, "external_id")?.to_owned());
            goal.identities.push(Identity { source, external_id });
        }
    }
    for row in &of_goals(connection, TARGETS, query.cutoff, &ids).await? {
        if let Some(goal) = by_id.get_mut(text(row, "goal")?) {
            let target = Target {
                from: parsed(row, "from_day")?,
                value: value(row)?,
                seq: row.try_get("seq").map_err(storage)?,
            };
            goal.targets.push(target);
        }
    }
    for row in &of_goals(connection, PROGRESS, query.cutoff, &ids).await? {
        if let Some(goal) = by_id.get_mut(text(row, "goal")?) {
            goal.progress.push(Progress {
                on: parsed(row, "on_day")?,
                done: parsed(row, "done")?,
                comment: text(row, "comment")?.to_owned(),
                seq: row.try_get("seq").map_err(storage)?,
            });
        }
    }
    Ok(found)
}

// A goal keeps its cycle, so it is enough that its version is the last by the cut-off.
const VERSIONS: &str =
    "SELECT goal, version, cycle, owner, title, description, measure, perspective, weight, parent, due, done_when, rationale
     FROM goal_versions AS v
     WHERE seq = (SELECT MAX(seq) FROM goal_versions AS w WHERE w.goal = v.goal AND w.seq <= $1)
       AND ($2 IS NULL OR cycle = $2)
       AND ($3 IS NULL OR owner IN (SELECT value FROM json_each($3)))
       AND ($4 IS NULL OR owner NOT LIKE 'people/%' OR owner IN (SELECT value FROM json_each($4)))
       AND ($5 IS NULL OR goal IN (SELECT value FROM json_each($5)))
       AND goal > $6
     ORDER BY goal LIMIT +$7";
const IDENTITIES: &str = "SELECT goal, source, external_id FROM identities
     WHERE seq <= $1 AND goal IN (SELECT value FROM json_each($2)) ORDER BY goal, seq, source, external_id";
const TARGETS: &str = "SELECT goal, from_day, seq, kind, value FROM targets
     WHERE seq <= $1 AND goal IN (SELECT value FROM json_each($2)) ORDER BY goal, from_day, seq";
const PROGRESS: &str = "SELECT goal, on_day, seq, done, comment FROM progress
     WHERE seq <= $1 AND goal IN (SELECT value FROM json_each($2)) ORDER BY goal, on_day, seq";

async fn of_goals(connection: &mut Connection, sql: &'static str, cutoff: i64, ids: &str) -> Result<Vec<Row>> {
    sqlx::query(sql).bind(cutoff).bind(ids).fetch_all(connection).await.map_err(storage)
}

fn goal(row: &Row) -> Result<Goal> {
    let perspective = text(row, "perspective")?;
    let owner = text(row, "owner")?;
    let optional = |column: &str| row.try_get::<Option<&str>, _>(column).map_err(storage);
    let weight = optional("weight")?.map(|weight| weight.parse().map_err(|_| corrupt("a weight")));
    let content = Content {
        cycle: CycleId::new(text(row, "cycle")?)?,
        owner: Owner::from_name(owner).ok_or_else(|| corrupt("an owner"))?,
        title: text(row, "title")?.to_owned(),
        description: text(row, "description")?.to_owned(),
        measure: optional("measure")?.map(str::to_owned),
        perspective: Perspective::from_word(perspective).ok_or_else(|| corrupt("a perspective"))?,
        weight: weight.transpose()?,
        parent: optional("parent")?.map(GoalId::new).transpose()?,
        due: parsed(row, "due")?,
        done_when: text(row, "done_when")?.to_owned(),
        rationale: text(row, "rationale")?.to_owned(),
    };
    Ok(Goal {
        id: GoalId::new(text(row, "goal")?)?,
        content,
        version: version(row)?,
        identities: Vec::new(),
        targets: Vec::new(),
        progress: Vec::new(),
    })
}

fn value(row: &Row) -> Result<Value> {
    let (kind, text) = (text(row, "kind")?, text(row, "value")?);
    let kind = ValueType::from_word(kind).ok_or_else(|| corrupt("a target's kind"))?;
    Value::parse(kind, text).map_err(|_| corrupt("a target"))
}

fn version(row: &Row) -> Result<u32> {
    let version: i64 = row.try_get("version").map_err(storage)?;
    u32::try_from(version).map_err(|_| corrupt("a version"))
}

fn text<'r>(row: &'r Row, column: &str) -> Result<&'r str> {
    row.try_get(column).map_err(storage)
}

fn parsed<T: FromStr>(row: &Row, column: &str) -> Result<T> {
    let text = text(row, column)?;
    text.parse().map_err(|_| corrupt(column))
}

fn json<T: serde::Serialize>(texts: impl Iterator<Item = T>) -> Result<String> {
    serde_json::to_string(&texts.collect::<Vec<T>>()).map_err(Error::internal)
}
