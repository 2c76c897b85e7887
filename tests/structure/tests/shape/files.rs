//! Files: one idea each, under a name that says which.

use merit_structure::{Workspace, sources};

use crate::none;

/// Names under which anything could hide.
const SAYING_NOTHING: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "misc", "stuff", "shared"];

/// More lines than this, and a second idea has moved in.
const LONGEST: usize = 450;

#[test]
fn names_say_what_is_inside() {
    let workspace = Workspace::read().unwrap();
    let all = sources(&workspace.root, "").unwrap();
    assert!(all.iter().any(|source| source.path.ends_with("tests/shape/files.rs")), "this very file is seen");
    let vague = all.iter().filter(|source| {
        source.path.iter().any(|part| {
            let part = part.to_string_lossy();
            SAYING_NOTHING.contains(&part.split('.').next().unwrap_or_default())
        })
    });
    none(&vague.map(|source| format!("{}: a name that says nothing", source.path.display())).collect::<Vec<_>>());
}

#[test]
fn a_file_is_one_idea() {
    let workspace = Workspace::read().unwrap();
    let mut problems = Vec::new();
    for source in sources(&workspace.root, "").unwrap() {
        let (path, lines) = (source.path.display(), source.text.lines().count());
        if lines > LONGEST {
            problems.push(format!("{path}: {lines} lines, which second idea moved in?"));
        }
    }
    none(&problems);
}
