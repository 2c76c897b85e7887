//! Why somebody is paid what they are, or not.

use merit_core::Money;

use super::neighbours::id;
use super::{World, deal, quarter};
use crate::compute::explain::{OutputExplained, PolicyExplained};
use crate::model::LineKind;
use crate::service::{Explainable, Explanation, NewAdjustment};

const APPROVED: &str = "2026-10-06T10:00:00Z";

fn of_cycle() -> Explainable {
    Explainable { cycle: "cycles/2026-Q3".to_owned(), ..Explainable::default() }
}

async fn explain(world: &World, who: &str) -> Explanation {
    world.scoring.explain(&id(who), &of_cycle()).await.unwrap()
}

fn policy<'e>(told: &'e Explanation, name: &str, period: &str) -> &'e PolicyExplained {
    told.explained.policies.iter().find(|policy| policy.policy == name && policy.period == period).unwrap()
}

fn output<'e>(policy: &'e PolicyExplained, name: &str) -> &'e OutputExplained {
    policy.outputs.iter().find(|output| output.output == name).unwrap()
}

/// Each line's amount is the last one in its words, and the totals are the lines'.
fn joins_up(told: &Explanation) {
    for line in &told.lines {
        let amount = line.line.amount.spoken();
        let last = line.figures.iter().rfind(|figure| figure.contains('$')).unwrap();
        assert!(last.contains(&amount), "{amount} is not in {:#?}", line.figures);
    }
    let sum: i64 = told.lines.iter().map(|told| told.line.amount.minor).sum();
    assert_eq!(told.totals.iter().map(|(amount, _)| amount.minor).sum::<i64>(), sum);
}

#[tokio::test]
async fn a_run_is_told_down_to_the_results_that_counted() {
    let world = World::ready().await;
    let run = world.close().await;
    let told = explain(&world, "ana").await;
    joins_up(&told);
    assert_eq!((told.run.id.clone(), told.preview), (run.id, false));
    let lines: Vec<_> =
        told.lines.iter().map(|told| (told.line.payout.as_str(), told.figures.last().unwrap().as_str())).collect();
    assert_eq!(
        lines,
        [
            ("cap total", "capped at $8,900.00 in total because Section 7: $8,900.00 − $9,000.00 = -$100.00"),
            ("commission", "commission: $8,000.00"),
            ("top", "prize of place 1: $1,000.00"),
            ("spif", "spif: $100.00"),
            ("spif", "spif: $100.00"),
        ]
    );
    let commission = &told.lines[1].figures;
    for step in [
        "bookings: $130,000.00, the sum of credited over 2 of 2 deals where is_new (crm D-1 $60,000.00 + crm D-2 $70,000.00)",
        "rates, below 100%: $100,000.00 × 5% = $5,000.00",
        "rates, 100% and above: $30,000.00 × 10% = $3,000.00",
    ] {
        assert!(commission.iter().any(|line| line == step), "{step}: {commission:#?}");
    }
    let policy = policy(&told, "Commission", "2026-Q3");
    assert_eq!((policy.applies, policy.why.last().unwrap().as_str()), (true, "role: Seller"));
    let results: Vec<_> = policy
        .results
        .iter()
        .map(|result| {
            let share = result.share.as_ref().map(ToString::to_string).unwrap_or_default();
            format!(
                "{} {} {} {share} {} in {}",
                result.result,
                result.value.unwrap().spoken(),
                result.credited_as,
                result.credited.unwrap().spoken(),
                result.counted_in.join(" ")
            )
        })
        .collect();
    assert_eq!(
        results,
        [
            "crm D-1 $60,000.00 owner 1 $60,000.00 in bookings big",
            "crm D-2 $70,000.00 owner 1 $70,000.00 in bookings big",
        ]
    );
}

#[tokio::test]
async fn an_overlays_share_is_told_and_why_they_are_not_scored() {
    let world = World::ready().await;
    world.close().await;
    let told = explain(&world, "bob").await;
    assert_eq!(told.lines, []);
    let policy = policy(&told, "Commission", "2026-Q3");
    let result = &policy.results[0];
    assert_eq!((result.credited_as.as_str(), result.share.as_ref().unwrap().to_string().as_str()), ("overlay", "3/10"));
    assert_eq!(output(policy, "commission").value, Err("`quota` is missing".to_owned()));
    assert_eq!(output(policy, "top").value, Err("not ranked: `quota` is missing".to_owned()));
}

