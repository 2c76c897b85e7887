//! Who has goals, and innovation goals that count.

use merit_core::ids::PersonId;

use super::{World, cycle_id, milestone, quota, with};

fn ids(people: &[PersonId]) -> Vec<&str> {
    people.iter().map(PersonId::as_str).collect()
}

#[tokio::test]
async fn people_are_those_who_work_here_on_the_last_day_or_today() {
    let world = World::new().await;
    world
        .take(vec![
            with(milestone(2, "idea", "ana"), |row| {
                row.perspective = "innovation".to_owned();
                row.weight = "0.1".to_owned();
            }),
            with(milestone(3, "unweighted", "bob"), |row| row.perspective = "innovation".to_owned()),
            with(milestone(4, "nothing", "bob"), |row| {
                row.perspective = "innovation".to_owned();
                row.weight = "0".to_owned();
            }),
            with(milestone(5, "team", "East"), |row| {
                row.owner_kind = "team".to_owned();
                row.perspective = "innovation".to_owned();
                row.weight = "1".to_owned();
            }),
        ])
        .await;
    let q3 = cycle_id("2026-Q3");
    let now = world.goals.coverage(&q3).await.unwrap();
    assert_eq!(now.people, 2, "cyd joins on 2026-08-01");
    assert_eq!((ids(&now.without_innovation), ids(&now.without_goals)), (vec!["bob"], vec![]));
    world.set("2026-11-01T00:00:00Z");
    let then = world.goals.coverage(&q3).await.unwrap();
    assert_eq!(then.people, 3);
    assert_eq!((ids(&then.without_innovation), ids(&then.without_goals)), (vec!["bob", "cyd"], vec!["cyd"]));
    assert_eq!(then.goals, 4);
    let before = world.goals.coverage(&cycle_id("2026-Q2")).await.unwrap();
    assert_eq!((before.people, before.goals, before.without_goals.len()), (2, 0, 2));
}

#[tokio::test]
async fn criteria_are_counted_over_all_goals() {
    let world = World::new().await;
    let vague = with(quota(2, "q", "ana", "USD 5.00"), |row| {
        row.title = "Do more".to_owned();
        row.target = None;
    });
    world.take(vec![vague, with(milestone(3, "m", "bob"), |row| row.parent = "q".to_owned())]).await;
    let coverage = world.goals.coverage(&cycle_id("2026-Q3")).await.unwrap();
    assert_eq!(
        coverage.smart,
        [("specific", 0), ("measurable", 1), ("achievable", 0), ("relevant", 1), ("time-bound", 2)]
    );
}
