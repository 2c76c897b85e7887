//! Feedback in an SQLite file.

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::ids::{CycleId, GoalId, PersonId};
use merit_core::{Error, Result, Value, ValueType};
use merit_platform::store::{sqlite::Database, storage};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite, Transaction};

use super::{Batch, Store, sort_key};
use crate::model::{Fingerprint, Note, NoteContent, NoteId, Rating, Reply, Row, SelfAssessment, Tally, WRITTEN_HERE};

/// Rows in one insert: far below SQLite's 32,766 parameters.
const ROWS: usize = 500;

/// Feedback in an SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    database: Database,
}

/// What differs between the three kinds of row.
struct Kind<T> {
    name: &'static str,
    digests: &'static str,
    insert: fn(&mut QueryBuilder<Sqlite>, seq: i64, source: &str, rows: &[&Row<T>]),
}

impl SqliteStore {
    /// On an opened database.
    #[must_use]
    pub const fn new(database: Database) -> Self {
        Self { database }
    }

    async fn import<T: Fingerprint + Sync>(&self, kind: Kind<T>, batch: Batch<'_, T>) -> Result<Tally> {
        let mut tx = self.database.write().await?;
        let known: HashMap<String, String> = sqlx::query_as(kind.digests)
            .bind(batch.source)
            .fetch_all(&mut *tx)
            .await
            .map_err(storage)?
            .into_iter()
            .collect();
        let mut tally = Tally::default();
        let mut fresh = Vec::new();
        for row in batch.rows {
            match known.get(&row.external_id) {
                Some(digest) if *digest == row.content.digest() => tally.unchanged += 1,
                Some(_) => {
                    tally.changed += 1;
                    fresh.push(row);
                }
                None => {
                    tally.added += 1;
                    fresh.push(row);
                }
            }
        }
        if batch.validate_only || fresh.is_empty() {
            return Ok(tally);
        }
        let seq = change(&mut tx, kind.name, batch.recorded_at).await?;
        for rows in fresh.chunks(ROWS) {
            let mut query = QueryBuilder::new("");
            (kind.insert)(&mut query, seq, batch.source, rows);
            query.build().execute(&mut *tx).await.map_err(storage)?;
        }
        tx.commit().await.map_err(storage)?;
        Ok(tally)
    }

