//! Reading scorecards. This is what people ask most.

use std::cmp::Ordering;

use merit_core::ids::{CycleId, RunId};
use merit_core::{Error, Result, Scope};
use merit_platform::store::storage;
use sqlx::query_as;

use super::Connection;
use crate::model::StoredCard;
use crate::service::CardPage;
use crate::store::rows::CardRow;

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

/// The run of a cycle that was published last, with its review's number. An instant is written with as many digits as it
/// needs, so that one without a fraction comes before the others of its second only once the `Z` is off.
pub async fn published(connection: &mut Connection, cycle: &CycleId) -> Result<Option<(i64, RunId)>> {
    let found: Option<(i64, String)> = query_as(
        "SELECT seq, run FROM reviews WHERE cycle = $1 AND published_at IS NOT NULL
         ORDER BY rtrim(published_at, 'Z') DESC, seq DESC LIMIT 1",
    )
    .bind(cycle.as_str())
    .fetch_optional(connection)
    .await
    .map_err(storage)?;
    found.map(|(seq, run)| Ok((seq, RunId::new(&run)?))).transpose()
}

/// The scorecards of a run on a page, of people in a scope.
pub async fn page(connection: &mut Connection, run: &RunId, page: &CardPage, scope: &Scope) -> Result<Vec<StoredCard>> {
    let (after, kind) = match &page.after {
        Some(key) => key.split_once('/').unwrap_or((key, "")),
        None => ("", ""),
    };
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
    let rows: Vec<CardRow> = match &page.person {
        // By the whole key: an alternative in the filter would keep the index from being used.
        Some(person) => {
            let kind = match after.cmp(person.as_str()) {
                Ordering::Less if scope.holds(person) => "",
                Ordering::Equal if scope.holds(person) => kind,
                _ => return Ok(Vec::new()),
            };
            let query = query_as(ONE).bind(run.as_str()).bind(limit).bind(person.as_str()).bind(kind);
            query.fetch_all(connection).await
        }
        None => {
            let ids = scope.ids().map(|ids| serde_json::to_string(&ids)).transpose().map_err(Error::internal)?;
            let query = query_as(MANY).bind(run.as_str()).bind(limit).bind(after).bind(kind).bind(ids);
            query.fetch_all(connection).await
        }
    }
    .map_err(storage)?;
    rows.into_iter().map(CardRow::card).collect()
}

macro_rules! cards {
    ($people:literal) => {
        concat!(
            "SELECT kind, person, content FROM scorecards WHERE run = $1 AND ",
            $people,
            " ORDER BY person, kind LIMIT +$2"
        )
    };
}

const ONE: &str = cards!("person = $3 AND kind > $4");
const MANY: &str = cards!(
    "(person > $3 OR (person = $3 AND kind > $4)) AND ($5 IS NULL OR person IN (SELECT value FROM json_each($5)))"
);
