//! What is held back in one cycle, and freed in a later one by an event.

use jiff::civil::{Date, date};
use merit_core::ids::CycleId;
use merit_core::{Problem, Scope};

use super::neighbours::{goal, id};
use super::posting::balances;
use super::{COMMISSION, EventRow, ImportReport, World, deal, words};
use crate::model::{Line, LineKind, OwnerKind, Part, Run};
use crate::service::Explainable;
use crate::store::{Events as _, Ledger as _};

/// An event of a row; without a person for everybody.
pub fn event(line: u32, cycle: &str, person: &str, on: Date) -> EventRow {
    let person = (!person.is_empty()).then(|| id(person));
    EventRow { line, event: "invoices_paid".to_owned(), cycle: format!("cycles/{cycle}"), person, on }
}

async fn import(world: &World, rows: Vec<EventRow>) -> ImportReport {
    world.scoring.import_events(rows, Vec::new(), false).await.unwrap()
}

async fn take(world: &World, rows: Vec<EventRow>) -> (u32, u32) {
    let report = import(world, rows).await;
    assert_eq!(report.problems, []);
    (report.counts.added, report.counts.unchanged)
}

/// Deals of two quarters, quotas for both: in the second ana has 40% and eve 50%, in the third 60% and 50%.
async fn two_quarters() -> World {
    let world = World::new().await;
    let mut goals = Vec::new();
    for (name, who, quota) in [("g-ana", "ana", "USD 100000.00"), ("g-eve", "eve", "USD 40000.00")] {
        let mut goal = goal(name, OwnerKind::Person, who, "bookings", quota);
        goal.targets[0].from = date(2026, 4, 1);
        goals.push(goal);
    }
    *world.company.goals.lock().unwrap() = goals;
    world.company.ratings.lock().unwrap().clear();
    let deals = vec![
        deal(2, "D-1", "ana", "", "USD 40000.00", "2026-05-10"),
        deal(3, "D-2", "eve", "", "USD 20000.00", "2026-05-11"),
        deal(4, "D-3", "ana", "", "USD 60000.00", "2026-07-10"),
        deal(5, "D-4", "eve", "", "USD 20000.00", "2026-08-01"),
    ];
    assert_eq!(world.import(deals).await.problems, []);
    world.publish(&[COMMISSION]).await;
    world
}

async fn releases(world: &World, run: &Run) -> Vec<String> {
    words(&world.all::<Line>(run).await).into_iter().filter(|line| line.contains("release")).collect()
}

async fn account(world: &World, account: &str) -> i64 {
    balances(world).await.into_iter().find(|(name, _)| name == account).map_or(0, |(_, sum)| sum)
}

