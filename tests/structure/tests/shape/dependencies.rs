//! Dependencies from outside: one version of each, but for those that `deny.toml` lists with a reason.

use std::fs;

use merit_structure::Workspace;
use toml::{Table, Value};

use crate::none;

/// `name@version` of each entry in `bans.skip`.
fn skipped(workspace: &Workspace) -> Vec<(String, String)> {
    let deny: Table = fs::read_to_string(workspace.root.join("deny.toml")).unwrap().parse().unwrap();
    let skip = deny["bans"]["skip"].as_array().unwrap();
    let entry = |entry: &Value| {
        let reason = entry.get("reason").and_then(Value::as_str).unwrap_or_default();
        assert!(!reason.is_empty(), "{entry}: no reason");
        let (name, version) = entry["crate"].as_str().unwrap().split_once('@').unwrap();
        (name.to_owned(), version.to_owned())
    };
    skip.iter().map(entry).collect()
}

fn is_version(version: &str, wanted: &str) -> bool {
    version == wanted || version.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'))
}

#[test]
fn each_dependency_comes_in_one_version() {
    let workspace = Workspace::read().unwrap();
    let mut versions = workspace.versions_built().unwrap();
    assert!(versions.contains_key("tonic"), "the whole tree is seen");
    versions.retain(|_, versions| versions.len() > 1);
    let skipped = skipped(&workspace);
    let mut problems = Vec::new();
    for (name, versions) in &versions {
        let is_skipped =
            |version: &&String| skipped.iter().any(|(known, wanted)| known == name && is_version(version, wanted));
        if versions.iter().filter(|version| !is_skipped(version)).count() > 1 {
            problems.push(format!("{name} comes in several versions: {versions:?}"));
        }
    }
    for (name, wanted) in &skipped {
        let found = versions.get(name);
        if !found.is_some_and(|versions| versions.iter().any(|version| is_version(version, wanted))) {
            problems.push(format!("deny.toml: {name}@{wanted} is no duplicate any more"));
        }
    }
    none(&problems);
}
