//! What people who have left are still owed: their held amounts become payable like anybody's.

use merit_rules::Release;

use super::Plan;
use super::credit::Credited;
use super::history::Track;
use super::score::release_line;
use crate::model::{Balance, Line};

/// Lines and balances of people who are not on the roster and for whom something waits.
#[must_use]
pub fn departed(plan: &Plan, credited: &Credited) -> (Vec<Line>, Vec<Balance>) {
    let (mut lines, mut balances) = (Vec::new(), Vec::new());
    let cycle = plan.frozen.cycle.period;
    for person in plan.frozen.people.values().filter(|person| !plan.roster.contains(&person.id)) {
        for carried in person.carried.iter().filter(|carried| !carried.waiting.is_empty()) {
            let policy = plan.policies.iter().position(|prepared| prepared.program.name() == carried.policy);
            let version = policy.and_then(|index| plan.policies.get(index)).map_or(0, |p| p.program.version());
            let mut track = Track::begin(person, &carried.policy, None);
            let released: Vec<Release> = track.free(plan, credited, policy, person, &cycle);
            lines.extend(
                released.into_iter().map(|freed| release_line(plan, person, (&carried.policy, version), &cycle, freed)),
            );
            balances.extend(track.balance(person, &carried.policy));
        }
    }
    (lines, balances)
}
