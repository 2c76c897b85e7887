//! Which crate may stand on which: arrows point inward.

use std::collections::BTreeSet;

use merit_structure::{Package, Workspace, imports, sources, test_modules};

use crate::{crate_names, none, services};

/// What a crate of ours may stand on, or nothing for a crate that nobody has placed yet.
fn allowed(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "merit-core" | "merit-grammar" | "merit-proto" | "merit-structure" => &[],
        "merit-rules" => &["merit-core", "merit-grammar"],
        "merit-platform" => &["merit-core", "merit-proto"],
        // The policy language: scoring evaluates policies, goals keeps the schema that they bind to.
        "merit-goals" | "merit-scoring" => &["merit-core", "merit-platform", "merit-proto", "merit-rules"],
        "merit-directory" | "merit-feedback" | "merit-notifications" | "merit-reviews" => {
            &["merit-core", "merit-platform", "merit-proto"]
        }
        _ => return None,
    })
}

#[test]
fn crates_stand_only_on_what_lies_further_in() {
    let workspace = Workspace::read().unwrap();
    let mut problems = Vec::new();
    for package in workspace.members() {
        let under = workspace.members_under(package);
        match allowed(&package.name) {
            // The outermost: it wires all of them.
            _ if package.name == "merit" => {}
            None => problems.push(format!("{}: say in this test what it may stand on", package.name)),
            Some(allowed) => {
                for on in under.into_iter().filter(|on| !allowed.contains(on)) {
                    problems.push(format!("{} stands on {on}, which lies beside or outside of it", package.name));
                }
            }
        }
    }
    none(&problems);
}

#[test]
fn nothing_stands_on_the_binary() {
    let workspace = Workspace::read().unwrap();
    let over = workspace.members().filter(|package| workspace.members_under(package).contains("merit"));
    none(&over.map(|package| format!("{} stands on the binary", package.name)).collect::<Vec<_>>());
}

#[test]
fn the_domain_and_the_language_know_no_wire_no_store_and_no_cluster() {
    let workspace = Workspace::read().unwrap();
    let outside = ["tokio", "tonic", "prost", "hyper", "sqlx", "sqlx-core", "kube", "lettre", "merit-proto"];
    let mut problems = Vec::new();
    for name in ["merit-core", "merit-rules"] {
        let package = workspace.members().find(|package| package.name == name).unwrap();
        let under = workspace.built_with(package);
        assert!(under.contains("num-rational"), "{name} has its dependencies: {under:?}");
        for found in outside.iter().filter(|outside| under.contains(*outside)) {
            problems.push(format!("{name} is built with {found}"));
        }
    }
    none(&problems);
}

#[test]
fn only_the_cluster_crate_knows_kubernetes() {
    let workspace = Workspace::read().unwrap();
    let knowing = workspace.members().filter(|package| {
        let direct = crate_names(&workspace, package);
        direct.contains("kube") || direct.contains("k8s_openapi")
    });
    let others = knowing.filter(|package| package.name != "merit-cluster");
    none(&others.map(|package| format!("{} knows kube", package.name)).collect::<Vec<_>>());
}

/// What `model` and `service` may import: the domain's words, and crates that do no input or output. A name with `::`
/// allows that part of a crate only.
const PURE: [&str; 15] = [
    "async_trait",
    "futures",
    "jiff",
    "merit_core",
    "num_bigint",
    "num_integer",
    "num_rational",
    "num_traits",
    "serde",
    "serde_json",
    "thiserror",
    "tokio::sync",
    "tokio::task",
    "tracing",
    "unicode_width",
];

/// What `std` has that isn't pure.
const IMPURE: [&str; 5] = ["std::env", "std::fs", "std::io", "std::net", "std::process"];

fn is_pure(import: &str, package: &Package) -> bool {
    let (krate, part) = import.split_once("::").unwrap_or((import, ""));
    match krate {
        "std" => !IMPURE.contains(&import),
        // Its own rooms, but for translation.
        "crate" => part != "grpc",
        "merit_rules" => package.name == "merit-scoring",
        _ => PURE.contains(&krate) || PURE.contains(&import),
    }
}

#[test]
fn model_and_service_import_the_domain_only() {
    let workspace = Workspace::read().unwrap();
    let mut problems = Vec::new();
    let mut read = BTreeSet::new();
    for package in services(&workspace) {
        let crates = crate_names(&workspace, package);
        let inside = package.folder.strip_prefix(&workspace.root).unwrap().join("src");
        let all = sources(&workspace.root, &inside.to_string_lossy()).unwrap();
        let of_tests: BTreeSet<_> = all.iter().flat_map(|source| test_modules(&source.text)).collect();
        for source in all {
            let place = source.path.strip_prefix(&inside).unwrap().with_extension("");
            let parts: Vec<_> = place.iter().map(|part| part.to_string_lossy()).collect();
            let room = parts[0].as_ref();
            if !matches!(room, "model" | "service") || parts.iter().any(|part| of_tests.contains(part.as_ref())) {
                continue;
            }
            read.insert(format!("{} {room}", package.name));
            let taken = imports(&source.text, &crates);
            let impure = taken.iter().filter(|import| !is_pure(import, package));
            problems.extend(impure.map(|import| format!("{}: {import} has no place in {room}", source.path.display())));
        }
    }
    assert!(read.len() >= 2, "models and services were read: {read:?}");
    none(&problems);
}
