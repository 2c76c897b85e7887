//! What an import takes, refuses, changes and leaves alone.

mod lines;
mod near;
mod own_ids;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};
use merit_core::ids::PersonId;
use merit_core::{FixedClock, Value};
use proptest::prelude::*;

use super::Directory;
use super::import::plan;
use crate::model::{Fact, Outcome, PeopleFile, Person, PersonRow};

fn id(text: &str) -> PersonId {
    PersonId::new(text).unwrap()
}

fn manager(text: &str) -> (String, Option<Value>) {
    ("manager".to_owned(), Some(Value::Participant(id(text))))
}

fn text(name: &str, words: &str) -> (String, Option<Value>) {
    (name.to_owned(), Some(Value::Text(words.to_owned())))
}

fn row<const N: usize>(line: u32, person: &str, from: &str, attributes: [(String, Option<Value>); N]) -> PersonRow {
    PersonRow {
        line,
        person_id: person.to_owned(),
        display_name: format!("Name of {person}"),
        email: if PersonId::new(person).is_ok() { format!("{person}@example.com") } else { String::new() },
        from: from.to_owned(),
        attributes: BTreeMap::from(attributes),
        ..PersonRow::default()
    }
}

fn file(rows: Vec<PersonRow>) -> PeopleFile {
    PeopleFile { source: "hr".to_owned(), file_name: "people.csv".to_owned(), rows, ..PeopleFile::default() }
}

async fn directory() -> (tempfile::TempDir, Directory) {
    let folder = tempfile::tempdir().unwrap();
    let store = crate::store::sqlite::open(&folder.path().join("directory.db")).await.unwrap();
    let clock = FixedClock("2026-07-15T12:00:00Z".parse().unwrap());
    (folder, Directory::new(Arc::new(store), Arc::new(clock)))
}

fn counts(outcome: &Outcome) -> (u32, u32, u32) {
    assert_eq!(outcome.problems, [], "no problem was expected");
    (outcome.added, outcome.changed, outcome.unchanged)
}

fn messages(outcome: &Outcome) -> Vec<String> {
    outcome.problems.iter().map(ToString::to_string).collect()
}

const JULY: &str = "2026-07-01";

#[tokio::test]
async fn history_is_added_and_nothing_is_overwritten() {
    let (_folder, directory) = directory().await;
    let team = |from: &str, team: &str| {
        file(vec![row(2, "top", from, []), row(3, "ana", from, [manager("top"), text("team", team)])])
    };
    let on = async |day: Date| directory.person(&id("ana")).await.unwrap().value("team", day).map(ToString::to_string);
    let july = team(JULY, "East");
    assert_eq!(counts(&directory.import(&july).await.unwrap()), (2, 0, 0));
    let after_july = directory.cutoff().await.unwrap();
    assert_eq!(counts(&directory.import(&july).await.unwrap()), (0, 0, 2), "the same file again");
    assert_eq!(
        counts(&directory.import(&team("2026-08-01", "East")).await.unwrap()),
        (0, 0, 2),
        "the same values later"
    );
    assert_eq!(directory.cutoff().await.unwrap(), after_july, "nothing was recorded");

    assert_eq!(counts(&directory.import(&team("2026-09-01", "West")).await.unwrap()), (0, 1, 1));
    assert_eq!(on(date(2026, 6, 30)).await, None);
    assert_eq!(on(date(2026, 8, 31)).await.as_deref(), Some("East"));
    assert_eq!(on(date(2026, 9, 1)).await.as_deref(), Some("West"));

    assert_eq!(
        counts(&directory.import(&team(JULY, "North")).await.unwrap()),
        (0, 1, 1),
        "a correction of the same day"
    );
    assert_eq!(on(date(2026, 8, 31)).await.as_deref(), Some("North"));
    assert_eq!(on(date(2026, 9, 1)).await.as_deref(), Some("West"), "the later day stands");
    let ana = directory.person(&id("ana")).await.unwrap();
    assert_eq!(ana.history.iter().filter(|fact| fact.attribute == "team").count(), 3, "the old value stays on record");
    let then = directory.snapshot(after_july, None, 10).await.unwrap();
    assert_eq!(then[0].value("team", date(2026, 12, 1)), Some(&Value::Text("East".to_owned())));
}

