//! The rules of the directory over any store: what may be read when, what an import checks and records.

mod addresses;
mod import;
mod lines;
mod one_person;
mod own_ids;
mod reporting;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use merit_core::ids::{PersonId, TeamId, slug};
use merit_core::text::shown;
use merit_core::{Clock, Error, Kind, Result, Value};

use self::lines::Lines;
pub use one_person::Expect;

use crate::model::{ENDED, Outcome, PeopleFile, Person, TEAM};
use crate::store::{Having, PeopleQuery, Store};

/// How often an import starts again because another one was recorded meanwhile.
const ATTEMPTS: usize = 5;

/// Who works here, in which role and team, for whom, since when.
#[derive(Clone)]
pub struct Directory {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    lines: Lines,
}

impl Directory {
    /// Over a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, lines: Lines::default() }
    }

    /// The present day, UTC.
    #[must_use]
    pub fn today(&self) -> Date {
        self.clock.now().to_zoned_datetime(TimeZone::UTC).date()
    }

    /// Takes a whole file of people, or nothing and says what is wrong with it.
    ///
    /// # Errors
    /// `ABORTED` when other imports kept coming in between, and those of the store. Rows at fault are no error: they are
    /// in the outcome.
    pub async fn import(&self, file: &PeopleFile) -> Result<Outcome> {
        for _ in 0..ATTEMPTS {
            let cutoff = self.store.cutoff().await?;
            let record = self.store.people(&PeopleQuery::at(cutoff)).await?;
            let plan = import::plan(&record, file);
            if file.validate_only || plan.change.is_empty() {
                return Ok(plan.outcome);
            }
            match self.store.record(cutoff, &plan.change, self.clock.now()).await {
                Err(error) if error.kind == Kind::Aborted => {}
                done => return done.map(|_| plan.outcome),
            }
        }
        Err(busy())
    }

    /// A person with all that is on record.
    ///
    /// # Errors
    /// `UNKNOWN_PERSON`, and those of the store.
    pub async fn person(&self, id: &PersonId) -> Result<Person> {
        let query = PeopleQuery { names: vec![id.clone()], ..PeopleQuery::at(self.store.cutoff().await?) };
        let found = self.store.people(&query).await?;
        found.into_iter().next().ok_or_else(|| unknown(id))
    }

    /// People by id: after one, at most so many, only those named where any are, and only those of whom something is in
    /// force where that is asked for. Names that nobody has are left out.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn people(
        &self,
        names: Vec<PersonId>,
        having: Having,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Person>> {
        let cutoff = self.store.cutoff().await?;
        self.store.people(&PeopleQuery { after, limit: Some(limit), names, having, ..PeopleQuery::at(cutoff) }).await
    }

    /// People by id as on record after a change: after one, at most so many.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn snapshot(&self, cutoff: i64, after: Option<String>, limit: usize) -> Result<Vec<Person>> {
        self.store.people(&PeopleQuery { after, limit: Some(limit), ..PeopleQuery::at(cutoff) }).await
    }

    /// The teams that somebody who has not left is in on a day, with how many they are, by the teams' ids.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn teams(&self, on: Date) -> Result<BTreeMap<TeamId, u32>> {
        let mut teams = BTreeMap::new();
        for person in self.store.people(&PeopleQuery::at(self.store.cutoff().await?)).await? {
            let left = matches!(person.value(ENDED, on), Some(Value::Date(last)) if *last < on);
            let team = person.value(TEAM, on).filter(|_| !left).map(ToString::to_string);
            // As goals name teams: by the word itself where it can be an id, or else by one made from it.
            if let Some(team) = team.and_then(|word| TeamId::new(&word).or_else(|_| TeamId::new(&slug(&word))).ok()) {
                *teams.entry(team).or_insert(0) += 1;
            }
        }
        Ok(teams)
    }

    /// Everyone who reports to a person on a day, at whatever level, without the person.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn reports(&self, manager: &PersonId, on: Date) -> Result<BTreeSet<PersonId>> {
        self.lines.under(self.store.as_ref(), manager, on).await
    }

    /// The number of the last change on record; 0 before the first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn cutoff(&self) -> Result<i64> {
        self.store.cutoff().await
    }

    /// The change that a cut-off means: 0 is the last one.
    ///
    /// # Errors
    /// `BAD_CUTOFF` when there is no such change yet, and those of the store.
    pub async fn resolve(&self, cutoff: i64) -> Result<i64> {
        let last = self.store.cutoff().await?;
        match cutoff {
            0 => Ok(last),
            given if (1..=last).contains(&given) => Ok(given),
            given => {
                Err(Error::invalid("BAD_CUTOFF", format!("there is no change {given} of people; the last is {last}")))
            }
        }
    }
}

fn unknown(id: &PersonId) -> Error {
    Error::not_found(
        "UNKNOWN_PERSON",
        format!("`{}` is not on record; import people first, or check the id", shown(id.as_str())),
    )
}

/// Given up after [`ATTEMPTS`].
fn busy() -> Error {
    Error::new(Kind::Aborted, "ABORTED", "other imports keep changing the people on record; try again later")
}
