//! SQL as both databases like it.

use merit_structure::{Workspace, sources};

use crate::none;

/// Since 3.46 SQLite looks at a bare parameter's value for its plan, and prepares the statement anew each time that it is
/// bound: that took a sixth of a read's time. `LIMIT +$2` is the same and is prepared once.
#[test]
fn a_limit_is_no_bare_parameter() {
    let workspace = Workspace::read().unwrap();
    let (mut problems, mut limits) = (Vec::new(), 0);
    for source in sources(&workspace.root, "services").unwrap() {
        let path = source.path.display();
        problems.extend(
            source
                .text
                .lines()
                .filter(|line| line.contains("LIMIT $"))
                .map(|line| format!("{path}: `{}` is prepared anew each time; write `LIMIT +$…`", line.trim())),
        );
        limits += source.text.matches("LIMIT +$").count();
    }
    assert!(limits > 5, "{limits} limits found");
    none(&problems);
}