#[tokio::test]
async fn names_addresses_and_ended_attributes_are_kept_as_versions() {
    let (_folder, directory) = directory().await;
    let mut ana = row(2, "ana", JULY, [text("team", "East")]);
    ana.email = " ana@example.com ".to_owned();
    directory.import(&file(vec![ana.clone()])).await.unwrap();
    let before = directory.cutoff().await.unwrap();
    ana.display_name = "Ana Silva-Reis".to_owned();
    ana.email = String::new();
    assert_eq!(counts(&directory.import(&file(vec![ana.clone()])).await.unwrap()), (0, 1, 0));
    let found = directory.person(&id("ana")).await.unwrap();
    assert_eq!((found.display_name.as_str(), found.email.as_deref()), ("Ana Silva-Reis", Some("ana@example.com")));
    assert_eq!(directory.snapshot(before, None, 9).await.unwrap()[0].display_name, "Name of ana");
    ana.from = "2026-08-01".to_owned();
    ana.attributes = BTreeMap::from([("team".to_owned(), None)]);
    assert_eq!(counts(&directory.import(&file(vec![ana])).await.unwrap()), (0, 1, 0));
    let found = directory.person(&id("ana")).await.unwrap();
    assert!(found.value("team", date(2026, 7, 31)).is_some() && found.value("team", date(2026, 8, 1)).is_none());
}

#[tokio::test]
async fn a_dry_run_tells_and_a_bad_row_stops_the_whole_file() {
    let (_folder, directory) = directory().await;
    let dry = PeopleFile { validate_only: true, ..file(vec![row(2, "ana", JULY, [])]) };
    assert_eq!(counts(&directory.import(&dry).await.unwrap()), (1, 0, 0));
    assert_eq!(directory.cutoff().await.unwrap(), 0);
    let half = file(vec![row(2, "ana", JULY, []), row(3, "bob", JULY, [manager("zed")])]);
    let outcome = directory.import(&half).await.unwrap();
    assert_eq!((outcome.added, outcome.changed, outcome.unchanged, outcome.problems.len()), (0, 0, 0, 1));
    assert_eq!(directory.cutoff().await.unwrap(), 0);
    assert_eq!(directory.person(&id("ana")).await.unwrap_err().reason, "UNKNOWN_PERSON");
}

#[tokio::test]
async fn imports_at_the_same_time_are_all_taken() {
    let (_folder, directory) = directory().await;
    let files: Vec<PeopleFile> = (0..3).map(|n| file(vec![row(2, &format!("p{n}"), JULY, [])])).collect();
    let done = futures::future::join_all(files.iter().map(|file| directory.import(file))).await;
    assert!(done.into_iter().all(|outcome| counts(&outcome.unwrap()) == (1, 0, 0)));
    assert_eq!(directory.people(Vec::new(), crate::store::Having::default(), None, 10).await.unwrap().len(), 3);
}

/// What a person is called on record after one import each.
fn record(rows: Vec<PersonRow>) -> Vec<Person> {
    apply(Vec::new(), &file(rows), 1)
}

/// The record after an import, as a store would give it.
fn apply(mut record: Vec<Person>, file: &PeopleFile, seq: i64) -> Vec<Person> {
    let plan = plan(&record, file);
    assert_eq!(plan.outcome.problems, []);
    for version in plan.change.versions {
        match record.iter_mut().find(|person| person.id == version.person) {
            Some(person) => (person.display_name, person.email) = (version.display_name, version.email),
            None => record.push(Person {
                id: version.person,
                display_name: version.display_name,
                email: version.email,
                identities: Vec::new(),
                history: Vec::new(),
            }),
        }
    }
    for (identity, id) in plan.change.identities {
        record.iter_mut().find(|person| person.id == id).unwrap().identities.push(identity);
    }
    for (id, fact) in plan.change.facts {
        record.iter_mut().find(|person| person.id == id).unwrap().history.push(Fact { seq, ..fact });
    }
    for person in &mut record {
        person.history.sort_by(|a, b| (&a.attribute, a.from, a.seq).cmp(&(&b.attribute, b.from, b.seq)));
    }
    record
}

