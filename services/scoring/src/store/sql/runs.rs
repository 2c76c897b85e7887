//! Runs: their pins, frozen inputs and states.

use async_trait::async_trait;
use merit_core::ids::{CycleId, PersonId, RunId};
use merit_core::{Error, Money, Result, Scope};
use merit_platform::store::columns::Rows;
use merit_platform::store::{storage, unsure};

use super::dialect::{Writer, insert};
use super::{BULK, SqlStore, day, json, limit, outcomes, read_json, shards, small};
use crate::model::{
    Balance, Chunk, Claim, Cutoffs, Frozen, Granted, Outcome, OutcomeKind, Part, Person, Run, RunState, TraceRow,
};
use crate::store::Runs;

#[derive(sqlx::FromRow)]
struct RunRow {
    run: String,
    cycle: String,
    first_day: String,
    last_day: String,
    state: i64,
    directory_cutoff: i64,
    goals_cutoff: i64,
    feedback_cutoff: i64,
    scoring_cutoff: i64,
    policies: String,
    schema_text: String,
    engine_version: String,
    inputs_sha256: String,
    root: String,
    participants: i64,
    results: i64,
    made: i64,
}

#[async_trait]
impl Runs for SqlStore {
    async fn create_run(&self, run: &Run, frozen: &Frozen, roster: &[PersonId], shard_size: usize) -> Result<bool> {
        let mut write = self.0.write().await?;
        if !add(&mut write, run).await? {
            return Ok(false);
        }
        freeze(&mut write, run, frozen).await?;
        shards::write(&mut write, &run.id, roster, shard_size).await?;
        write.commit().await.map_err(unsure)?;
        Ok(true)
    }

    async fn run(&self, id: &RunId) -> Result<Option<Run>> {
        let row: Option<RunRow> = sqlx::query_as("SELECT * FROM runs WHERE run = $1")
            .bind(id.as_str())
            .fetch_optional(&mut *self.everybody().await?)
            .await
            .map_err(storage)?;
        row.map(read).transpose()
    }

    async fn runs(
        &self,
        cycle: Option<&CycleId>,
        least: RunState,
        before: Option<i64>,
        rows: usize,
    ) -> Result<Vec<(i64, Run)>> {
        let found: Vec<RunRow> = sqlx::query_as(
            "SELECT * FROM runs WHERE ($1 IS NULL OR cycle = $1) AND state >= $2 AND made < $3
             ORDER BY made DESC LIMIT +$4",
        )
        .bind(cycle.map(CycleId::as_str))
        .bind(least as i64)
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit(rows))
        .fetch_all(&mut *self.everybody().await?)
        .await
        .map_err(storage)?;
        found.into_iter().map(|row| Ok((row.made, read(row)?))).collect()
    }

    async fn latest_run(&self, cycle: &CycleId, least: RunState) -> Result<Option<RunId>> {
        // Posted ones in the order of posting: a run that was rejected before may be posted after all.
        let found: Option<String> = sqlx::query_scalar(
            "SELECT run FROM runs WHERE cycle = $1 AND state >= $2
             ORDER BY CASE WHEN $2 = $3 THEN posting END DESC, made DESC LIMIT 1",
        )
        .bind(cycle.as_str())
        .bind(least as i64)
        .bind(RunState::Posted as i64)
        .fetch_optional(&mut *self.everybody().await?)
        .await
        .map_err(storage)?;
        found.as_deref().map(RunId::new).transpose()
    }

    async fn thaw(&self, id: &RunId, frozen: &mut Frozen) -> Result<()> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT kind, content FROM frozen WHERE run = $1 ORDER BY kind, key")
                .bind(id.as_str())
                .fetch_all(&mut *self.everybody().await?)
                .await
                .map_err(storage)?;
        for (kind, content) in rows {
            if kind == "person" {
                let person: Person = read_json(&content)?;
                frozen.people.insert(person.id.clone(), person);
            } else {
                frozen.goals.push(read_json(&content)?);
            }
        }
        Ok(())
    }

    async fn advance(
        &self,
        id: &RunId,
        from: RunState,
        to: RunState,
        outcomes: Vec<Outcome>,
        root: &str,
    ) -> Result<bool> {
        let mut write = self.0.write_beside().await?;
        let moved = sqlx::query("UPDATE runs SET state = $3, root = $4 WHERE run = $1 AND state = $2")
            .bind(id.as_str())
            .bind(from as i64)
            .bind(to as i64)
            .bind(root)
            .execute(&mut *write)
            .await
            .map_err(storage)?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        outcomes::write(&mut write, id, &outcomes).await?;
        write.commit().await.map_err(unsure)?;
        Ok(true)
    }

    async fn claim(&self, id: &RunId, now: i64, lease_until: i64) -> Result<Claim> {
        self.take_shard(id, now, lease_until).await
    }

    async fn write_chunk(&self, id: &RunId, shard: i64, epoch: i64, chunk: Chunk) -> Result<()> {
        self.put_chunk(id, shard, epoch, chunk).await
    }

    async fn evaluated(&self, id: &RunId) -> Result<u32> {
        self.evaluated_of(id).await
    }

    async fn outcomes(&self, id: &RunId, kind: OutcomeKind, part: Part<'_>) -> Result<Vec<Outcome>> {
        self.part(id, kind, part).await
    }

    async fn all_outcomes(&self, id: &RunId, kinds: &[OutcomeKind]) -> Result<Vec<Outcome>> {
        let mut found = Vec::new();
        for kind in kinds {
            found.append(&mut self.part(id, *kind, Part::of(&Scope::Everyone)).await?);
        }
        Ok(found)
    }

    async fn traces(&self, id: &RunId, scope: &Scope, participants: &[String]) -> Result<Vec<TraceRow>> {
        self.traces_of(id, scope, participants).await
    }

    async fn balances_before(&self, first_day: jiff::civil::Date) -> Result<Vec<Balance>> {
        self.balances(first_day).await
    }

    async fn owed_before(&self, first_day: jiff::civil::Date) -> Result<Vec<(PersonId, String, Money)>> {
        self.owed(first_day).await
    }

    async fn granted_before(&self, first_day: jiff::civil::Date) -> Result<Vec<(PersonId, Granted)>> {
        self.granted(first_day).await
    }
}

