//! Texts that nobody should send: the answer is a message, soon, and never a panic.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on stops")]

#[path = "hostile/cases.rs"]
mod cases;
#[path = "messages/plain_words.rs"]
mod plain_words;

use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use merit_rules::{Schema, Source, load_policy, load_schema, render};
use proptest::prelude::*;
use proptest::sample::Index;

use cases::Case;
use plain_words::PlainWords;

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies").join(name)).unwrap()
}

fn schema() -> Schema {
    load_schema(&Source { name: "schema.merit".into(), text: read("schema.merit") }).unwrap()
}

/// An honest machine takes a fraction of a second for these; a loaded one without optimisation a few.
const SOON: Duration = Duration::from_secs(20);

fn held(cases: Vec<Case>) {
    let schema = schema();
    for case in cases {
        let what = case.what;
        let source = Source { name: "hostile.merit".into(), text: case.text };
        let start = Instant::now();
        let is_schema = source.text.starts_with("schema");
        let said = if is_schema { load_schema(&source).err() } else { load_policy(&source, &schema).err() };
        match said {
            Some(said) => assert!(render(&said, &source, true).contains("error"), "{what}"),
            None => assert!(case.honest, "{what} was taken"),
        }
        assert!(start.elapsed() < SOON, "{what} took {:?}", start.elapsed());
    }
}

// A test for each group, so that they run side by side.

#[test]
fn brackets_meant_to_choke_the_reader_get_a_message_soon() {
    held(cases::brackets());
}

#[test]
fn words_meant_to_choke_the_reader_get_a_message_soon() {
    held(cases::words());
}

#[test]
fn tables_meant_to_choke_the_reader_get_a_message_soon() {
    held(cases::tables());
}

#[test]
fn marks_meant_to_choke_the_reader_get_a_message_soon() {
    held(cases::marks());
}

#[test]
fn long_texts_with_nothing_wrong_are_taken_soon() {
    held(cases::long_and_honest());
}

/// Words to put where they don't belong.
const WORDS: &[&str] = &[
    "(",
    ")",
    "{",
    "}",
    "|",
    "\"",
    "=",
    "-",
    "5%",
    "$5",
    "$1.234",
    "if",
    "otherwise",
    "is missing",
    "lookup",
    "apply",
    "sum of",
    "define x = ",
    "quota",
    "deals",
    "\n",
    "#",
    "2026-02-30",
    "ä",
    "“",
    "\u{a0}",
    "100000000000000000000000000000000",
    "where (",
    "in (",
    " / 0",
    " round half up to $0.01\n",
    "payout",
    "test \"t\" {",
    "expect ",
    "and above",
    "below",
    "-> percent",
];

#[derive(Debug, Clone)]
enum Change {
    Drop(Index, usize),
    Repeat(Index, usize),
    Insert(Index, usize),
    Move(Index, Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), 1..40_usize).prop_map(|(at, n)| Change::Drop(at, n)),
        (any::<Index>(), 1..80_usize).prop_map(|(at, n)| Change::Repeat(at, n)),
        (any::<Index>(), 0..WORDS.len()).prop_map(|(at, word)| Change::Insert(at, word)),
        (any::<Index>(), any::<Index>(), 1..30_usize).prop_map(|(from, to, n)| Change::Move(from, to, n)),
    ]
}

static PLAIN: LazyLock<PlainWords> = LazyLock::new(PlainWords::new);

fn changed(text: &str, changes: &[Change]) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for change in changes {
        if text.is_empty() {
            break;
        }
        match change {
            Change::Drop(at, n) => {
                let at = at.index(text.len());
                text.drain(at..(at + n).min(text.len()));
            }
            Change::Repeat(at, n) => {
                let at = at.index(text.len());
                let part: Vec<char> = text[at..(at + n).min(text.len())].to_vec();
                text.splice(at..at, part);
            }
            Change::Insert(at, word) => {
                let at = at.index(text.len());
                text.splice(at..at, WORDS[*word].chars());
            }
            Change::Move(from, to, n) => {
                let from = from.index(text.len());
                let part: Vec<char> = text.drain(from..(from + n).min(text.len())).collect();
                let to = if text.is_empty() { 0 } else { to.index(text.len()) };
                text.splice(to..to, part);
            }
        }
    }
    text.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// A policy with anything done to it is taken or refused, never a panic; what is refused says why, inside the text.
    #[test]
    fn changed_policies_are_taken_or_refused(
        which in 0..3_usize,
        changes in prop::collection::vec(change(), 1..5),
    ) {
        let name = ["ae_commission.merit", "recognition.merit", "review_score.merit"][which];
        let source = Source { name: name.into(), text: changed(&read(name), &changes) };
        if let Err(said) = load_policy(&source, &schema()) {
            prop_assert!(!said.is_empty());
            for one in &said.0 {
                for label in &one.labels {
                    prop_assert!(label.span.start <= label.span.end && label.span.end <= source.text.len(), "{:?}", one);
                }
            }
            prop_assert!(said.0.iter().all(|one| one.title != "this policy can't be read"), "a refusal without a reason");
            prop_assert!(render(&said, &source, false).contains("error"));
            let trouble = PLAIN.trouble(&said, &[&source.text, &read("schema.merit")]);
            prop_assert!(trouble.is_empty(), "{:?}", trouble);
        }
    }

    #[test]
    fn changed_schemas_are_taken_or_refused(changes in prop::collection::vec(change(), 1..5)) {
        let source = Source { name: "schema.merit".into(), text: changed(&read("schema.merit"), &changes) };
        if let Err(said) = load_schema(&source) {
            prop_assert!(!said.is_empty());
            prop_assert!(render(&said, &source, false).contains("error"));
            let trouble = PLAIN.trouble(&said, &[&source.text]);
            prop_assert!(trouble.is_empty(), "{:?}", trouble);
        }
    }
}
