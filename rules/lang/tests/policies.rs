//! The policies that ship: each loads without a word, each of its tests passes, and no number in an example of a construct
//! can change without a test that notices.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on stops")]

use std::path::{Path, PathBuf};

use merit_rules::{Program, Schema, Source, load_policy, load_schema, render, run_tests};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn source(path: &Path) -> Source {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    Source::from_bytes(name, &std::fs::read(path).unwrap()).unwrap()
}

fn schema(folder: &Path) -> Schema {
    let source = source(&folder.join("schema.merit"));
    load_schema(&source).unwrap_or_else(|said| panic!("{}", render(&said, &source, false)))
}

/// The policies of a folder; there is at least one.
fn policies(folder: &Path) -> Vec<Source> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "merit") && !path.ends_with("schema.merit"));
    paths.sort();
    assert!(!paths.is_empty(), "{} holds no policy", folder.display());
    paths.iter().map(|path| source(path)).collect()
}

fn loaded(source: &Source, schema: &Schema) -> Program {
    load_policy(source, schema).unwrap_or_else(|said| panic!("{}", render(&said, source, false)))
}

#[test]
fn every_policy_loads_and_its_tests_pass() {
    for (name, least) in [("policies", 5), ("policies/constructs", 1)] {
        let folder = folder(name);
        let schema = schema(&folder);
        for source in policies(&folder) {
            let reports = run_tests(&loaded(&source, &schema));
            assert!(reports.len() >= least, "{} has {} tests only", source.name, reports.len());
            for report in reports {
                assert!(report.failures.is_empty(), "{}: {}: {:#?}", source.name, report.name, report.failures);
            }
        }
    }
}

/// Where a policy's own numbers stand: its declarations but for inputs, checks and tests, without texts and comments. A
/// coin to which no sum of a test comes to a half, points (no test speaks of them) and what stands for something missing
/// are left out.
fn numbers(text: &str) -> Vec<usize> {
    let (mut found, mut at, mut own) = (Vec::new(), 0, false);
    for line in text.split_inclusive('\n') {
        if !line.starts_with([' ', '}', '#', '\n']) {
            let first = line.split_whitespace().next().unwrap_or_default();
            own = !["policy", "inputs", "check", "test"].contains(&first);
        }
        let (mut quoted, mut previous) = (false, ' ');
        let left_out = ["round", "award"].contains(&line.split_whitespace().next().unwrap_or_default());
        let end = line.find("otherwise ").or(line.find('#')).unwrap_or(line.len());
        for (index, sign) in line.char_indices().filter(|(index, _)| own && !left_out && *index < end) {
            quoted ^= sign == '"';
            let next = line.get(index + 1..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
            let word = |c: char| c.is_ascii_alphabetic() || c == '_';
            if !quoted && sign.is_ascii_digit() && !next.is_ascii_digit() && !word(next) && !word(previous) {
                found.push(at + index);
            }
            previous = sign;
        }
        at += line.len();
    }
    found
}

#[test]
fn a_number_that_changes_is_noticed() {
    let folder = folder("policies/constructs");
    let schema = schema(&folder);
    let (mut changed, mut unnoticed) = (0, Vec::new());
    for source in policies(&folder) {
        for at in numbers(&source.text) {
            let digit = source.text[at..=at].parse::<u8>().unwrap();
            let text = format!("{}{}{}", &source.text[..at], (digit + 1) % 10, &source.text[at + 1..]);
            let Ok(program) = load_policy(&Source { name: source.name.clone(), text }, &schema) else { continue };
            changed += 1;
            if run_tests(&program).iter().all(|report| report.failures.is_empty()) {
                let line = source.text[..at].matches('\n').count();
                unnoticed.push(format!("{}:{}: {}", source.name, line + 1, source.text.lines().nth(line).unwrap()));
            }
        }
    }
    assert!(unnoticed.is_empty(), "no test notices another number in\n{}", unnoticed.join("\n"));
    assert!(changed > 150, "only {changed} numbers were changed");
}
