//! What the fuzzer found, kept small and replayed in every run of the tests: each file under `rules/fuzz/corpus` is held
//! against the laws of its target.

#![expect(clippy::unwrap_used, reason = "a test that can't go on stops")]

#[path = "fuzzed/laws.rs"]
mod laws;

use std::path::{Path, PathBuf};

fn files(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    assert!(!files.is_empty(), "no finds for {target}");
    files
}

fn replay(target: &str, law: fn(&[u8])) {
    for file in files(target) {
        // A law that doesn't hold panics; the last name printed is that of the file.
        eprintln!("{}", file.display());
        law(&std::fs::read(&file).unwrap());
    }
}

#[test]
fn texts_as_policies_and_schemas() {
    replay("parse_policy", laws::parse_policy);
}

#[test]
fn texts_against_the_shipped_schema() {
    replay("check_policy", laws::check_policy);
}

#[test]
fn texts_to_format() {
    replay("format_policy", laws::format_policy);
}

#[test]
fn documents_as_inputs() {
    replay("eval", laws::eval);
}
