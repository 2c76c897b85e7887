//! What share of people has goals, and an innovation goal that counts.

use std::collections::BTreeSet;

use merit_core::ids::{CycleId, PersonId};
use merit_core::{Ratio, Result};

use super::Goals;
use super::smart::CRITERIA;
use crate::model::{Content, Owner, Perspective};
use crate::store::GoalQuery;

/// Who has goals in a cycle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// People who work here on the cycle's last day, or today while it runs.
    pub people: u32,
    /// Those without an innovation goal that has a weight above zero.
    pub without_innovation: Vec<PersonId>,
    /// Those without any goal.
    pub without_goals: Vec<PersonId>,
    /// How many goals meet each criterion of SMART.
    pub smart: Vec<(&'static str, u32)>,
    /// How many goals there are, of all owners.
    pub goals: u32,
}

impl Goals {
    /// Who has goals in a cycle.
    ///
    /// # Errors
    /// `UNKNOWN_CYCLE`, `NO_ENDED_CYCLE`, and those of the store and the directory.
    pub async fn coverage(&self, cycle: &CycleId) -> Result<Coverage> {
        let cutoff = self.store.cutoff().await?;
        let known = self.store.cycles(cutoff).await?;
        let cycle = self.named(&known, cycle)?;
        let day = cycle.day_at(self.clock.now())?.min(cycle.days.last());
        let goals = self.store.goals(&GoalQuery::of_cycle(cutoff, cycle.id.clone())).await?;
        let assessed = self.assessed(cutoff, &known, &cycle, goals).await?;
        let mut with_goals = BTreeSet::new();
        let mut with_innovation = BTreeSet::new();
        for goal in &assessed {
            let Owner::Person(person) = &goal.goal.content.owner else { continue };
            with_goals.insert(person);
            if is_innovation(&goal.goal.content) {
                with_innovation.insert(person);
            }
        }
        let mut coverage = Coverage { goals: count(assessed.len()), ..Coverage::default() };
        for member in self.people.members().await?.into_iter().filter(|member| member.works_on(day)) {
            coverage.people += 1;
            if !with_goals.contains(&member.id) {
                coverage.without_goals.push(member.id.clone());
            }
            if !with_innovation.contains(&member.id) {
                coverage.without_innovation.push(member.id);
            }
        }
        let meets = |criterion| {
            assessed
                .iter()
                .flat_map(|goal| &goal.smart)
                .filter(|found| found.criterion == criterion && found.met)
                .count()
        };
        coverage.smart = CRITERIA.into_iter().map(|criterion| (criterion, count(meets(criterion)))).collect();
        Ok(coverage)
    }
}

fn is_innovation(content: &Content) -> bool {
    content.perspective == Perspective::Innovation
        && content.weight.as_ref().is_some_and(|weight| *weight > Ratio::ZERO)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
