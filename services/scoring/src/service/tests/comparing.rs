//! What another policy would have paid.

use super::{COMMISSION, SPIF, World, deal};
use crate::service::{Comparison, Named, SourceText};

const CYCLE: &str = "cycles/2026-Q3";

fn text(text: impl Into<String>) -> SourceText {
    SourceText { file_name: "new.merit".to_owned(), text: text.into() }
}

fn in_force() -> Named {
    Named::Registered("Commission".to_owned(), 1)
}

async fn compared(world: &World, new: &str) -> Comparison {
    *world.scoring.compare_impact(CYCLE, in_force(), text(new)).await.unwrap().unwrap()
}

fn rows(comparison: &Comparison) -> Vec<String> {
    let moved = comparison.impact.rows.iter();
    moved.map(|row| format!("{} {} to {}", row.participant, row.before.spoken(), row.after.spoken())).collect()
}

/// 4% instead of 5% below quota, 20% instead of 10% past it, and no more than 20,000 in total.
fn steeper() -> String {
    COMMISSION
        .replace("| below 100%     | 5% ", "| below 100%     | 4% ")
        .replace("| 100% and above | 10% ", "| 100% and above | 20% ")
        .replace("$8,900", "$20,000")
        .replace("expect commission = $5,000.00", "expect commission = $4,000.00")
}

#[tokio::test]
async fn everyones_total_before_and_after_by_hand() {
    let world = World::ready().await;
    let run = world.close().await;
    // Recorded after the run was frozen: not part of the comparison.
    world.import(vec![deal(2, "D-1", "ana", "", "USD 1.00", "2026-07-10")]).await;
    let comparison = compared(&world, &steeper()).await;
    assert_eq!((comparison.run.id.clone(), comparison.preview), (run.id.clone(), false));
    // Ana: 4% of 100,000 and 20% of 30,000, first place 1,000, two SPIFs of 100, and no cap any more; it was 9,100.
    // Eve: 4% instead of 5% of 20,000, second place 500, a SPIF of 100.
    assert_eq!(
        rows(&comparison),
        [
            "ana $9,100.00 to $11,200.00",
            "bob $0.00 to $0.00",
            "boss $0.00 to $0.00",
            "cy $0.00 to $0.00",
            "dee $0.00 to $0.00",
            "eve $1,600.00 to $1,400.00",
        ]
    );
    let [total] = comparison.impact.totals.as_slice() else { panic!("{:?}", comparison.impact.totals) };
    assert_eq!((total.before.minor, total.after.minor), (1_070_000, 1_260_000));
    assert_eq!((total.gaining, total.losing, total.unchanged), (1, 1, 4));
    assert_eq!((comparison.impact.newly_not_scored.len(), comparison.impact.no_longer_not_scored.len()), (0, 0));

    // Nothing was written: the run, its lines and the policies are what they were.
    assert!(world.scoring.verify(&run.id, true).await.unwrap().matches);
    assert_eq!(world.scoring.policies().await.unwrap().len(), 2);
}

#[tokio::test]
async fn the_same_policy_changes_nothing_and_no_run_is_a_preview() {
    let world = World::ready().await;
    let comparison = compared(&world, COMMISSION).await;
    assert!(comparison.preview);
    let [total] = comparison.impact.totals.as_slice() else { panic!("{:?}", comparison.impact.totals) };
    assert_eq!((total.before, total.gaining, total.losing, total.unchanged), (total.after, 0, 0, 6));
}

#[tokio::test]
async fn a_text_may_stand_for_the_old_policy_too() {
    let world = World::ready().await;
    world.close().await;
    let old = Named::Text(text(steeper()));
    let comparison = world.scoring.compare_impact(CYCLE, old, text(COMMISSION)).await.unwrap().unwrap();
    assert_eq!(rows(&comparison)[0], "ana $11,200.00 to $9,100.00");
}

