//! The policies that ship: each loads without a word, and each of its tests passes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on stops")]

use std::path::Path;

use merit_rules::{Schema, Source, load_policy, load_schema, render, run_tests};

fn source(name: &str) -> Source {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies").join(name);
    Source::from_bytes(name, &std::fs::read(path).unwrap()).unwrap()
}

fn schema() -> Schema {
    let source = source("schema.merit");
    load_schema(&source).unwrap_or_else(|said| panic!("{}", render(&said, &source, false)))
}

#[test]
fn every_policy_loads_and_its_tests_pass() {
    let schema = schema();
    for (name, tests) in [("ae_commission.merit", 7), ("recognition.merit", 5), ("review_score.merit", 6)] {
        let source = source(name);
        let program = load_policy(&source, &schema).unwrap_or_else(|said| panic!("{}", render(&said, &source, false)));
        let reports = run_tests(&program);
        assert_eq!(reports.len(), tests, "{name}");
        for report in reports {
            assert!(report.failures.is_empty(), "{name}: {}: {:#?}", report.name, report.failures);
        }
    }
}
