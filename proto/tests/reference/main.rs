//! The contracts are told: each service, call, message, field and value has a comment, each call says how it fails, and the
//! pages in `proto/reference` say what the contracts say. `MERIT_WRITE=1` writes the pages again.

#![expect(clippy::unwrap_used, reason = "a test that can't go on stops")]

mod contracts;
mod page;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use contracts::Contracts;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reference")
}

#[test]
fn everything_in_the_contracts_has_a_comment() {
    let silent: Vec<String> = Contracts::read()
        .packages
        .iter()
        .flat_map(|package| package.all().into_iter().filter(|(_, comment)| comment.is_empty()).map(|(name, _)| name))
        .collect();
    assert!(silent.is_empty(), "without a comment: {silent:#?}");
}

#[test]
fn each_call_says_how_it_fails() {
    let contracts = Contracts::read();
    let calls = contracts.packages.iter().flat_map(|package| &package.services).flat_map(|service| &service.calls);
    let mut counted = 0;
    let silent: Vec<&str> = calls
        .inspect(|_| counted += 1)
        .filter(|call| !call.comment.contains("Errors: "))
        .map(|call| call.name.as_str())
        .collect();
    assert!(counted > 60, "the calls are seen");
    assert!(
        silent.is_empty(),
        "end the comment with `Errors: REASON, REASON.` or `Errors: none of its own.`: {silent:#?}"
    );
}

#[test]
fn the_pages_say_what_the_contracts_say() {
    let contracts = Contracts::read();
    let wanted: BTreeMap<String, String> = page::pages(&contracts).into_iter().collect();
    if std::env::var_os("MERIT_WRITE").is_some() {
        fs::create_dir_all(folder()).unwrap();
        for (name, text) in &wanted {
            fs::write(folder().join(name), text).unwrap();
        }
    }
    let found: BTreeMap<String, String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&wanted), "a page too many or too few in proto/reference");
    for (name, text) in &wanted {
        assert!(
            found.get(name) == Some(text),
            "proto/reference/{name} is out of date: MERIT_WRITE=1 cargo nextest run -p merit-proto"
        );
    }
}
