//! The guide's examples are true: each block loads, its tests pass, and the message it shows is the one that is given.

#![expect(clippy::unwrap_used, reason = "a test that can't go on stops")]

use std::path::Path;

use merit_rules::{Source, load_policy, load_schema, render, run_tests};

/// The guide's blocks with that word after the fence.
fn blocks(word: &str) -> Vec<String> {
    let guide = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in guide.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(word), None) => open = Some((word.to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take().filter(|(kind, _)| kind == word).map(|(_, text)| text)),
            (None, Some((_, text))) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

#[test]
fn the_guide_is_true() {
    let source = |name: &str, text: String| Source { name: name.to_owned(), text };
    let schema = source("schema.merit", blocks("merit-schema").remove(0));
    let schema = load_schema(&schema).unwrap_or_else(|said| panic!("{}", render(&said, &schema, false)));
    let whole = blocks("merit").remove(0);
    let parts = blocks("merit-part");
    assert!(!parts.is_empty());
    for text in std::iter::once(whole.clone()).chain(
        parts.iter().map(|part| format!("{whole}\n{part}").replace("inputs {", "inputs {\n  deals : list of Deal")),
    ) {
        let policy = source("sales.merit", text);
        let program = load_policy(&policy, &schema).unwrap_or_else(|said| panic!("{}", render(&said, &policy, false)));
        let reports = run_tests(&program);
        assert_eq!(reports.len(), 2);
        assert!(reports.iter().all(|report| report.failures.is_empty()), "{reports:#?}");
    }
    let mistaken = source("sales.merit", whole.replace("payout bonus", "define x = bookings * quota\n\npayout bonus"));
    let said = render(&load_policy(&mistaken, &schema).unwrap_err(), &mistaken, false);
    let shown = blocks("").into_iter().find(|block| block.starts_with("error")).unwrap();
    let words = |text: &str| {
        text.lines()
            .filter(|line| !line.contains("-->"))
            .map(|line| line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(words(&said), words(&shown));
}