fn with(row: PersonRow, change: impl FnOnce(&mut PersonRow)) -> PersonRow {
    let mut row = row;
    change(&mut row);
    row
}

#[test]
fn each_bad_row_gets_one_message_that_says_what_to_do() {
    let known = record(vec![
        row(2, "top", JULY, []),
        with(row(3, "kim", JULY, [manager("top")]), |row| row.external_id = "E1".to_owned()),
    ]);
    let plain = |person: &str| row(2, person, JULY, []);
    let date = |text: &str| Some(Value::Date(text.parse().unwrap()));
    let table = [
        (
            plain("a b"),
            "line 2, column `person_id`: `a b` can't be a person's id: use 1 to 63 letters, digits, `-`, `_` or `.`, beginning with a letter or digit",
        ),
        (
            with(plain("ana"), |row| row.display_name = " ".to_owned()),
            "line 2, column `display_name`: the name is empty",
        ),
        (
            with(plain("ana"), |row| row.display_name = "Ana\r\nBcc: all@example.com".to_owned()),
            "line 2, column `display_name`: the name holds a character that can't be seen (U+000D); type it again by hand",
        ),
        (
            with(plain("ana"), |row| row.email = "ana at example.com".to_owned()),
            "line 2, column `email`: `ana at example.com` is not an e-mail address like ana@example.com",
        ),
        (
            row(2, "ana", "", []),
            "line 2, column `from`: the row doesn't say from which day on it holds; give a date like 2026-07-01",
        ),
        (row(2, "ana", "2026-02-30", []), "line 2, column `from`: `2026-02-30` is not a date like 2026-07-01"),
        (row(2, "ana", "7/1/2026", []), "line 2, column `from`: `7/1/2026` is not a date like 2026-07-01"),
        (
            row(2, "ana", JULY, [manager("zed")]),
            "line 2, column `manager`: `zed` is neither in this file nor on record; add a row for them",
        ),
        (
            row(2, "ana", JULY, [manager("ana")]),
            "line 2, column `manager`: `ana` can't be their own manager; leave the manager of the top person empty",
        ),
        (
            row(2, "ana", JULY, [text("manager", "top")]),
            "line 2, column `manager`: `manager` needs a participant, and this is text",
        ),
        (
            row(2, "ana", JULY, [text("started", "today")]),
            "line 2, column `started`: `started` needs a date, and this is text",
        ),
        (
            row(2, "ana", JULY, [("started".to_owned(), date("2026-07-01")), ("ended".to_owned(), date("2026-06-30"))]),
            "line 2, column `ended`: the last day of work, 2026-06-30, is before the first, 2026-07-01",
        ),
        (
            row(2, "ana", JULY, [text("Team", "East")]),
            "line 2, column `Team`: `Team` can't be an attribute: use small letters, digits and `_`",
        ),
        (row(2, "ana", JULY, [text("team", "")]), "line 2, column `team`: `team` is empty"),
        (
            with(plain("ana"), |row| row.external_id = "E1".to_owned()),
            "line 2, column `external_id`: `E1` of `hr` is `kim` on record; keep that id, or give this person another key",
        ),
        (
            with(plain("kim"), |row| row.external_id = "E2".to_owned()),
            "line 2, column `external_id`: `kim` is `E1` of `hr` on record, and this row is `E2`; give another person another id",
        ),
        (
            row(2, "top", "2026-09-01", [manager("kim")]),
            "line 2, column `manager`: the reporting line goes in a circle from 2026-09-01 on: `kim` → `top` → `kim`; change one manager",
        ),
    ];
    for (row, message) in table {
        assert_eq!(messages(&plan(&known, &file(vec![row])).outcome), [message]);
    }
}

