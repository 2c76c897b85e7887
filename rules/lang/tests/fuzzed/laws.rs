//! What holds for any bytes whatever: shared by the fuzz targets, which look for bytes that break it, and the test that
//! replays what they found.

use std::path::Path;
use std::sync::LazyLock;

use merit_rules::{
    Diagnostics, Program, Schema, Source, evaluate, explain, format, inputs_from_json, load_policy, load_schema,
    outline, render, run_tests,
};

fn shipped(name: &str) -> Source {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies").join(name);
    Source { name: name.to_owned(), text: std::fs::read_to_string(path).unwrap() }
}

static SHIPPED: LazyLock<Schema> = LazyLock::new(|| load_schema(&shipped("schema.merit")).unwrap());
static BARE: LazyLock<Schema> = LazyLock::new(|| {
    let text = "schema \"Bare\" version 1\n\nparticipant {\n  name_of : text\n}\n".to_owned();
    load_schema(&Source { name: "bare.merit".to_owned(), text }).unwrap()
});
static PROGRAMS: LazyLock<Vec<Program>> = LazyLock::new(|| {
    let names = ["ae_commission.merit", "recognition.merit", "review_score.merit"];
    names.iter().map(|name| load_policy(&shipped(name), &SHIPPED).unwrap()).collect()
});

/// A refusal has a reason, its places lie in the text, and it can be shown.
fn refused(said: &Diagnostics, source: &Source) {
    assert!(!said.is_empty(), "a refusal without a reason");
    for label in said.0.iter().flat_map(|one| &one.labels) {
        let (start, end) = (label.span.start, label.span.end);
        assert!(start <= end && end <= source.text.len(), "{said:?}");
        assert!(source.text.is_char_boundary(start) && source.text.is_char_boundary(end), "{said:?}");
    }
    for one in &said.0 {
        assert!(merit_rules::codes::ALL.iter().any(|code| code.id == one.code), "{one:?}");
        assert_ne!(one.title, "this policy can't be read", "a refusal without a reason");
    }
    assert!(render(said, source, true).contains("error"));
}

/// Any text is read as a schema, and as a policy of an organisation that has next to nothing.
pub fn parse_policy(bytes: &[u8]) {
    let Some(source) = text(bytes) else { return };
    if let Err(said) = load_schema(&source) {
        refused(&said, &source);
    }
    if let Err(said) = load_policy(&source, &BARE) {
        refused(&said, &source);
    }
}

/// Any text is taken or refused against the shipped schema; the tests of one that is taken run to their end.
pub fn check_policy(bytes: &[u8]) {
    let Some(source) = text(bytes) else { return };
    match load_policy(&source, &SHIPPED) {
        Ok(program) => drop(run_tests(&program)),
        Err(said) => refused(&said, &source),
    }
}

/// A shipped policy (the first byte says which) over any document; each outcome can be told.
pub fn eval(bytes: &[u8]) {
    let Some((which, json)) = bytes.split_first() else { return };
    let (Ok(json), Some(program)) = (std::str::from_utf8(json), PROGRAMS.get(usize::from(*which) % PROGRAMS.len()))
    else {
        return;
    };
    let Ok(inputs) = inputs_from_json(program, json) else { return };
    let evaluation = evaluate(program, &inputs);
    assert_eq!(evaluation, evaluate(program, &inputs), "the same inputs gave another answer");
    for output in &evaluation.outputs {
        drop(explain(program, &evaluation.trace, &output.name));
    }
}

/// What can be formatted says the same afterwards, and stays as it is when it is formatted again.
pub fn format_policy(bytes: &[u8]) {
    let Some(source) = text(bytes) else { return };
    match format(&source) {
        Ok(formatted) => {
            let again = Source { name: source.name.clone(), text: formatted };
            assert_eq!(outline(&again), outline(&source), "it says something else");
            assert_eq!(format(&again).as_deref(), Ok(again.text.as_str()), "it isn't formatted yet");
        }
        Err(said) => refused(&said, &source),
    }
}

fn text(bytes: &[u8]) -> Option<Source> {
    match Source::from_bytes("fuzzed.merit", bytes) {
        Ok(source) => Some(source),
        Err(said) => {
            assert!(!said.is_empty());
            None
        }
    }
}
