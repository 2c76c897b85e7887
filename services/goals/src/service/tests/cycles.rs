//! Opening cycles, changing them, finding the one that has ended.

use super::{World, cycle_id, day};
use crate::model::{Approval, TeamPay};

#[tokio::test]
async fn a_quarter_opens_with_safe_settings_and_again_does_nothing() {
    let world = World::bare().await;
    let q3 = world.goals.open_cycle("2026-Q3", None, None, "America/New_York").await.unwrap();
    assert_eq!((q3.days.start, q3.days.last()), (day("2026-07-01"), day("2026-09-30")));
    assert_eq!(q3.starts_at.to_string(), "2026-07-01T04:00:00Z");
    assert_eq!((q3.settings.approval, q3.settings.team_pay), (Approval::Required, TeamPay::Hidden));
    assert_eq!(q3.settings.self_assessment_until, day("2026-10-14"));
    let cutoff = world.goals.cutoff().await.unwrap();
    let changed =
        world.goals.update_cycle(&q3.id, None, &|_| Ok(()), Some(Approval::Automatic), None, None).await.unwrap();
    assert_eq!(world.goals.cutoff().await.unwrap(), cutoff + 1);
    assert_eq!((changed.settings.approval, changed.settings.team_pay), (Approval::Automatic, TeamPay::Hidden));
    let again = world.goals.open_cycle("2026-Q3", Some(q3.days.start), Some(q3.days.last()), "america/new_york").await;
    assert_eq!(again.unwrap(), changed, "its settings stay");
    assert_eq!(
        world.goals.update_cycle(&q3.id, None, &|_| Ok(()), None, Some(TeamPay::Hidden), None).await.unwrap(),
        changed
    );
    assert_eq!(world.goals.cutoff().await.unwrap(), cutoff + 1, "nothing more was recorded");
    let refused =
        world.goals.update_cycle(&q3.id, None, &|_| Ok(()), None, None, Some(day("2026-09-29"))).await.unwrap_err();
    assert_eq!(refused.reason, "BAD_WINDOW");
    let unknown =
        world.goals.update_cycle(&cycle_id("2026-Q4"), None, &|_| Ok(()), None, None, None).await.unwrap_err();
    assert_eq!(unknown.message, "cycle `2026-Q4` is not open; open it first");
}

#[tokio::test]
async fn what_can_not_be_a_cycle_is_refused_with_what_to_do() {
    let world = World::new().await;
    let cutoff = world.goals.cutoff().await.unwrap();
    let table = [
        ("2026-Q5", "", "", "", "BAD_PERIOD", "there is no quarter 5 of 2026"),
        (
            "2026-q4",
            "",
            "",
            "",
            "BAD_CYCLE",
            "`2026-q4` is not a calendar quarter like 2026-Q3; give its first and its last day",
        ),
        (
            "FY27-1",
            "",
            "",
            "",
            "BAD_CYCLE",
            "`FY27-1` is not a calendar quarter like 2026-Q3; give its first and its last day",
        ),
        (
            "FY27-1",
            "2027-01-01",
            "",
            "",
            "BAD_CYCLE",
            "give both the first and the last day of the cycle, or neither for a calendar quarter",
        ),
        (
            "FY27-1",
            "2027-02-01",
            "2027-01-01",
            "",
            "BAD_PERIOD",
            "the last day, 2027-01-01, is before the first, 2027-02-01; swap them",
        ),
        (
            "2026-Q4",
            "",
            "",
            "New York",
            "UNKNOWN_ZONE",
            "`New York` is not a time zone; give an IANA name like America/New_York or UTC",
        ),
        (
            "last-ended",
            "2027-01-01",
            "2027-03-31",
            "",
            "BAD_CYCLE",
            "`last-ended` stands for a cycle that has ended; give this one another id",
        ),
        (
            "2026-Q3",
            "2026-07-01",
            "2026-09-29",
            "",
            "CYCLE_EXISTS",
            "cycle 2026-Q3 is open from 2026-07-01 to 2026-09-30 in UTC; give another id, or the same bounds",
        ),
        (
            "2026-Q3",
            "",
            "",
            "Europe/Berlin",
            "CYCLE_EXISTS",
            "cycle 2026-Q3 is open from 2026-07-01 to 2026-09-30 in UTC; give another id, or the same bounds",
        ),
        (
            "2026-Q4",
            "",
            "",
            "Europe/Berlin",
            "CYCLES_OVERLAP",
            "2026-Q4 (2026-10-01 to 2026-12-31 in Europe/Berlin) overlaps cycle 2026-Q3 (2026-07-01 to 2026-09-30 in UTC); cycles follow each other",
        ),
    ];
    for (id, first, last, zone, reason, message) in table {
        let optional = |text: &str| (!text.is_empty()).then(|| day(text));
        let refused = world.goals.open_cycle(id, optional(first), optional(last), zone).await.unwrap_err();
        assert_eq!((refused.reason.as_str(), refused.message.as_str()), (reason, message));
    }
    assert_eq!(world.goals.cutoff().await.unwrap(), cutoff);
    assert!(world.goals.open_cycle("FY27-1", Some(day("2026-10-01")), Some(day("2027-01-31")), "").await.is_ok());
}

#[tokio::test]
async fn the_last_ended_cycle_is_the_latest_whose_window_has_ended_too() {
    let world = World::bare().await;
    let last_ended = cycle_id("last-ended");
    let none = world.goals.cycle(&last_ended).await.unwrap_err();
    assert_eq!(
        (none.reason.as_str(), none.message.as_str()),
        ("NO_ENDED_CYCLE", "no cycle is open; open one first, such as 2026-Q3")
    );
    world.goals.open_cycle("2026-Q3", None, None, "UTC").await.unwrap();
    world.goals.open_cycle("2026-Q2", None, None, "UTC").await.unwrap();
    for (now, found) in [
        ("2026-06-30T23:59:59Z", None),
        ("2026-07-01T00:00:00Z", None),
        ("2026-07-14T23:59:59Z", None),
        ("2026-07-15T00:00:00Z", Some("2026-Q2")),
        ("2026-10-14T23:59:59Z", Some("2026-Q2")),
        ("2026-10-15T00:00:00Z", Some("2026-Q3")),
    ] {
        world.set(now);
        let cycle = world.goals.cycle(&last_ended).await;
        assert_eq!(cycle.as_ref().ok().map(|cycle| cycle.id.as_str()), found, "{now}");
        if let Err(none) = cycle {
            assert_eq!(
                none.message,
                "no cycle has ended yet; the first will be 2026-Q2, whose last day is 2026-06-30 and whose self-assessments are taken until 2026-07-14"
            );
        }
    }
}
