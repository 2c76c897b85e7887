//! What changed between two versions of a policy: a table of edits of three whole ones, and the words for each.

#![cfg(test)]

use std::fmt::Write as _;

use merit_rules::{Program, Schema, Source, compare, load_policy, load_schema};

const SCHEMA: &str = include_str!("compare/schema.merit");
const COMMISSION: &str = include_str!("compare/ae_commission.merit");
const REVIEW: &str = include_str!("compare/review_score.merit");
const RECOGNITION: &str = include_str!("compare/recognition.merit");

fn schema() -> Schema {
    schema_of(SCHEMA)
}

fn schema_of(text: &str) -> Schema {
    load_schema(&Source { name: "schema.merit".to_owned(), text: text.to_owned() }).unwrap()
}

fn policy(text: &str) -> Program {
    under(&schema(), text)
}

fn under(schema: &Schema, text: &str) -> Program {
    let source = Source { name: "p.merit".to_owned(), text: text.to_owned() };
    load_policy(&source, schema).unwrap_or_else(|said| panic!("{}", merit_rules::render(&said, &source, false)))
}

/// The policy with each text replaced, which must be there.
fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is not in the policy");
        text.replacen(from, to, 1)
    })
}

/// `+` where pay may change, `·` where not.
fn words(old: &Program, new: &Program) -> Vec<String> {
    let changes = compare(old, new);
    changes.iter().map(|change| format!("{} {}", if change.pays { "+" } else { "·" }, change.words())).collect()
}

/// Edits with a title each.
type Edit = (&'static str, &'static [(&'static str, &'static str)]);

const OF_COMMISSION: &[Edit] = &[
    ("a rate", &[("100% to below 125% | 12%", "100% to below 125% | 13%")]),
    (
        "a bound",
        &[
            ("100% to below 125% | 12%", "100% to below 130% | 12%"),
            ("125% and above     | 15%", "130% and above     | 15%"),
        ],
    ),
    (
        "a band more at the same rate",
        &[(
            "125% and above     | 15%             |",
            "125% to below 150% | 15%             |\n  | 150% and above     | 15%             |",
        )],
    ),
    (
        "a band more at another rate",
        &[(
            "125% and above     | 15%             |",
            "125% to below 150% | 15%             |\n  | 150% and above     | 18%             |",
        )],
    ),
    (
        "the cap",
        &[("$250,000   because \"Plan document section 4.2\"", "$200,000   because \"Plan document section 4.3\"")],
    ),
    ("no cap", &[("  cap at       $250,000   because \"Plan document section 4.2\"\n", "")]),
    (
        "no gate",
        &[(
            "  gate         csat is missing or csat is at least 3.5   else pay $0   because \"Customer health gate\"\n",
            "",
        )],
    ),
    ("another gate", &[("csat is missing or csat is at least 3.5", "csat is missing or csat is at least 3.8")]),
    (
        "a gate more",
        &[("  floor at     $0\n", "  floor at     $0\n  gate bookings is at least $10,000 else pay $100\n")],
    ),
    (
        "the multiplier",
        &[("105% when (csat otherwise 0) is at least 4.5", "110% when (csat otherwise 0) is at least 4.5")],
    ),
    ("the amount", &[("coding_new * 1%", "coding_new * 2%")]),
    ("a definition", &[("term is at least 24 months)", "term is at least 36 months)")]),
    ("a definition more", &[("define focus ", "define unused : money = quota / 3\ndefine focus ")]),
    ("held back", &[("10% until invoices_paid", "20% until invoices_paid")]),
    ("rounding", &[("round        half even to $0.01", "round        half up to $1")]),
    ("a row of a table", &[("Central   | Enterprise     | 105%", "Central   | Enterprise     | 107%")]),
    (
        "a row more",
        &[(
            "  | East      | -              | 100%              |",
            "  | East      | -              | 100%              |\n  | West      | Enterprise          | 103%              |",
        )],
    ),
    (
        "the order of rows that don't overlap",
        &[
            ("  | East      | -              | 100%              |\n", ""),
            ("  | otherwise | -", "  | East      | -              | 100%              |\n  | otherwise | -"),
        ],
    ),
    ("header dates", &[("effective 2026-01-01 to 2026-12-31", "effective 2027-01-01"), ("version 1", "version 2")]),
    ("whom it applies to", &[("where role = AccountExecutive", "where role = AccountExecutive or role = Specialist")]),
    ("an input's range", &[("money from $1 to $5,000,000", "money from $1 to $2,000,000")]),
    ("shares", &[("overlay 30% in addition", "overlay 25% in addition"), ("  roll up to managers on closed\n", "")]),
    ("prizes", &[("$1,000, $500, $250", "$1,500, $500"), ("first 3 places", "first 2 places")]),
    ("what is settled", &[("cap total at $250,500", "cap total at $300,000")]),
    (
        "words",
        &[
            ("\"Plan document section 4.2\"", "\"Plan document section 4.4\""),
            ("\"Quarterly new-business commission\"", "\"Commission\""),
        ],
    ),
    (
        "renamed parts",
        &[
            ("define multi_year", "define long_deals"),
            ("multi_year * 2%", "long_deals * 2%"),
            ("tiers ae_rates", "tiers rates"),
            ("apply ae_rates", "apply rates"),
        ],
    ),
    (
        "renamed, and changed where it is read",
        &[
            ("define coding_new", "define oncology"),
            ("coding_new * 1%", "oncology * 2%"),
            ("expect coding_new", "expect oncology"),
        ],
    ),
    (
        "another name and another content",
        &[
            (
                "define multi_year : money = sum of deals.credited where (is_new and term is at least 24 months)",
                "define long_deals : money = sum of deals.credited where (is_new and term is at least 36 months)",
            ),
            ("multi_year * 2%", "long_deals * 2%"),
        ],
    ),
    (
        "tests, checks and comments",
        &[
            ("# Each rate pays only", "# Every rate pays only"),
            ("test \"no deals\"", "test \"nothing sold\""),
            ("check commission at most $250,000\n", ""),
            ("expect coding_new = $500,000\n", ""),
        ],
    ),
    (
        "layout and order",
        &[
            ("define coding_new : money = sum of deals.credited where (is_new and product = OncologyCoding)\n", ""),
            (
                "define multi_year",
                "define coding_new   :   money =\n  sum of deals.credited\n  where (is_new and product = OncologyCoding)\ndefine multi_year",
            ),
            ("from_tiers + multi_year * 2% + coding_new * 1%", "(1% * coding_new) + from_tiers + (multi_year * 2%)"),
            (
                "  cap at       $250,000   because \"Plan document section 4.2\"\n  floor at     $0\n",
                "  floor at     $0   # never less\n  cap at  $250,000.00  because \"Plan document section 4.2\"\n",
            ),
            ("   else pay $0 ", "  "),
        ],
    ),
];

