//! What changed between two versions of a policy, and what that would have paid.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::merit::{Merit, small};

const FILE: &str = "plan.merit";

/// The small plan with edits, beside its schema in the folder of the test.
fn plan(merit: &Merit, name: &str, edits: &[(&str, &str)]) -> String {
    std::fs::copy(small("schema.merit"), merit.path("schema.merit")).unwrap();
    let text = std::fs::read_to_string(small("policies/plan.merit")).unwrap();
    let text = text.replace("\"../schema.merit\"", "\"schema.merit\"");
    let text = edits.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    merit.file(name, text)
}

/// 6% to quota instead of 5%, with the test block's figures in step.
const SIX: &[(&str, &str)] = &[
    ("version 1\n", "version 2\n"),
    ("| below 100%     | 5% ", "| below 100%     | 6% "),
    ("expect commission = $7,500.00", "expect commission = $8,500.00"),
    ("expect commission held back = $750.00", "expect commission held back = $850.00"),
];

#[test]
fn changes_are_told_in_the_plans_words_and_what_it_would_have_paid_by_hand() {
    let merit = Merit::composed();
    let new = plan(&merit, FILE, SIX);
    let told = merit.ok(&["rules", "diff", "Small plan@1", &new, "--cycle", "2026-Q3", "--csv", "all.csv"]);
    for line in [
        "  `rates`, below 100%: 5% becomes 6%",
        "  version 2 (was 1)",
        "  tests: 1 changed",
        // Ana: 6,000 and 2,500 are still capped at 7,000. Bo: 6% of 30,000.33 is 1,800.02, half even.
        "  bo           $1,500.02  $1,800.02    +$300.00",
        "  USD     $8,500.02  $8,800.02    +$300.00     1     0         5",
    ] {
        assert!(told.lines().any(|own| own.trim_end() == line), "`{line}` is not in\n{told}");
    }
    let file = std::fs::read_to_string(merit.path("all.csv")).unwrap();
    assert_eq!(
        file,
        "participant,currency,before,after,difference\n\
         ana,USD,7000.00,7000.00,0.00\nbo,USD,1500.02,1800.02,300.00\ncy,USD,0.00,0.00,0.00\n\
         dee,USD,0.00,0.00,0.00\neli,USD,0.00,0.00,0.00\nfay,USD,0.00,0.00,0.00\n"
    );
    // It was only a question.
    let policies = merit.run(&["rules", "diff", "Small plan@2", &new]).expect(1);
    assert!(policies.err.contains("`Small plan` has no version 2; it has 1"), "{}", policies.err);
    assert!(merit.ok(&["review", "verify", "--cycle", "2026-Q3"]).contains("same to the byte"));
}

#[test]
fn the_totals_are_the_difference_of_two_dry_runs() {
    let edits: Vec<(&str, &str)> =
        SIX[1..].iter().copied().chain([("cap total at $7,000", "cap total at $9,000")]).collect();
    let paid = |policy: &[(&str, &str)]| -> BTreeMap<String, i64> {
        let merit = Merit::small();
        merit.ok(&["rules", "publish", &plan(&merit, FILE, policy)]);
        let dry = merit.run(&["review", "run", "--cycle", "2026-Q3", "--dry-run", "--json"]).expect(0).json();
        let mut sums = BTreeMap::new();
        for line in dry["lines"].as_array().unwrap() {
            *sums.entry(line["participant"].as_str().unwrap().to_owned()).or_default() += minor(&line["amount"]);
        }
        sums
    };
    let (before, after) = (paid(&[]), paid(&edits));

    let merit = Merit::small();
    let old = plan(&merit, "old.merit", &[]);
    merit.ok(&["rules", "publish", &old]);
    let new = plan(&merit, "new.merit", &edits);
    let told = merit.run(&["rules", "diff", &old, &new, "--cycle", "2026-Q3", "--json"]).expect(0).json();
    let impact = &told["impact"];
    assert_eq!(impact["preview"], true);
    for row in impact["rows"].as_array().unwrap() {
        let who = row["participant"].as_str().unwrap();
        let (was, is) = (before.get(who).copied().unwrap_or(0), after.get(who).copied().unwrap_or(0));
        assert_eq!(
            (minor(&row["before"]), minor(&row["after"]), minor(&row["difference"])),
            (was, is, is - was),
            "{who}"
        );
    }
    let total = &impact["totals"][0];
    let sum = |sums: &BTreeMap<String, i64>| sums.values().sum::<i64>();
    assert_eq!((minor(&total["before"]), minor(&total["after"])), (sum(&before), sum(&after)));
    assert!(sum(&after) > sum(&before));
}

fn minor(decimal: &Value) -> i64 {
    decimal.as_str().unwrap().replace('.', "").parse().unwrap()
}

#[test]
fn another_layout_changes_nothing_that_is_paid() {
    let merit = Merit::new();
    let old = plan(&merit, "old.merit", &[]);
    let new = plan(
        &merit,
        "new.merit",
        &[
            (
                "  pay        apply rates to bookings against quota\n  cap at     $50,000   because \"Plan section 3\"\n",
                "  cap at  $50,000.00 because \"Plan section 3\"\n\n  pay  apply rates to bookings against quota   # as ever\n",
            ),
            (
                "  role  : Role\n  quota : money from $1 to $1,000,000\n",
                "  quota : money from $1 to $1,000,000\n  role  : Role\n",
            ),
        ],
    );
    // Two files need no data folder.
    let told = merit.ok(&["rules", "diff", &old, &new]);
    assert!(told.contains("both say the same: nothing that is paid changes"), "{told}");
    assert!(!merit.path("data").exists());
}

#[test]
fn a_new_policy_that_cant_be_published_is_told_and_not_compared() {
    let merit = Merit::composed();
    let failing = plan(&merit, FILE, &SIX[..2]);
    let told = merit.run(&["rules", "diff", "Small plan@1", &failing, "--cycle", "2026-Q3"]).expect(1);
    assert!(told.err.contains("1 of 1 tests of the new policy fail"), "{}", told.err);
    assert!(told.out.contains("5% becomes 6%") && !told.out.contains("in 2026-Q3"), "{}", told.out);

    let broken = plan(&merit, FILE, &[("apply rates", "apply rate")]);
    merit.run(&["rules", "diff", "Small plan@1", &broken]).expect(1);
    let next = plan(&merit, FILE, &[("effective 2026-01-01", "effective 2027-01-01")]);
    let told = merit.run(&["rules", "diff", "Small plan@1", &next, "--cycle", "2026-Q3"]).expect(1);
    assert!(told.err.contains("write `effective 2026-07-01` into a copy of"), "{}", told.err);
    let nothing = merit.run(&["rules", "diff", "Small plan", &next]).expect(1);
    assert!(nothing.err.contains("NAME@VERSION"), "{}", nothing.err);
}