#[tokio::test]
async fn who_can_be_scored_no_more_or_now_is_told() {
    let world = World::ready().await;
    world.close().await;
    let narrow = COMMISSION.replace("quota  : money from $1 and above", "quota  : money from $50,000 and above");
    let comparison = compared(&world, &narrow).await;
    let told: Vec<_> = comparison
        .impact
        .newly_not_scored
        .iter()
        .map(|finding| format!("{} {}: {}", finding.participant, finding.output, finding.reason))
        .collect();
    let why = "`quota` is $40,000.00, outside its range: $50,000.00 and above";
    assert_eq!(told, [format!("eve commission: {why}"), format!("eve top: {why}")]);
    assert_eq!(rows(&comparison)[5], "eve $1,600.00 to $100.00");
    let [total] = comparison.impact.totals.as_slice() else { panic!("{:?}", comparison.impact.totals) };
    assert_eq!((total.gaining, total.losing, total.unchanged), (0, 1, 5));

    let engineers = COMMISSION.replace("where role = Seller", "where role = Seller or role = Engineer");
    let comparison = compared(&world, &engineers).await;
    let told = &comparison.impact.no_longer_not_scored;
    assert!(told.iter().any(|finding| finding.participant == "dee" && finding.output.is_empty()), "{told:?}");
}

#[tokio::test]
async fn what_cant_be_compared_is_refused_with_what_to_do() {
    let world = World::ready().await;
    world.close().await;
    let failing = steeper().replace("expect commission = $4,000.00", "expect commission = $5,000.00");
    let refused = world.scoring.compare_impact(CYCLE, in_force(), text(failing)).await.unwrap().unwrap_err();
    assert!(refused[0].report.contains("test \"at quota\" fails"), "{}", refused[0].report);
    let unreadable = world.scoring.compare_impact(CYCLE, in_force(), text("policy")).await.unwrap().unwrap_err();
    assert_eq!(unreadable.len(), 1);

    for (old, new, reason, said) in [
        (
            in_force(),
            COMMISSION.replace("effective 2026-01-01", "effective 2027-01-01"),
            "NOT_EFFECTIVE",
            "`Commission` holds from 2027-01-01 on, but 2026-Q3 is compared from 2026-07-01 to 2026-09-30; write `effective 2026-07-01` into a copy of new.merit and compare with that",
        ),
        (
            Named::Registered("SPIF".to_owned(), 0),
            SPIF.replace("2026-07-01 to 2026-08-31", "2026-07-15 to 2026-08-31"),
            "NOT_EFFECTIVE",
            "`SPIF` holds from 2026-07-15 to 2026-08-31, but 2026-Q3 is compared from 2026-07-01 to 2026-08-31; write `effective 2026-07-01 to 2026-08-31` into a copy of new.merit and compare with that",
        ),
        (
            Named::Registered("SPIF".to_owned(), 0),
            SPIF.replace("2026-07-01 to 2026-08-31", "2026-01-01").replace("period month", "period year"),
            "NOT_EFFECTIVE",
            "none of the periods of `SPIF` ends in 2026-Q3, so it would pay nothing there; compare over a cycle in which one ends",
        ),
        (
            Named::Text(text(COMMISSION.replace("policy \"Commission\"", "policy \"Other\""))),
            COMMISSION.to_owned(),
            "NOT_IN_FORCE",
            "`Other` is not in force in 2026-Q3, so there is nothing to compare with; in force are `Commission`, `SPIF`",
        ),
        (
            Named::Registered("Nope".to_owned(), 1),
            COMMISSION.to_owned(),
            "UNKNOWN_POLICY",
            "no policy `Nope` is registered; registered are: `Commission`, `SPIF`",
        ),
        (
            Named::Registered("SPIF".to_owned(), 7),
            SPIF.to_owned(),
            "UNKNOWN_POLICY",
            "`SPIF` has no version 7; it has 1",
        ),
    ] {
        let error = world.scoring.compare_impact(CYCLE, old, text(new)).await.unwrap_err();
        assert_eq!((error.reason.as_str(), error.message.as_str()), (reason, said));
    }
}
