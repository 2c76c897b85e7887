//! The statements of the reviews' record, the same for both kinds of database: each is compiled once with the words of
//! SQLite and once with those of PostgreSQL.

mod cards;
mod operations;
mod reads;

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::{CycleId, RunId};
use merit_core::reads::ReadsPart;
use merit_core::{Error, Result, Scope};
use merit_platform::store::columns::Rows;
use merit_platform::store::{storage, unsure};
use sqlx::{query, query_as};

use super::dialect::{Connection, Database, insert};
use crate::model::{Change, Composition, Decision, Mail, NewReview, Read, Review, State, StoredCard};
use crate::service::CardPage;
use crate::store::rows::{DecisionRow, ReviewRow, WaitingRow};
use crate::store::{Store, Waiting};

/// One database.
#[derive(Debug, Clone)]
pub struct SqlStore(Database);

impl SqlStore {
    /// Over an open database at this program's version.
    pub(super) const fn new(database: Database) -> Self {
        Self(database)
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn begin(&self, review: NewReview) -> Result<Review> {
        let mut write = self.0.write().await?;
        query("INSERT INTO reviews (run, cycle, state, created_at, participants) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (run) DO NOTHING")
            .bind(review.run.as_str())
            .bind(review.cycle.as_str())
            .bind(State::Frozen.word())
            .bind(review.created_at.to_string())
            .bind(i64::from(review.participants))
            .execute(&mut *write)
            .await
            .map_err(storage)?;
        write.commit().await.map_err(unsure)?;
        self.review(&review.run).await?.ok_or_else(|| Error::internal("the review that was kept is gone"))
    }

    async fn review(&self, run: &RunId) -> Result<Option<Review>> {
        let mut reader = self.0.read(&Scope::Everyone).await?;
        let row: Option<ReviewRow> = query_as("SELECT * FROM reviews WHERE run = $1")
            .bind(run.as_str())
            .fetch_optional(&mut *reader)
            .await
            .map_err(storage)?;
        match row {
            Some(row) => Ok(Some(complete(&mut reader, row).await?)),
            None => Ok(None),
        }
    }

    async fn latest(&self, cycle: &CycleId) -> Result<Option<Review>> {
        let mut reader = self.0.read(&Scope::Everyone).await?;
        let row: Option<ReviewRow> = query_as(
            "SELECT * FROM reviews WHERE cycle = $1 \
             ORDER BY CASE WHEN state IN ('rejected', 'superseded') THEN 1 ELSE 0 END, seq DESC LIMIT 1",
        )
        .bind(cycle.as_str())
        .fetch_optional(&mut *reader)
        .await
        .map_err(storage)?;
        match row {
            Some(row) => Ok(Some(complete(&mut reader, row).await?)),
            None => Ok(None),
        }
    }

    async fn of_cycle(&self, cycle: &CycleId) -> Result<Vec<Review>> {
        let mut reader = self.0.read(&Scope::Everyone).await?;
        let rows: Vec<ReviewRow> = query_as("SELECT * FROM reviews WHERE cycle = $1 ORDER BY seq")
            .bind(cycle.as_str())
            .fetch_all(&mut *reader)
            .await
            .map_err(storage)?;
        complete_all(&mut reader, rows).await
    }

    async fn apply(&self, change: Change) -> Result<bool> {
        let mut write = self.0.write().await?;
        if !update_review(&mut write, &change).await? {
            return Ok(false);
        }
        if let Some(decision) = &change.decision {
            insert_decision(&mut write, &change.run, decision).await?;
        }
        if let Some(composition) = &change.composition {
            replace_cards(&mut write, &change.run, composition).await?;
        }
        for (run, decision) in &change.superseded {
            query("UPDATE reviews SET state = 'superseded', posting = 0 WHERE run = $1")
                .bind(run.as_str())
                .execute(&mut *write)
                .await
                .map_err(storage)?;
            insert_decision(&mut write, run, decision).await?;
        }
        insert_mails(&mut write, &change.run, &change.mails).await?;
        write.commit().await.map_err(unsure)?;
        Ok(true)
    }

    async fn cards(&self, run: &RunId) -> Result<Vec<StoredCard>> {
        cards::all(&mut *self.0.read(&Scope::Everyone).await?, run).await
    }

    async fn card_page(&self, run: &RunId, page: &CardPage, scope: &Scope) -> Result<Vec<StoredCard>> {
        cards::page(&mut *self.0.read(scope).await?, run, page, scope).await
    }

    async fn published(&self, cycle: &CycleId) -> Result<Option<(i64, RunId)>> {
        cards::published(&mut *self.0.read(&Scope::Everyone).await?, cycle).await
    }

    async fn record_read(&self, read: &Read) -> Result<()> {
        let mut write = self.0.write().await?;
        reads::add(&mut write, read).await?;
        write.commit().await.map_err(unsure)
    }

    async fn reads(&self, part: &ReadsPart) -> Result<Vec<(i64, Read)>> {
        reads::page(&mut *self.0.read(&Scope::Everyone).await?, part).await
    }

    async fn waiting(&self, after: i64, limit: u32) -> Result<Vec<Waiting>> {
        let rows: Vec<WaitingRow> = query_as(
            "SELECT e.seq, e.key, s.kind, s.person, s.content FROM events e \
             JOIN scorecards s ON s.run = e.run AND s.person = e.person AND s.kind = e.kind \
             WHERE e.relayed_at IS NULL AND e.seq > $1 ORDER BY e.seq LIMIT +$2",
        )
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&mut *self.0.read(&Scope::Everyone).await?)
        .await
        .map_err(storage)?;
        rows.into_iter().map(WaitingRow::waiting).collect()
    }

