//! Each bad row gets one message that says what to do, and nothing of its file is taken.

use merit_core::{Ratio, Value};

use super::{World, milestone, quota, with};
use crate::model::GoalRow;

fn plain() -> GoalRow {
    milestone(2, "new", "ana")
}

fn paid() -> GoalRow {
    quota(2, "new", "ana", "USD 100.00")
}

#[tokio::test]
async fn bad_rows_are_told_exactly() {
    let world = World::new().await;
    let known = vec![
        with(milestone(2, "kept", "ana"), |row| {
            row.external_id = "7".to_owned();
            row.weight = "0.6".to_owned();
        }),
        with(milestone(3, "old", "ana"), |row| row.cycle = "2026-Q2".to_owned()),
    ];
    assert_eq!(world.take(known).await, (2, 0, 0));
    let cutoff = world.goals.cutoff().await.unwrap();
    let table: Vec<(GoalRow, &str)> = vec![
        (
            with(plain(), |row| row.goal_id = "a b".to_owned()),
            "line 2, column `goal_id`: `a b` can't be a goal's id: use 1 to 63 letters, digits, `-`, `_` or `.`, beginning with a letter or digit",
        ),
        (
            with(plain(), |row| row.goal_id = String::new()),
            "line 2, column `goal_id`: the goal has no id, and without a measure none can be made; give it one",
        ),
        (
            with(plain(), |row| row.cycle = String::new()),
            "line 2, column `cycle`: the row doesn't say its cycle; give its id, such as 2026-Q3",
        ),
        (
            with(plain(), |row| row.cycle = "2026-Q4".to_owned()),
            "line 2, column `cycle`: cycle `2026-Q4` is not open; open it first",
        ),
        (
            with(plain(), |row| row.owner_kind = String::new()),
            "line 2, column `owner_kind`: say whose goal it is: organisation, team or person",
        ),
        (
            with(plain(), |row| row.owner_kind = "organisation".to_owned()),
            "line 2, column `owner`: a goal of the organisation has no other owner; leave it empty",
        ),
        (
            with(plain(), |row| row.owner = "zed".to_owned()),
            "line 2, column `owner`: `zed` is not on record; import people first, or check the id",
        ),
        (
            with(plain(), |row| {
                row.owner_kind = "team".to_owned();
                row.owner = "West".to_owned();
            }),
            "line 2, column `owner`: nobody is or was in a team `West`; check its name, or import people first",
        ),
        (with(plain(), |row| row.title = String::new()), "line 2, column `title`: the title is empty"),
        (
            with(plain(), |row| row.title = "a\u{202E}b".to_owned()),
            "line 2, column `title`: the title holds a character that can't be seen (U+202E); type it again by hand",
        ),
        (
            with(plain(), |row| row.perspective = String::new()),
            "line 2, column `perspective`: say the perspective: financial, operational, innovation or development",
        ),
        (
            with(plain(), |row| row.perspective = "monetary".to_owned()),
            "line 2, column `perspective`: `monetary` is not a perspective; take financial, operational, innovation or development",
        ),
        (
            with(paid(), |row| row.perspective = "operational".to_owned()),
            "line 2, column `perspective`: `bookings` is financial by the schema, and the row says operational; leave the perspective empty",
        ),
        (
            with(paid(), |row| row.measure = "booking".to_owned()),
            "line 2, column `measure`: `booking` is not a measure of the schema; it has bookings, csat, ideas",
        ),
        (
            with(plain(), |row| row.weight = "1.2".to_owned()),
            "line 2, column `weight`: a weight of 120% is not between 0% and 100%",
        ),
        (
            with(plain(), |row| row.weight = "-0.1".to_owned()),
            "line 2, column `weight`: a weight of -10% is not between 0% and 100%",
        ),
        (with(plain(), |row| row.weight = "much".to_owned()), "line 2, column `weight`: `much` is not a plain number"),
        (
            with(plain(), |row| row.weight = "0.5".to_owned()),
            "line 2, column `weight`: the weights of `ana` in 2026-Q3 add up to 110%; lower them to at most 100%",
        ),
        (
            with(plain(), |row| row.parent = "none".to_owned()),
            "line 2, column `parent`: `none` is neither in this file nor on record; add a row for it",
        ),
        (
            with(plain(), |row| row.parent = "new".to_owned()),
            "line 2, column `parent`: `new` can't serve itself; name the goal that it serves, or none",
        ),
        (
            with(plain(), |row| row.parent = "old".to_owned()),
            "line 2, column `parent`: `old` is a goal of 2026-Q2, and this one is of 2026-Q3; name one of the same cycle",
        ),
        (
            with(plain(), |row| {
                row.owner_kind = "team".to_owned();
                row.owner = "East".to_owned();
                row.parent = "kept".to_owned();
            }),
            "line 2, column `parent`: `kept` is a person's goal, which a goal of a team can't serve; goals serve the team or the organisation",
        ),
        (
            with(plain(), |row| row.due = "2026-10-01".to_owned()),
            "line 2, column `due`: the goal is due on 2026-10-01, outside its cycle 2026-Q3 (2026-07-01 to 2026-09-30)",
        ),
        (
            with(plain(), |row| row.due = "30.9.2026".to_owned()),
            "line 2, column `due`: `30.9.2026` is not a date like 2026-07-01",
        ),
        (
            with(plain(), |row| row.done_when = String::new()),
            "line 2, column `done_when`: a goal without a measure says in `done_when` when it counts as done, or gives its progress",
        ),
        (
            with(plain(), |row| row.target = Some(Value::Count(3))),
            "line 2, column `target`: a target needs a measure; name one, or say in `done_when` when the goal counts as done",
        ),
        (
            quota(2, "new", "ana", "EUR 100.00"),
            "line 2, column `target`: `bookings` is kept in USD, and this is in EUR",
        ),
        (
            with(paid(), |row| row.target = Some(Value::Count(3))),
            "line 2, column `target`: `bookings` needs money, and this is count",
        ),
        (
            with(paid(), |row| {
                row.measure = "csat".to_owned();
                row.target = Some(Value::Number(Ratio::whole(6)));
            }),
            "line 2, column `target`: 6 is above 5, the most that `csat` may be",
        ),
        (
            with(paid(), |row| row.from = "2026-06-30".to_owned()),
            "line 2, column `from`: the target holds from 2026-06-30, outside its cycle 2026-Q3 (2026-07-01 to 2026-09-30)",
        ),
        (
            with(paid(), |row| row.progress = "0.5".to_owned()),
            "line 2, column `progress`: `bookings` measures this goal, so its progress is not told by hand; leave it empty",
        ),
        (
            with(plain(), |row| row.progress = "0.5".to_owned()),
            "line 2, column `progress_on`: the row doesn't say on which day the goal had come so far; give a date like 2026-07-01",
        ),
        (
            with(plain(), |row| {
                row.progress = "3/2".to_owned();
                row.progress_on = "2026-08-01".to_owned();
            }),
            "line 2, column `progress`: a progress of 150% is not between 0% and 100%",
        ),
        (
            with(plain(), |row| {
                row.progress = "0.5".to_owned();
                row.progress_on = "2026-06-30".to_owned();
            }),
            "line 2, column `progress_on`: 2026-06-30 is before the first day of 2026-Q3, 2026-07-01; give a later day",
        ),
        (
            with(plain(), |row| row.external_id = "7".to_owned()),
            "line 2, column `external_id`: `7` of `planning` is `kept` on record; keep that id, or give this goal another key",
        ),
        (
            with(plain(), |row| {
                row.goal_id = "kept".to_owned();
                row.external_id = "8".to_owned();
            }),
            "line 2, column `external_id`: `kept` is `7` of `planning` on record, and this row is `8`; give another goal another id",
        ),
        (
            with(plain(), |row| {
                row.goal_id = "kept".to_owned();
                row.owner = "bob".to_owned();
            }),
            "line 2, column `owner`: `kept` is a goal of `ana` on record; give the goal of `bob` another id",
        ),
        (
            with(plain(), |row| {
                row.goal_id = "kept".to_owned();
                row.cycle = "2026-Q2".to_owned();
            }),
            "line 2, column `cycle`: `kept` is a goal of 2026-Q3 on record; give the goal of 2026-Q2 another id",
        ),
    ];
    for (row, message) in table {
        assert_eq!(world.problems(vec![row]).await, [message]);
    }
    assert_eq!(world.goals.cutoff().await.unwrap(), cutoff, "nothing was written");
}

