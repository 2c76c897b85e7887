//! The goals of earlier cycles, where a policy's period is longer than a cycle.

use std::collections::BTreeMap;

use merit_core::Result;
use merit_core::ids::PersonId;

use super::freeze::sorted;
use super::{Scoring, apart};
use crate::compute::plan::Plan;
use crate::model::{Cycle, EarlierCycle, EarlierGoal, OwnerKind, Person, Policy};

impl Scoring {
    /// Gives people the cycles before this one that the policies' periods reach back over, with their goals.
    ///
    /// # Errors
    /// Those of the neighbours.
    pub(super) async fn look_back(
        &self,
        cycle: &Cycle,
        cutoff: i64,
        policies: &[Policy],
        people: &mut BTreeMap<PersonId, Person>,
    ) -> Result<()> {
        let (period, policies) = (cycle.period, policies.to_vec());
        let Some((since, measures)) = apart(move || Plan::quotas_since(&period, &policies)).await? else {
            return Ok(());
        };
        let mut cycles = self.neighbours.cycles().await?;
        cycles.retain(|other| other.period.start >= since && other.period.end <= cycle.period.start);
        cycles.sort_by_key(|other| other.period.start);
        for earlier in cycles {
            let mut goals: BTreeMap<String, Vec<EarlierGoal>> = BTreeMap::new();
            for goal in sorted(self.neighbours.goals(&earlier.id, cutoff).await?) {
                if goal.owner_kind == OwnerKind::Person && measures.contains(&goal.measure) {
                    let kept = EarlierGoal { id: goal.id, measure: goal.measure, targets: goal.targets };
                    goals.entry(goal.owner).or_default().push(kept);
                }
            }
            let (first, last) = (earlier.period.start, earlier.period.last());
            for person in people.values_mut() {
                let goals = goals.remove(person.id.as_str()).unwrap_or_default();
                person.earlier.push(EarlierCycle { cycle: earlier.id.clone(), first, last, goals });
            }
        }
        Ok(())
    }
}
