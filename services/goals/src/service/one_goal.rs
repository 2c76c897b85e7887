//! Reading, setting and changing one goal. A change is a file of one row, so it is held against the record as files are.

use merit_core::ids::GoalId;
use merit_core::once::Asked;
use merit_core::{Error, Problem, Result, Scope};

use super::check::{Record, goal_id};
use super::import::plan;
use super::{ATTEMPTS, Assessed, Goals, busy};
use crate::model::{Change, Goal, GoalRow, GoalsFile};
use crate::store::GoalQuery;

/// Where goals come from that no file brought.
const SOURCE: &str = "api";

/// What has to hold of a goal on record for a change to go on.
pub type Expect<'a> = &'a (dyn Fn(&Goal) -> Result<()> + Send + Sync);

impl Goals {
    /// A goal with its assessment, none where there is no such goal.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn goal(&self, id: &GoalId) -> Result<Option<Assessed>> {
        self.goal_at(id, self.store.cutoff().await?).await
    }

    async fn goal_at(&self, id: &GoalId, cutoff: i64) -> Result<Option<Assessed>> {
        let query = GoalQuery { ids: Some(vec![id.clone()]), ..GoalQuery::at(cutoff) };
        let Some(goal) = self.store.goals(&query).await?.into_iter().next() else { return Ok(None) };
        let known = self.store.cycles(cutoff).await?;
        let cycle = super::cycles::find(&known, &goal.content.cycle)?;
        Ok(self.assessed(cutoff, &known, &cycle, vec![goal]).await?.into_iter().next())
    }

    /// Sets a goal that is not there yet. `seen` says whose goals the caller may read: of the others nothing is told.
    ///
    /// # Errors
    /// `GOAL_EXISTS`; [`Error::hidden`] for the goal that it serves; `BAD_GOAL` with everything that is wrong with it;
    /// `REQUEST_ID_REUSED`; `ABORTED` when other changes kept coming in between.
    pub async fn create(&self, row: GoalRow, seen: &Scope, asked: Option<&Asked>) -> Result<Assessed> {
        let id = GoalId::new(&goal_id(&row))?;
        self.write(&id, seen, asked, row, SOURCE.to_owned(), &|known| match known {
            None => Ok(()),
            Some(known) if known.content.owner.is_within(seen) => {
                Err(Error::exists("GOAL_EXISTS", format!("there is a goal `{id}` already; take another id")))
            }
            Some(_) => Err(taken("goal_id")),
        })
        .await
    }

    /// Changes a goal: what the row has is written, what is empty stays. `row.goal_id` and its source are not read. `seen`
    /// is as for [`Goals::create`].
    ///
    /// # Errors
    /// Those of `expect`; [`Error::hidden`] for the goal that it is to serve; `BAD_GOAL` with everything that is wrong with
    /// it; `UNKNOWN_GOAL`; `REQUEST_ID_REUSED`; `ABORTED` when other changes kept coming in between.
    pub async fn change(
        &self,
        id: &GoalId,
        seen: &Scope,
        asked: Option<&Asked>,
        expect: Expect<'_>,
        mut row: GoalRow,
    ) -> Result<Assessed> {
        let known = self.goal(id).await?.ok_or_else(|| unknown(id))?.goal;
        let first = known.identities.first().cloned();
        let source = first.as_ref().map_or_else(|| SOURCE.to_owned(), |identity| identity.source.clone());
        row.external_id = first.map(|identity| identity.external_id).unwrap_or_default();
        row.goal_id = id.as_str().to_owned();
        row.cycle = known.content.cycle.as_str().to_owned();
        self.write(id, seen, asked, row, source, &|known| known.map_or_else(|| Err(unknown(id)), expect)).await
    }

    /// Writes a row. What was asked for before is not checked again.
    async fn write(
        &self,
        id: &GoalId,
        seen: &Scope,
        asked: Option<&Asked>,
        row: GoalRow,
        source: String,
        expect: &(dyn Fn(Option<&Goal>) -> Result<()> + Send + Sync),
    ) -> Result<Assessed> {
        let file = GoalsFile { source, rows: vec![row], ..GoalsFile::default() };
        for _ in 0..ATTEMPTS {
            let cutoff = self.store.cutoff().await?;
            // After the cut-off: what is done by then is seen here, what comes later is seen when this is recorded.
            if let Some(seq) = self.answered(asked).await? {
                return self.written(id, seq).await;
            }
            let record = self.record(cutoff, &file).await?;
            expect(record.goals.get(id))?;
            for row in &file.rows {
                self.check_named(&record, id, row, seen).await?;
            }
            let plan = plan(&record, &file, seen);
            if let Some(first) = plan.outcome.problems.first() {
                let message = format!("the goal can't be taken: {}", first.message);
                return Err(Error::invalid("BAD_GOAL", message).with_problems(plan.outcome.problems));
            }
            let writes = !plan.change.versions.is_empty();
            let change = writes.then_some(Change::Goals(plan.change));
            if let Some(seq) = self.recorded_once(cutoff, change, asked).await? {
                return self.written(id, seq).await;
            }
        }
        Err(busy())
    }

    /// A goal serves none that the caller may not read, and such a goal's key is only said to be taken: nobody can tell
    /// what it is, or, of a parent, that it is there.
    async fn check_named(&self, record: &Record, id: &GoalId, row: &GoalRow, seen: &Scope) -> Result<()> {
        let may_read = |goal: &Goal| goal.content.owner.is_within(seen);
        if !row.parent.is_empty() && row.parent != id.as_str() {
            let parent = GoalId::new(&row.parent)?;
            // What the goal says already is no news to who reads it.
            let stays = record.goals.get(id).is_some_and(|known| known.content.parent.as_ref() == Some(&parent));
            if !stays && !record.goals.get(&parent).is_some_and(may_read) {
                return Err(Error::hidden(&parent.name()));
            }
        }
        let (column, key) = match row.external_id.trim() {
            "" => ("goal_id", id.as_str()),
            given => ("external_id", given),
        };
        let Some(other) = record.identities.get(key).filter(|other| *other != id) else { return Ok(()) };
        let readable = match record.goals.get(other) {
            Some(other) => may_read(other),
            None => self.goal(other).await?.is_some_and(|other| may_read(&other.goal)),
        };
        if readable { Ok(()) } else { Err(taken(column)) }
    }

    async fn written(&self, id: &GoalId, seq: i64) -> Result<Assessed> {
        self.goal_at(id, seq).await?.ok_or_else(|| Error::internal("a goal that was written is gone"))
    }
}

/// Said of every id and key that a goal has which the caller may not read.
fn taken(column: &str) -> Error {
    let message = "this id can't be used; choose another";
    Error::exists("GOAL_EXISTS", message).with_problems(vec![Problem::cell(0, column, message)])
}

fn unknown(id: &GoalId) -> Error {
    Error::not_found("UNKNOWN_GOAL", format!("there is no goal `{id}`; check the id"))
}
