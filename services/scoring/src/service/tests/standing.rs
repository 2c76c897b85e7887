//! Where people are in mid-quarter.

use jiff::civil::date;

use super::World;
use super::neighbours::id;
use crate::model::GoalStanding;

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
