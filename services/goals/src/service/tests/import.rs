//! What an import changes and leaves alone.

use std::collections::BTreeMap;

use merit_core::ids::GoalId;
use merit_core::{Ratio, Scope, Value};
use proptest::prelude::*;

use super::{World, day, file, milestone, quota, with};
use crate::model::{Cycle, Goal, GoalRow, GoalsFile, Owner, Progress, Target};
use crate::service::check::Record;
use crate::service::import::plan;

#[tokio::test]
async fn targets_are_dated_and_nothing_is_overwritten() {
    let world = World::new().await;
    assert_eq!(world.take(vec![quota(2, "q", "ana", "USD 100.00")]).await, (1, 0, 0));
    let first = world.goals.cutoff().await.unwrap();
    assert_eq!(world.take(vec![quota(2, "q", "ana", "USD 100.00")]).await, (0, 0, 1), "the same file again");
    assert_eq!(world.goals.cutoff().await.unwrap(), first, "nothing was recorded");

    let later = with(quota(2, "q", "ana", "USD 150.00"), |row| row.from = "2026-08-15".to_owned());
    assert_eq!(world.take(vec![later]).await, (0, 1, 0));
    assert_eq!(world.take(vec![quota(2, "q", "ana", "USD 90.00")]).await, (0, 1, 0), "a correction of the first day");
    let goal = world.goal("q").await.goal;
    let on = |text: &str| goal.target(day(text)).map(ToString::to_string);
    assert_eq!(on("2026-06-30"), None);
    assert_eq!(on("2026-08-14").as_deref(), Some("USD 90.00"));
    assert_eq!(on("2026-08-15").as_deref(), Some("USD 150.00"));
    assert_eq!((goal.version, goal.targets.len(), goal.effective_targets().len()), (3, 3, 2));
    assert_eq!((goal.content.title.as_str(), goal.content.due), ("Bookings", day("2026-09-30")));
    let then = world.goals.snapshot(first, &goal.content.cycle, None, 10).await.unwrap();
    assert_eq!(then[0].goal.target(day("2026-09-30")).unwrap().to_string(), "USD 100.00");
}

#[tokio::test]
async fn a_row_that_names_only_its_goal_changes_what_it_gives() {
    let world = World::new().await;
    let full = with(milestone(2, "m", "ana"), |row| {
        row.weight = "0.25".to_owned();
        row.rationale = "as before".to_owned();
        row.due = "2026-08-31".to_owned();
    });
    world.take(vec![full]).await;
    let before = world.goal("m").await.goal.content;
    let check_in = |done: &str, on: &str| GoalRow {
        line: 2,
        goal_id: "m".to_owned(),
        progress: done.to_owned(),
        progress_on: on.to_owned(),
        ..GoalRow::default()
    };
    assert_eq!(world.take(vec![check_in("0.5", "2026-08-01")]).await, (0, 1, 0));
    assert_eq!(world.take(vec![check_in("0.5", "2026-08-01")]).await, (0, 0, 1));
    assert_eq!(world.take(vec![check_in("0.5", "2026-08-08")]).await, (0, 1, 0), "no progress since is news too");
    assert_eq!(world.take(vec![check_in("0.4", "2026-08-01")]).await, (0, 1, 0), "a correction");
    let goal = world.goal("m").await.goal;
    assert_eq!(goal.content, before);
    let progress: Vec<(String, String)> =
        goal.effective_progress().iter().map(|progress| (progress.on.to_string(), progress.done.to_string())).collect();
    assert_eq!(progress, [("2026-08-01".to_owned(), "2/5".to_owned()), ("2026-08-08".to_owned(), "1/2".to_owned())]);
    assert_eq!((goal.version, goal.progress.len()), (4, 3));
}

