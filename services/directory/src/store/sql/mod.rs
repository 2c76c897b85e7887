//! The statements of the directory's record, the same for both kinds of database: each is compiled once with the words of
//! SQLite and once with those of PostgreSQL.

mod write;

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::once::{Asked, Once, Outcome};
use merit_core::{Error, Result, Scope, Value, ValueType};
use merit_platform::store::{storage, unsure};
use sqlx::Row as _;

use super::dialect::{self, Connection, Database, requests};
use crate::model::{Change, Fact, Identity, MANAGER, OPEN_ATTRIBUTES, Person};
use crate::store::{Near, PeopleQuery, Store};

/// One database.
#[derive(Debug, Clone)]
pub struct SqlStore(Database);

impl SqlStore {
    /// Over an open database at this program's version.
    pub(super) const fn new(database: Database) -> Self {
        Self(database)
    }
}

/// People by id, while what belongs to them is read.
struct People<'a> {
    by_id: BTreeMap<String, &'a mut Person>,
    first: String,
    last: String,
}

impl<'a> People<'a> {
    fn new(people: &'a mut [Person]) -> Self {
        let id = |person: Option<&Person>| person.map(|p| p.id.as_str().to_owned()).unwrap_or_default();
        let (first, last) = (id(people.first()), id(people.last()));
        Self { by_id: people.iter_mut().map(|person| (person.id.as_str().to_owned(), person)).collect(), first, last }
    }

    fn get(&mut self, id: &str) -> Option<&mut Person> {
        self.by_id.get_mut(id).map(|person| &mut **person)
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn cutoff(&self) -> Result<i64> {
        sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM changes")
            .fetch_one(&mut *self.0.read(&Scope::Everyone).await?)
            .await
            .map_err(storage)
    }

    async fn people(&self, query: &PeopleQuery) -> Result<Vec<Person>> {
        let filters = Filters::of(query)?;
        let mut reader = self.0.read(&query.scope).await?;
        // Nothing at or before a cut-off ever changes, so the statements agree without a transaction around them.
        let mut found = latest_versions(&mut reader, query, &filters).await?;
        if !found.is_empty() {
            let mut people = People::new(&mut found);
            add_identities(&mut reader, &mut people, query.cutoff, &filters).await?;
            add_history(&mut reader, &mut people, query.cutoff, &filters).await?;
        }
        Ok(found)
    }

    async fn lines(&self, cutoff: i64, on: Date) -> Result<Vec<(PersonId, PersonId)>> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT person, value FROM facts AS f
             WHERE attribute = $1 AND from_day <= $2 AND seq <= $3 AND value IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM facts AS g WHERE g.person = f.person AND g.attribute = $1 AND g.from_day <= $2 AND g.seq <= $3
                 AND (g.from_day, g.seq) > (f.from_day, f.seq))
             ORDER BY person",
        )
        .bind(MANAGER)
        .bind(on.to_string())
        .bind(cutoff)
        .fetch_all(&mut *self.0.read(&Scope::Everyone).await?)
        .await
        .map_err(storage)?;
        rows.iter().map(|(person, manager)| Ok((PersonId::new(person)?, PersonId::new(manager)?))).collect()
    }

    async fn record(&self, expected: i64, change: &Change, now: Timestamp) -> Result<i64> {
        let mut write = self.0.write().await?;
        write::unchanged(&mut write, expected).await?;
        let seq = write::change(&mut write, change, now).await?;
        write.commit().await.map_err(unsure)?;
        Ok(seq)
    }

    async fn near(&self, cutoff: i64, near: &Near<'_>) -> Result<Vec<PersonId>> {
        let names: Vec<&str> = near.people.iter().map(PersonId::as_str).collect();
        let rows: Vec<String> = sqlx::query_scalar(
            "WITH RECURSIVE above (person) AS (
               SELECT person FROM person_versions WHERE person IN (SELECT value FROM json_each($2)) AND seq <= $1
               UNION
               SELECT f.value FROM facts AS f JOIN above AS a ON f.person = a.person
               WHERE f.attribute = $3 AND f.value IS NOT NULL AND f.seq <= $1)
             SELECT person FROM above
             UNION SELECT person FROM person_versions WHERE lower(email) = lower($4) AND seq <= $1
             UNION SELECT person FROM identities WHERE source = $5 AND external_id = $6 AND seq <= $1
             ORDER BY person",
        )
        .bind(cutoff)
        .bind(serde_json::to_string(&names).map_err(Error::internal)?)
        .bind(MANAGER)
        .bind(near.email)
        .bind(&near.identity.source)
        .bind(&near.identity.external_id)
        .fetch_all(&mut *self.0.read(&Scope::Everyone).await?)
        .await
        .map_err(storage)?;
        rows.iter().map(|person| PersonId::new(person)).collect()
    }

    async fn answered(&self, asked: &Asked) -> Result<Option<Vec<u8>>> {
        requests::answered(&mut *self.0.read(&Scope::Everyone).await?, asked).await
    }

    async fn record_once(
        &self,
        expected: i64,
        change: &Change,
        now: Timestamp,
        once: &Once<'_, i64>,
    ) -> Result<Outcome<i64>> {
        let mut write = self.0.write().await?;
        if let Some(before) = requests::answered(&mut write, once.asked).await? {
            return Ok(Outcome::Before(before));
        }
        write::unchanged(&mut write, expected).await?;
        let seq = if change.is_empty() { expected } else { write::change(&mut write, change, now).await? };
        requests::keep(&mut write, once.asked, &(once.answer)(&seq), now).await?;
        write.commit().await.map_err(unsure)?;
        Ok(Outcome::Done(seq))
    }
}

