//! Where a person is now.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use merit_core::ids::PersonId;
use merit_core::{Error, Result};

use super::freeze::sorted;
use super::{Scoring, apart};
use crate::compute::standing::{Standing, standing};
use crate::model::Cycle;

impl Scoring {
    /// A person's goals on a day (none: today), at most the cycle's last.
    ///
    /// # Errors
    /// `UNKNOWN_PERSON`, `NO_SCHEMA`, and those of the neighbours and the store.
    pub async fn standing(&self, person: &PersonId, cycle: &str, on: Option<Date>) -> Result<Standing> {
        let cycle = self.neighbours.cycle(cycle).await?;
        let on = on.map_or_else(|| self.today(&cycle), Ok)?.min(cycle.period.last());
        let present = self.present(&cycle, on).await?;
        let goals = sorted(self.neighbours.goals_of(&cycle.id, person).await?);
        let person = person.clone();
        apart(move || {
            if !present.plan.frozen.people.contains_key(&person) {
                let message = format!("`{person}` is not in the directory for {}", cycle.id);
                return Err(Error::not_found("UNKNOWN_PERSON", message));
            }
            Ok(standing(&present.plan.with_goals(goals), &present.credited, &person, on))
        })
        .await
    }

    fn today(&self, cycle: &Cycle) -> Result<Date> {
        let zone = TimeZone::get(&cycle.zone)
            .map_err(|_| Error::internal(format!("time zone `{}` is not known", cycle.zone)))?;
        Ok(self.clock.now().to_zoned_datetime(zone).date())
    }
}
