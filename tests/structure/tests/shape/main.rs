//! The shape of the workspace. What a failing test names is to be mended where it stands; a rule changes here only
//! together with the design that it states.
#![cfg(test)]

mod arrows;
mod dependencies;
mod files;
mod manifests;
mod rooms;
mod statements;
mod statuses;

use std::collections::BTreeSet;

use merit_structure::{Package, Workspace};

/// The crates in `services/` that aren't services: what stands under them, and what stands over them.
const NOT_SERVICES: [&str; 4] = ["merit-core", "merit-platform", "merit-cluster", "merit"];

/// The crates that own a part of the domain, each with the same rooms.
fn services(workspace: &Workspace) -> Vec<&Package> {
    let inside = workspace.root.join("services");
    let is_service =
        |package: &&Package| package.folder.parent() == Some(&inside) && !NOT_SERVICES.contains(&package.name.as_str());
    let found: Vec<_> = workspace.members().filter(is_service).collect();
    assert!(found.len() >= 6, "directory, goals, scoring, feedback, notifications and reviews are there: {found:?}");
    found
}

/// The names by which Rust code knows all that a package depends on.
fn crate_names(workspace: &Workspace, package: &Package) -> BTreeSet<String> {
    let ids = package.built_with.union(&package.tested_with);
    ids.filter_map(|id| workspace.packages.get(id)).map(|found| found.name.replace('-', "_")).collect()
}

/// Fails with all problems, one a line.
fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}
