//! Whoever reports to somebody, whatever was asked before.

use super::*;

/// On these days of July, who reports to the boss: from the 10th on Bob is Ana's and from the 20th Cyd is nobody's.
const DAYS: [(i8, &[&str]); 6] = [
    (1, &["ana", "bob", "cyd"]),
    (9, &["ana", "bob", "cyd"]),
    (10, &["ana", "bob", "cyd"]),
    (19, &["ana", "bob", "cyd"]),
    (20, &["ana", "bob"]),
    (31, &["ana", "bob"]),
];

async fn under(directory: &Directory, boss: &str, day: i8) -> Vec<String> {
    let found = directory.reports(&id(boss), date(2026, 7, day)).await.unwrap();
    found.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn days_are_not_taken_for_each_other_and_a_change_is_seen_at_once() {
    let (_folder, directory) = directory().await;
    let hired = vec![
        row(2, "boss", "2026-07-01", []),
        row(3, "ana", "2026-07-01", [manager("boss")]),
        row(4, "bob", "2026-07-01", [manager("boss")]),
        row(5, "cyd", "2026-07-01", [manager("boss")]),
    ];
    assert_eq!(counts(&directory.import(&file(hired)).await.unwrap()), (4, 0, 0));
    let moved = vec![
        row(2, "bob", "2026-07-10", [manager("ana")]),
        row(3, "cyd", "2026-07-20", [("manager".to_owned(), None)]),
    ];
    assert_eq!(counts(&directory.import(&file(moved)).await.unwrap()), (0, 2, 0));
    // More days than are kept, and each of them again.
    for _ in 0..2 {
        for (day, people) in DAYS {
            assert_eq!(under(&directory, "boss", day).await, people, "July {day}");
            let of_ana: &[&str] = if day < 10 { &[] } else { &["bob"] };
            assert_eq!(under(&directory, "ana", day).await, of_ana, "July {day}");
        }
    }
    let moved = vec![row(2, "bob", "2026-07-20", [manager("cyd")])];
    directory.import(&file(moved)).await.unwrap();
    assert_eq!(under(&directory, "ana", 31).await, [] as [&str; 0]);
    assert_eq!(under(&directory, "cyd", 31).await, ["bob"]);
    assert_eq!(under(&directory, "boss", 31).await, ["ana"]);
    assert_eq!(under(&directory, "ana", 19).await, ["bob"]);
}
