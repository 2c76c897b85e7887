//! Putting one person on record and changing what is known of them. A change is a file of one row, so it is held against
//! the record as files are.

use merit_core::ids::PersonId;
use merit_core::once::{Asked, Once, Outcome, numbered};
use merit_core::{Error, Kind, Result, Value};

use super::import::plan;
use super::{ATTEMPTS, Directory, own_ids};
use crate::model::{Change, Identity, PeopleFile, Person, PersonRow};
use crate::store::{Near, PeopleQuery};

/// Where people come from that no file brought.
const SOURCE: &str = "api";

/// What has to hold of a person on record for a change to go on.
pub type Expect<'a> = &'a (dyn Fn(&Person) -> Result<()> + Send + Sync);

/// Makes a row, and says its source, of what is on record of a person.
type Making<'a> = dyn Fn(Option<&Person>) -> Result<(String, PersonRow)> + Send + Sync + 'a;

impl Directory {
    /// Puts a person on record who is not there yet.
    ///
    /// # Errors
    /// `PERSON_EXISTS`; `BAD_ID` for an id that a part of Merit has; `BAD_PERSON` with everything that is wrong;
    /// `REQUEST_ID_REUSED`; `ABORTED` when other changes kept coming in between.
    pub async fn create(&self, row: PersonRow, asked: Option<&Asked>) -> Result<Person> {
        let id = PersonId::new(&row.person_id)?;
        self.write(&id, asked, &|known| match known {
            None => own_ids::free(id.clone()).map(|_| (SOURCE.to_owned(), row.clone())),
            Some(_) => Err(Error::exists("PERSON_EXISTS", format!("`{id}` is on record already; change them instead"))),
        })
        .await
    }

    /// Records what is different about a person. An empty name or address stays as it is; the row's id and source are not
    /// read.
    ///
    /// # Errors
    /// Those of `expect`; `UNKNOWN_PERSON`; `BAD_PERSON` with everything that is wrong; `REQUEST_ID_REUSED`; `ABORTED` when
    /// other changes kept coming in between.
    pub async fn change(
        &self,
        id: &PersonId,
        asked: Option<&Asked>,
        expect: Expect<'_>,
        row: PersonRow,
    ) -> Result<Person> {
        self.write(id, asked, &|known| {
            let known = known.ok_or_else(|| super::unknown(id))?;
            expect(known)?;
            let mut row = row.clone();
            row.person_id = id.as_str().to_owned();
            if row.display_name.is_empty() {
                row.display_name.clone_from(&known.display_name);
            }
            let first = known.identities.first();
            row.external_id = first.map(|identity| identity.external_id.clone()).unwrap_or_default();
            Ok((first.map_or_else(|| SOURCE.to_owned(), |identity| identity.source.clone()), row))
        })
        .await
    }

    /// Writes the row that is made of what is on record, with its source. What was asked for before is not checked again.
    async fn write(&self, id: &PersonId, asked: Option<&Asked>, row: &Making<'_>) -> Result<Person> {
        for _ in 0..ATTEMPTS {
            let cutoff = self.store.cutoff().await?;
            // After the cut-off: what is done by then is seen here, what comes later is seen when this is recorded.
            if let Some(asked) = asked
                && let Some(before) = self.store.answered(asked).await?
            {
                return self.person_at(id, Outcome::Before(before).change()?).await;
            }
            let (source, row) = row(self.at(vec![id.clone()], cutoff).await?.first())?;
            let record = self.near(id, &source, &row, cutoff).await?;
            let file = PeopleFile { source, rows: vec![row], ..PeopleFile::default() };
            let plan = plan(&record, &file);
            if let Some(first) = plan.outcome.problems.first() {
                let message = format!("`{id}` can't be recorded so: {}", first.message);
                return Err(Error::invalid("BAD_PERSON", message).with_problems(plan.outcome.problems));
            }
            match self.recorded(cutoff, &plan.change, asked).await {
                Err(error) if error.kind == Kind::Aborted => {}
                seq => return self.person_at(id, seq?).await,
            }
        }
        Err(super::busy())
    }

    /// Those of the record who have a say in whether a row can be taken.
    pub(super) async fn near(&self, id: &PersonId, source: &str, row: &PersonRow, cutoff: i64) -> Result<Vec<Person>> {
        let named = row.attributes.values().flatten().filter_map(|value| match value {
            Value::Participant(person) => Some(person.clone()),
            _ => None,
        });
        let external_id = if row.external_id.is_empty() { id.as_str() } else { row.external_id.as_str() };
        let identity = Identity { source: source.to_owned(), external_id: external_id.to_owned() };
        let people = std::iter::once(id.clone()).chain(named).collect();
        let near = Near { people, email: row.email.trim(), identity: &identity };
        let found = self.store.near(cutoff, &near).await?;
        // No names would be everybody.
        if found.is_empty() { Ok(Vec::new()) } else { self.at(found, cutoff).await }
    }

    async fn at(&self, names: Vec<PersonId>, cutoff: i64) -> Result<Vec<Person>> {
        self.store.people(&PeopleQuery { names, ..PeopleQuery::at(cutoff) }).await
    }

    async fn person_at(&self, id: &PersonId, cutoff: i64) -> Result<Person> {
        self.at(vec![id.clone()], cutoff).await?.pop().ok_or_else(|| super::unknown(id))
    }

    /// Records a change and gives its number: that of the last one where there is nothing to record.
    async fn recorded(&self, cutoff: i64, change: &Change, asked: Option<&Asked>) -> Result<i64> {
        let now = self.clock.now();
        match asked {
            Some(asked) => {
                self.store.record_once(cutoff, change, now, &Once { asked, answer: &numbered }).await?.change()
            }
            None if change.is_empty() => Ok(cutoff),
            None => self.store.record(cutoff, change, now).await,
        }
    }
}
