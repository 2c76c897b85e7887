//! Putting one person on record and changing what is known of them. A change is a file of one row, so it is held against
//! the record as files are.

use merit_core::ids::PersonId;
use merit_core::{Error, Kind, Result};

use super::import::plan;
use super::{ATTEMPTS, Directory};
use crate::model::{PeopleFile, Person, PersonRow};
use crate::store::PeopleQuery;

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
    /// `PERSON_EXISTS`; `BAD_PERSON` with everything that is wrong; `ABORTED` when other changes kept coming in between.
    pub async fn create(&self, row: PersonRow) -> Result<Person> {
        let id = PersonId::new(&row.person_id)?;
        self.write(&id, &|known| match known {
            None => Ok((SOURCE.to_owned(), row.clone())),
            Some(_) => Err(Error::exists("PERSON_EXISTS", format!("`{id}` is on record already; change them instead"))),
        })
        .await
    }

    /// Records what is different about a person. An empty name or address stays as it is; the row's id and source are not
    /// read.
    ///
    /// # Errors
    /// Those of `expect`; `UNKNOWN_PERSON`; `BAD_PERSON` with everything that is wrong; `ABORTED` when other changes kept
    /// coming in between.
    pub async fn change(&self, id: &PersonId, expect: Expect<'_>, row: PersonRow) -> Result<Person> {
        self.write(id, &|known| {
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

    /// Writes the row that is made of what is on record, with its source.
    async fn write(&self, id: &PersonId, row: &Making<'_>) -> Result<Person> {
        for _ in 0..ATTEMPTS {
            let cutoff = self.store.cutoff().await?;
            let record = self.store.people(&PeopleQuery::at(cutoff)).await?;
            let (source, row) = row(record.iter().find(|person| person.id == *id))?;
            let file = PeopleFile { source, rows: vec![row], ..PeopleFile::default() };
            let plan = plan(&record, &file);
            if let Some(first) = plan.outcome.problems.first() {
                let message = format!("`{id}` can't be recorded so: {}", first.message);
                return Err(Error::invalid("BAD_PERSON", message).with_problems(plan.outcome.problems));
            }
            if plan.change.is_empty() {
                return self.person(id).await;
            }
            match self.store.record(cutoff, &plan.change, self.clock.now()).await {
                Err(error) if error.kind == Kind::Aborted => {}
                done => {
                    done?;
                    return self.person(id).await;
                }
            }
        }
        Err(super::busy())
    }
}