#[tokio::test]
async fn what_is_held_back_waits_for_its_event_and_is_freed_once() {
    let world = two_quarters().await;
    let second = world.posted("2026-Q2").await;
    assert_eq!(
        words(&world.all::<Line>(&second).await),
        [
            "ana Commission 1 commission [2026-Q2] payout USD 2000.00 held USD 200.00: Section 6",
            "ana Commission 1 top [2026-Q2] contest USD 500.00 held USD 0.00: place 2",
            "eve Commission 1 commission [2026-Q2] payout USD 1000.00 held USD 100.00: Section 6",
            "eve Commission 1 top [2026-Q2] contest USD 1000.00 held USD 0.00: place 1",
        ]
    );
    assert_eq!((account(&world, "USD held").await, account(&world, "USD payable").await), (30_000, 420_000));

    assert_eq!(take(&world, vec![event(2, "2026-Q2", "", date(2026, 7, 20))]).await, (1, 0));
    let cutoff = world.scoring.cutoff().await.unwrap();
    assert_eq!(take(&world, vec![event(2, "2026-Q2", "", date(2026, 7, 20))]).await, (0, 1));
    assert_eq!(world.scoring.cutoff().await.unwrap(), cutoff, "the same row again is no change");

    let third = world.posted("2026-Q3").await;
    let freed = |who: &str, amount: &str| {
        format!(
            "{who} Commission 1 commission [2026-04-01 to 2026-06-30, invoices_paid, 2026-09-30] release USD 0.00 held USD -{amount}.00: ${amount}.00 that was held back is payable now: invoices_paid came (Paid)"
        )
    };
    assert_eq!(releases(&world, &third).await, [freed("ana", "200"), freed("eve", "100")]);
    // Held: 300 freed, 300 of ana's 3,000 and 100 of eve's 1,000 held. Paid on top: 4,500 + 1,500 − 400 held.
    assert_eq!(account(&world, "USD held").await, 40_000);
    assert_eq!(account(&world, "USD payable").await, 420_000 + 30_000 + 360_000 + 150_000);
    assert_eq!(account(&world, "USD expense").await, -(450_000 + 400_000 + 150_000));
    let ledger = world
        .store
        .ledger(&CycleId::new("2026-Q3").unwrap(), Part { participant: Some("ana"), ..Part::of(&Scope::Everyone) })
        .await
        .unwrap();
    assert!(ledger.iter().any(|posted| posted.line.held.minor == -20_000 && posted.line.amount.minor == 0));

    // Eve has left; hers of the third quarter come for her alone, and nothing of the second comes twice.
    take(&world, vec![event(2, "2026-Q3", "eve", date(2026, 10, 9))]).await;
    let fourth = world.posted("2026-Q4").await;
    let freed = releases(&world, &fourth).await;
    assert_eq!(freed.len(), 1, "{freed:#?}");
    assert!(freed[0].starts_with("eve Commission 1 commission [2026-07-01 to 2026-09-30, invoices_paid, 2026-12-31]"));
    assert_eq!(account(&world, "USD held").await, 30_000);
}

#[tokio::test]
async fn what_would_be_paid_follows_the_cycle_that_was_posted_before() {
    let world = two_quarters().await;
    take(&world, vec![event(2, "2026-Q2", "", date(2026, 7, 20))]).await;
    let of = Explainable { cycle: "cycles/2026-Q3".to_owned(), ..Explainable::default() };
    let releases = async || {
        let told = world.scoring.explain(&id("ana"), &of).await.unwrap();
        told.lines.iter().filter(|told| told.line.kind == LineKind::Release).count()
    };
    assert_eq!(releases().await, 0);
    world.posted("2026-Q2").await;
    assert_eq!(releases().await, 1);
}

#[tokio::test]
async fn an_event_counts_from_its_day_and_what_concerns_nobody_changes_no_run() {
    let world = two_quarters().await;
    world.posted("2026-Q2").await;
    let before = world.freeze().await.id;
    // A day too late, for another cycle, for somebody for whom nothing waits.
    take(
        &world,
        vec![
            event(2, "2026-Q2", "ana", date(2026, 10, 1)),
            event(3, "2026-Q1", "", date(2026, 7, 1)),
            event(4, "2026-Q2", "dee", date(2026, 7, 1)),
        ],
    )
    .await;
    assert_eq!(world.freeze().await.id, before);
    take(&world, vec![event(2, "2026-Q2", "eve", date(2026, 9, 30))]).await;
    let run = world.posted("2026-Q3").await;
    assert_ne!(run.id, before);
    assert_eq!(releases(&world, &run).await.len(), 1);
    let fourth = world.posted("2026-Q4").await;
    let freed = releases(&world, &fourth).await;
    assert_eq!(freed.len(), 1, "ana's, which came a day after the third quarter: {freed:#?}");
    assert!(freed[0].starts_with("ana "));
}

