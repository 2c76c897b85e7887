//! Reading goals, each with its SMART assessment.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::ids::CycleId;
use merit_core::{Result, Scope};

use super::smart::{Assessment, Before, assess};
use super::{Goals, cycles};
use crate::model::{Cycle, Goal, Owner};
use crate::store::GoalQuery;

/// A goal with its assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessed {
    /// The goal.
    pub goal: Goal,
    /// One for each criterion.
    pub smart: Vec<Assessment>,
}

/// Which goals to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// As on record after this change.
    pub cutoff: i64,
    /// Of which cycle.
    pub cycle: CycleId,
    /// Only of this owner.
    pub owner: Option<Owner>,
    /// Of the goals of people, only theirs.
    pub scope: Scope,
    /// Only ids after this one.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

impl Goals {
    /// Goals of a cycle, by id.
    ///
    /// # Errors
    /// `UNKNOWN_CYCLE`, `NO_ENDED_CYCLE`, and those of the store.
    pub async fn list(&self, listing: &Listing) -> Result<Vec<Assessed>> {
        let cutoff = listing.cutoff;
        let known = self.store.cycles(cutoff).await?;
        let cycle = self.named(&known, &listing.cycle)?;
        let query = GoalQuery {
            owners: listing.owner.clone().map(|owner| vec![owner]),
            scope: listing.scope.clone(),
            after: listing.after.clone(),
            limit: Some(listing.limit),
            ..GoalQuery::of_cycle(cutoff, cycle.id.clone())
        };
        self.assessed(cutoff, &known, &cycle, self.store.goals(&query).await?).await
    }

    /// All goals of a cycle, by id, as on record after a change: after one, at most so many.
    ///
    /// # Errors
    /// `UNKNOWN_CYCLE` when it was not open then, and those of the store.
    pub async fn snapshot(
        &self,
        cutoff: i64,
        cycle: &CycleId,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Assessed>> {
        let known = self.store.cycles(cutoff).await?;
        let cycle = cycles::find(&known, cycle)?;
        let query = GoalQuery { after, limit: Some(limit), ..GoalQuery::of_cycle(cutoff, cycle.id.clone()) };
        self.assessed(cutoff, &known, &cycle, self.store.goals(&query).await?).await
    }

    /// The goals of a cycle with their assessments, from what was on record after a change, `known` cycles among it.
    pub(super) async fn assessed(
        &self,
        cutoff: i64,
        known: &[Cycle],
        cycle: &Cycle,
        goals: Vec<Goal>,
    ) -> Result<Vec<Assessed>> {
        let previous = known.iter().filter(|other| other.ends_at <= cycle.starts_at).max_by_key(|other| other.ends_at);
        let before = match previous {
            Some(previous) => self.targets_of(cutoff, previous, &goals).await?,
            None => BTreeMap::new(),
        };
        let assessed = goals.into_iter().map(|goal| {
            let before = key(&goal).and_then(|key| before.get(&key));
            Assessed { smart: assess(&goal, cycle, before), goal }
        });
        Ok(assessed.collect())
    }

    /// What the owners of some goals had as targets in another cycle, by owner and measure. Of several goals on the same
    /// measure none is compared with.
    async fn targets_of(&self, cutoff: i64, cycle: &Cycle, goals: &[Goal]) -> Result<BTreeMap<Key, Before>> {
        let owners: BTreeSet<&Owner> = goals.iter().map(|goal| &goal.content.owner).collect();
        let owners = Some(owners.into_iter().cloned().collect());
        let query = GoalQuery { owners, ..GoalQuery::of_cycle(cutoff, cycle.id.clone()) };
        let mut found: BTreeMap<Key, Option<Before>> = BTreeMap::new();
        for goal in self.store.goals(&query).await? {
            let Some(key) = key(&goal) else { continue };
            let Some(target) = goal.target(cycle.days.last()) else { continue };
            let before = Before { cycle: cycle.id.clone(), target: target.clone() };
            found.entry(key).and_modify(|several| *several = None).or_insert(Some(before));
        }
        Ok(found.into_iter().filter_map(|(key, before)| Some((key, before?))).collect())
    }
}

type Key = (Owner, String);

fn key(goal: &Goal) -> Option<Key> {
    Some((goal.content.owner.clone(), goal.content.measure.clone()?))
}