#[tokio::test]
async fn a_policy_that_doesnt_apply_says_which_condition_fails() {
    let world = World::ready().await;
    world.import(vec![deal(2, "D-9", "dee", "", "USD 700.00", "2026-08-08")]).await;
    world.close().await;
    let told = explain(&world, "dee").await;
    let policy = policy(&told, "Commission", "2026-Q3");
    assert!(!policy.applies);
    assert_eq!(
        policy.why,
        [
            "applies to participants where role = Seller",
            "role: Engineer",
            "it needs “role = Seller”, which does not hold",
        ]
    );
    assert_eq!((policy.outputs.len(), policy.results.len()), (0, 0));
    let uncounted: Vec<_> = told.explained.uncounted.iter().map(|u| (u.result.as_str(), u.reason.as_str())).collect();
    assert_eq!(uncounted, [("crm D-9", "credited to `dee`, but no policy that covers them reads `deals`")]);
    assert!(told.findings.iter().any(|finding| finding.reason == "no policy covers `dee` in 2026-Q3"));
}

#[tokio::test]
async fn who_was_not_employed_and_what_went_to_others_is_told() {
    let world = World::new().await;
    let mut rows = quarter();
    rows.push(deal(9, "D-8", "ana", "eve", "USD 100.00", "2026-09-20"));
    rows.push(deal(10, "D-9", "ana", "", "USD -5.00", "2026-09-20"));
    let report = world.scoring.import_results("crm", rows, Vec::new(), false).await.unwrap();
    assert_eq!(report.quarantined.len(), 1);
    world.publish(&[&super::COMMISSION.replace(", overlay 30% in addition", ""), super::SPIF]).await;
    world.close().await;
    let told = explain(&world, "eve").await;
    // Eve left on 15 August: July counts, and what she helped with is all ana's.
    assert!(policy(&told, "SPIF", "2026-07-01 to 2026-07-31").applies);
    let uncounted: Vec<_> = told.explained.uncounted.iter().map(|u| (u.result.as_str(), u.reason.as_str())).collect();
    assert_eq!(uncounted, [("crm D-8", "credited to others: `ana` as owner: $100.00, `boss` as manager: $100.00")]);
    let told = explain(&world, "ana").await;
    let uncounted: Vec<_> = told.explained.uncounted.iter().map(|u| (u.result.as_str(), u.reason.as_str())).collect();
    assert_eq!(uncounted, [("crm D-9", "quarantined: -$5.00 is below $0.00, the least that `amount` may be")]);
}

#[tokio::test]
async fn without_a_run_a_preview_of_present_inputs_is_told() {
    let world = World::ready().await;
    let told = explain(&world, "ana").await;
    joins_up(&told);
    assert!(told.preview);
    assert_eq!(
        told.totals,
        [(Money::new(910_000, merit_core::Currency::USD), Money::new(80_000, merit_core::Currency::USD))]
    );
    let preview: Vec<_> = told.lines.iter().map(|told| (told.line.clone(), told.figures.clone())).collect();
    world.close().await;
    let told = explain(&world, "ana").await;
    assert_eq!(preview, told.lines.iter().map(|told| (told.line.clone(), told.figures.clone())).collect::<Vec<_>>());
    let unknown = world.scoring.explain(&id("nobody"), &of_cycle()).await.unwrap_err();
    assert_eq!(unknown.reason, "UNKNOWN_PERSON");
}

