//! Quotas of policies whose period is longer than a cycle.

use jiff::civil::{Date, date};
use merit_core::ValueType;
use merit_core::ids::PersonId;

use super::neighbours::{goal, id, value};
use super::{World, deal, findings, words};
use crate::model::{DatedValue, Finding, Goal, Line, OwnerKind, Person, Run};

const HALF: &str = r#"
policy "Half" version 1
  uses schema "schema.merit"
  attainment of bookings
  effective 2026-01-01
  applies to participants where role = Seller
  period half
  currency USD

inputs {
  role  : Role
  quota : money from $1 and above
  deals : list of Deal
}

payout bonus : money {
  pay    $10,000 * attainment
  round  half even to $0.01
}
"#;

/// A person's goal on bookings from a day on.
fn quota(who: &str, target: &str, from: Date) -> Goal {
    let mut goal = goal(&format!("g-{who}-{from}"), OwnerKind::Person, who, "bookings", target);
    goal.targets[0].from = from;
    goal
}

/// Two quarters: `ana` has quotas in both, `eve` in the first, `bob` in the second, and so has `gil`, who joined then.
async fn world(policy: &str) -> World {
    let world = World::new().await;
    let (first, second) = (date(2026, 1, 1), date(2026, 4, 1));
    let goals = [
        ("2026-Q1", vec![quota("ana", "USD 40000.00", first), quota("eve", "USD 10000.00", first)]),
        (
            "2026-Q2",
            vec![
                quota("ana", "USD 60000.00", second),
                quota("bob", "USD 20000.00", second),
                quota("gil", "USD 20000.00", second),
            ],
        ),
    ];
    for (cycle, goals) in goals {
        world.company.goals_in.lock().unwrap().insert(cycle.to_owned(), goals);
    }
    world.company.goals.lock().unwrap().clear();
    let joined = date(2026, 4, 20);
    let mut gil: Person =
        world.company.people.lock().unwrap().iter().find(|person| person.id == id("bob")).unwrap().clone();
    gil.id = PersonId::new("gil").unwrap();
    gil.history.retain(|dated| dated.attribute != "started");
    let started = Some(value(ValueType::Date, &joined.to_string()));
    gil.history.push(DatedValue { attribute: "started".to_owned(), from: joined, value: started });
    world.company.people.lock().unwrap().push(gil);
    let deals = vec![
        deal(2, "D-1", "ana", "", "USD 50000.00", "2026-02-10"),
        deal(3, "D-2", "ana", "", "USD 75000.00", "2026-05-11"),
        deal(4, "D-3", "gil", "", "USD 10000.00", "2026-05-11"),
    ];
    assert_eq!(world.import(deals).await.problems, []);
    world.publish(&[policy]).await;
    world
}

async fn told(world: &World, run: &Run) -> (Vec<String>, Vec<String>) {
    let found = findings(&world.all::<Finding>(run).await);
    let kept = found.into_iter().filter(|found| found.starts_with("not scored"));
    (words(&world.all::<Line>(run).await), kept.collect())
}

#[tokio::test]
async fn a_halfs_quota_is_that_of_its_quarters() {
    let world = world(HALF).await;
    let run = world.posted("2026-Q2").await;
    let (lines, missing) = told(&world, &run).await;
    assert_eq!(
        lines,
        [
            // $125,000 of $40,000 and $60,000.
            "ana Half 1 bonus [2026-01-01 to 2026-06-30] payout USD 12500.00 held USD 0.00: ",
            // The first quarter asked nothing of someone who joined in the second.
            "gil Half 1 bonus [2026-01-01 to 2026-06-30] payout USD 5000.00 held USD 0.00: ",
        ]
    );
    let of = |who: &str, cycle: &str| {
        format!(
            "not scored: {who} / Half / bonus: 2026-01-01 to 2026-06-30: no quota: no goal on `bookings` is on record for the cycle {cycle}"
        )
    };
    assert_eq!(missing, [of("bob", "2026-Q1"), of("cy", "2026-Q1"), of("eve", "2026-Q2")]);
}

#[tokio::test]
async fn what_the_quarters_asked_for_is_pinned() {
    let world = world(HALF).await;
    let run = world.posted("2026-Q2").await;
    // A goal of the first quarter changes after the second was closed.
    world.company.goals_in.lock().unwrap().get_mut("2026-Q1").unwrap()[0].targets[0].target =
        value(ValueType::Money, "USD 65000.00");
    assert!(world.scoring.verify(&run.id, true).await.unwrap().matches);
    let again = world.freeze_of("2026-Q2").await;
    assert_ne!(again.id, run.id, "another quota is another run");
    let (lines, _) = told(&world, &world.execute(&again.id).await).await;
    // $125,000 of $65,000 and $60,000.
    assert_eq!(lines[0], "ana Half 1 bonus [2026-01-01 to 2026-06-30] payout USD 10000.00 held USD 0.00: ");
}

#[tokio::test]
async fn a_quarter_that_was_never_opened_is_named() {
    let world = world(HALF).await;
    world.company.never_opened.lock().unwrap().insert("2026-Q1".to_owned());
    let run = world.freeze_of("2026-Q2").await;
    let (lines, missing) = told(&world, &world.execute(&run.id).await).await;
    assert!(lines.is_empty(), "{lines:#?}");
    let why = "2026-01-01 to 2026-06-30: no quota: it adds up those of the period's cycles, and 2026-01-01 to 2026-03-31 is no whole cycle on record";
    assert!(missing.contains(&format!("not scored: ana / Half / bonus: {why}")), "{missing:#?}");
}

#[tokio::test]
async fn spread_evenly_divides_nothing_of_a_longer_period() {
    let world = world(&HALF.replace("from $1 and above\n", "from $1 and above spread evenly\n")).await;
    let run = world.freeze_of("2026-Q2").await;
    let (lines, _) = told(&world, &world.execute(&run.id).await).await;
    assert_eq!(lines[0], "ana Half 1 bonus [2026-01-01 to 2026-06-30] payout USD 12500.00 held USD 0.00: ");
}

#[tokio::test]
async fn a_policy_of_the_cycles_own_length_asks_for_no_earlier_goals() {
    let world = world(&HALF.replace("period half", "period quarter")).await;
    let run = world.posted("2026-Q2").await;
    let (lines, _) = told(&world, &run).await;
    assert_eq!(lines[0], "ana Half 1 bonus [2026-Q2] payout USD 12500.00 held USD 0.00: ");
    world.company.goals_in.lock().unwrap().remove("2026-Q1");
    assert_eq!(world.freeze_of("2026-Q2").await.id, run.id);
}
