//! The store on SQLite: its own file, one writer and a pool of readers.

mod rows;

use std::path::Path;

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::ids::{CycleId, PersonId, RunId};
use merit_core::{Error, Result};
use merit_platform::store::{sqlite::Database, storage};
use sqlx::{QueryBuilder, SqliteConnection, query, query_as};

use super::{Store, Waiting};
use crate::model::{Change, Composition, Decision, Mail, NewReview, Review, State, StoredCard};
use crate::service::CardPage;
use rows::{CardRow, DecisionRow, ReviewRow, WaitingRow};

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// Rows in one statement.
const ROWS: usize = 500;

/// Reviews in a SQLite file.
#[derive(Debug, Clone)]
pub struct Sqlite {
    database: Database,
}

impl Sqlite {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// `STORAGE` when it can't be.
    pub async fn open(file: &Path) -> Result<Self> {
        Ok(Self { database: Database::open(file, &MIGRATOR).await? })
    }

    async fn complete(&self, row: ReviewRow) -> Result<Review> {
        let decisions: Vec<DecisionRow> =
            query_as("SELECT deed, decided_by, at, reason, own_lines FROM decisions WHERE run = $1 ORDER BY seq")
                .bind(&row.run)
                .fetch_all(self.database.pool())
                .await
                .map_err(storage)?;
        row.review(decisions)
    }

