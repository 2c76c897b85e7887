//! Reporting lines that go in a circle, on whatever day they do.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use merit_core::ids::PersonId;

/// People who report to each other in a circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// The first day on which they do.
    pub from: Date,
    /// Each reports to the next and the last to the first; the one with the least id comes first.
    pub people: Vec<PersonId>,
}

/// Who reports to whom from which day on: per person the days of change, each day once, in order.
pub type Lines = BTreeMap<PersonId, Vec<(Date, Option<PersonId>)>>;

/// Every circle in the lines, each with its first day, in order of day.
///
/// The days are swept in order. A circle closes on the day of its last change, so walking up from the people whose
/// manager changes on a day finds it; who was seen to reach the top on that day is not walked again. The cost is linear
/// in the changes and the depth of the organisation above them.
#[must_use]
pub fn circles(lines: &Lines) -> Vec<Circle> {
    let people: Vec<&PersonId> = lines.keys().collect();
    let index: BTreeMap<&PersonId, usize> = people.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    let mut changes: Vec<(Date, usize, Option<usize>)> = lines
        .values()
        .enumerate()
        .flat_map(|(person, days)| days.iter().map(move |(day, manager)| (*day, person, manager)))
        .map(|(day, person, manager)| (day, person, manager.as_ref().and_then(|id| index.get(id).copied())))
        .collect();
    changes.sort_unstable();
    let mut sweep = Sweep { manager: vec![None; people.len()], seen: vec![0; people.len()], walk: 0 };
    let mut known: BTreeSet<Vec<usize>> = BTreeSet::new();
    let mut found = Vec::new();
    for day in changes.chunk_by(|a, b| a.0 == b.0) {
        for (_, person, manager) in day {
            sweep.set(*person, *manager);
        }
        let first_walk = sweep.walk + 1;
        for (from, person, _) in day {
            let Some(circle) = sweep.walk_up(*person, first_walk) else { continue };
            let mut members = circle.clone();
            members.sort_unstable();
            if known.insert(members) {
                let people = circle.iter().filter_map(|at| people.get(*at)).map(|id| (*id).clone()).collect();
                found.push(Circle { from: *from, people });
            }
        }
    }
    found
}

/// The managers on one day, and which walk saw each person last.
struct Sweep {
    manager: Vec<Option<usize>>,
    seen: Vec<usize>,
    walk: usize,
}

impl Sweep {
    fn set(&mut self, person: usize, manager: Option<usize>) {
        if let Some(slot) = self.manager.get_mut(person) {
            *slot = manager;
        }
    }

    /// Walks up from a person to the top or to somebody whom a walk since `first_walk` saw. Gives the circle that this
    /// walk came back into, the least first.
    fn walk_up(&mut self, person: usize, first_walk: usize) -> Option<Vec<usize>> {
        self.walk += 1;
        let mut next = Some(person);
        let mut path = Vec::new();
        while let Some(at) = next {
            let seen = self.seen.get_mut(at)?;
            if *seen == self.walk {
                let start = path.iter().position(|step| *step == at)?;
                let mut circle = path.split_off(start);
                let least = circle.iter().enumerate().min_by_key(|(_, step)| **step).map_or(0, |(place, _)| place);
                circle.rotate_left(least);
                return Some(circle);
            }
            if *seen >= first_walk {
                return None;
            }
            *seen = self.walk;
            path.push(at);
            next = self.manager.get(at).copied().flatten();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn id(number: usize) -> PersonId {
        PersonId::new(&format!("p{number}")).unwrap()
    }

    fn day(offset: i64) -> Date {
        date(2026, 7, 1).checked_add(offset.days()).unwrap()
    }

    fn manager(lines: &Lines, person: &PersonId, on: Date) -> Option<PersonId> {
        lines.get(person)?.iter().rev().find(|(from, _)| *from <= on)?.1.clone()
    }

    proptest! {
        // The specification follows every person up on every day, as many steps as there are people.
        #[test]
        fn circles_are_those_that_following_everybody_finds(
            changes in prop::collection::btree_map((0..6_usize, 0..5_i64), prop::option::of(0..6_usize), 0..20),
        ) {
            let mut lines: Lines = (0..6).map(|n| (id(n), Vec::new())).collect();
            for ((person, from), manager) in &changes {
                lines.get_mut(&id(*person)).unwrap().push((day(*from), manager.map(id)));
            }
            let mut expected: BTreeMap<BTreeSet<PersonId>, Date> = BTreeMap::new();
            for on in 0..5 {
                for start in lines.keys() {
                    let mut at = start.clone();
                    let mut passed = vec![at.clone()];
                    while let Some(next) = manager(&lines, &at, day(on)) {
                        at = next;
                        if at == *start {
                            expected.entry(passed.iter().cloned().collect()).or_insert(day(on));
                        }
                        if passed.len() > 6 { break; }
                        passed.push(at.clone());
                    }
                }
            }
            let found = circles(&lines);
            for circle in &found {
                for (place, person) in circle.people.iter().enumerate() {
                    let next = &circle.people[(place + 1) % circle.people.len()];
                    prop_assert_eq!(manager(&lines, person, circle.from), Some(next.clone()));
                }
            }
            let found: BTreeMap<BTreeSet<PersonId>, Date> =
                found.into_iter().map(|circle| (circle.people.into_iter().collect(), circle.from)).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_long_line_changed_every_day_is_quick() {
        // 10,000 people in one line, each with a change on a day of their own: a check per day and person would take 10^8 steps.
        let lines: Lines = (0..10_000)
            .map(|n| {
                (
                    id(n),
                    vec![(day(0), (n > 0).then(|| id(n / 2))), (day(1 + i64::try_from(n).unwrap()), Some(id(n / 3)))],
                )
            })
            .map(|(person, days)| if person == id(0) { (person, vec![(day(0), None)]) } else { (person, days) })
            .collect();
        let begun = std::time::Instant::now();
        assert!(circles(&lines).is_empty());
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    }
}
