//! What a failing test says: the payee's way from the figures to the amount, each line to be rechecked with a calculator.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on stops")]

use std::path::Path;

use merit_rules::{Source, load_policy, load_schema, render, run_tests};

fn source(name: &str) -> Source {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/constructs").join(name);
    Source::from_bytes(name, &std::fs::read(path).unwrap()).unwrap()
}

/// Expects something else in one line of a construct's tests, and gives what is said then.
fn said(name: &str, expectation: &str, other: &str) -> String {
    let schema_source = source("schema.merit");
    let schema = load_schema(&schema_source).unwrap_or_else(|said| panic!("{}", render(&said, &schema_source, false)));
    let mut source = source(&format!("{name}.merit"));
    assert!(source.text.contains(expectation), "{name} doesn't expect `{expectation}`");
    source.text = source.text.replacen(expectation, other, 1);
    let program = load_policy(&source, &schema).unwrap_or_else(|said| panic!("{}", render(&said, &source, false)));
    let failures = run_tests(&program).into_iter().flat_map(|report| report.failures);
    let words = failures.map(|failure| {
        format!("expected {}, found {}\n  {}\n", failure.expected, failure.found, failure.words.join("\n  "))
    });
    format!("== {name}\n{}", words.collect::<String>())
}

#[test]
fn the_words_lead_from_the_figures_to_the_amount() {
    let told = [
        ("year_to_date_true_up", "commission = $23,000.00", "commission = $33,000.00"),
        ("tiers_per_deal", "deals.earned = $8,300", "deals.earned = $10,000"),
        ("tiers_by_category", "commission = $5,800.00", "commission = $5,600.00"),
        ("tiers_on_amounts", "volume_bonus = $1,200.00", "volume_bonus = $700.00"),
        ("curves", "extended_bonus = $2,500.00", "extended_bonus = $5,000.00"),
        ("curves", "window_bonus = $0.00", "window_bonus = $5,000.00"),
        ("proration_by_days", "bonus = $3,100.00", "bonus = $3,000.00"),
        ("draw_with_delayed_recovery", "owed = $1,250.00", "owed = $0.00"),
        ("holdback_with_release", "commission released = $1,050.00", "commission released = $700.00"),
        ("clawback_at_the_rate_paid", "taken back = $2,000.00", "taken back = $1,500.00"),
        ("clawback_by_recomputing", "taken back = $1,500.00", "taken back = $3,000.00"),
        ("split_and_overlay", "to owner of amount = $110,000", "to owner of amount = $150,000"),
        ("pay_on_cash", "commission payable = $2,850.00", "commission payable = $300.00"),
        ("currency_conversion", "commission = $2,171.25", "commission = $2,000.00"),
        ("okr_grades", "raw_grade = 0.69", "raw_grade = 0.77"),
        ("missing_parts", "overall rounds to 86.67%", "overall rounds to 78%"),
        ("previous_period", "growth_bonus = $600.00", "growth_bonus = $3,000.00"),
        ("house_split", "agents_share = $63,500.00", "agents_share = $56,000.00"),
        ("running_total", "commission = $14,000.00", "commission = $11,000.00"),
        ("cap_on_rate_and_on_base", "commission = $12,000.00", "commission = $48,000.00"),
        ("cap_on_rate_and_on_base", "paid = $32,000.00", "paid = $35,000.00"),
    ];
    let told: Vec<String> = told.iter().map(|(name, from, to)| said(name, from, to)).collect();
    insta::assert_snapshot!("failing_tests", told.join("\n"));
}
