//! Files of results, good and bad.

use merit_core::{Problem, Value, ValueType};

use super::{ImportReport, ResultRow, World, deal, quarter, quarter_period};
use crate::model::ImportCounts;
use crate::store::Results as _;

fn told(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

fn with(mut row: ResultRow, field: &str, kind: ValueType, text: &str) -> ResultRow {
    row.values.insert(field.to_owned(), Value::parse(kind, text).unwrap());
    row
}

fn without(mut row: ResultRow, field: &str) -> ResultRow {
    row.values.remove(field).unwrap();
    row
}

fn good(line: u32, id: &str) -> ResultRow {
    deal(line, id, "ana", "", "USD 10.00", "2026-07-01")
}

fn idea(line: u32) -> ResultRow {
    let mut row = good(line, "I-1");
    row.record = "Idea".to_owned();
    row.values.clear();
    let row = with(row, "author", ValueType::Participant, "ana");
    let row = with(row, "savings", ValueType::Money, "USD 10.00");
    let row = with(row, "authors", ValueType::Count, "1");
    with(row, "adopted_on", ValueType::Date, "2026-07-01")
}

#[tokio::test]
async fn every_bad_row_is_named_and_nothing_is_taken() {
    let world = World::new().await;
    let cases = [
        (
            ResultRow { record: "Dael".to_owned(), ..good(2, "x") },
            "line 2: `Dael` is not a record of the schema, which has Deal, Idea",
        ),
        (good(3, " "), "line 3: the external id is empty; every result needs one that stays the same"),
        (good(4, "D-1"), ""),
        (good(5, "D-1"), "line 5: `D-1` is on line 4 already; each external id may appear once in a file"),
        (
            with(good(6, "b"), "colour", ValueType::Text, "red"),
            "line 6, column `colour`: `Deal` has no field `colour`; it has amount, owner, overlay, closed, is_new",
        ),
        (
            with(good(7, "c"), "amount", ValueType::Money, "EUR 10.00"),
            "line 7, column `amount`: `amount` is kept in USD, and this is in EUR",
        ),
        (
            with(good(8, "d"), "closed", ValueType::Text, "soon"),
            "line 8, column `closed`: `closed` needs date, and this is text",
        ),
        (
            with(good(9, "e"), "owner", ValueType::Participant, "zoe"),
            "line 9, column `owner`: `zoe` is not in the directory; import people first",
        ),
        (
            without(good(10, "f"), "closed"),
            "line 10, column `closed`: `closed` is missing, and it says which period a Deal belongs to",
        ),
        (without(good(11, "g"), "is_new"), "line 11, column `is_new`: `is_new` is missing, and every Deal needs one"),
        (
            with(idea(12), "share", ValueType::Money, "USD 1.00"),
            "line 12, column `share`: `share` is computed by the schema; leave it out",
        ),
        (idea(13), "line 13: `I-1` is on line 12 already; each external id may appear once in a file"),
    ];
    let expected: Vec<&str> = cases.iter().map(|(_, message)| *message).filter(|message| !message.is_empty()).collect();
    let report = world.import(cases.iter().map(|(row, _)| row.clone()).collect()).await;
    assert_eq!(told(&report.problems), expected);
    assert!(world.store.results_in(quarter_period(), i64::MAX).await.unwrap().is_empty());
    assert_eq!(world.scoring.cutoff().await.unwrap(), 0);
}

#[tokio::test]
async fn the_same_file_again_changes_nothing_and_a_changed_row_is_a_new_version() {
    let world = World::new().await;
    let counts = |report: ImportReport| {
        assert_eq!(report.problems, []);
        (report.counts.added, report.counts.changed, report.counts.unchanged)
    };
    assert_eq!(counts(world.import(quarter()).await), (7, 0, 0));
    let cutoff = world.scoring.cutoff().await.unwrap();
    assert_eq!(counts(world.import(quarter()).await), (0, 0, 7));
    assert_eq!(world.scoring.cutoff().await.unwrap(), cutoff);
    // A deal moves out of the quarter, another is new.
    let moved = vec![deal(2, "D-1", "ana", "", "USD 60000.00", "2026-10-10"), good(3, "D-10")];
    let dry = world.scoring.import_results("crm", moved.clone(), vec![], true).await.unwrap();
    assert_eq!(counts(dry), (1, 1, 0));
    assert_eq!(world.scoring.cutoff().await.unwrap(), cutoff);
    assert_eq!(counts(world.import(moved).await), (1, 1, 0));
    let ids = async |cutoff| -> Vec<String> {
        let found = world.store.results_in(quarter_period(), cutoff).await.unwrap();
        found.into_iter().map(|result| result.external_id).collect()
    };
    assert_eq!(ids(cutoff).await, ["D-1", "D-2", "D-3", "D-4", "D-7"]);
    assert_eq!(ids(i64::MAX).await, ["D-10", "D-2", "D-3", "D-4", "D-7"]);
    // Another source's ids are its own.
    let other = world.scoring.import_results("erp", vec![good(2, "D-2")], vec![], false).await.unwrap();
    assert_eq!(counts(other), (1, 0, 0));
}

#[tokio::test]
async fn values_out_of_range_are_put_aside_and_the_rest_is_taken() {
    let world = World::ready().await;
    let rows = || vec![good(2, "D-20"), with(good(3, "D-21"), "amount", ValueType::Money, "USD -5.00")];
    for counts in
        [ImportCounts { added: 1, ..ImportCounts::default() }, ImportCounts { unchanged: 1, ..ImportCounts::default() }]
    {
        let report = world.import(rows()).await;
        assert_eq!(report.counts, counts);
        assert_eq!(
            told(&report.quarantined),
            ["line 3, column `amount`: -$5.00 is below $0.00, the least that `amount` may be"]
        );
    }
    let run = world.close().await;
    let found = super::findings(&world.all(&run).await);
    let why =
        "not credited: ana /  / : Deal crm D-21 is quarantined: -$5.00 is below $0.00, the least that `amount` may be";
    assert!(found.iter().any(|found| found == why), "{found:#?}");
    assert_eq!(run.results, 6, "five in the quarter and the good one");
    // Put right, it counts.
    let report = world.import(vec![with(good(3, "D-21"), "amount", ValueType::Money, "USD 5.00")]).await;
    assert_eq!((report.counts.changed, report.quarantined.len()), (1, 0));
}

#[tokio::test]
async fn a_hundred_thousand_rows_go_in_fast() {
    let world = World::new().await;
    let rows: Vec<ResultRow> = (0..20_000).map(|n| good(n + 2, &format!("D-{n}"))).collect();
    let started = std::time::Instant::now();
    let report = world.import(rows.clone()).await;
    assert_eq!(report.counts.added, 20_000);
    assert_eq!(world.import(rows).await.counts.unchanged, 20_000);
    // Row by row, each with a wait for the disk, it would be minutes.
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}
