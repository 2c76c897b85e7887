//! Manifests: versions, lints and the licence are said once, at the workspace.

use std::fs;

use merit_structure::{Package, Workspace};
use toml::{Table, Value};

use crate::none;

fn manifest(package: &Package) -> Table {
    fs::read_to_string(package.folder.join("Cargo.toml")).unwrap().parse().unwrap()
}

fn is_inherited(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
}

#[test]
fn each_crate_takes_lints_licence_and_edition_from_the_workspace() {
    let workspace = Workspace::read().unwrap();
    let mut problems = Vec::new();
    for package in workspace.members() {
        let manifest = manifest(package);
        let inside = manifest.get("package").unwrap();
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            if !is_inherited(inside.get(key)) {
                problems.push(format!("{}: {key}.workspace = true is missing", package.name));
            }
        }
        if !is_inherited(manifest.get("lints").map(|_| &manifest["lints"])) {
            problems.push(format!("{}: [lints] workspace = true is missing", package.name));
        }
        if inside.get("description").is_none() {
            problems.push(format!("{}: a description is missing", package.name));
        }
    }
    none(&problems);
}

#[test]
fn versions_of_dependencies_are_said_once() {
    let workspace = Workspace::read().unwrap();
    let mut problems = Vec::new();
    for package in workspace.members() {
        let manifest = manifest(package);
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(table) = manifest.get(kind).and_then(Value::as_table) else { continue };
            let own = table.iter().filter(|(_, value)| !is_inherited(Some(value)));
            problems.extend(own.map(|(name, _)| format!("{}: {name} has a version of its own", package.name)));
        }
    }
    none(&problems);
}
