//! One form for every file: the laws of the formatter on all files there are and on policies made up at random, and what
//! it makes of files as an analyst leaves them.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that can't go on stops")]

#[path = "format/generate.rs"]
mod generate;
#[path = "format/mangle.rs"]
mod mangle;

use std::path::{Path, PathBuf};

use merit_rules::{Source, format, outline, render};
use proptest::prelude::*;

fn at(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// The files of a folder that are policies or schemas, by name.
fn files(folder: &str) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(at(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "merit" || end == "schema"))
        .filter_map(|path| Some((path.display().to_string(), std::fs::read_to_string(path).ok()?)))
        .collect();
    files.sort();
    files
}

fn shipped() -> Vec<(String, String)> {
    let mut files = files("../policies");
    files.extend(self::files("tests/policies"));
    files.extend(self::files("../../tests/e2e/small"));
    files.extend(self::files("../../tests/e2e/small/policies"));
    files.extend(self::files("../../tests/sample"));
    assert!(files.len() > 5);
    files
}

fn source(text: &str) -> Source {
    Source { name: "test.merit".into(), text: text.to_owned() }
}

#[track_caller]
fn formatted(text: &str) -> String {
    let source = source(text);
    format(&source).unwrap_or_else(|said| panic!("{}\n{text}", render(&said, &source, false)))
}

#[track_caller]
fn outlined(text: &str) -> String {
    let source = source(text);
    outline(&source).unwrap_or_else(|said| panic!("{}\n{text}", render(&said, &source, false)))
}

/// The comments of a text, sorted. A sign in a text's quotes begins none.
fn comments(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text
        .lines()
        .filter_map(|line| {
            let quotes = |at: &usize| line[..*at].matches('"').count().is_multiple_of(2);
            let at = line.match_indices('#').map(|(at, _)| at).find(quotes)?;
            Some(line[at..].trim_end().to_owned())
        })
        .collect();
    found.sort();
    found
}

/// Same meaning, every comment, and nothing left to do. Gives the formatted text.
#[track_caller]
fn holds(text: &str) -> String {
    let once = formatted(text);
    assert_eq!(outlined(&once), outlined(text), "it says something else now:\n{text}\n---\n{once}");
    assert_eq!(comments(&once), comments(text), "the comments differ:\n{text}\n---\n{once}");
    let twice = formatted(&once);
    assert_eq!(once, twice, "formatted twice:\n{text}");
    once
}

#[test]
fn the_laws_hold_on_every_file_there_is() {
    for (name, text) in shipped() {
        assert!(format(&source(&text)).is_ok(), "{name}");
        holds(&text);
    }
    let mistakes = files("tests/mistakes");
    let readable: Vec<_> = mistakes.iter().filter(|(_, text)| format(&source(text)).is_ok()).collect();
    assert!(readable.len() > 50);
    for (_, text) in readable {
        holds(text);
    }
}

#[test]
fn the_policies_that_ship_are_formatted() {
    for (name, text) in files("../policies") {
        assert_eq!(formatted(&text), text, "{name}: run `merit rules fmt`");
    }
}

#[test]
fn a_file_that_can_not_be_read_is_refused_with_the_readers_words() {
    let source = source("policy \"x\" version 1\n  perod quarter\n\npayout p : money {\n  pya $1\n}\n");
    let said = format(&source).unwrap_err();
    insta::assert_snapshot!(render(&said, &source, false));
}

#[test]
fn files_as_an_analyst_leaves_them() {
    for (name, text) in files("tests/format") {
        let name = Path::new(&name).file_stem().unwrap().to_str().unwrap().to_owned();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("format");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, holds(&text)));
    }
}

/// Two properties, each in so many parts side by side: one alone would take long.
const PARTS: u32 = 2 * 4;

/// A part's share of 20,000 files; `MERIT_CASES` asks for more or fewer.
fn cases() -> ProptestConfig {
    let files = std::env::var("MERIT_CASES").ok().map_or(20_000, |files| files.replace('_', "").parse().unwrap());
    ProptestConfig { cases: files / PARTS, failure_persistence: None, ..ProptestConfig::default() }
}

/// A policy or schema from the shelf or, mostly, made up.
fn any_file() -> impl Strategy<Value = String> {
    let shipped: Vec<String> = shipped().into_iter().map(|(_, text)| text).collect();
    prop_oneof![1 => prop::sample::select(shipped), 200 => generate::policy()]
}

macro_rules! side_by_side {
    ($($part:ident),*) => {$(
        mod $part {
            use super::*;

            proptest! {
                #![proptest_config(cases())]

                /// White space, line breaks, the order of header lines and statements, and grouping leave no trace.
                #[test]
                fn however_a_file_is_laid_out_it_comes_out_the_same(text in any_file(), choices in mangle::choices()) {
                    let Ok(once) = format(&source(&text)) else { return Err(TestCaseError::reject("can't be read")) };
                    let mangled = mangle::layout(&once, &choices, true);
                    prop_assert_eq!(&formatted(&mangled), &once, "{}", mangled);
                    prop_assert_eq!(outlined(&once), outlined(&text));
                }

                /// Comments anywhere at all: none is lost, and nothing else changes.
                #[test]
                fn comments_anywhere_stay(text in any_file(), choices in mangle::choices()) {
                    let mangled = mangle::comments(&mangle::layout(&text, &choices, false), &choices);
                    if outline(&source(&text)).is_err() {
                        return Err(TestCaseError::reject("can't be read"));
                    }
                    prop_assert!(comments(&mangled).len() > comments(&text).len());
                    holds(&mangled);
                }
            }
        }
    )*};
}

side_by_side!(first, second, third, fourth);