    /// Replies and acknowledgements of these notes up to a change, put where they belong.
    async fn with_answers(&self, mut notes: Vec<Note>, cutoff: i64) -> Result<Vec<Note>> {
        let ids: Vec<&str> = notes.iter().map(|note| note.id.as_str()).collect();
        let ids = serde_json::to_string(&ids).map_err(Error::internal)?;
        let replies: Vec<(String, String, String, String)> = sqlx::query_as(
            "SELECT note, author, given_on, body FROM replies
             WHERE seq <= $2 AND note IN (SELECT value FROM json_each($1)) ORDER BY seq",
        )
        .bind(&ids)
        .bind(cutoff)
        .fetch_all(self.database.pool())
        .await
        .map_err(storage)?;
        let acknowledged: Vec<(String, String)> = sqlx::query_as(
            "SELECT note, acknowledged_at FROM acknowledgements
             WHERE seq <= $2 AND note IN (SELECT value FROM json_each($1))",
        )
        .bind(&ids)
        .bind(cutoff)
        .fetch_all(self.database.pool())
        .await
        .map_err(storage)?;
        let mut places: HashMap<String, &mut Note> =
            notes.iter_mut().map(|note| (note.id.as_str().to_owned(), note)).collect();
        for (id, author, given_on, text) in replies {
            if let Some(note) = places.get_mut(&id) {
                note.replies.push(Reply { author: PersonId::new(&author)?, given_on: day(&given_on)?, text });
            }
        }
        for (id, at) in acknowledged {
            if let Some(note) = places.get_mut(&id) {
                let at: Timestamp = at.parse().map_err(Error::internal)?;
                note.acknowledged_at = Some(note.acknowledged_at.map_or(at, |earlier| earlier.min(at)));
            }
        }
        for note in &mut notes {
            note.replies.sort_by_key(|reply| reply.given_on);
        }
        Ok(notes)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn import_notes(&self, batch: Batch<'_, NoteContent>) -> Result<Tally> {
        let kind = Kind {
            name: "notes",
            digests: "SELECT external_id, digest FROM note_versions WHERE source = $1 ORDER BY seq",
            insert: insert_notes,
        };
        self.import(kind, batch).await
    }

    async fn import_self_assessments(&self, batch: Batch<'_, SelfAssessment>) -> Result<Tally> {
        let kind = Kind {
            name: "self-assessments",
            digests: "SELECT external_id, digest FROM self_assessment_versions WHERE source = $1 ORDER BY seq",
            insert: insert_self_assessments,
        };
        self.import(kind, batch).await
    }

    async fn import_ratings(&self, batch: Batch<'_, Rating>) -> Result<Tally> {
        let kind = Kind {
            name: "ratings",
            digests: "SELECT external_id, digest FROM rating_versions WHERE source = $1 ORDER BY seq",
            insert: insert_ratings,
        };
        self.import(kind, batch).await
    }

    async fn create_note(&self, content: &NoteContent, at: Timestamp) -> Result<NoteId> {
        let mut tx = self.database.write().await?;
        let seq = change(&mut tx, "note", at).await?;
        let row = Row { line: 0, external_id: seq.to_string(), content: content.clone() };
        let mut query = QueryBuilder::new("");
        insert_notes(&mut query, seq, WRITTEN_HERE, &[&row]);
        query.build().execute(&mut *tx).await.map_err(storage)?;
        tx.commit().await.map_err(storage)?;
        Ok(NoteId::of(WRITTEN_HERE, &row.external_id))
    }

    async fn note(&self, id: &NoteId) -> Result<Option<Note>> {
        let row = sqlx::query("SELECT * FROM note_versions WHERE note = $1 ORDER BY seq DESC LIMIT 1")
            .bind(id.as_str())
            .fetch_optional(self.database.pool())
            .await
            .map_err(storage)?;
        let notes = row.iter().map(note).collect::<Result<_>>()?;
        Ok(self.with_answers(notes, i64::MAX).await?.pop())
    }

    async fn reply(&self, id: &NoteId, reply: &Reply, at: Timestamp) -> Result<()> {
        let mut tx = self.database.write().await?;
        let seq = change(&mut tx, "reply", at).await?;
        sqlx::query("INSERT INTO replies (seq, note, author, given_on, body) VALUES ($1, $2, $3, $4, $5)")
            .bind(seq)
            .bind(id.as_str())
            .bind(reply.author.as_str())
            .bind(reply.given_on.to_string())
            .bind(&reply.text)
            .execute(&mut *tx)
            .await
            .map_err(storage)?;
        tx.commit().await.map_err(storage)
    }

    async fn acknowledge(&self, id: &NoteId, at: Timestamp) -> Result<()> {
        let mut tx = self.database.write().await?;
        let seq = change(&mut tx, "acknowledgement", at).await?;
        let done = sqlx::query(
            "INSERT INTO acknowledgements (note, seq, acknowledged_at) VALUES ($1, $2, $3) ON CONFLICT (note) DO NOTHING",
        )
        .bind(id.as_str())
        .bind(seq)
        .bind(at.to_string())
        .execute(&mut *tx)
        .await
        .map_err(storage)?;
        // Again does nothing: the change goes with the dropped transaction.
        if done.rows_affected() == 0 { Ok(()) } else { tx.commit().await.map_err(storage) }
    }

    async fn notes_of(&self, person: &PersonId, after: Option<&str>, limit: usize) -> Result<Vec<Note>> {
        let rows = sqlx::query(
            "SELECT * FROM note_versions v
             WHERE (author = $1 OR receiver = $1) AND given_on || '|' || note > $2
               AND seq = (SELECT MAX(seq) FROM note_versions w WHERE w.note = v.note)
             ORDER BY given_on || '|' || note LIMIT $3",
        )
        .bind(person.as_str())
        .bind(after.unwrap_or_default())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.database.pool())
        .await
        .map_err(storage)?;
        self.with_answers(rows.iter().map(note).collect::<Result<_>>()?, i64::MAX).await
    }

