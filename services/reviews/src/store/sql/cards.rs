//! Reading scorecards. A page is one statement, its run found on the way: this is what people ask most.

use std::cmp::Ordering;

use merit_core::ids::{CycleId, RunId};
use merit_core::{Error, Result, Scope};
use merit_platform::store::storage;
use sqlx::query_as;

use super::Connection;
use crate::model::StoredCard;
use crate::service::CardPage;
use crate::store::rows::{CardRow, PageRow};

/// Whose scorecards a page shows.
pub enum Of<'a> {
    /// Those of a run.
    Run(&'a RunId),
    /// Those of the run of a cycle that was published last.
    Published(&'a CycleId),
}

/// All of a run.
pub async fn all(connection: &mut Connection, run: &RunId) -> Result<Vec<StoredCard>> {
    let rows: Vec<CardRow> =
        query_as("SELECT kind, person, content FROM scorecards WHERE run = $1 ORDER BY person, kind")
            .bind(run.as_str())
            .fetch_all(connection)
            .await
            .map_err(storage)?;
    rows.into_iter().map(CardRow::card).collect()
}

/// The run, and of its scorecards those on a page that are of people in a scope; none where there is no such run.
pub async fn page(
    connection: &mut Connection,
    of: Of<'_>,
    page: &CardPage,
    scope: &Scope,
) -> Result<Option<(RunId, Vec<StoredCard>)>> {
    let (after, kind) = match &page.after {
        Some(key) => key.split_once('/').unwrap_or((key, "")),
        None => ("", ""),
    };
    let wanted = match &of {
        Of::Run(run) => run.as_str(),
        Of::Published(cycle) => cycle.as_str(),
    };
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
    let rows: Vec<PageRow> = match &page.person {
        // By the whole key: an alternative in the filter would keep the index from being used.
        Some(person) => {
            let kind = match after.cmp(person.as_str()) {
                Ordering::Less if scope.holds(person) => "",
                Ordering::Equal if scope.holds(person) => kind,
                _ => BEHIND_ALL,
            };
            let statement = match of {
                Of::Run(_) => ONE_OF_RUN,
                Of::Published(_) => ONE_OF_PUBLISHED,
            };
            let query = query_as(statement).bind(wanted).bind(limit).bind(person.as_str()).bind(kind);
            query.fetch_all(connection).await
        }
        None => {
            let ids = scope.ids().map(|ids| serde_json::to_string(&ids)).transpose().map_err(Error::internal)?;
            let statement = match of {
                Of::Run(_) => MANY_OF_RUN,
                Of::Published(_) => MANY_OF_PUBLISHED,
            };
            let query = query_as(statement).bind(wanted).bind(limit).bind(after).bind(kind).bind(ids);
            query.fetch_all(connection).await
        }
    }
    .map_err(storage)?;
    let Some(run) = rows.first().map(PageRow::run).transpose()? else { return Ok(None) };
    Ok(Some((run, rows.into_iter().filter_map(PageRow::card).collect::<Result<_>>()?)))
}

/// What stands behind the word of each kind.
const BEHIND_ALL: &str = "~";

/// A run without scorecards still is a row. An instant is written with as many digits as it needs, so that one without a
/// fraction comes before the others of its second only once the `Z` is off.
macro_rules! cards {
    (run, $people:literal) => {
        cards!("SELECT run FROM reviews WHERE run = $1", $people)
    };
    (published, $people:literal) => {
        cards!(
            "SELECT run FROM reviews WHERE cycle = $1 AND published_at IS NOT NULL
             ORDER BY rtrim(published_at, 'Z') DESC, seq DESC LIMIT 1",
            $people
        )
    };
    ($run:literal, $people:literal) => {
        concat!(
            "SELECT r.run, s.kind, s.person, s.content FROM (",
            $run,
            ") AS r LEFT JOIN scorecards AS s ON s.run = r.run AND ",
            $people,
            " ORDER BY s.person, s.kind LIMIT $2"
        )
    };
}

macro_rules! one {
    ($of:ident) => {
        cards!($of, "s.person = $3 AND s.kind > $4")
    };
}

macro_rules! many {
    ($of:ident) => {
        cards!(
            $of,
            "(s.person > $3 OR (s.person = $3 AND s.kind > $4))
             AND ($5 IS NULL OR s.person IN (SELECT value FROM json_each($5)))"
        )
    };
}

const ONE_OF_RUN: &str = one!(run);
const ONE_OF_PUBLISHED: &str = one!(published);
const MANY_OF_RUN: &str = many!(run);
const MANY_OF_PUBLISHED: &str = many!(published);
