//! The root that pins a run's outcomes.

use std::collections::BTreeMap;

use merit_core::digest::merkle_root;

use crate::model::{Outcome, OutcomeKind, joined};

/// Content of every pinned outcome by kind and key.
#[must_use]
pub fn pinned<'o>(outcomes: impl IntoIterator<Item = &'o Outcome>) -> BTreeMap<String, String> {
    let pinned = outcomes.into_iter().filter(|outcome| OutcomeKind::PINNED.contains(&outcome.kind));
    pinned.map(|outcome| (joined(&[outcome.kind.word(), &outcome.key]), outcome.content.clone())).collect()
}

/// The Merkle root over them.
#[must_use]
pub fn root(pinned: &BTreeMap<String, String>) -> String {
    merkle_root(pinned)
}

/// Keys whose content is not the same in both, at most so many.
#[must_use]
pub fn differences(left: &BTreeMap<String, String>, right: &BTreeMap<String, String>, most: usize) -> Vec<String> {
    let of_left = left.iter().filter(|(key, content)| right.get(*key) != Some(content)).map(|(key, _)| key);
    let of_right = right.keys().filter(|key| !left.contains_key(*key));
    let mut keys: Vec<String> = of_left.chain(of_right).cloned().collect();
    keys.sort();
    keys.truncate(most);
    keys
}
