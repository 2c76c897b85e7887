//! Where one person stands now: the same computation as the close's, for a day inside the cycle.

use jiff::civil::Date;
use merit_core::Ratio;
use merit_core::ids::PersonId;

use super::Plan;
use super::attainment::{AsOf, of_person};
use super::credit::Credited;
use super::score::applied_to_cycle;
use crate::model::GoalStanding;

/// A person's goals on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The day, at most the cycle's last.
    pub on: Date,
    /// The share of the cycle gone by.
    pub elapsed: Ratio,
    /// By goal id.
    pub goals: Vec<GoalStanding>,
}

/// Computes it. The plan holds no result dated after the day.
#[must_use]
pub fn standing(plan: &Plan, credited: &Credited, person: &PersonId, on: Date) -> Standing {
    let at = AsOf::day(plan, on);
    let goals = plan.frozen.people.get(person).map(|person| {
        let applied = applied_to_cycle(plan, credited, person);
        of_person(plan, credited, person, &applied, &at)
    });
    Standing { on: at.on, elapsed: at.elapsed, goals: goals.unwrap_or_default() }
}
