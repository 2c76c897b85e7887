//! The ledger: lines with their double entries, each added once.

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::{CycleId, RunId};
use merit_core::once::{Once, Outcome as Came};
use merit_core::{Error, Result, Scope};
use merit_platform::store::columns::Rows;
use merit_platform::store::{storage, unsure};
use sqlx::QueryBuilder;

use super::dialect::{Db, Writer, insert};
use super::{BULK, SqlStore, change, json, limit, once, parts, read_json};
use crate::compute::ledger::{differences, entries};
use crate::model::{Books, Keyed as _, Line, OutcomeKind, Part, RunState, joined};
use crate::store::{Ledger, Posted};

/// What all lines of one posting have in common.
struct Posting<'a> {
    cycle: &'a str,
    run: &'a str,
    at: &'a str,
}

type PostedRow = (i64, String, String, String);

fn read((number, key, run, content): PostedRow) -> Result<Posted> {
    Ok(Posted { number, key: joined(&[&key, &run]), run, line: read_json(&content)? })
}

#[async_trait]
impl Ledger for SqlStore {
    async fn post(&self, id: &RunId, at: &str, now: Timestamp, once: Option<&Once<'_, u32>>) -> Result<Came<u32>> {
        let mut write = self.0.write().await?;
        if let Some(before) = once::before(&mut write, once).await? {
            return Ok(Came::Before(before));
        }
        let posted = post(&mut write, id, at).await?;
        once::keep(&mut write, once, &posted, now).await?;
        write.commit().await.map_err(unsure)?;
        Ok(Came::Done(posted))
    }

    async fn adjust(
        &self,
        cycle: &CycleId,
        mut line: Line,
        at: Timestamp,
        once: Option<&Once<'_, Line>>,
    ) -> Result<Came<Line>> {
        let mut write = self.0.write().await?;
        if let Some(before) = once::before(&mut write, once).await? {
            return Ok(Came::Before(before));
        }
        let before: i64 =
            sqlx::query_scalar("SELECT count(*) FROM ledger_lines WHERE cycle = $1 AND run = '' AND participant = $2")
                .bind(cycle.as_str())
                .bind(line.participant.as_str())
                .fetch_one(&mut *write)
                .await
                .map_err(storage)?;
        line.line = format!("adjustment-{}", before + 1);
        change(&mut write, "adjustment", at).await?;
        let posting = Posting { cycle: cycle.as_str(), run: "", at: &at.to_string() };
        add(&mut write, &posting, std::slice::from_ref(&line)).await?;
        once::keep(&mut write, once, &line, at).await?;
        write.commit().await.map_err(unsure)?;
        Ok(Came::Done(line))
    }

    async fn books(&self, cycle: &CycleId) -> Result<Books> {
        self.books_of(cycle).await
    }

    async fn ledger(&self, cycle: &CycleId, part: Part<'_>) -> Result<Vec<Posted>> {
        // The run follows the key behind the separator, so a page's last line says where the next page begins.
        let mut query = QueryBuilder::<Db>::new("SELECT line_id, key, run, content FROM ledger_lines WHERE cycle = ");
        query.push_bind(cycle.as_str());
        if let Some((key, run)) = part.after.and_then(|after| after.rsplit_once('\u{1f}')) {
            query.push(" AND (key, run) > (").push_bind(key).push(", ").push_bind(run).push(")");
        }
        parts::push(&mut query, OutcomeKind::Line, part)?;
        query.push(" ORDER BY key, run LIMIT ").push_bind(limit(part.limit));
        let mut reader = self.0.read(part.scope).await?;
        let found: Vec<PostedRow> = query.build_query_as().fetch_all(&mut *reader).await.map_err(storage)?;
        found.into_iter().map(read).collect()
    }

    async fn ledger_line(&self, cycle: &CycleId, number: i64, scope: &Scope) -> Result<Option<Posted>> {
        let seen = scope.ids().map(|ids| json(&ids)).transpose()?;
        let found: Option<PostedRow> = sqlx::query_as(
            "SELECT line_id, key, run, content FROM ledger_lines
             WHERE cycle = $1 AND line_id = $2
               AND ($3 IS NULL OR participant IN (SELECT value FROM json_each($3)))",
        )
        .bind(cycle.as_str())
        .bind(number)
        .bind(seen)
        .fetch_optional(&mut *self.0.read(scope).await?)
        .await
        .map_err(storage)?;
        found.map(read).transpose()
    }

    async fn last_line(&self) -> Result<i64> {
        sqlx::query_scalar("SELECT coalesce(max(line_id), 0) FROM ledger_lines")
            .fetch_one(&mut *self.everybody().await?)
            .await
            .map_err(storage)
    }

    async fn last_posting(&self) -> Result<i64> {
        sqlx::query_scalar("SELECT coalesce(max(posting), 0) FROM runs")
            .fetch_one(&mut *self.everybody().await?)
            .await
            .map_err(storage)
    }
}