/// Adds a run, numbered after those before it. False when it was there.
async fn add(write: &mut Writer, run: &Run) -> Result<bool> {
    let added = sqlx::query(
        "INSERT INTO runs
           (run, cycle, first_day, last_day, state, directory_cutoff, goals_cutoff, feedback_cutoff, scoring_cutoff,
            policies, schema_text, engine_version, inputs_sha256, participants, results, made)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
           (SELECT coalesce(max(made), 0) + 1 FROM runs))
         ON CONFLICT (run) DO NOTHING",
    )
    .bind(run.id.as_str())
    .bind(run.cycle.as_str())
    .bind(run.first_day.to_string())
    .bind(run.last_day.to_string())
    .bind(run.state as i64)
    .bind(run.cutoffs.directory)
    .bind(run.cutoffs.goals)
    .bind(run.cutoffs.feedback)
    .bind(run.cutoffs.scoring)
    .bind(json(&run.policies)?)
    .bind(&run.schema_text)
    .bind(&run.engine_version)
    .bind(&run.inputs_sha256)
    .bind(i64::from(run.participants))
    .bind(i64::from(run.results))
    .execute(&mut **write)
    .await
    .map_err(storage)?;
    Ok(added.rows_affected() == 1)
}

/// Keeps a copy of what the neighbours said.
async fn freeze(write: &mut Writer, run: &Run, frozen: &Frozen) -> Result<()> {
    let mut copies: Vec<(&str, String, String)> = Vec::with_capacity(frozen.people.len() + frozen.goals.len());
    for person in frozen.people.values() {
        copies.push(("person", person.id.to_string(), json(person)?));
    }
    for goal in &frozen.goals {
        copies.push(("goal", goal.id.clone(), json(goal)?));
    }
    for some in copies.chunks(BULK) {
        let rows = Rows::of("frozen", some.len())
            .same_text("run", run.id.as_str())
            .text("kind", some.iter().map(|(kind, _, _)| *kind))
            .text("key", some.iter().map(|(_, key, _)| key))
            .text("content", some.iter().map(|(_, _, content)| content));
        insert(write, &rows).await?;
    }
    Ok(())
}

fn read(row: RunRow) -> Result<Run> {
    Ok(Run {
        id: RunId::new(&row.run)?,
        cycle: CycleId::new(&row.cycle)?,
        first_day: day(&row.first_day)?,
        last_day: day(&row.last_day)?,
        state: RunState::from_number(row.state)
            .ok_or_else(|| Error::internal(format!("stored state {}", row.state)))?,
        cutoffs: Cutoffs {
            directory: row.directory_cutoff,
            goals: row.goals_cutoff,
            feedback: row.feedback_cutoff,
            scoring: row.scoring_cutoff,
        },
        policies: serde_json::from_str(&row.policies).map_err(Error::internal)?,
        schema_text: row.schema_text,
        engine_version: row.engine_version,
        inputs_sha256: row.inputs_sha256,
        root: row.root,
        participants: small(row.participants)?,
        results: small(row.results)?,
    })
}