const OF_REVIEW: &[Edit] = &[
    (
        "constants",
        &[("weight_quota    = 60%", "weight_quota    = 55%"), ("weight_forecast = 25%", "weight_forecast = 30%")],
    ),
    ("a point of a curve", &[("| 100%       | 100%              |", "| 100%       | 110%              |")]),
    (
        "a point on the line",
        &[(
            "| 100%       | 100%              |",
            "| 90%        | 75%               |\n  | 100%       | 100%              |",
        )],
    ),
    ("each band at its own rate", &[("tiers spif by count retroactive", "tiers spif by count marginal")]),
    ("outside a curve", &[("clamped outside", "zero outside")]),
    (
        "what is only proposed",
        &[("at least 40%   because \"Conduct gate\"", "at least 50%   because \"Conduct gate\"")],
    ),
    (
        "a payout less",
        &[
            (
                "payout spif_bonus : money about \"Spring drive on new practices\" {\n  pay    apply spif to new_deals\n  round  half even to $0.01\n}\n",
                "",
            ),
            ("check spif_bonus never falls as a deal is added\n", ""),
            ("  expect spif_bonus = $600.00\n", ""),
            ("  expect spif_bonus = $0.00\n", ""),
        ],
    ),
    (
        "a default",
        &[(
            "target_bonus      : money from $0 and above default $0",
            "target_bonus      : money from $0 and above default $100",
        )],
    ),
];

const OF_RECOGNITION: &[Edit] = &[
    (
        "a badge and its points",
        &[
            ("level gold", "level platinum"),
            ("250 points", "300 points"),
            ("once per  quarter\n}\n\nrecognize \"First", "once per  year\n}\n\nrecognize \"First"),
        ],
    ),
    ("what is said", &[("Welcome aboard", "Welcome")]),
    (
        "a recognition less",
        &[
            ("recognize \"Big idea\" {\n  when   best_idea is at least $50,000\n  badge  big_idea\n}\n", ""),
            ("  expect not recognized \"Big idea\"\n", ""),
            ("  expect recognized \"Big idea\"\n", ""),
        ],
    ),
    ("the share that is paid", &[("adopted * 5%", "adopted * 6%")]),
];

#[test]
fn edits_in_the_words_of_a_plan_document() {
    let mut told = String::new();
    for (text, edits) in [(COMMISSION, OF_COMMISSION), (REVIEW, OF_REVIEW), (RECOGNITION, OF_RECOGNITION)] {
        let old = policy(text);
        for (title, edits) in edits {
            let new = policy(&edited(text, edits));
            let _ = writeln!(told, "{title}");
            let found = words(&old, &new);
            // Whatever is there one way is there the other way.
            assert_eq!(found.len(), words(&new, &old).len(), "{title}");
            for line in found {
                let _ = writeln!(told, "  {line}");
            }
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn the_schema_says_another_thing_of_a_column() {
    let told = |old: &str, new: &str| {
        let with = |term: &str| under(&schema_of(&edited(SCHEMA, &[("term    : duration  ", term)])), COMMISSION);
        words(&with(old), &with(new))
    };
    let (none, twelve, longer) =
        ("term    : duration  ", "term    : duration default 12 months  ", "term    : duration default 24 months  ");
    insta::assert_debug_snapshot!([told(none, twelve), told(twelve, longer), told(longer, none), told(longer, longer)]);
}

#[test]
fn a_policy_is_the_same_as_itself() {
    for text in [COMMISSION, REVIEW, RECOGNITION] {
        assert_eq!(words(&policy(text), &policy(text)), Vec::<String>::new());
    }
}
