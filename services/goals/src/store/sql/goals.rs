//! The statements that read goals with what belongs to them.

use std::collections::BTreeMap;

use merit_core::ids::{CycleId, GoalId};
use merit_core::{Result, Value, ValueType};
use merit_platform::store::storage;
use sqlx::Row as _;

use super::corrupt;
use super::dialect::{Connection, Row};
use super::read::{json, parsed, text, version};
use crate::model::{Content, Goal, Identity, Owner, Perspective, Progress, Target};
use crate::store::GoalQuery;

/// Goals by id, each as on record after the cut-off.
pub async fn read(connection: &mut Connection, query: &GoalQuery) -> Result<Vec<Goal>> {
    let rows = sqlx::query(versions(query))
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
    if found.is_empty() {
        return Ok(found);
    }
    let ids = json(found.iter().map(|goal| goal.id.as_str()))?;
    let mut by_id: BTreeMap<String, &mut Goal> =
        found.iter_mut().map(|goal| (goal.id.as_str().to_owned(), goal)).collect();
    let rows = sqlx::query(BELONGINGS).bind(query.cutoff).bind(&ids).fetch_all(connection).await.map_err(storage)?;
    for row in &rows {
        if let Some(goal) = by_id.get_mut(text(row, "goal")?) {
            belongs(goal, row)?;
        }
    }
    Ok(found)
}

// A goal keeps its cycle, so it is enough that its version is the last by the cut-off. One of the conditions chooses the rows
// that are looked at: a database that plans for all of them at once would look at every goal for one person's.
macro_rules! versions {
    ($cycle:literal, $owners:literal, $goals:literal) => {
        concat!(
            "SELECT goal, version, cycle, owner, title, description, measure, perspective, weight, parent, due, done_when, rationale
     FROM goal_versions AS v
     WHERE seq = (SELECT MAX(seq) FROM goal_versions AS w WHERE w.goal = v.goal AND w.seq <= $1)
       AND ", $cycle, "
       AND ", $owners, "
       AND ($4 IS NULL OR owner NOT LIKE 'people/%' OR owner IN (SELECT value FROM json_each($4)))
       AND ", $goals, "
       AND goal > $6
     ORDER BY goal LIMIT +$7"
        )
    };
}

const NAMED: &str = versions!(
    "($2 IS NULL OR cycle = $2)",
    "($3 IS NULL OR owner IN (SELECT value FROM json_each($3)))",
    "goal IN (SELECT value FROM json_each($5))"
);
const OWNED: &str = versions!("($2 IS NULL OR cycle = $2)", "owner IN (SELECT value FROM json_each($3))", "$5 IS NULL");
const OF_CYCLE: &str = versions!("cycle = $2", "$3 IS NULL", "$5 IS NULL");
const ALL: &str = versions!("$2 IS NULL", "$3 IS NULL", "$5 IS NULL");

const fn versions(query: &GoalQuery) -> &'static str {
    match (&query.ids, &query.owners, &query.cycle) {
        (Some(_), ..) => NAMED,
        (None, Some(_), _) => OWNED,
        (None, None, Some(_)) => OF_CYCLE,
        (None, None, None) => ALL,
    }
}

// What belongs to goals, of all three kinds at once: each statement is a way to the database and back.
const BELONGINGS: &str =
    "SELECT goal, 'identity' AS what, '' AS day, seq, source AS name, external_id AS content FROM identities
     WHERE seq <= $1 AND goal IN (SELECT value FROM json_each($2))
     UNION ALL
     SELECT goal, 'target', from_day, seq, kind, value FROM targets
     WHERE seq <= $1 AND goal IN (SELECT value FROM json_each($2))
     UNION ALL
     SELECT goal, 'progress', on_day, seq, done, comment FROM progress
     WHERE seq <= $1 AND goal IN (SELECT value FROM json_each($2))
     ORDER BY goal, what, day, seq, name, content";

fn belongs(goal: &mut Goal, row: &Row) -> Result<()> {
    let (name, content) = (text(row, "name")?, text(row, "content")?);
    let seq = row.try_get("seq").map_err(storage)?;
    match text(row, "what")? {
        "identity" => {
            goal.identities.push(Identity { source: name.to_owned(), external_id: content.to_owned() });
        }
        "target" => goal.targets.push(Target { from: parsed(row, "day")?, value: value(name, content)?, seq }),
        _ => {
            let comment = content.to_owned();
            goal.progress.push(Progress { on: parsed(row, "day")?, done: parsed(row, "name")?, comment, seq });
        }
    }
    Ok(())
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

fn value(kind: &str, text: &str) -> Result<Value> {
    let kind = ValueType::from_word(kind).ok_or_else(|| corrupt("a target's kind"))?;
    Value::parse(kind, text).map_err(|_| corrupt("a target"))
}