#[test]
fn duplicates_in_one_file_are_named_with_the_line_of_the_first() {
    let twice = file(vec![row(2, "ana", JULY, []), row(3, "bob", JULY, []), row(4, "ana", "2026-08-01", [])]);
    assert_eq!(
        messages(&plan(&[], &twice).outcome),
        ["line 4, column `person_id`: `ana` is on line 2 already; give each person one row"]
    );
    let key = |line, person| with(row(line, person, JULY, []), |row| row.external_id = "7".to_owned());
    assert_eq!(
        messages(&plan(&[], &file(vec![key(2, "ana"), key(3, "bob")])).outcome),
        ["line 3, column `external_id`: `7` is on line 2 already; give each person a key of their own"]
    );
}

#[test]
fn all_problems_of_a_file_come_at_once_by_line() {
    let bad = file(vec![
        row(4, "cyd", "", [manager("zed")]),
        row(2, "ana", JULY, [manager("bob")]),
        row(3, "bob", JULY, [manager("ana")]),
        row(5, "!", "never", []),
    ]);
    assert_eq!(
        messages(&plan(&[], &bad).outcome),
        [
            "line 2, column `manager`: the reporting line goes in a circle from 2026-07-01 on: `ana` → `bob` → `ana`; change one manager",
            "line 4, column `from`: the row doesn't say from which day on it holds; give a date like 2026-07-01",
            "line 4, column `manager`: `zed` is neither in this file nor on record; add a row for them",
            "line 5, column `from`: `never` is not a date like 2026-07-01",
            "line 5, column `person_id`: `!` can't be a person's id: use 1 to 63 letters, digits, `-`, `_` or `.`, beginning with a letter or digit",
        ]
    );
}

#[test]
fn a_circle_that_only_dated_changes_close_is_found() {
    let rows =
        vec![row(2, "top", JULY, []), row(3, "ana", JULY, [manager("top")]), row(4, "bob", JULY, [manager("top")])];
    let known = apply(record(rows), &file(vec![row(2, "ana", "2026-09-01", [manager("bob")])]), 2);
    let swap = file(vec![row(2, "bob", "2026-08-01", [manager("ana")])]);
    assert_eq!(
        messages(&plan(&known, &swap).outcome),
        [
            "line 2, column `manager`: the reporting line goes in a circle from 2026-09-01 on: `ana` → `bob` → `ana`; change one manager"
        ]
    );
    let both = file(vec![row(2, "ana", "2026-09-01", [manager("top")]), row(3, "bob", "2026-08-01", [manager("ana")])]);
    assert_eq!(plan(&known, &both).outcome.changed, 2);
}