/// What an explanation is made from is kept for the next, and never told in the place of something else.
#[tokio::test]
async fn each_run_has_its_own_explanation_and_a_preview_follows_what_changes() {
    let world = World::ready().await;
    let bookings = |told: &Explanation| -> Vec<String> {
        let results = told.explained.policies.iter().filter(|policy| policy.policy == "Commission");
        results.flat_map(|policy| &policy.results).map(|result| result.result.clone()).collect()
    };
    let of_run = |run: &crate::model::Run| Explainable { run: Some(run.id.clone()), ..Explainable::default() };
    assert_eq!(bookings(&explain(&world, "ana").await), ["crm D-1", "crm D-2"]);
    world.import(vec![deal(2, "D-9", "ana", "", "USD 100.00", "2026-09-01")]).await;
    assert_eq!(bookings(&explain(&world, "ana").await), ["crm D-1", "crm D-2", "crm D-9"]);
    let first = world.close().await;
    world.import(vec![deal(3, "D-10", "ana", "", "USD 100.00", "2026-09-02")]).await;
    let second = world.close().await;
    for (run, results) in [(&first, 3), (&second, 4), (&first, 3)] {
        let told = world.scoring.explain(&id("ana"), &of_run(run)).await.unwrap();
        assert_eq!((&told.run.id, bookings(&told).len()), (&run.id, results));
        let other = world.scoring.explain(&id("boss"), &of_run(run)).await.unwrap();
        assert_ne!(other.lines, told.lines);
    }
    assert!(!world.scoring.forget_unasked().await, "somebody has asked");
    assert!(world.scoring.forget_unasked().await, "nobody has");
}

#[tokio::test]
async fn corrections_and_adjustments_on_the_ledger_join_up() {
    let world = World::ready().await;
    let first = world.close().await;
    world.scoring.post(&first.id, APPROVED, None).await.unwrap().done().unwrap();
    world.import(vec![deal(2, "D-3", "eve", "", "USD 30000.00", "2026-08-01")]).await;
    let second = world.close().await;
    let proposed = explain(&world, "eve").await;
    joins_up(&proposed);
    // 1,000 + 500 + 100 are on the ledger; 5% of 30,000 is proposed now.
    assert_eq!(proposed.posted[0].0.minor, 160_000);
    assert_eq!(proposed.totals[0].0.minor, 210_000);

    world.scoring.post(&second.id, APPROVED, None).await.unwrap().done().unwrap();
    let new = NewAdjustment {
        cycle: "cycles/2026-Q3".to_owned(),
        participant: id("eve"),
        amount: Money::new(-1_250, merit_core::Currency::USD),
        reason: "returned badge".to_owned(),
        by: None,
        validate_only: false,
    };
    world.scoring.adjust(new, None).await.unwrap();
    let told = explain(&world, "eve").await;
    joins_up(&told);
    assert_eq!(told.run.id, second.id);
    assert_eq!(told.totals[0].0.minor, 208_750);
    let corrected = told.lines.iter().find(|told| told.line.amount.minor == 50_000 && told.line.payout == "commission");
    assert_eq!(
        corrected.unwrap().figures.last().unwrap(),
        "earlier runs posted $1,000.00, so this line is the difference: $1,500.00 − $1,000.00 = $500.00"
    );
    let adjusted = told.lines.iter().find(|told| told.line.kind == LineKind::Adjustment).unwrap();
    assert_eq!(adjusted.figures, ["entered by hand, returned badge: -$12.50"]);

    // Of the first run alone, what it proposed.
    let of = Explainable { run: Some(first.id), ..of_cycle() };
    let told = world.scoring.explain(&id("eve"), &of).await.unwrap();
    assert_eq!(
        told.lines.iter().map(|told| told.line.amount.minor).collect::<Vec<_>>(),
        [100_000, 50_000, 10_000, -1_250]
    );
}

#[tokio::test]
async fn what_is_proposed_is_not_told_to_who_may_not_see_it() {
    let world = World::ready().await;
    let posted_only = Explainable { posted_only: true, ..of_cycle() };
    for run in [None, Some(world.close().await)] {
        let of = Explainable { run: run.map(|run| run.id), ..posted_only.clone() };
        assert_eq!(world.scoring.explain(&id("ana"), &of).await.unwrap_err().reason, "PERMISSION_DENIED");
    }
    let run = world.close().await;
    world.scoring.post(&run.id, APPROVED, None).await.unwrap().done().unwrap();
    assert_eq!(world.scoring.explain(&id("ana"), &posted_only).await.unwrap().lines.len(), 5);
}
