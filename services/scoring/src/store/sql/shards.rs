//! Shards: who works on which, and the fence that keeps out whoever lost theirs. Workers write beside each other; what
//! holds is the lock on the shard's row and its epoch.

use merit_core::ids::{PersonId, RunId};
use merit_core::{Error, Kind, Result};
use merit_platform::store::columns::Rows;
use merit_platform::store::{storage, unsure};
use sqlx::AssertSqlSafe;

use super::dialect::{PASS_OVER_HELD, Writer, insert};
use super::{SqlStore, outcomes, small};
use crate::model::{Chunk, Claim, Shard};

/// Cuts a run's participants into shards.
pub async fn write(write: &mut Writer, run: &RunId, roster: &[PersonId], size: usize) -> Result<()> {
    let shards: Vec<(&PersonId, &PersonId)> =
        roster.chunks(size.max(1)).filter_map(|people| Some((people.first()?, people.last()?))).collect();
    let rows = Rows::of("shards", shards.len())
        .same_text("run", run.as_str())
        .number("shard", (0_i64..).take(shards.len()))
        .text("first", shards.iter().map(|(first, _)| first.as_str()))
        .text("last", shards.iter().map(|(_, last)| last.as_str()));
    insert(write, &rows).await
}

impl SqlStore {
    pub(super) async fn take_shard(&self, id: &RunId, now: i64, lease_until: i64) -> Result<Claim> {
        let mut write = self.0.write_beside().await?;
        // Locks the row first: a claim or a chunk that is being written elsewhere is passed over, and one that was
        // committed since this statement began is looked at again as it is now.
        let free = format!(
            "SELECT shard FROM shards WHERE run = $1 AND done = 0 AND lease_until <= $2
             ORDER BY shard LIMIT 1 {PASS_OVER_HELD}"
        );
        let free: Option<i64> = sqlx::query_scalar(AssertSqlSafe(free))
            .bind(id.as_str())
            .bind(now)
            .fetch_optional(&mut *write)
            .await
            .map_err(storage)?;
        let Some(shard) = free else {
            let left: i64 = sqlx::query_scalar("SELECT count(*) FROM shards WHERE run = $1 AND done = 0")
                .bind(id.as_str())
                .fetch_one(&mut *write)
                .await
                .map_err(storage)?;
            return Ok(if left == 0 { Claim::Done } else { Claim::Busy });
        };
        let (epoch, first, last, cursor) = sqlx::query_as(
            "UPDATE shards SET epoch = epoch + 1, lease_until = $3 WHERE run = $1 AND shard = $2
             RETURNING epoch, first, last, cursor",
        )
        .bind(id.as_str())
        .bind(shard)
        .bind(lease_until)
        .fetch_one(&mut *write)
        .await
        .map_err(storage)?;
        write.commit().await.map_err(unsure)?;
        Ok(Claim::Yours(Shard { shard, epoch, first, last, cursor }))
    }

    pub(super) async fn put_chunk(&self, id: &RunId, shard: i64, epoch: i64, chunk: Chunk) -> Result<()> {
        let mut write = self.0.write_beside().await?;
        // The fence: whoever claimed the shard since has a higher epoch. The row stays locked until the chunk is
        // committed, so nobody claims the shard in between.
        let held = sqlx::query(
            "UPDATE shards SET cursor = $4, evaluated = evaluated + $5, done = $6, lease_until = $7
             WHERE run = $1 AND shard = $2 AND epoch = $3 AND done = 0",
        )
        .bind(id.as_str())
        .bind(shard)
        .bind(epoch)
        .bind(&chunk.cursor)
        .bind(i64::from(chunk.evaluated))
        .bind(i64::from(chunk.done))
        .bind(chunk.lease_until)
        .execute(&mut *write)
        .await
        .map_err(storage)?;
        if held.rows_affected() == 0 {
            let message = format!("shard {shard} of {id} was taken over by another worker");
            return Err(Error::new(Kind::Aborted, "STALE_EPOCH", message));
        }
        outcomes::write(&mut write, id, &chunk.outcomes).await?;
        outcomes::write_traces(&mut write, id, &chunk.traces).await?;
        write.commit().await.map_err(unsure)
    }

    pub(super) async fn evaluated_of(&self, id: &RunId) -> Result<u32> {
        let done: i64 =
            sqlx::query_scalar("SELECT CAST(coalesce(sum(evaluated), 0) AS BIGINT) FROM shards WHERE run = $1")
                .bind(id.as_str())
                .fetch_one(&mut *self.everybody().await?)
                .await
                .map_err(storage)?;
        small(done)
    }
}
