//! What is said about mistakes: each file in `mistakes/` is a policy (`.merit`) or a schema (`.schema`) with something
//! wrong in it, and beside it lies what Merit says. To add a case, add a file, run the test with `INSTA_UPDATE=always`,
//! and read what was written.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on stops")]

#[path = "messages/plain_words.rs"]
mod plain_words;

use std::path::{Path, PathBuf};

use merit_rules::{Diagnostics, Schema, Source, failed_tests, load_policy, load_schema, render, run_tests};

use plain_words::PlainWords;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes")
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| {
        path.extension().is_some_and(|end| end == "merit" || end == "schema") && !path.ends_with("base.schema")
    });
    files.sort();
    files
}

fn source(path: &Path) -> Source {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    Source::from_bytes(name, &std::fs::read(path).unwrap()).unwrap()
}

fn base() -> Schema {
    let source = source(&folder().join("base.schema"));
    load_schema(&source).unwrap_or_else(|said| panic!("{}", render(&said, &source, false)))
}

/// Reads a file as what its ending says it is; a policy's tests run.
fn read(path: &Path, schema: &Schema) -> Result<(), Diagnostics> {
    let source = source(path);
    if path.extension().is_some_and(|end| end == "schema") {
        load_schema(&source).map(|_| ())
    } else {
        let program = load_policy(&source, schema)?;
        let failed = failed_tests(&run_tests(&program), &source);
        if failed.is_empty() { Ok(()) } else { Err(failed) }
    }
}

/// What is said about a file.
fn said(path: &Path, schema: &Schema) -> String {
    match read(path, schema) {
        Ok(()) => "nothing".to_owned(),
        Err(said) => render(&said, &source(path), false),
    }
}

#[test]
fn each_mistake_gets_its_message() {
    let schema = base();
    for path in files() {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("mistakes");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, said(&path, &schema)));
    }
}

#[test]
fn no_message_shows_a_word_of_the_code() {
    let (schema, words) = (base(), PlainWords::new());
    let schema_text = source(&folder().join("base.schema")).text;
    for path in files() {
        let source = source(&path);
        if let Err(said) = read(&path, &schema) {
            let trouble = words.trouble(&said, &[&source.text, &schema_text]);
            assert!(trouble.is_empty(), "{}: {trouble:#?}", path.display());
        }
    }
}

/// Nobody adds a code without a case that shows it, but for those that files alone can't show.
#[test]
fn every_code_is_shown() {
    let schema = base();
    let all: String = files().iter().map(|path| said(path, &schema)).collect();
    // Bytes and sizes are tested where they are read, versions and failing tests where a policy is published.
    let elsewhere = ["M0001", "M0002", "M0003", "M0116", "M0708", "M0709", "M0804"];
    let unseen: Vec<&str> = merit_rules::codes::ALL
        .iter()
        .map(|code| code.id)
        .filter(|id| !elsewhere.contains(id) && !all.contains(&format!("[{id}]")))
        .collect();
    assert!(unseen.is_empty(), "no case shows {unseen:?}");
}