    async fn snapshot_notes(&self, first: Date, last: Date, cutoff: i64) -> Result<Vec<Note>> {
        let cutoff = up_to(cutoff);
        let rows = sqlx::query(
            "SELECT * FROM note_versions v
             WHERE given_on BETWEEN $1 AND $2
               AND seq = (SELECT MAX(seq) FROM note_versions w WHERE w.note = v.note AND w.seq <= $3)",
        )
        .bind(first.to_string())
        .bind(last.to_string())
        .bind(cutoff)
        .fetch_all(self.database.pool())
        .await
        .map_err(storage)?;
        let mut notes: Vec<Note> = rows.iter().map(note).collect::<Result<_>>()?;
        notes.sort_by_cached_key(sort_key);
        self.with_answers(notes, cutoff).await
    }

    async fn snapshot_self_assessments(&self, cycle: &CycleId, cutoff: i64) -> Result<Vec<SelfAssessment>> {
        let rows = sqlx::query(
            "SELECT * FROM self_assessment_versions v
             WHERE cycle = $1 AND seq = (SELECT MAX(seq) FROM self_assessment_versions w
                WHERE w.source = v.source AND w.external_id = v.external_id AND w.seq <= $2)
             ORDER BY person, goal, given_on DESC, seq DESC, source, external_id",
        )
        .bind(cycle.as_str())
        .bind(up_to(cutoff))
        .fetch_all(self.database.pool())
        .await
        .map_err(storage)?;
        let mut all: Vec<SelfAssessment> = rows.iter().map(self_assessment).collect::<Result<_>>()?;
        // The latest comes first within each person and goal.
        all.dedup_by(|later, kept| later.person == kept.person && later.goal == kept.goal);
        Ok(all)
    }

    async fn snapshot_ratings(&self, first: Date, last: Date, cutoff: i64) -> Result<Vec<Rating>> {
        let rows = sqlx::query(
            "SELECT * FROM rating_versions v
             WHERE rated_on BETWEEN $1 AND $2 AND seq = (SELECT MAX(seq) FROM rating_versions w
                WHERE w.source = v.source AND w.external_id = v.external_id AND w.seq <= $3)
             ORDER BY person, measure, rated_on, seq, source, external_id",
        )
        .bind(first.to_string())
        .bind(last.to_string())
        .bind(up_to(cutoff))
        .fetch_all(self.database.pool())
        .await
        .map_err(storage)?;
        rows.iter().map(rating).collect()
    }

    async fn cutoff(&self) -> Result<i64> {
        sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM changes")
            .fetch_one(self.database.pool())
            .await
            .map_err(storage)
    }
}

const fn up_to(cutoff: i64) -> i64 {
    if cutoff == 0 { i64::MAX } else { cutoff }
}

async fn change(tx: &mut Transaction<'static, Sqlite>, kind: &str, at: Timestamp) -> Result<i64> {
    sqlx::query_scalar("INSERT INTO changes (kind, recorded_at) VALUES ($1, $2) RETURNING seq")
        .bind(kind)
        .bind(at.to_string())
        .fetch_one(&mut **tx)
        .await
        .map_err(storage)
}

fn insert_notes(query: &mut QueryBuilder<Sqlite>, seq: i64, source: &str, rows: &[&Row<NoteContent>]) {
    query.push(
        "INSERT INTO note_versions (note, seq, source, external_id, digest, author, receiver, given_on, body, goal, reply, replied_on, acknowledged_on) ",
    );
    query.push_values(rows, |mut values, row| {
        values
            .push_bind(NoteId::of(source, &row.external_id).as_str().to_owned())
            .push_bind(seq)
            .push_bind(source.to_owned())
            .push_bind(row.external_id.clone())
            .push_bind(row.content.digest());
        for field in row.content.fields() {
            values.push_bind(field);
        }
    });
}

