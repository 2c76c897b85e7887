//! Each service has the same rooms: who has seen one has seen all.

use std::path::Path;

use merit_structure::Workspace;

use crate::{none, services};

/// A file, or the folder of that name with a `mod.rs`.
fn has_module(src: &Path, name: &str) -> bool {
    src.join(format!("{name}.rs")).is_file() || src.join(name).join("mod.rs").is_file()
}

#[test]
fn each_service_has_the_same_rooms() {
    let workspace = Workspace::read().unwrap();
    let mut problems = Vec::new();
    for package in services(&workspace) {
        let src = package.folder.join("src");
        for room in ["lib", "model", "service", "grpc", "store", "store/sqlite"] {
            if !has_module(&src, room) {
                problems.push(format!("{}: no src/{room}.rs and no src/{room}/mod.rs", package.name));
            }
        }
        if !has_migrations(&package.folder.join("migrations/sqlite")) {
            problems.push(format!("{}: no migrations/sqlite/….sql", package.name));
        }
        let postgres =
            [has_module(&src, "store/postgres"), has_migrations(&package.folder.join("migrations/postgres"))];
        if postgres[0] != postgres[1] {
            problems.push(format!("{}: a PostgreSQL store and its migrations come together", package.name));
        }
    }
    none(&problems);
}

fn has_migrations(folder: &Path) -> bool {
    let files = folder.read_dir().into_iter().flatten().flatten();
    files.into_iter().any(|file| file.path().extension().is_some_and(|extension| extension == "sql"))
}
