//! Runs on SQLite: pins, frozen inputs, and shards with their fence.

use async_trait::async_trait;
use merit_core::ids::{CycleId, PersonId, RunId};
use merit_core::{Error, Kind, Money, Result};
use merit_platform::store::storage;
use sqlx::{QueryBuilder, Sqlite, Transaction};

use super::{ROWS, SqliteStore, carried, day, outcomes, small};
use crate::model::{
    Balance, Chunk, Claim, Cutoffs, Frozen, Goal, Granted, Outcome, OutcomeKind, Person, Run, RunState, Shard, TraceRow,
};
use crate::store::{Part, Runs};

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
}

#[async_trait]
impl Runs for SqliteStore {
    async fn create_run(&self, run: &Run, frozen: &Frozen, roster: &[PersonId], shard_size: usize) -> Result<bool> {
        let mut tx = self.database.write().await?;
        if !insert_run(&mut tx, run).await? {
            return Ok(false);
        }
        let mut copies: Vec<(&str, String, String)> = Vec::new();
        for person in frozen.people.values() {
            copies.push(("person", person.id.to_string(), json(person)?));
        }
        for goal in &frozen.goals {
            copies.push(("goal", goal.id.clone(), json(goal)?));
        }
        for rows in copies.chunks(ROWS) {
            let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO frozen (run, kind, key, content) ");
            query.push_values(rows, |mut tuple, (kind, key, content)| {
                tuple.push_bind(run.id.as_str()).push_bind(*kind).push_bind(key).push_bind(content);
            });
            query.build().execute(&mut *tx).await.map_err(storage)?;
        }
        for (number, people) in (0_i64..).zip(roster.chunks(shard_size.max(1))) {
            let (Some(first), Some(last)) = (people.first(), people.last()) else { continue };
            sqlx::query("INSERT INTO shards (run, shard, first, last) VALUES ($1, $2, $3, $4)")
                .bind(run.id.as_str())
                .bind(number)
                .bind(first.as_str())
                .bind(last.as_str())
                .execute(&mut *tx)
                .await
                .map_err(storage)?;
        }
        tx.commit().await.map_err(storage)?;
        Ok(true)
    }

    async fn run(&self, id: &RunId) -> Result<Option<Run>> {
        let row: Option<RunRow> = sqlx::query_as("SELECT * FROM runs WHERE run = $1")
            .bind(id.as_str())
            .fetch_optional(self.database.pool())
            .await
            .map_err(storage)?;
        row.map(read).transpose()
    }

    async fn latest_run(&self, cycle: &CycleId, least: RunState) -> Result<Option<RunId>> {
        // Posted ones in the order of posting: a run that was rejected before may be posted after all.
        let found: Option<String> = sqlx::query_scalar(
            "SELECT run FROM runs WHERE cycle = $1 AND state >= $2
             ORDER BY CASE WHEN $2 = $3 THEN posting END DESC, rowid DESC LIMIT 1",
        )
        .bind(cycle.as_str())
        .bind(least as i64)
        .bind(RunState::Posted as i64)
        .fetch_optional(self.database.pool())
        .await
        .map_err(storage)?;
        found.as_deref().map(RunId::new).transpose()
    }

