//! Where people are in mid-quarter.

use jiff::civil::date;

use super::World;
use super::neighbours::{goal, id};
use crate::model::{GoalStanding, OwnerKind};

fn told(goal: &GoalStanding) -> String {
    let ratio = |ratio: &Option<merit_core::Ratio>| ratio.as_ref().map(ToString::to_string).unwrap_or_default();
    let actual = goal.actual.as_ref().map(|actual| actual.0.to_string()).unwrap_or_default();
    format!(
        "{} {actual} attained {} pace {} forecast {} {}",
        goal.goal,
        ratio(&goal.attainment),
        ratio(&goal.pace),
        ratio(&goal.forecast),
        goal.reason
    )
}

#[tokio::test]
async fn attainment_pace_and_forecast_on_a_day() {
    let world = World::ready().await;
    for (who, on, elapsed, goal) in [
        // 31 of 92 days; D-1 alone: 60% of the quota.
        ("ana", date(2026, 7, 31), "31/92", "g-ana USD 60000.00 attained 3/5 pace 276/155 forecast 276/155 "),
        ("ana", date(2026, 12, 31), "1", "g-ana USD 130000.00 attained 13/10 pace 13/10 forecast 13/10 "),
        ("ana", date(2026, 6, 1), "0", "g-ana USD 0.00 attained  pace  forecast  no target is in force on 2026-06-01"),
        (
            "boss",
            date(2026, 8, 31),
            "31/46",
            "g-boss USD 171000.00 attained 171/200 pace 3933/3100 forecast 3933/3100 ",
        ),
        ("dee", date(2026, 8, 15), "1/2", "g-dee 1/4 attained 1/4 pace 1/2 forecast 1/2 "),
        ("dee", date(2026, 7, 15), "15/92", "g-dee  attained  pace  forecast  no progress is on record"),
        ("cy", date(2026, 9, 30), "1", "g-cy USD 10000.00 attained  pace  forecast  the target is 0"),
    ] {
        let standing = world.scoring.standing(&id(who), "cycles/2026-Q3", Some(on)).await.unwrap();
        assert_eq!(
            (standing.elapsed.to_string().as_str(), told(&standing.goals[0]).as_str()),
            (elapsed, goal),
            "{who} {on}"
        );
    }
    let bob = world.scoring.standing(&id("bob"), "cycles/2026-Q3", None).await.unwrap();
    assert_eq!((bob.on, bob.goals.len()), (date(2026, 9, 30), 0));
    let nobody = world.scoring.standing(&id("nobody"), "cycles/2026-Q3", None).await.unwrap_err();
    assert_eq!(nobody.reason, "UNKNOWN_PERSON");
}

#[tokio::test]
async fn without_policies_the_schema_credits() {
    let world = World::new().await;
    world.import(super::quarter()).await;
    let standing = world.scoring.standing(&id("boss"), "cycles/2026-Q3", None).await.unwrap();
    assert_eq!(told(&standing.goals[0]), "g-boss USD 0.00 attained 0 pace 0 forecast 0 ");
}

/// Everybody's records are read once, whoever asks; and a change of any of them is in the next answer.
#[tokio::test]
async fn what_changes_is_seen_at_once_and_what_does_not_is_read_once() {
    let world = World::ready().await;
    let on = date(2026, 9, 30);
    let asked = || world.company.asked.load(std::sync::atomic::Ordering::Relaxed);
    let standing = async |who: &str| {
        let standing = world.scoring.standing(&id(who), "cycles/2026-Q3", Some(on)).await.unwrap();
        standing.goals.iter().map(told).collect::<Vec<_>>()
    };
    let before = standing("ana").await;
    let once = asked();
    assert_eq!(standing("ana").await, before);
    assert!(standing("boss").await[0].starts_with("g-boss"), "somebody else's goals are theirs");
    assert_eq!(asked(), once);

    // Goals are asked for each time.
    world.company.goals.lock().unwrap().retain(|goal| goal.owner != "ana");
    assert_eq!(standing("ana").await, [] as [String; 0]);
    assert_eq!(asked(), once);
    world.company.goals.lock().unwrap().push(goal("g-new", OwnerKind::Person, "ana", "bookings", "USD 65000.00"));
    assert_eq!(standing("ana").await, ["g-new USD 130000.00 attained 2 pace 2 forecast 2 "]);

    world.import(vec![super::deal(2, "D-9", "ana", "", "USD 65000.00", "2026-09-01")]).await;
    assert_eq!(standing("ana").await, ["g-new USD 195000.00 attained 3 pace 3 forecast 3 "]);
    assert_eq!(asked(), once + 1);

    world.company.people.lock().unwrap().retain(|person| person.id != id("ana"));
    let gone = world.scoring.standing(&id("ana"), "cycles/2026-Q3", Some(on)).await.unwrap_err();
    assert_eq!(gone.reason, "UNKNOWN_PERSON");

    // What nobody has asked for since it was looked at last is dropped.
    assert!(!world.scoring.forget_unasked().await, "somebody has asked");
    assert!(world.scoring.forget_unasked().await, "nobody has");
    let (made, boss) = (asked(), standing("boss").await);
    assert_eq!((asked(), boss[0].starts_with("g-boss")), (made + 1, true));

    // Another day is another state.
    let july = world.scoring.standing(&id("boss"), "cycles/2026-Q3", Some(date(2026, 7, 31))).await.unwrap();
    assert_eq!(july.on, date(2026, 7, 31));
}
