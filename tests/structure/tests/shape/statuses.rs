//! Errors on the wire: each carries a stable reason, because one function makes them all.

use merit_structure::{Workspace, sources};

use crate::none;

/// The one place where a status is made.
const MAKER: &str = "services/platform/src/status.rs";
/// What reads a status and makes none.
const READS: [&str; 1] = ["from_header_map"];

/// The functions of `Status` that code calls, such as `not_found`, up to where its tests begin.
fn made(text: &str) -> Vec<&str> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.split("Status::")
        .skip(1)
        .filter_map(|after| after.split_once('(').map(|(name, _)| name))
        .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !READS.contains(name))
        .collect()
}

#[test]
fn every_status_is_made_where_reasons_are_put_on() {
    assert_eq!(made("Err(Status::not_found(\"x\")); Status::from_header_map(y)"), ["not_found"]);
    let workspace = Workspace::read().unwrap();
    let mut problems = Vec::new();
    let mut maker = false;
    for source in sources(&workspace.root, "services").unwrap() {
        let path = source.path.to_string_lossy().into_owned();
        let test = path.contains("/tests") || path.ends_with("/fakes.rs") || path.ends_with("/fake.rs");
        let made = made(&source.text);
        maker |= path == MAKER && !made.is_empty();
        if !test && path != MAKER {
            problems.extend(made.iter().map(|name| {
                format!("{path}: `Status::{name}` carries no reason; make an `Error` and give it to `to_status`")
            }));
        }
    }
    assert!(maker, "{MAKER} makes statuses");
    none(&problems);
}