    async fn thaw(&self, id: &RunId, frozen: &mut Frozen) -> Result<()> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT kind, content FROM frozen WHERE run = $1 ORDER BY kind, key")
                .bind(id.as_str())
                .fetch_all(self.database.pool())
                .await
                .map_err(storage)?;
        for (kind, content) in rows {
            if kind == "person" {
                let person: Person = serde_json::from_str(&content).map_err(Error::internal)?;
                frozen.people.insert(person.id.clone(), person);
            } else {
                let goal: Goal = serde_json::from_str(&content).map_err(Error::internal)?;
                frozen.goals.push(goal);
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
        let mut tx = self.database.write().await?;
        let moved = sqlx::query("UPDATE runs SET state = $3, root = $4 WHERE run = $1 AND state = $2")
            .bind(id.as_str())
            .bind(from as i64)
            .bind(to as i64)
            .bind(root)
            .execute(&mut *tx)
            .await
            .map_err(storage)?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        outcomes::insert(&mut tx, id, &outcomes).await?;
        tx.commit().await.map_err(storage)?;
        Ok(true)
    }

    async fn claim(&self, id: &RunId, now: i64, lease_until: i64) -> Result<Claim> {
        let mut tx = self.database.write().await?;
        let taken: Option<(i64, i64, String, String, String)> = sqlx::query_as(
            "UPDATE shards SET epoch = epoch + 1, lease_until = $3
             WHERE run = $1 AND shard = (SELECT shard FROM shards WHERE run = $1 AND done = 0 AND lease_until <= $2 ORDER BY shard LIMIT 1)
             RETURNING shard, epoch, first, last, cursor",
        )
        .bind(id.as_str())
        .bind(now)
        .bind(lease_until)
        .fetch_optional(&mut *tx)
        .await
        .map_err(storage)?;
        if let Some((shard, epoch, first, last, cursor)) = taken {
            tx.commit().await.map_err(storage)?;
            return Ok(Claim::Yours(Shard { shard, epoch, first, last, cursor }));
        }
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM shards WHERE run = $1 AND done = 0")
            .bind(id.as_str())
            .fetch_one(&mut *tx)
            .await
            .map_err(storage)?;
        Ok(if left == 0 { Claim::Done } else { Claim::Busy })
    }

    async fn write_chunk(&self, id: &RunId, shard: i64, epoch: i64, chunk: Chunk) -> Result<()> {
        let mut tx = self.database.write().await?;
        // The fence: whoever claimed the shard since has a higher epoch.
        let held = sqlx::query(
            "UPDATE shards SET cursor = $4, evaluated = evaluated + $5, done = $6, lease_until = $7
             WHERE run = $1 AND shard = $2 AND epoch = $3 AND done = 0",
        )
        .bind(id.as_str())
        .bind(shard)
        .bind(epoch)
        .bind(&chunk.cursor)
        .bind(i64::from(chunk.evaluated))
        .bind(chunk.done)
        .bind(chunk.lease_until)
        .execute(&mut *tx)
        .await
        .map_err(storage)?;
        if held.rows_affected() == 0 {
            let message = format!("shard {shard} of {id} was taken over by another worker");
            return Err(Error::new(Kind::Aborted, "STALE_EPOCH", message));
        }
        outcomes::insert(&mut tx, id, &chunk.outcomes).await?;
        outcomes::insert_traces(&mut tx, id, &chunk.traces).await?;
        tx.commit().await.map_err(storage)
    }

    async fn evaluated(&self, id: &RunId) -> Result<u32> {
        let done: i64 = sqlx::query_scalar("SELECT coalesce(sum(evaluated), 0) FROM shards WHERE run = $1")
            .bind(id.as_str())
            .fetch_one(self.database.pool())
            .await
            .map_err(storage)?;
        small(done)
    }

    async fn outcomes(&self, id: &RunId, part: Part<'_>) -> Result<Vec<Outcome>> {
        outcomes::page(self.database.pool(), id, part).await
    }

    async fn all_outcomes(&self, id: &RunId, kinds: &[OutcomeKind]) -> Result<Vec<Outcome>> {
        outcomes::all(self.database.pool(), id, kinds).await
    }

    async fn traces(&self, id: &RunId, participants: &[String]) -> Result<Vec<TraceRow>> {
        outcomes::traces(self.database.pool(), id, participants).await
    }

    async fn balances_before(&self, first_day: jiff::civil::Date) -> Result<Vec<Balance>> {
        carried::balances_before(self.database.pool(), first_day).await
    }

    async fn owed_before(&self, first_day: jiff::civil::Date) -> Result<Vec<(PersonId, String, Money)>> {
        carried::owed_before(self.database.pool(), first_day).await
    }

    async fn granted_before(&self, first_day: jiff::civil::Date) -> Result<Vec<(PersonId, Granted)>> {
        carried::granted_before(self.database.pool(), first_day).await
    }
}

async fn insert_run(tx: &mut Transaction<'static, Sqlite>, run: &Run) -> Result<bool> {
    let made = sqlx::query(
        "INSERT INTO runs
           (run, cycle, first_day, last_day, state, directory_cutoff, goals_cutoff, feedback_cutoff, scoring_cutoff,
            policies, schema_text, engine_version, inputs_sha256, participants, results)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
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
    .execute(&mut **tx)
    .await
    .map_err(storage)?;
    Ok(made.rows_affected() == 1)
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
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