    async fn handed_on(&self, handed: &[i64], refused: &[(i64, String)], at: Timestamp) -> Result<()> {
        let mut write = self.0.write().await?;
        let handed = serde_json::to_string(handed).map_err(Error::internal)?;
        query("UPDATE events SET relayed_at = $1, failure = '' WHERE seq IN (SELECT CAST(value AS BIGINT) FROM json_each($2))")
            .bind(at.to_string())
            .bind(handed)
            .execute(&mut *write)
            .await
            .map_err(storage)?;
        for (seq, failure) in refused {
            query("UPDATE events SET failure = $1 WHERE seq = $2")
                .bind(failure)
                .bind(seq)
                .execute(&mut *write)
                .await
                .map_err(storage)?;
        }
        write.commit().await.map_err(unsure)
    }
}

/// False when the review is not as the change expects it.
async fn update_review(connection: &mut Connection, change: &Change) -> Result<bool> {
    let done = query(
        "UPDATE reviews SET state = $1, posting = $2, approved_at = COALESCE($3, approved_at), \
         published_at = COALESCE($4, published_at), root = COALESCE($5, root), supersedes = COALESCE($6, supersedes) \
         WHERE run = $7 AND state = $8 AND posting = $9 AND (SELECT COUNT(*) FROM decisions WHERE run = $7) = $10",
    )
    .bind(change.to.word())
    .bind(i64::from(change.posting))
    .bind(change.approved_at.map(|at| at.to_string()))
    .bind(change.published_at.map(|at| at.to_string()))
    .bind(&change.root)
    .bind(change.supersedes.as_ref().map(RunId::as_str))
    .bind(change.run.as_str())
    .bind(change.from.word())
    .bind(i64::from(change.from_posting))
    .bind(i64::try_from(change.from_decisions).unwrap_or(i64::MAX))
    .execute(connection)
    .await
    .map_err(storage)?;
    Ok(done.rows_affected() == 1)
}

async fn insert_decision(connection: &mut Connection, run: &RunId, decision: &Decision) -> Result<()> {
    query("INSERT INTO decisions (run, deed, decided_by, at, reason, own_lines) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(run.as_str())
        .bind(decision.deed.word())
        .bind(&decision.by)
        .bind(decision.at.to_string())
        .bind(&decision.reason)
        .bind(i64::from(decision.own_lines))
        .execute(connection)
        .await
        .map_err(storage)?;
    Ok(())
}

async fn replace_cards(connection: &mut Connection, run: &RunId, composition: &Composition) -> Result<()> {
    query("UPDATE reviews SET findings = $1, totals = $2, scorecards = $3, pins = $4 WHERE run = $5")
        .bind(i64::from(composition.findings))
        .bind(serde_json::to_string(&composition.totals).map_err(Error::internal)?)
        .bind(i64::try_from(composition.cards.len()).unwrap_or(i64::MAX))
        .bind(serde_json::to_string(&composition.pins).map_err(Error::internal)?)
        .bind(run.as_str())
        .execute(&mut *connection)
        .await
        .map_err(storage)?;
    query("DELETE FROM scorecards WHERE run = $1")
        .bind(run.as_str())
        .execute(&mut *connection)
        .await
        .map_err(storage)?;
    let rows = Rows::of("scorecards", composition.cards.len())
        .same_text("run", run.as_str())
        .text("person", composition.cards.iter().map(|card| card.person.as_str()))
        .text("kind", composition.cards.iter().map(|card| card.kind.word()))
        .bytes("content", composition.cards.iter().map(|card| card.bytes.clone()));
    insert(connection, &rows).await
}

async fn insert_mails(connection: &mut Connection, run: &RunId, mails: &[Mail]) -> Result<()> {
    let rows = Rows::of("events", mails.len())
        .text("key", mails.iter().map(|mail| &mail.key))
        .same_text("run", run.as_str())
        .text("person", mails.iter().map(|mail| mail.person.as_str()))
        .text("kind", mails.iter().map(|mail| mail.kind.word()))
        .if_new();
    insert(connection, &rows).await
}

async fn complete(connection: &mut Connection, row: ReviewRow) -> Result<Review> {
    let decisions: Vec<DecisionRow> =
        query_as("SELECT deed, decided_by, at, reason, own_lines FROM decisions WHERE run = $1 ORDER BY seq")
            .bind(&row.run)
            .fetch_all(connection)
            .await
            .map_err(storage)?;
    row.review(decisions)
}

async fn complete_all(connection: &mut Connection, rows: Vec<ReviewRow>) -> Result<Vec<Review>> {
    let mut reviews = Vec::with_capacity(rows.len());
    for row in rows {
        reviews.push(complete(connection, row).await?);
    }
    Ok(reviews)
}

#[cfg(test)]
impl crate::store::conformance::Statements for SqlStore {
    async fn run(&self, statement: &'static str) -> Result<()> {
        let mut write = self.0.write().await?;
        query(statement).execute(&mut *write).await.map_err(storage)?;
        write.commit().await.map_err(unsure)
    }

    async fn seen(&self, scope: &Scope, statement: &'static str) -> Result<Vec<String>> {
        sqlx::query_scalar(statement).fetch_all(&mut *self.0.read(scope).await?).await.map_err(storage)
    }
}
