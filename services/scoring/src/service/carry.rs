//! What earlier cycles left to each person: from the ledger and from the latest posted run of each.

use std::collections::BTreeMap;

use merit_core::ids::PersonId;
use merit_core::{Period, Result};

use super::Scoring;
use crate::model::{Carried, Person};

/// By person and policy.
type Left = BTreeMap<(PersonId, String), Carried>;

impl Scoring {
    /// Gives people what earlier cycles left to them.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn carry(&self, cycle: &Period, people: &mut BTreeMap<PersonId, Person>) -> Result<()> {
        let mut left = Left::new();
        for balance in self.store.balances_before(cycle.start).await? {
            let carried = entry(&mut left, balance.participant, balance.policy);
            carried.periods.extend(balance.periods);
            // Each balance holds all that waits after its run.
            carried.waiting = balance.waiting;
        }
        for (person, policy, owed) in self.store.owed_before(cycle.start).await? {
            entry(&mut left, person, policy).owed = Some(owed);
        }
        for ((person, _), carried) in left {
            if let Some(person) = people.get_mut(&person) {
                person.carried.push(carried);
            }
        }
        Ok(())
    }
}

fn entry(left: &mut Left, person: PersonId, policy: String) -> &mut Carried {
    let empty = Carried { policy: policy.clone(), periods: Vec::new(), waiting: Vec::new(), owed: None };
    left.entry((person, policy)).or_insert(empty)
}
