//! Why a person is paid what they are, as the person reads it.

use serde_json::Value;

use crate::merit::{Merit, Run, small};

fn explain(merit: &Merit, person: &str) -> Run {
    merit.run(&["rules", "explain", person, "--cycle", "2026-Q3"])
}

/// The same for programs.
fn document(merit: &Merit, person: &str) -> Value {
    merit.run(&["rules", "explain", person, "--cycle", "2026-Q3", "--json"]).expect(0).json()
}

#[track_caller]
fn says(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|own| own.trim() == *line), "`{line}` is not in\n{text}");
    }
}

/// Minor units of a plain decimal.
fn minor(decimal: &Value) -> i64 {
    decimal.as_str().unwrap().replace('.', "").parse().unwrap()
}

#[test]
fn each_amount_is_told_step_by_step_and_the_figures_join_up() {
    let merit = Merit::composed();
    let proposed = explain(&merit, "ana").expect(0).out;
    assert!(proposed.contains("not approved yet"), "{proposed}");
    merit.approve();
    let told = explain(&merit, "people/ana").expect(0).out;
    assert!(told.contains("approved, its lines are on the ledger"), "{told}");
    // 125% of a quota of 100,000: 5% of 100,000 and 10% of 25,000, capped at 7,000 across her payouts.
    says(
        &told,
        &[
            "$7,500.00  commission (Quarterly commission)",
            "bookings: $125,000.00, the sum of credited over 2 of 2 deals where is_new (merit D-1 $80,000.00 + merit D-2 $45,000.00)",
            "attainment: bookings ÷ quota = $125,000.00 ÷ $100,000.00 = 125%",
            "rates, below 100%: $100,000.00 × 5% = $5,000.00",
            "rates, 100% and above: $25,000.00 × 10% = $2,500.00",
            "pay: apply rates to bookings against quota = $5,000.00 + $2,500.00 = $7,500.00",
            "held back 10% because Plan section 4: $750.00 until paid_in, paid now $6,750.00",
            "-$500.00  cap total",
            "capped at $7,000.00 in total because Plan section 5: $7,000.00 − $7,500.00 = -$500.00",
            "in all $7,000.00",
            "$7,500.00 − $500.00 = $7,000.00",
            "merit D-1  2026-07-14  $80,000.00  owner         100%  $80,000.00  bookings",
        ],
    );

    for person in ["ana", "bo", "cy", "dee", "eli", "fay"] {
        let document = document(&merit, person);
        let lines = document["lines"].as_array().unwrap();
        for line in lines {
            let words = line["words"].as_array().unwrap();
            let last = words.last().unwrap().as_str().unwrap().replace([',', '$'], "");
            assert!(last.ends_with(line["amount"].as_str().unwrap().trim_start_matches('-')), "{line}");
        }
        let sum: i64 = lines.iter().map(|line| minor(&line["amount"])).sum();
        let total: i64 = document["totals"].as_array().unwrap().iter().map(|total| minor(&total["amount"])).sum();
        assert_eq!(total, sum, "{person}");
    }
    let bo = document(&merit, "bo");
    // What was paid for is what is not a renewal and lies in the quarter.
    let counted: Vec<_> = bo["policies"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| (result["result"].as_str().unwrap(), result["counted_in"].as_array().unwrap().len()))
        .collect();
    assert_eq!(counted, [("merit D-3", 1), ("merit D-4", 0)]);
}

#[test]
fn who_is_not_paid_is_told_why() {
    let merit = Merit::composed();
    let fay = explain(&merit, "fay").expect(0).out;
    says(
        &fay,
        &[
            "nothing is paid; below is why",
            "Small plan, version 1, 2026-Q3 doesn't apply",
            "applies to participants where role = AE",
            "role: Engineer",
            "it needs “role = AE”, which does not hold",
            "covered by no policy: no policy covers `fay` in 2026-Q3",
        ],
    );
    let dee = explain(&merit, "dee").expect(0).out;
    says(&dee, &["commission (payout, Quarterly commission): not scored, since `quota` is missing"]);
    let gus = explain(&merit, "gus").expect(0).out;
    says(&gus, &["`gus` was not employed on any day of 2026-Q3"]);
    let nobody = explain(&merit, "nobody").expect(1);
    assert!(nobody.err.contains("`nobody` is not in the directory"), "{}", nobody.err);
}

#[test]
fn a_gate_that_fails_and_a_quarter_without_results_pay_nothing_and_say_so() {
    let merit = Merit::small();
    let policy = std::fs::read_to_string(small("policies/plan.merit")).unwrap();
    let gated = policy
        .replace("uses schema \"../schema.merit\"", "uses schema \"schema.merit\"")
        .replace("  deals : list of Deal\n", "  deals : list of Deal\n  team  : text\n")
        .replace(
            "  round      half even to $0.01\n",
            "  gate       bookings is at least $50,000   because \"Plan section 2\"\n  round      half even to $0.01\n",
        );
    std::fs::copy(small("schema.merit"), merit.path("schema.merit")).unwrap();
    merit.ok(&["rules", "publish", &merit.file("gated.merit", gated)]);
    // No run yet: a preview of what is on record.
    let bo = explain(&merit, "bo").expect(0).out;
    assert!(bo.contains("a preview of what is on record now"), "{bo}");
    says(
        &bo,
        &[
            "nothing is paid; below is why",
            "commission (payout, Quarterly commission): $0.00",
            "gate failed because Plan section 2: it needs “bookings is at least $50,000”, so the amount becomes $0.00",
        ],
    );
    let preview = merit.run(&["rules", "explain", "ana", "--cycle", "2026-Q3", "--json"]).expect(0).json();
    assert_eq!((preview["preview"].as_bool(), preview["lines"][0]["amount"].as_str()), (Some(true), Some("7500.00")));
    let only =
        merit.ok(&["rules", "explain", "ana", "--cycle", "2026-Q3", "--output", "commission", "--policy", "small"]);
    assert!(only.contains("$7,500.00  commission") && !only.contains("cap total"), "{only}");
    let wrong = merit.run(&["rules", "explain", "ana", "--cycle", "2026-Q3", "--output", "bonus"]).expect(1);
    assert!(wrong.err.contains("there are `cap total`, `commission`"), "{}", wrong.err);
}

#[test]
fn people_read_their_own_once_it_is_approved_and_nobody_elses() {
    let merit = Merit::composed();
    let token = |person: &str, role: &str| {
        merit.file(&format!("{person}-{role}.token"), merit.ok(&["token", "--as", person, "--role", role]))
    };
    let ana = token("ana", "member");
    let as_ana = |person: &str| merit.run(&["rules", "explain", person, "--cycle", "2026-Q3", "--token", &ana]);
    let early = as_ana("ana").expect(3);
    assert!(early.err.contains("once it is approved"), "{}", early.err);
    merit.approve();
    says(&as_ana("ana").expect(0).out, &["in all $7,000.00"]);
    assert!(as_ana("bo").expect(1).err.contains("not for you to see"));
    let auditor = token("audrey", "auditor");
    let read = merit.run(&["rules", "explain", "bo", "--cycle", "2026-Q3", "--token", &auditor]).expect(0).out;
    says(&read, &["in all $1,500.02"]);
}