#[tokio::test]
async fn goals_cascade_and_ids_are_made_for_quotas() {
    let world = World::new().await;
    let quota_of = |line, kind: &str, owner: &str| {
        with(quota(line, "", owner, "USD 100.00"), |row| row.owner_kind = kind.to_owned())
    };
    let rows = vec![
        quota_of(2, "organisation", ""),
        with(quota_of(3, "team", "East Practice"), |row| row.parent = "organisation-bookings-2026-q3".to_owned()),
        with(quota_of(4, "person", "cyd"), |row| row.parent = "east-practice-bookings-2026-q3".to_owned()),
        with(milestone(5, "step", "ana"), |row| row.parent = "cyd-bookings-2026-q3".to_owned()),
    ];
    assert_eq!(world.take(rows.clone()).await, (4, 0, 0));
    assert_eq!(world.take(rows).await, (0, 0, 4));
    let team = world.goal("east-practice-bookings-2026-q3").await.goal.content;
    assert_eq!(team.owner.name(), "teams/east-practice");
    assert_eq!(team.parent, Some(GoalId::new("organisation-bookings-2026-q3").unwrap()));
}

#[tokio::test]
async fn a_dry_run_tells_and_a_bad_row_stops_the_whole_file() {
    let world = World::new().await;
    let cutoff = world.goals.cutoff().await.unwrap();
    let dry = GoalsFile { validate_only: true, ..file(vec![milestone(2, "m", "ana")]) };
    assert_eq!(world.goals.import(&dry).await.unwrap().added, 1);
    let outcome = world.import(vec![milestone(2, "m", "ana"), milestone(3, "n", "zed")]).await;
    assert_eq!((outcome.added, outcome.changed, outcome.unchanged, outcome.problems.len()), (0, 0, 0, 1));
    assert_eq!(world.goals.cutoff().await.unwrap(), cutoff);
}

#[tokio::test]
async fn imports_at_the_same_time_are_all_taken() {
    let world = World::new().await;
    let files: Vec<GoalsFile> = (0..3).map(|n| file(vec![milestone(2, &format!("m{n}"), "ana")])).collect();
    let done = futures::future::join_all(files.iter().map(|file| world.goals.import(file))).await;
    assert!(done.into_iter().all(|outcome| outcome.unwrap().added == 1));
}

#[tokio::test]
async fn weights_of_an_owner_may_make_up_the_whole() {
    let world = World::new().await;
    let weighted =
        |line, id: &str, weight: &str| with(milestone(line, id, "ana"), |row| row.weight = weight.to_owned());
    world.take(vec![weighted(2, "a", "1/3"), weighted(3, "b", "1/3"), weighted(4, "c", "1/3")]).await;
    assert_eq!(
        world.take(vec![weighted(2, "a", "0.1"), weighted(3, "b", "17/30")]).await,
        (0, 2, 0),
        "shifted, the sum stays"
    );
    assert_eq!(
        world.problems(vec![weighted(2, "a", "0.2")]).await,
        ["line 2, column `weight`: the weights of `ana` in 2026-Q3 add up to 110%; lower them to at most 100%"]
    );
}

/// The goals after an import, as a store would give them.
fn apply(record: &mut Record, file: &GoalsFile, seq: i64) {
    let plan = plan(record, file, &Scope::Everyone);
    assert_eq!(plan.outcome.problems, []);
    for (id, version, content) in plan.change.versions {
        let goal = record.goals.entry(id.clone()).or_insert_with(|| Goal {
            id,
            content: content.clone(),
            version,
            identities: Vec::new(),
            targets: Vec::new(),
            progress: Vec::new(),
        });
        (goal.content, goal.version) = (content, version);
    }
    for (identity, id) in plan.change.identities {
        record.goals.get_mut(&id).unwrap().identities.push(identity);
    }
    for (id, from, value) in plan.change.targets {
        record.goals.get_mut(&id).unwrap().targets.push(Target { from, value, seq });
    }
    for (id, on, done, comment) in plan.change.progress {
        record.goals.get_mut(&id).unwrap().progress.push(Progress { on, done, comment, seq });
    }
    for goal in record.goals.values_mut() {
        goal.targets.sort_by_key(|target| (target.from, target.seq));
        goal.progress.sort_by_key(|progress| (progress.on, progress.seq));
    }
}