/// Lists for the filters of statements, as JSON; none where there is no filter.
struct Filters {
    names: Option<String>,
    scope: Option<String>,
    open: String,
    having: String,
}

impl Filters {
    fn of(query: &PeopleQuery) -> Result<Self> {
        let json = |list: &[String]| serde_json::to_string(list).map_err(Error::internal);
        let names: Vec<String> = query.names.iter().map(|name| name.as_str().to_owned()).collect();
        Ok(Self {
            names: (!names.is_empty()).then(|| json(&names)).transpose()?,
            scope: query.scope.ids().map(|ids| json(&ids)).transpose()?,
            open: json(&OPEN_ATTRIBUTES.map(str::to_owned))?,
            having: json(
                &query.having.values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>(),
            )?,
        })
    }
}

/// People with names and addresses only.
async fn latest_versions(connection: &mut Connection, query: &PeopleQuery, filters: &Filters) -> Result<Vec<Person>> {
    let rows = sqlx::query(
        "SELECT person, display_name,
                CASE WHEN $5 IS NULL OR person IN (SELECT value FROM json_each($5)) THEN email END AS email
         FROM person_versions AS v
             WHERE seq = (SELECT MAX(seq) FROM person_versions AS w WHERE w.person = v.person AND w.seq <= $1)
               AND person > $2 AND ($3 IS NULL OR person IN (SELECT value FROM json_each($3)))
               AND ($6 = 0 OR $6 = (
                 SELECT COUNT(*) FROM facts AS f
                 WHERE f.person = v.person AND f.attribute || '=' || f.value IN (SELECT value FROM json_each($7))
                   AND f.from_day <= $8 AND f.seq <= $1 AND NOT EXISTS (
                     SELECT 1 FROM facts AS g
                     WHERE g.person = f.person AND g.attribute = f.attribute AND g.from_day <= $8 AND g.seq <= $1
                       AND (g.from_day, g.seq) > (f.from_day, f.seq))))
             ORDER BY person LIMIT +$4",
    )
    .bind(query.cutoff)
    .bind(query.after.as_deref().unwrap_or_default())
    .bind(&filters.names)
    .bind(query.limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX)))
    .bind(&filters.scope)
    .bind(i64::try_from(query.having.values.len()).map_err(Error::internal)?)
    .bind(&filters.having)
    .bind(query.having.on.to_string())
    .fetch_all(connection)
    .await
    .map_err(storage)?;
    rows.iter()
        .map(|row| {
            Ok(Person {
                id: PersonId::new(row.try_get::<&str, _>(0).map_err(storage)?)?,
                display_name: row.try_get(1).map_err(storage)?,
                email: row.try_get(2).map_err(storage)?,
                identities: Vec::new(),
                history: Vec::new(),
            })
        })
        .collect()
}

