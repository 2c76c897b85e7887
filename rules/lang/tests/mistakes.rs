//! What is said about mistakes: each file in `mistakes/` is a policy (`.merit`) or a schema (`.schema`) with something
//! wrong in it, and beside it lies what Merit says. To add a case, add a file, run the test with `INSTA_UPDATE=always`,
//! and read what was written.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on stops")]

use std::path::{Path, PathBuf};

use merit_rules::{Schema, Source, load_policy, load_schema, render};

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

/// What is said about a file.
fn said(path: &Path, schema: &Schema) -> String {
    let source = source(path);
    let outcome = if path.extension().is_some_and(|end| end == "schema") {
        load_schema(&source).map(|_| ())
    } else {
        load_policy(&source, schema).map(|_| ())
    };
    match outcome {
        Ok(()) => "nothing".to_owned(),
        Err(said) => render(&said, &source, false),
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

/// Words of the code that no reader knows: a grammar rule's name has an underscore, a Rust type's name two capitals.
#[test]
fn no_message_shows_a_word_of_the_code() {
    let schema = base();
    let grammar = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/syntax/merit.pest")).unwrap();
    let rules: Vec<&str> = grammar
        .lines()
        .filter_map(|line| line.split_once('=').map(|(rule, _)| rule.trim()))
        .filter(|rule| rule.contains('_') && rule.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect();
    assert!(rules.len() > 100, "the grammar's rules were not found");
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        for line in said(&path, &schema).lines() {
            // The source line itself may hold anything.
            if line.trim_start().starts_with("-->") || line.contains('|') && !line.contains('^') && !line.contains(" -")
            {
                continue;
            }
            for word in line.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
                let capitals = word.chars().filter(|c| c.is_uppercase()).count();
                let camel = capitals >= 2 && word.chars().any(char::is_lowercase);
                let known = text.contains(word) || schema.choices().values().flatten().any(|option| option == word);
                assert!(!rules.contains(&word) || known, "{}: `{word}` in: {line}", path.display());
                assert!(!camel || known, "{}: `{word}` in: {line}", path.display());
            }
        }
    }
}

/// Nobody adds a code without a case that shows it, but for those that files alone can't show.
#[test]
fn every_code_is_shown() {
    let schema = base();
    let all: String = files().iter().map(|path| said(path, &schema)).collect();
    // Bytes and sizes are tested where they are read.
    let elsewhere = ["M0001", "M0002", "M0003", "M0116"];
    let unseen: Vec<&str> = merit_rules::codes::ALL
        .iter()
        .map(|code| code.id)
        .filter(|id| !elsewhere.contains(id) && !all.contains(&format!("[{id}]")))
        .collect();
    assert!(unseen.is_empty(), "no case shows {unseen:?}");
}