    async fn complete_all(&self, rows: Vec<ReviewRow>) -> Result<Vec<Review>> {
        let mut reviews = Vec::with_capacity(rows.len());
        for row in rows {
            reviews.push(self.complete(row).await?);
        }
        Ok(reviews)
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn begin(&self, review: NewReview) -> Result<Review> {
        let mut transaction = self.database.write().await?;
        query("INSERT INTO reviews (run, cycle, state, created_at, participants) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (run) DO NOTHING")
            .bind(review.run.as_str())
            .bind(review.cycle.as_str())
            .bind(State::Frozen.word())
            .bind(review.created_at.to_string())
            .bind(review.participants)
            .execute(&mut *transaction)
            .await
            .map_err(storage)?;
        transaction.commit().await.map_err(storage)?;
        self.review(&review.run).await?.ok_or_else(|| Error::internal("the review that was kept is gone"))
    }

    async fn review(&self, run: &RunId) -> Result<Option<Review>> {
        let row: Option<ReviewRow> = query_as("SELECT * FROM reviews WHERE run = $1")
            .bind(run.as_str())
            .fetch_optional(self.database.pool())
            .await
            .map_err(storage)?;
        match row {
            Some(row) => Ok(Some(self.complete(row).await?)),
            None => Ok(None),
        }
    }

    async fn latest(&self, cycle: &CycleId) -> Result<Option<Review>> {
        let row: Option<ReviewRow> = query_as(
            "SELECT * FROM reviews WHERE cycle = $1 \
             ORDER BY CASE WHEN state IN ('rejected', 'superseded') THEN 1 ELSE 0 END, seq DESC LIMIT 1",
        )
        .bind(cycle.as_str())
        .fetch_optional(self.database.pool())
        .await
        .map_err(storage)?;
        match row {
            Some(row) => Ok(Some(self.complete(row).await?)),
            None => Ok(None),
        }
    }

    async fn of_cycle(&self, cycle: &CycleId) -> Result<Vec<Review>> {
        let rows: Vec<ReviewRow> = query_as("SELECT * FROM reviews WHERE cycle = $1 ORDER BY seq")
            .bind(cycle.as_str())
            .fetch_all(self.database.pool())
            .await
            .map_err(storage)?;
        self.complete_all(rows).await
    }

    async fn apply(&self, change: Change) -> Result<bool> {
        let mut transaction = self.database.write().await?;
        if !update_review(&mut transaction, &change).await? {
            return Ok(false);
        }
        if let Some(decision) = &change.decision {
            insert_decision(&mut transaction, &change.run, decision).await?;
        }
        if let Some(composition) = &change.composition {
            replace_cards(&mut transaction, &change.run, composition).await?;
        }
        for (run, decision) in &change.superseded {
            query("UPDATE reviews SET state = 'superseded', posting = 0 WHERE run = $1")
                .bind(run.as_str())
                .execute(&mut *transaction)
                .await
                .map_err(storage)?;
            insert_decision(&mut transaction, run, decision).await?;
        }
        insert_mails(&mut transaction, &change.run, &change.mails).await?;
        transaction.commit().await.map_err(storage)?;
        Ok(true)
    }

    async fn cards(&self, run: &RunId) -> Result<Vec<StoredCard>> {
        let rows: Vec<CardRow> =
            query_as("SELECT kind, person, content FROM scorecards WHERE run = $1 ORDER BY person, kind")
                .bind(run.as_str())
                .fetch_all(self.database.pool())
                .await
                .map_err(storage)?;
        rows.into_iter().map(CardRow::card).collect()
    }

    async fn card_page(&self, run: &RunId, page: &CardPage) -> Result<Vec<StoredCard>> {
        let (person, kind) = match &page.after {
            Some(key) => key.split_once('/').unwrap_or((key, "")),
            None => ("", ""),
        };
        let rows: Vec<CardRow> = query_as(
            "SELECT kind, person, content FROM scorecards \
             WHERE run = $1 AND ($2 = '' OR person = $2) AND (person > $3 OR (person = $3 AND kind > $4)) \
             ORDER BY person, kind LIMIT $5",
        )
        .bind(run.as_str())
        .bind(page.person.as_ref().map_or("", PersonId::as_str))
        .bind(person)
        .bind(kind)
        .bind(i64::try_from(page.limit).unwrap_or(i64::MAX))
        .fetch_all(self.database.pool())
        .await
        .map_err(storage)?;
        rows.into_iter().map(CardRow::card).collect()
    }

    async fn record_read(&self, reader: &str, run: &RunId, person: Option<&PersonId>, at: Timestamp) -> Result<()> {
        let mut transaction = self.database.write().await?;
        query("INSERT INTO reads (reader, run, person, at) VALUES ($1, $2, $3, $4)")
            .bind(reader)
            .bind(run.as_str())
            .bind(person.map_or("", PersonId::as_str))
            .bind(at.to_string())
            .execute(&mut *transaction)
            .await
            .map_err(storage)?;
        transaction.commit().await.map_err(storage)
    }

    async fn waiting(&self, after: i64, limit: u32) -> Result<Vec<Waiting>> {
        let rows: Vec<WaitingRow> = query_as(
            "SELECT e.seq, e.key, s.kind, s.person, s.content FROM events e \
             JOIN scorecards s ON s.run = e.run AND s.person = e.person AND s.kind = e.kind \
             WHERE e.relayed_at IS NULL AND e.seq > $1 ORDER BY e.seq LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(self.database.pool())
        .await
        .map_err(storage)?;
        rows.into_iter().map(WaitingRow::waiting).collect()
    }

    async fn handed_on(&self, handed: &[i64], refused: &[(i64, String)], at: Timestamp) -> Result<()> {
        let mut transaction = self.database.write().await?;
        let handed = serde_json::to_string(handed).map_err(Error::internal)?;
        query("UPDATE events SET relayed_at = $1, failure = '' WHERE seq IN (SELECT value FROM json_each($2))")
            .bind(at.to_string())
            .bind(handed)
            .execute(&mut *transaction)
            .await
            .map_err(storage)?;
        for (seq, failure) in refused {
            query("UPDATE events SET failure = $1 WHERE seq = $2")
                .bind(failure)
                .bind(seq)
                .execute(&mut *transaction)
                .await
                .map_err(storage)?;
        }
        transaction.commit().await.map_err(storage)
    }
}

/// False when the review is not as the change expects it.
async fn update_review(connection: &mut SqliteConnection, change: &Change) -> Result<bool> {
    let done = query(
        "UPDATE reviews SET state = $1, posting = $2, approved_at = COALESCE($3, approved_at), \
         published_at = COALESCE($4, published_at), root = COALESCE($5, root), supersedes = COALESCE($6, supersedes) \
         WHERE run = $7 AND state = $8 AND posting = $9 AND (SELECT COUNT(*) FROM decisions WHERE run = $7) = $10",
    )
    .bind(change.to.word())
    .bind(change.posting)
    .bind(change.approved_at.map(|at| at.to_string()))
    .bind(change.published_at.map(|at| at.to_string()))
    .bind(&change.root)
    .bind(change.supersedes.as_ref().map(RunId::as_str))
    .bind(change.run.as_str())
    .bind(change.from.word())
    .bind(change.from_posting)
    .bind(i64::try_from(change.from_decisions).unwrap_or(i64::MAX))
    .execute(connection)
    .await
    .map_err(storage)?;
    Ok(done.rows_affected() == 1)
}

async fn insert_decision(connection: &mut SqliteConnection, run: &RunId, decision: &Decision) -> Result<()> {
    query("INSERT INTO decisions (run, deed, decided_by, at, reason, own_lines) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(run.as_str())
        .bind(decision.deed.word())
        .bind(&decision.by)
        .bind(decision.at.to_string())
        .bind(&decision.reason)
        .bind(decision.own_lines)
        .execute(connection)
        .await
        .map_err(storage)?;
    Ok(())
}

async fn replace_cards(connection: &mut SqliteConnection, run: &RunId, composition: &Composition) -> Result<()> {
    query("UPDATE reviews SET findings = $1, totals = $2, scorecards = $3, pins = $4 WHERE run = $5")
        .bind(composition.findings)
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
    for cards in composition.cards.chunks(ROWS) {
        let mut insert = QueryBuilder::new("INSERT INTO scorecards (run, person, kind, content) ");
        insert.push_values(cards, |mut row, card| {
            row.push_bind(run.as_str())
                .push_bind(card.person.as_str())
                .push_bind(card.kind.word())
                .push_bind(&card.bytes);
        });
        insert.build().execute(&mut *connection).await.map_err(storage)?;
    }
    Ok(())
}

async fn insert_mails(connection: &mut SqliteConnection, run: &RunId, mails: &[Mail]) -> Result<()> {
    for mails in mails.chunks(ROWS) {
        let mut insert = QueryBuilder::new("INSERT INTO events (key, run, person, kind) ");
        insert.push_values(mails, |mut row, mail| {
            row.push_bind(&mail.key)
                .push_bind(run.as_str())
                .push_bind(mail.person.as_str())
                .push_bind(mail.kind.word());
        });
        insert.push(" ON CONFLICT (key) DO NOTHING");
        insert.build().execute(&mut *connection).await.map_err(storage)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Deed;

    async fn store() -> (Sqlite, Review, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&folder.path().join("reviews.db")).await.unwrap();
        let fresh = NewReview {
            run: RunId::new("2026-q3-aaa").unwrap(),
            cycle: CycleId::new("2026-Q3").unwrap(),
            created_at: now(),
            participants: 2,
        };
        let review = store.begin(fresh).await.unwrap();
        (store, review, folder)
    }

    fn now() -> Timestamp {
        "2026-10-12T08:00:00Z".parse().unwrap()
    }

    fn consent(by: &str) -> Decision {
        Decision { deed: Deed::Approve, by: by.to_owned(), at: now(), reason: String::new(), own_lines: true }
    }

    /// Of two who decide on the same view of a review, one wins; the other changes nothing at all.
    #[tokio::test]
    async fn a_change_made_on_an_old_view_is_refused_whole() {
        let (store, review, _folder) = store().await;
        let mut first = Change::of(&review);
        first.decision = Some(consent("ana"));
        let mut second = Change::of(&review);
        second.decision = Some(consent("bo"));
        second.posting = true;
        assert!(store.apply(first).await.unwrap());
        assert!(!store.apply(second).await.unwrap());
        let kept = store.review(&review.run).await.unwrap().unwrap();
        assert_eq!((kept.decisions, kept.posting), (vec![consent("ana")], false));

        let mut third = Change::of(&store.review(&review.run).await.unwrap().unwrap());
        third.posting = true;
        assert!(store.apply(third.clone()).await.unwrap());
        assert!(!store.apply(third).await.unwrap());
        let seen = store.review(&review.run).await.unwrap().unwrap();
        let mut credited = Change::of(&seen);
        credited.to = State::Credited;
        assert!(store.apply(credited).await.unwrap());
        assert!(!store.apply(Change::of(&seen)).await.unwrap());
    }

    #[tokio::test]
    async fn decisions_are_never_changed_or_deleted() {
        let (store, review, _folder) = store().await;
        let mut change = Change::of(&review);
        change.decision = Some(consent("ana"));
        store.apply(change).await.unwrap();
        for statement in ["UPDATE decisions SET decided_by = 'bo'", "DELETE FROM decisions"] {
            let mut transaction = store.database.write().await.unwrap();
            assert!(query(statement).execute(&mut *transaction).await.is_err(), "{statement}");
        }
    }

    #[tokio::test]
    async fn reads_of_others_are_on_record() {
        let (store, review, _folder) = store().await;
        let ana = PersonId::new("ana").unwrap();
        store.record_read("cora", &review.run, Some(&ana), now()).await.unwrap();
        store.record_read("cora", &review.run, None, now()).await.unwrap();
        let rows: Vec<(String, String)> =
            query_as("SELECT reader, person FROM reads ORDER BY seq").fetch_all(store.database.pool()).await.unwrap();
        assert_eq!(rows, [("cora".to_owned(), "ana".to_owned()), ("cora".to_owned(), String::new())]);
    }
}