#[tokio::test]
async fn without_a_schema_there_are_no_measures() {
    let world = World::bare().await;
    world.goals.open_cycle("2026-Q3", None, None, "").await.unwrap();
    assert_eq!(
        world.problems(vec![paid()]).await,
        ["line 2, column `measure`: no schema is registered, so there are no measures yet; apply a schema first"]
    );
    assert_eq!(world.take(vec![plain()]).await, (1, 0, 0));
}

#[tokio::test]
async fn all_problems_of_a_file_come_at_once_by_line() {
    let world = World::new().await;
    let bad = vec![
        with(milestone(5, "e", "ana"), |row| row.weight = "0.7".to_owned()),
        with(milestone(4, "d", "ana"), |row| row.weight = "0.4".to_owned()),
        with(milestone(2, "b", "bob"), |row| row.parent = "c".to_owned()),
        with(milestone(3, "c", "bob"), |row| row.parent = "b".to_owned()),
        milestone(6, "b", "bob"),
        with(milestone(7, "k1", "bob"), |row| row.external_id = "K".to_owned()),
        with(milestone(8, "k2", "bob"), |row| row.external_id = "K".to_owned()),
        with(milestone(9, "f", "zed"), |row| row.due = "2026-01-01".to_owned()),
        // Its parent's own row is wrong, which has been told.
        with(milestone(10, "g", "bob"), |row| row.parent = "f".to_owned()),
    ];
    assert_eq!(
        world.problems(bad).await,
        [
            "line 2, column `parent`: goals serve each other in a circle: `b` → `c` → `b`; change one parent",
            "line 4, column `weight`: the weights of `ana` in 2026-Q3 add up to 110%; lower them to at most 100%",
            "line 6, column `goal_id`: `b` is on line 2 already; give each goal one row",
            "line 8, column `external_id`: `K` is on line 7 already; give each goal a key of its own",
            "line 9, column `due`: the goal is due on 2026-01-01, outside its cycle 2026-Q3 (2026-07-01 to 2026-09-30)",
            "line 9, column `owner`: `zed` is not on record; import people first, or check the id",
        ]
    );
}
