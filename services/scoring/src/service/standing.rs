//! Where a person is now.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use merit_core::ids::PersonId;
use merit_core::{Error, Period, Result};

use super::freeze::{assemble, sorted};
use super::{Scoring, apart};
use crate::compute::credit;
use crate::compute::plan::Plan;
use crate::compute::standing::{Standing, standing};
use crate::model::{Cutoffs, Cycle, Frozen};

impl Scoring {
    /// A person's goals on a day (none: today), at most the cycle's last.
    ///
    /// # Errors
    /// `UNKNOWN_PERSON`, `NO_SCHEMA`, and those of the neighbours and the store.
    pub async fn standing(&self, person: &PersonId, cycle: &str, on: Option<Date>) -> Result<Standing> {
        let cycle = self.neighbours.cycle(cycle).await?;
        let on = on.map_or_else(|| self.today(&cycle), Ok)?.min(cycle.period.last());
        let frozen = self.present(cycle, person, on).await?;
        let person = person.clone();
        apart(move || {
            if !frozen.people.contains_key(&person) {
                let message = format!("`{person}` is not in the directory for {}", frozen.cycle.id);
                return Err(Error::not_found("UNKNOWN_PERSON", message));
            }
            let plan = Plan::new(frozen)?;
            Ok(standing(&plan, &credit(&plan), &person, on))
        })
        .await
    }

    fn today(&self, cycle: &Cycle) -> Result<Date> {
        let zone = TimeZone::get(&cycle.zone)
            .map_err(|_| Error::internal(format!("time zone `{}` is not known", cycle.zone)))?;
        Ok(self.clock.now().to_zoned_datetime(zone).date())
    }

    /// What is known up to a day, with one person's goals.
    async fn present(&self, cycle: Cycle, person: &PersonId, on: Date) -> Result<Frozen> {
        let schema_text = self.schema_text().await?;
        let policies = self.policies_of(&cycle).await?;
        let cutoffs = Cutoffs { scoring: self.store.cutoff().await?, ..Cutoffs::default() };
        let (mut results, mut ratings) = (Vec::new(), Vec::new());
        if let Ok(known) = Period::through(cycle.period.start, on) {
            results = self.store.results_in(known, cutoffs.scoring).await?;
            ratings = self.neighbours.ratings(known.start, on, 0).await?;
        }
        let goals = sorted(self.neighbours.goals_of(&cycle.id, person).await?);
        let people = assemble(&cycle.period, self.neighbours.people(0).await?, ratings, Vec::new());
        Ok(Frozen { cycle, cutoffs, schema_text, policies, people, goals, results })
    }
}
