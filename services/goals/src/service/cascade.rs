//! Goals that serve each other in a circle.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::ids::GoalId;

/// Every circle among goals and the goals that they serve: each serves the next and the last the first; the least id comes
/// first. Linear in the number of goals.
#[must_use]
pub fn circles<'a>(serves: &BTreeMap<&'a GoalId, &'a GoalId>) -> Vec<Vec<&'a GoalId>> {
    let mut seen: BTreeSet<&GoalId> = BTreeSet::new();
    let mut found = Vec::new();
    for start in serves.keys() {
        let mut path: Vec<&GoalId> = Vec::new();
        let mut next = Some(*start);
        while let Some(at) = next {
            if !seen.insert(at) {
                // Only a goal of this very walk closes a new circle.
                if let Some(begins) = path.iter().position(|step| *step == at) {
                    let mut circle = path.split_off(begins);
                    let least = circle.iter().enumerate().min_by_key(|(_, id)| **id).map_or(0, |(place, _)| place);
                    circle.rotate_left(least);
                    found.push(circle);
                }
                break;
            }
            path.push(at);
            next = serves.get(at).copied();
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // The specification follows each goal as many steps as there are goals: who comes back to the start is in a circle.
        #[test]
        fn circles_are_those_that_following_every_goal_finds(parents in prop::collection::vec(prop::option::of(0..8_usize), 8)) {
            let ids: Vec<GoalId> = (0..8).map(|n| GoalId::new(&format!("g{n}")).unwrap()).collect();
            let serves: BTreeMap<&GoalId, &GoalId> =
                parents.iter().enumerate().filter_map(|(n, parent)| Some((&ids[n], &ids[(*parent)?]))).collect();
            let mut expected: BTreeSet<BTreeSet<&GoalId>> = BTreeSet::new();
            for start in &ids {
                let mut passed = BTreeSet::from([start]);
                let mut at = start;
                for _ in 0..8 {
                    let Some(next) = serves.get(at) else { break };
                    at = next;
                    if at == start {
                        expected.insert(passed);
                        break;
                    }
                    passed.insert(at);
                }
            }
            let found = circles(&serves);
            for circle in &found {
                for (place, goal) in circle.iter().enumerate() {
                    prop_assert_eq!(serves.get(goal), Some(&circle[(place + 1) % circle.len()]));
                }
            }
            prop_assert_eq!(found.len(), expected.len());
            prop_assert_eq!(found.into_iter().map(|circle| circle.into_iter().collect()).collect::<BTreeSet<_>>(), expected);
        }
    }
}