#[test]
fn ten_thousand_people_are_planned_quickly() {
    let rows = (0..10_000_u32).map(|n| {
        let mut row = row(
            n + 2,
            &format!("p{n:05}"),
            JULY,
            [text("team", "East"), text("role", "Seller"), text("region", "North")],
        );
        if n > 0 {
            row.attributes.extend([manager(&format!("p{:05}", (n - 1) / 8))]);
        }
        row
    });
    let rows = file(rows.collect());
    let begun = std::time::Instant::now();
    let known = plan(&[], &rows);
    assert_eq!(counts(&known.outcome), (10_000, 0, 0));
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

fn any_file() -> impl Strategy<Value = PeopleFile> {
    let attributes = prop::collection::btree_map("[ab]", prop::option::of((0..3_i64).prop_map(Value::Count)), 0..3);
    let person = ((0..3_u8), attributes, prop::bool::ANY);
    prop::collection::btree_map(0..4_u8, person, 1..4).prop_map(|people| {
        file(
            people
                .into_iter()
                .map(|(person, (month, attributes, renamed))| PersonRow {
                    attributes,
                    display_name: if renamed { "New name".to_owned() } else { "Name".to_owned() },
                    ..row(u32::from(person) + 2, &format!("p{person}"), &format!("2026-0{}-01", month + 7), [])
                })
                .collect(),
        )
    })
}

proptest! {
    #[test]
    fn the_same_file_again_changes_nothing_whatever_came_before(files in prop::collection::vec(any_file(), 1..5)) {
        let mut known = Vec::new();
        for (seq, file) in files.iter().enumerate() {
            known = apply(known, file, i64::try_from(seq).unwrap() + 1);
            let again = plan(&known, file);
            prop_assert!(again.change.is_empty());
            prop_assert_eq!(again.outcome.unchanged as usize, file.rows.len());
        }
    }

    #[test]
    fn what_a_file_says_is_in_force_on_its_day(files in prop::collection::vec(any_file(), 1..5)) {
        let mut known = Vec::new();
        for (seq, file) in files.iter().enumerate() {
            known = apply(known, file, i64::try_from(seq).unwrap() + 1);
            for row in &file.rows {
                let person = known.iter().find(|person| person.id.as_str() == row.person_id).unwrap();
                for (name, value) in &row.attributes {
                    prop_assert_eq!(person.value(name, row.from.parse().unwrap()), value.as_ref());
                }
            }
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter((rows, shuffled) in any_file().prop_flat_map(|file| (Just(file.rows.clone()), Just(file.rows).prop_shuffle()))) {
        let known = |rows| {
            let mut people = record(rows);
            people.sort_by(|a, b| a.id.cmp(&b.id));
            people
        };
        prop_assert_eq!(known(rows), known(shuffled));
    }
}

#[tokio::test]
async fn managers_need_an_address_and_nobody_shares_one() {
    let (_folder, directory) = directory().await;
    let mut boss = row(2, "boss", JULY, []);
    boss.email = String::new();
    let mut twin = row(5, "twin", JULY, []);
    twin.email = "ANA@example.com".to_owned();
    let rows = vec![boss, row(3, "ana", JULY, [manager("boss")]), row(4, "bo", JULY, [manager("boss")]), twin];
    let outcome = directory.import(&file(rows.clone())).await.unwrap();
    let mut said = messages(&outcome);
    said.sort();
    assert_eq!(
        said,
        [
            "line 3, column `email`: `ana@example.com` is the address of `twin` too; give each person an address of their own",
            "line 3, column `manager`: `boss` manages `ana` and has no e-mail address for the team's scorecard; give `boss` one in the file",
            "line 5, column `email`: `ANA@example.com` is the address of `ana` too; give each person an address of their own",
        ]
    );
    assert_eq!(directory.cutoff().await.unwrap(), 0, "nothing was taken");
    // Nobody has to have an address whom nobody reports to, and an address on record is enough.
    directory.import(&file(rows[..1].to_vec())).await.unwrap();
    let mut boss = rows[0].clone();
    boss.email = "boss@example.com".to_owned();
    directory.import(&file(vec![boss])).await.unwrap();
    assert_eq!(counts(&directory.import(&file(rows[1..3].to_vec())).await.unwrap()), (2, 0, 0));
}

#[tokio::test]
async fn a_line_reaches_down_all_levels_on_its_day() {
    let (_folder, directory) = directory().await;
    let rows = vec![
        row(2, "top", JULY, []),
        row(3, "mia", JULY, [manager("top")]),
        row(4, "ana", JULY, [manager("mia")]),
        row(5, "bob", JULY, [manager("mia")]),
    ];
    assert_eq!(counts(&directory.import(&file(rows)).await.unwrap()), (4, 0, 0));
    let moved = file(vec![row(2, "bob", "2026-08-01", [manager("top")])]);
    assert_eq!(counts(&directory.import(&moved).await.unwrap()), (0, 1, 0));
    let line = async |of: &str, on: Date| {
        let found = directory.reports(&id(of), on).await.unwrap();
        found.iter().map(|person| person.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(line("top", date(2026, 7, 1)).await, ["ana", "bob", "mia"]);
    assert_eq!(line("mia", date(2026, 7, 31)).await, ["ana", "bob"]);
    assert_eq!(line("mia", date(2026, 8, 1)).await, ["ana"]);
    assert!(line("ana", date(2026, 8, 1)).await.is_empty());
    assert!(line("top", date(2026, 6, 30)).await.is_empty());
}