fn insert_self_assessments(query: &mut QueryBuilder<Sqlite>, seq: i64, source: &str, rows: &[&Row<SelfAssessment>]) {
    query.push(
        "INSERT INTO self_assessment_versions (source, external_id, seq, digest, person, cycle, goal, rating, comment, given_on) ",
    );
    insert_fields(query, seq, source, rows);
}

fn insert_ratings(query: &mut QueryBuilder<Sqlite>, seq: i64, source: &str, rows: &[&Row<Rating>]) {
    query.push(
        "INSERT INTO rating_versions (source, external_id, seq, digest, person, measure, kind, value, rated_on, rater) ",
    );
    insert_fields(query, seq, source, rows);
}

// The columns follow the order of the fingerprint's fields.
fn insert_fields<T: Fingerprint>(query: &mut QueryBuilder<Sqlite>, seq: i64, source: &str, rows: &[&Row<T>]) {
    query.push_values(rows, |mut values, row| {
        values
            .push_bind(source.to_owned())
            .push_bind(row.external_id.clone())
            .push_bind(seq)
            .push_bind(row.content.digest());
        for field in row.content.fields() {
            values.push_bind(field);
        }
    });
}

fn text(row: &SqliteRow, column: &'static str) -> Result<String> {
    row.try_get(column).map_err(storage)
}

fn day(text: &str) -> Result<Date> {
    text.parse().map_err(Error::internal)
}

/// A stored text, none where it is empty.
fn filled(row: &SqliteRow, column: &'static str) -> Result<Option<String>> {
    Ok(Some(text(row, column)?).filter(|text| !text.is_empty()))
}

fn note(row: &SqliteRow) -> Result<Note> {
    let receiver = PersonId::new(&text(row, "receiver")?)?;
    let acknowledged_on = filled(row, "acknowledged_on")?.map(|on| day(&on)).transpose()?;
    let reply = match filled(row, "reply")? {
        Some(text_of_reply) => Some((text_of_reply, day(&text(row, "replied_on")?)?)),
        None => None,
    };
    let replies = reply.iter().map(|(text, on)| Reply { author: receiver.clone(), given_on: *on, text: text.clone() });
    let start_of_day = |on: Date| jiff::tz::TimeZone::UTC.to_timestamp(on.at(0, 0, 0, 0)).map_err(Error::internal);
    Ok(Note {
        id: NoteId::stored(text(row, "note")?),
        source: text(row, "source")?,
        external_id: text(row, "external_id")?,
        replies: replies.collect(),
        acknowledged_at: acknowledged_on.map(start_of_day).transpose()?,
        content: NoteContent {
            author: PersonId::new(&text(row, "author")?)?,
            receiver,
            given_on: day(&text(row, "given_on")?)?,
            text: text(row, "body")?,
            goal: filled(row, "goal")?.map(|id| GoalId::new(&id)).transpose()?,
            reply,
            acknowledged_on,
        },
    })
}

fn self_assessment(row: &SqliteRow) -> Result<SelfAssessment> {
    Ok(SelfAssessment {
        person: PersonId::new(&text(row, "person")?)?,
        cycle: CycleId::new(&text(row, "cycle")?)?,
        goal: GoalId::new(&text(row, "goal")?)?,
        rating: filled(row, "rating")?.map(|rating| rating.parse()).transpose()?,
        comment: text(row, "comment")?,
        given_on: day(&text(row, "given_on")?)?,
    })
}

fn rating(row: &SqliteRow) -> Result<Rating> {
    let kind = text(row, "kind")?;
    let kind = ValueType::from_word(&kind).ok_or_else(|| Error::internal(format!("stored kind {kind}")))?;
    Ok(Rating {
        person: PersonId::new(&text(row, "person")?)?,
        measure: text(row, "measure")?,
        value: Value::parse(kind, &text(row, "value")?)?,
        on: day(&text(row, "rated_on")?)?,
        rater: filled(row, "rater")?.map(|id| PersonId::new(&id)).transpose()?,
    })
}