async fn add_identities(
    connection: &mut Connection,
    people: &mut People<'_>,
    cutoff: i64,
    filters: &Filters,
) -> Result<()> {
    let rows = sqlx::query(
        "SELECT person, source, external_id FROM identities
             WHERE seq <= $1 AND person >= $2 AND person <= $3
               AND ($4 IS NULL OR person IN (SELECT value FROM json_each($4)))
               AND ($5 IS NULL OR person IN (SELECT value FROM json_each($5)))
             ORDER BY person, seq, source, external_id",
    )
    .bind(cutoff)
    .bind(&people.first)
    .bind(&people.last)
    .bind(&filters.names)
    .bind(&filters.scope)
    .fetch_all(connection)
    .await
    .map_err(storage)?;
    for row in &rows {
        let identity =
            Identity { source: row.try_get(1).map_err(storage)?, external_id: row.try_get(2).map_err(storage)? };
        if let Some(person) = people.get(row.try_get(0).map_err(storage)?) {
            person.identities.push(identity);
        }
    }
    Ok(())
}

async fn add_history(
    connection: &mut Connection,
    people: &mut People<'_>,
    cutoff: i64,
    filters: &Filters,
) -> Result<()> {
    let rows = sqlx::query(
        "SELECT person, attribute, from_day, seq, kind, value FROM facts
             WHERE seq <= $1 AND person >= $2 AND person <= $3
               AND ($4 IS NULL OR person IN (SELECT value FROM json_each($4)))
               AND ($5 IS NULL OR person IN (SELECT value FROM json_each($5))
                    OR attribute IN (SELECT value FROM json_each($6)))
             ORDER BY person, attribute, from_day, seq",
    )
    .bind(cutoff)
    .bind(&people.first)
    .bind(&people.last)
    .bind(&filters.names)
    .bind(&filters.scope)
    .bind(&filters.open)
    .fetch_all(connection)
    .await
    .map_err(storage)?;
    for row in &rows {
        let from: &str = row.try_get(2).map_err(storage)?;
        let fact = Fact {
            attribute: row.try_get(1).map_err(storage)?,
            from: from.parse().map_err(|_| corrupt("a fact's day"))?,
            value: read_value(row.try_get(4).map_err(storage)?, row.try_get(5).map_err(storage)?)?,
            seq: row.try_get(3).map_err(storage)?,
        };
        if let Some(person) = people.get(row.try_get(0).map_err(storage)?) {
            person.history.push(fact);
        }
    }
    Ok(())
}

fn read_value(kind: Option<&str>, text: Option<&str>) -> Result<Option<Value>> {
    let (Some(kind), Some(text)) = (kind, text) else { return Ok(None) };
    let kind = ValueType::from_word(kind).ok_or_else(|| corrupt("a fact's kind"))?;
    Value::parse(kind, text).map(Some).map_err(|_| corrupt("a fact's value"))
}

/// What was written by this program can be read by it, so anything else is a damaged record. What is in it
/// may be personal, and stays out of logs.
fn corrupt(what: &str) -> Error {
    Error::internal(format!("the directory's record is damaged: {what} can't be read"))
}

#[cfg(test)]
impl crate::store::conformance::Statements for SqlStore {
    async fn seen(&self, scope: &Scope, statement: &'static str) -> Result<Vec<String>> {
        sqlx::query_scalar(statement).fetch_all(&mut *self.0.read(scope).await?).await.map_err(storage)
    }
}
