//! The statements of the feedback's record, the same for both kinds of database: each is compiled once with the words of
//! SQLite and once with those of PostgreSQL.

mod read;
mod write;

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::ids::{CycleId, PersonId};
use merit_core::once::{Asked, Once, Outcome};
use merit_core::{Error, Result, Scope};
use merit_platform::store::columns::Rows;
use merit_platform::store::{storage, unsure};

use super::dialect::{Connection, Database, insert, requests};
use crate::model::{Fingerprint, Note, NoteContent, NoteId, Rating, Reply, Row, SelfAssessment, Tally, WRITTEN_HERE};
use crate::store::{Batch, Store, sort_key};

/// One database.
#[derive(Debug, Clone)]
pub struct SqlStore(Database);

/// What differs between the three kinds of row.
struct Kind<T> {
    name: &'static str,
    digests: &'static str,
    rows: fn(seq: i64, source: &str, rows: &[&Row<T>]) -> Rows,
}

impl SqlStore {
    /// Over an open database at this program's version.
    pub(super) const fn new(database: Database) -> Self {
        Self(database)
    }

    async fn import<T: Fingerprint + Sync>(&self, kind: Kind<T>, batch: Batch<'_, T>) -> Result<Tally> {
        let mut tx = self.0.write().await?;
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
        insert(&mut tx, &(kind.rows)(seq, batch.source, &fresh)).await?;
        tx.commit().await.map_err(unsure)?;
        Ok(tally)
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn import_notes(&self, batch: Batch<'_, NoteContent>) -> Result<Tally> {
        let kind = Kind {
            name: "notes",
            digests: "SELECT external_id, digest FROM note_versions WHERE source = $1 ORDER BY seq",
            rows: write::notes,
        };
        self.import(kind, batch).await
    }

    async fn import_self_assessments(&self, batch: Batch<'_, SelfAssessment>) -> Result<Tally> {
        let kind = Kind {
            name: "self-assessments",
            digests: "SELECT external_id, digest FROM self_assessment_versions WHERE source = $1 ORDER BY seq",
            rows: write::self_assessments,
        };
        self.import(kind, batch).await
    }

    async fn import_ratings(&self, batch: Batch<'_, Rating>) -> Result<Tally> {
        let kind = Kind {
            name: "ratings",
            digests: "SELECT external_id, digest FROM rating_versions WHERE source = $1 ORDER BY seq",
            rows: write::ratings,
        };
        self.import(kind, batch).await
    }

    async fn answered(&self, asked: &Asked) -> Result<Option<Vec<u8>>> {
        requests::answered(&mut *self.0.read(&Scope::Everyone).await?, asked).await
    }

    async fn create_note(
        &self,
        content: &NoteContent,
        at: Timestamp,
        once: Option<&Once<'_, Note>>,
    ) -> Result<Outcome<Note>> {
        let mut tx = self.0.write().await?;
        if let Some(once) = once
            && let Some(before) = requests::answered(&mut tx, once.asked).await?
        {
            return Ok(Outcome::Before(before));
        }
        let seq = change(&mut tx, "note", at).await?;
        let row = Row { line: 0, external_id: seq.to_string(), content: content.clone() };
        insert(&mut tx, &write::notes(seq, WRITTEN_HERE, &[&row])).await?;
        let note = newest(&mut tx, &NoteId::of(WRITTEN_HERE, &row.external_id)).await?;
        let note = note.ok_or_else(|| Error::internal("the note that was just written is not there"))?;
        if let Some(once) = once {
            requests::keep(&mut tx, once.asked, &(once.answer)(&note), at).await?;
        }
        tx.commit().await.map_err(unsure)?;
        Ok(Outcome::Done(note))
    }

    async fn note(&self, id: &NoteId) -> Result<Option<Note>> {
        newest(&mut *self.0.read(&Scope::Everyone).await?, id).await
    }

    async fn reply(
        &self,
        id: &NoteId,
        reply: &Reply,
        at: Timestamp,
        once: Option<&Once<'_, Note>>,
    ) -> Result<Outcome<Note>> {
        let mut tx = self.0.write().await?;
        if let Some(once) = once
            && let Some(before) = requests::answered(&mut tx, once.asked).await?
        {
            return Ok(Outcome::Before(before));
        }
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
        let note = newest(&mut tx, id).await?;
        let note = note.ok_or_else(|| Error::internal("the note that was just answered is not there"))?;
        if let Some(once) = once {
            requests::keep(&mut tx, once.asked, &(once.answer)(&note), at).await?;
        }
        tx.commit().await.map_err(unsure)?;
        Ok(Outcome::Done(note))
    }

    async fn acknowledge(&self, id: &NoteId, at: Timestamp) -> Result<()> {
        let mut tx = self.0.write().await?;
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
        if done.rows_affected() == 0 { Ok(()) } else { tx.commit().await.map_err(unsure) }
    }

    async fn notes_of(&self, person: &PersonId, after: Option<&str>, limit: usize, scope: &Scope) -> Result<Vec<Note>> {
        let mut reader = self.0.read(scope).await?;
        let ids = scope.ids().map(|ids| serde_json::to_string(&ids)).transpose().map_err(Error::internal)?;
        let rows = sqlx::query(
            "SELECT * FROM note_versions v
             WHERE (author = $1 OR receiver = $1) AND given_on || '|' || note > $2
               AND ($4 IS NULL OR author IN (SELECT value FROM json_each($4))
                    OR receiver IN (SELECT value FROM json_each($4)))
               AND seq = (SELECT MAX(seq) FROM note_versions w WHERE w.note = v.note)
             ORDER BY given_on || '|' || note LIMIT +$3",
        )
        .bind(person.as_str())
        .bind(after.unwrap_or_default())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(ids)
        .fetch_all(&mut *reader)
        .await
        .map_err(storage)?;
        with_answers(&mut reader, rows.iter().map(read::note).collect::<Result<_>>()?, i64::MAX).await
    }

    async fn snapshot_notes(&self, first: Date, last: Date, cutoff: i64) -> Result<Vec<Note>> {
        let cutoff = up_to(cutoff);
        let mut reader = self.0.read(&Scope::Everyone).await?;
        let rows = sqlx::query(
            "SELECT * FROM note_versions v
             WHERE given_on BETWEEN $1 AND $2
               AND seq = (SELECT MAX(seq) FROM note_versions w WHERE w.note = v.note AND w.seq <= $3)",
        )
        .bind(first.to_string())
        .bind(last.to_string())
        .bind(cutoff)
        .fetch_all(&mut *reader)
        .await
        .map_err(storage)?;
        let mut notes: Vec<Note> = rows.iter().map(read::note).collect::<Result<_>>()?;
        notes.sort_by_cached_key(sort_key);
        with_answers(&mut reader, notes, cutoff).await
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
        .fetch_all(&mut *self.0.read(&Scope::Everyone).await?)
        .await
        .map_err(storage)?;
        let mut all: Vec<SelfAssessment> = rows.iter().map(read::self_assessment).collect::<Result<_>>()?;
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
        .fetch_all(&mut *self.0.read(&Scope::Everyone).await?)
        .await
        .map_err(storage)?;
        rows.iter().map(read::rating).collect()
    }

    async fn cutoff(&self) -> Result<i64> {
        sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM changes")
            .fetch_one(&mut *self.0.read(&Scope::Everyone).await?)
            .await
            .map_err(storage)
    }
}

const fn up_to(cutoff: i64) -> i64 {
    if cutoff == 0 { i64::MAX } else { cutoff }
}

async fn change(connection: &mut Connection, kind: &str, at: Timestamp) -> Result<i64> {
    sqlx::query_scalar("INSERT INTO changes (kind, recorded_at) VALUES ($1, $2) RETURNING seq")
        .bind(kind)
        .bind(at.to_string())
        .fetch_one(connection)
        .await
        .map_err(storage)
}

/// A note as it is now.
async fn newest(connection: &mut Connection, id: &NoteId) -> Result<Option<Note>> {
    let row = sqlx::query("SELECT * FROM note_versions WHERE note = $1 ORDER BY seq DESC LIMIT 1")
        .bind(id.as_str())
        .fetch_optional(&mut *connection)
        .await
        .map_err(storage)?;
    let notes = row.iter().map(read::note).collect::<Result<_>>()?;
    Ok(with_answers(connection, notes, i64::MAX).await?.pop())
}

/// Replies and acknowledgements of these notes up to a change, put where they belong.
async fn with_answers(reader: &mut Connection, mut notes: Vec<Note>, cutoff: i64) -> Result<Vec<Note>> {
    let ids: Vec<&str> = notes.iter().map(|note| note.id.as_str()).collect();
    let ids = serde_json::to_string(&ids).map_err(Error::internal)?;
    let replies: Vec<(String, String, String, String)> = sqlx::query_as(
        "SELECT note, author, given_on, body FROM replies
         WHERE seq <= $2 AND note IN (SELECT value FROM json_each($1)) ORDER BY seq",
    )
    .bind(&ids)
    .bind(cutoff)
    .fetch_all(&mut *reader)
    .await
    .map_err(storage)?;
    let acknowledged: Vec<(String, String)> = sqlx::query_as(
        "SELECT note, acknowledged_at FROM acknowledgements
         WHERE seq <= $2 AND note IN (SELECT value FROM json_each($1))",
    )
    .bind(&ids)
    .bind(cutoff)
    .fetch_all(&mut *reader)
    .await
    .map_err(storage)?;
    let mut places: HashMap<String, &mut Note> =
        notes.iter_mut().map(|note| (note.id.as_str().to_owned(), note)).collect();
    for (id, author, given_on, text) in replies {
        if let Some(note) = places.get_mut(&id) {
            note.replies.push(Reply { author: PersonId::new(&author)?, given_on: read::day(&given_on)?, text });
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

#[cfg(test)]
impl crate::store::conformance::Statements for SqlStore {
    async fn seen(&self, scope: &Scope, statement: &'static str) -> Result<Vec<String>> {
        sqlx::query_scalar(statement).fetch_all(&mut *self.0.read(scope).await?).await.map_err(storage)
    }
}
