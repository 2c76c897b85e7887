//! The statements that read people: those who are named, found by their ids, or everybody from an id on. A database that
//! plans for both at once would look at everybody for one.

use std::collections::BTreeMap;

use merit_core::ids::PersonId;
use merit_core::{Error, Result, Value, ValueType};
use merit_platform::store::storage;
use sqlx::Row as _;

use super::Connection;
use crate::model::{Fact, Identity, OPEN_ATTRIBUTES, Person};
use crate::store::PeopleQuery;

macro_rules! versions {
    ($people:literal) => {
        concat!(
            "SELECT person, display_name,
                    CASE WHEN $5 IS NULL OR person IN (SELECT value FROM json_each($5)) THEN email END AS email
             FROM person_versions AS v
             WHERE seq = (SELECT MAX(seq) FROM person_versions AS w WHERE w.person = v.person AND w.seq <= $1)
               AND person > $2 AND ",
            $people,
            " AND ($6 = 0 OR $6 = (
                 SELECT COUNT(*) FROM facts AS f
                 WHERE f.person = v.person AND f.attribute || '=' || f.value IN (SELECT value FROM json_each($7))
                   AND f.from_day <= $8 AND f.seq <= $1 AND NOT EXISTS (
                     SELECT 1 FROM facts AS g
                     WHERE g.person = f.person AND g.attribute = f.attribute AND g.from_day <= $8 AND g.seq <= $1
                       AND (g.from_day, g.seq) > (f.from_day, f.seq))))
             ORDER BY person LIMIT +$4"
        )
    };
}

macro_rules! identities {
    ($people:literal) => {
        concat!(
            "SELECT person, source, external_id FROM identities
             WHERE seq <= $1 AND person >= $2 AND person <= $3 AND ",
            $people,
            " AND ($5 IS NULL OR person IN (SELECT value FROM json_each($5)))
             ORDER BY person, seq, source, external_id"
        )
    };
}

macro_rules! facts {
    ($people:literal) => {
        concat!(
            "SELECT person, attribute, from_day, seq, kind, value FROM facts
             WHERE seq <= $1 AND person >= $2 AND person <= $3 AND ",
            $people,
            " AND ($5 IS NULL OR person IN (SELECT value FROM json_each($5))
                   OR attribute IN (SELECT value FROM json_each($6)))
             ORDER BY person, attribute, from_day, seq"
        )
    };
}

/// The statements for those who are named, and for everybody.
const VERSIONS: [&str; 2] = [versions!("person IN (SELECT value FROM json_each($3))"), versions!("$3 IS NULL")];
const IDENTITIES: [&str; 2] = [identities!("person IN (SELECT value FROM json_each($4))"), identities!("$4 IS NULL")];
const FACTS: [&str; 2] = [facts!("person IN (SELECT value FROM json_each($4))"), facts!("$4 IS NULL")];

/// People with all that is on record of them.
pub async fn read(connection: &mut Connection, query: &PeopleQuery) -> Result<Vec<Person>> {
    let filters = Filters::of(query)?;
    // Nothing at or before a cut-off ever changes, so the statements agree without a transaction around them.
    let mut found = latest_versions(connection, query, &filters).await?;
    if !found.is_empty() {
        let mut people = People::new(&mut found);
        add_identities(connection, &mut people, query.cutoff, &filters).await?;
        add_history(connection, &mut people, query.cutoff, &filters).await?;
    }
    Ok(found)
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

    const fn statement(&self, [named, all]: [&'static str; 2]) -> &'static str {
        if self.names.is_some() { named } else { all }
    }
}

/// People with names and addresses only.
async fn latest_versions(connection: &mut Connection, query: &PeopleQuery, filters: &Filters) -> Result<Vec<Person>> {
    let rows = sqlx::query(filters.statement(VERSIONS))
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
    let rows = sqlx::query(filters.statement(IDENTITIES))
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
    let rows = sqlx::query(filters.statement(FACTS))
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
