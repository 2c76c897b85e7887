//! SMART says of each criterion whether it is met, and why.

use super::{World, milestone, quota, with};
use crate::model::GoalRow;

async fn reason(world: &World, id: &str, criterion: &str) -> (bool, String) {
    let goal = world.goal(id).await;
    assert_eq!(goal.smart.len(), 5);
    let found = goal.smart.into_iter().find(|found| found.criterion == criterion).unwrap();
    (found.met, found.reason)
}

#[tokio::test]
async fn each_criterion_has_its_reason() {
    let world = World::new().await;
    let plain = || milestone(2, "g", "ana");
    let paid = || quota(2, "g", "ana", "USD 1200.00");
    let table: Vec<(GoalRow, &str, bool, &str)> = vec![
        (
            with(plain(), |row| row.title = "Open three clinics in Ohio".to_owned()),
            "specific",
            true,
            "title and description say what is to be reached",
        ),
        (
            with(plain(), |row| row.title = "Improve more".to_owned()),
            "specific",
            false,
            "the title `Improve more` names nothing in particular; say what is to be reached",
        ),
        (
            with(paid(), |row| row.title = "Bookings".to_owned()),
            "specific",
            false,
            "there is no description, and the title alone leaves it open; describe what is to be done and for whom",
        ),
        (
            with(plain(), |row| {
                row.title = "Clinics".to_owned();
                row.description = "more of them".to_owned();
            }),
            "specific",
            false,
            "title and description together leave it open; describe what is to be done and for whom",
        ),
        (
            with(plain(), |row| {
                row.title = "Clinics".to_owned();
                row.description = "Sign five dermatology practices in Ohio".to_owned();
            }),
            "specific",
            true,
            "title and description say what is to be reached",
        ),
        (paid(), "measurable", true, "`bookings` against a target of $1,200.00"),
        (with(paid(), |row| row.target = None), "measurable", false, "`bookings` has no target; set one"),
        (plain(), "measurable", true, "it says when it counts as done"),
        (
            with(plain(), |row| {
                row.done_when = String::new();
                row.progress = "0".to_owned();
                row.progress_on = "2026-07-01".to_owned();
            }),
            "measurable",
            false,
            "there is neither a measure with a target nor a condition for being done; give one of them",
        ),
        (
            with(plain(), |row| row.rationale = "the lease is signed".to_owned()),
            "achievable",
            true,
            "a rationale says why it can be reached",
        ),
        (
            plain(),
            "achievable",
            false,
            "there is no rationale, and no target of the cycle before to compare with; say why it can be reached",
        ),
        (
            plain(),
            "relevant",
            false,
            "it serves no other goal; name the goal of the team or the organisation that it serves",
        ),
        (
            with(plain(), |row| {
                row.owner_kind = "organisation".to_owned();
                row.owner = String::new();
            }),
            "relevant",
            true,
            "it is the organisation's own, of the operational perspective",
        ),
        (plain(), "time-bound", true, "due on 2026-09-30, inside 2026-Q3"),
    ];
    for (number, (row, criterion, met, words)) in table.into_iter().enumerate() {
        let id = format!("g{number}");
        world.take(vec![with(row, |row| row.goal_id.clone_from(&id))]).await;
        let expected = (met, if words.is_empty() { String::new() } else { words.to_owned() });
        assert_eq!(reason(&world, &id, criterion).await, expected, "{criterion} of {id}");
    }
    world.take(vec![with(milestone(2, "child", "ana"), |row| row.parent = "g0".to_owned())]).await;
    assert_eq!(reason(&world, "child", "relevant").await, (true, "it serves `g0`".to_owned()));
}

#[tokio::test]
async fn a_target_is_held_against_that_of_the_cycle_before() {
    let world = World::new().await;
    let before = |owner: &str, target: &str| with(quota(2, "", owner, target), |row| row.cycle = "2026-Q2".to_owned());
    world.take(vec![before("ana", "USD 100.00"), before("bob", "USD 0.00")]).await;
    let changed = with(before("ana", "USD 200.00"), |row| row.from = "2026-06-01".to_owned());
    world.take(vec![changed]).await;
    let outside = "there is no rationale, and no target of the cycle before to compare with; say why it can be reached";
    for (owner, target, met, words) in [
        ("ana", "USD 100.00", true, "the target is 50% of that of 2026-Q2"),
        ("ana", "USD 400.00", true, "the target is 200% of that of 2026-Q2"),
        (
            "ana",
            "USD 99.00",
            false,
            "the target is 49.5% of that of 2026-Q2, outside 50% to 200%; say why it can be reached",
        ),
        (
            "ana",
            "USD 401.00",
            false,
            "the target is 200.5% of that of 2026-Q2, outside 50% to 200%; say why it can be reached",
        ),
        ("bob", "USD 100.00", false, outside),
        ("cyd", "USD 100.00", false, outside),
    ] {
        world.take(vec![quota(2, "", owner, target)]).await;
        let found = reason(&world, &format!("{owner}-bookings-2026-q3"), "achievable").await;
        assert_eq!(found, (met, words.to_owned()), "{owner} {target}");
    }
    let second = with(before("ana", "USD 7.00"), |row| row.goal_id = "second".to_owned());
    world.take(vec![second]).await;
    assert_eq!(
        reason(&world, "ana-bookings-2026-q3", "achievable").await,
        (false, outside.to_owned()),
        "two to compare with"
    );
}