/// Posts a settled run's lines and marks it posted; gives how many they are.
async fn post(write: &mut Writer, id: &RunId, at: &str) -> Result<u32> {
    let Some((cycle, state)) = state_of(write, id).await? else {
        return Err(Error::not_found("UNKNOWN_RUN", format!("there is no run `{id}`")));
    };
    if state == RunState::Posted as i64 {
        return Ok(0);
    }
    if state != RunState::Settled as i64 {
        let message = format!("{} is not settled yet; execute it first", id.name());
        return Err(Error::precondition("NOT_SETTLED", message));
    }
    let posted = posted(write, &cycle).await?;
    let lines = differences(&posted, &proposed(write, id).await?)?;
    let posting = Posting { cycle: &cycle, run: id.as_str(), at };
    add(write, &posting, &lines).await?;
    sqlx::query(
        "UPDATE runs SET state = $2, posted_at = $3, posting = (SELECT coalesce(max(posting), 0) + 1 FROM runs)
         WHERE run = $1",
    )
    .bind(id.as_str())
    .bind(RunState::Posted as i64)
    .bind(at)
    .execute(&mut **write)
    .await
    .map_err(storage)?;
    u32::try_from(lines.len()).map_err(Error::internal)
}

async fn state_of(write: &mut Writer, id: &RunId) -> Result<Option<(String, i64)>> {
    sqlx::query_as("SELECT cycle, state FROM runs WHERE run = $1")
        .bind(id.as_str())
        .fetch_optional(&mut **write)
        .await
        .map_err(storage)
}

/// What runs posted for the cycle, oldest first.
async fn posted(write: &mut Writer, cycle: &str) -> Result<Vec<(String, Line)>> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT run, content FROM ledger_lines WHERE cycle = $1 AND run <> '' ORDER BY line_id")
            .bind(cycle)
            .fetch_all(&mut **write)
            .await
            .map_err(storage)?;
    let line = |(run, content): (String, String)| Ok((format!("runs/{run}"), read_json(&content)?));
    rows.into_iter().map(line).collect()
}

async fn proposed(write: &mut Writer, id: &RunId) -> Result<Vec<Line>> {
    let rows: Vec<String> =
        sqlx::query_scalar("SELECT content FROM outcomes WHERE run = $1 AND kind = $2 ORDER BY key")
            .bind(id.as_str())
            .bind(OutcomeKind::Line.word())
            .fetch_all(&mut **write)
            .await
            .map_err(storage)?;
    rows.iter().map(|content| read_json(content)).collect()
}

/// Adds lines with their entries. Their numbers follow the last one: whoever numbers lines holds the schema's lock.
async fn add(write: &mut Writer, posting: &Posting<'_>, lines: &[Line]) -> Result<()> {
    let last: i64 = sqlx::query_scalar("SELECT coalesce(max(line_id), 0) FROM ledger_lines")
        .fetch_one(&mut **write)
        .await
        .map_err(storage)?;
    let numbered: Vec<(i64, &Line)> = (last + 1..).zip(lines).collect();
    for some in numbered.chunks(BULK) {
        add_lines(write, posting, some).await?;
        add_entries(write, some).await?;
    }
    Ok(())
}

async fn add_lines(write: &mut Writer, posting: &Posting<'_>, numbered: &[(i64, &Line)]) -> Result<()> {
    let lines = || numbered.iter().map(|(_, line)| *line);
    let contents: Vec<String> = lines().map(json).collect::<Result<_>>()?;
    let rows = Rows::of("ledger_lines", numbered.len())
        .number("line_id", numbered.iter().map(|(id, _)| *id))
        .same_text("cycle", posting.cycle)
        .same_text("run", posting.run)
        .text("key", lines().map(Line::key))
        .text("participant", lines().map(|line| line.participant.as_str()))
        .text("currency", lines().map(|line| line.amount.currency.code()))
        .number("amount", lines().map(|line| line.amount.minor))
        .number("held", lines().map(|line| line.held.minor))
        .text("content", contents)
        .same_text("posted_at", posting.at);
    insert(write, &rows).await
}

async fn add_entries(write: &mut Writer, numbered: &[(i64, &Line)]) -> Result<()> {
    let mut all = Vec::with_capacity(numbered.len() * 3);
    for (id, line) in numbered {
        for (account, minor) in entries(line.amount, line.held)? {
            if minor != 0 {
                all.push((*id, account.word(), line.amount.currency, minor));
            }
        }
    }
    let rows = Rows::of("ledger_entries", all.len())
        .number("line_id", all.iter().map(|(id, _, _, _)| *id))
        .text("account", all.iter().map(|(_, account, _, _)| *account))
        .text("currency", all.iter().map(|(_, _, currency, _)| currency.code()))
        .number("amount", all.iter().map(|(_, _, _, minor)| *minor));
    insert(write, &rows).await
}