#[tokio::test]
async fn a_months_held_back_pay_is_freed_within_the_quarter() {
    let world = two_quarters().await;
    let monthly = COMMISSION
        .replace("\"Commission\"", "\"Monthly\"")
        .replace("period quarter", "period month")
        .replace("  quota  : money from $1 and above\n", "  quota  : money from $1 and above spread evenly\n")
        .replace("cap total at $8,900", "cap total at $50,000");
    world.publish(&[&monthly]).await;
    take(&world, vec![event(2, "2026-Q3", "ana", date(2026, 8, 15))]).await;
    let run = world.posted("2026-Q3").await;
    let freed: Vec<String> = releases(&world, &run).await.into_iter().filter(|line| line.contains("Monthly")).collect();
    // July: 60,000 of a third of 100,000: 5% of 33,333.33 and 10% of the rest, 4,333.33; a tenth of it until August.
    assert_eq!(
        freed,
        [
            "ana Monthly 1 commission [2026-07-01 to 2026-07-31, invoices_paid, 2026-08-31] release USD 0.00 held USD -433.33: $433.33 that was held back is payable now: invoices_paid came (Paid)"
        ]
    );
}

#[tokio::test]
async fn rows_in_another_order_give_the_same_run() {
    let mut runs = Vec::new();
    for turned in [false, true] {
        let world = two_quarters().await;
        world.posted("2026-Q2").await;
        let mut rows = vec![event(2, "2026-Q2", "ana", date(2026, 7, 20)), event(3, "2026-Q2", "", date(2026, 8, 1))];
        if turned {
            rows.reverse();
            for row in rows {
                take(&world, vec![row]).await;
            }
        } else {
            take(&world, rows).await;
        }
        let run = world.posted("2026-Q3").await;
        runs.push((run.id, run.root, releases(&world, &world.freeze().await).await));
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn every_bad_row_is_named_and_nothing_is_taken() {
    let world = two_quarters().await;
    take(&world, vec![event(2, "2026-Q2", "", date(2026, 7, 20))]).await;
    let day = date(2026, 7, 21);
    let unknown = EventRow { event: "invoice_paid".to_owned(), ..event(2, "2026-Q2", "ana", day) };
    let cases = [
        (unknown, "line 2, column `event`: the schema has no event `invoice_paid`; did you mean `invoices_paid`?"),
        (
            event(3, "2026-Q7", "ana", day),
            "line 3, column `cycle`: there is no cycle `2026-Q7`; correct it, or open it with `merit cycle open 2026-Q7`",
        ),
        (
            EventRow { cycle: "2026-Q2".to_owned(), ..event(3, "", "ana", day) },
            "line 3, column `cycle`: `2026-Q2` is not a cycle's name like `cycles/2026-Q2`; write `cycles/` before the cycle's id",
        ),
        (
            event(4, "2026-Q4", "ana", day),
            "line 4, column `date`: 2026-07-21 is before 2026-Q4 begins on 2026-10-01, so nothing was earned in it yet; correct the date or the cycle",
        ),
        (
            event(5, "2026-Q2", "zoe", day),
            "line 5, column `person`: `zoe` is not in the directory; import people first",
        ),
        (event(6, "2026-Q2", "eve", day), ""),
        (
            event(7, "2026-Q2", "eve", date(2026, 7, 22)),
            "line 7: line 6 says already when this came; keep one of the two rows",
        ),
        (
            event(8, "2026-Q2", "", day),
            "line 8, column `date`: `invoices_paid` is on record as of 2026-07-20, and what it frees may be paid; if that was wrong, correct it by an adjustment",
        ),
    ];
    let report = import(&world, cases.iter().map(|(row, _)| row.clone()).collect()).await;
    let told: Vec<String> = report.problems.iter().map(Problem::to_string).collect();
    let expected: Vec<&str> = cases.iter().map(|(_, message)| *message).filter(|message| !message.is_empty()).collect();
    assert_eq!(told, expected);
    assert_eq!(world.store.events(Date::MAX, i64::MAX).await.unwrap().len(), 1);
    // An earlier day only counts sooner.
    assert_eq!(take(&world, vec![event(2, "2026-Q2", "", date(2026, 7, 10))]).await, (1, 0));
    let dry = world.scoring.import_events(vec![event(2, "2026-Q3", "", day)], vec![], true).await.unwrap();
    assert_eq!((dry.counts.added, world.store.events(Date::MAX, i64::MAX).await.unwrap().len()), (1, 2));
}