fn nothing() -> Record {
    use crate::service::Schemas as _;
    let cycle = Cycle::new(super::cycle_id("2026-Q3"), merit_core::Period::quarter(2026, 3).unwrap(), "").unwrap();
    Record {
        cycles: BTreeMap::from([("2026-Q3".to_owned(), cycle)]),
        goals: BTreeMap::new(),
        identities: BTreeMap::new(),
        schema: Some(crate::schema::RulesSchemas.read("schema.merit", super::SCHEMA).unwrap()),
        people: [merit_core::ids::PersonId::new("ana").unwrap()].into(),
        teams: std::collections::BTreeSet::new(),
    }
}

fn any_file() -> impl Strategy<Value = GoalsFile> {
    let quota_row = (7..10_u8, 0..3_i64).prop_map(|(month, target)| {
        with(quota(2, "q", "ana", &format!("USD {target}.00")), |row| row.from = format!("2026-0{month}-01"))
    });
    let step = (7..10_u8, 0..3_i64, 0..4_i64, any::<bool>()).prop_map(|(month, done, weight, described)| {
        with(milestone(3, "m", "ana"), |row| {
            row.progress = Ratio::new(done.into(), 2).unwrap().to_string();
            row.progress_on = format!("2026-0{month}-01");
            row.weight = Ratio::new(weight.into(), 3).unwrap().to_string();
            row.description = if described { "At length".to_owned() } else { String::new() };
        })
    });
    (prop::option::of(quota_row), step).prop_map(|(quota, step)| file(quota.into_iter().chain([step]).collect()))
}

proptest! {
    #[test]
    fn the_same_file_again_changes_nothing_whatever_came_before(files in prop::collection::vec(any_file(), 1..5)) {
        let mut record = nothing();
        for (seq, file) in (1..).zip(&files) {
            apply(&mut record, file, seq);
            let again = plan(&record, file, &Scope::Everyone);
            prop_assert!(again.change.versions.is_empty() && again.change.targets.is_empty() && again.change.progress.is_empty());
            prop_assert_eq!(again.outcome.unchanged as usize, file.rows.len());
        }
    }

    #[test]
    fn what_a_file_says_is_in_force_on_its_day_and_versions_count_changes(files in prop::collection::vec(any_file(), 1..5)) {
        let mut record = nothing();
        let mut versions: BTreeMap<GoalId, u32> = BTreeMap::new();
        for (seq, file) in (1..).zip(&files) {
            let planned = plan(&record, file, &Scope::Everyone).change.versions;
            apply(&mut record, file, seq);
            for (id, _, _) in planned {
                *versions.entry(id).or_default() += 1;
            }
            for row in &file.rows {
                let goal = &record.goals[&GoalId::new(&row.goal_id).unwrap()];
                if let Some(target) = &row.target {
                    prop_assert_eq!(goal.target(row.from.parse().unwrap()), Some(target));
                }
                prop_assert_eq!(Some(goal.version), versions.get(&goal.id).copied());
                prop_assert!(matches!(goal.content.owner, Owner::Person(_)));
            }
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter((rows, shuffled) in any_file().prop_flat_map(|file| (Just(file.rows.clone()), Just(file.rows).prop_shuffle()))) {
        let goals = |rows| {
            let mut record = nothing();
            apply(&mut record, &file(rows), 1);
            record.goals
        };
        prop_assert_eq!(goals(rows), goals(shuffled));
    }
}

#[tokio::test]
async fn two_thousand_goals_are_taken_quickly() {
    let world = World::new().await;
    let rows: Vec<GoalRow> = (0..2000)
        .map(|n| {
            with(quota(n + 2, &format!("g{n:05}"), "ana", "USD 5.00"), |row| {
                row.target = Some(Value::Money("USD 1.00".parse().unwrap()));
            })
        })
        .collect();
    let begun = std::time::Instant::now();
    assert_eq!(world.take(rows.clone()).await, (2000, 0, 0));
    assert_eq!(world.take(rows).await, (0, 0, 2000));
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}
