//! A change of one person is held against those near it only, and comes to the same as against everybody.

use merit_core::Value;
use merit_core::ids::PersonId;

use super::{directory, file, id};
use crate::model::{PeopleFile, Person, PersonRow};
use crate::service::import::plan;
use crate::store::PeopleQuery;

/// The next of a row of numbers that look random.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 40).unwrap()
}

const PEOPLE: usize = 7;

/// A row about one of a few people, or about somebody new, with the manager, address and key of anybody.
fn some_row(state: &mut u64) -> PersonRow {
    let person = |state: &mut u64| format!("p{}", next(state) % (PEOPLE + 1));
    let mut row = PersonRow {
        person_id: person(state),
        display_name: "Name".to_owned(),
        email: format!("{}@EXAMPLE.com", person(state)),
        external_id: if next(state).is_multiple_of(3) { person(state) } else { String::new() },
        from: ["2026-07-01", "2026-08-01"][next(state) % 2].to_owned(),
        ..PersonRow::default()
    };
    if next(state).is_multiple_of(2) {
        row.email = String::new();
    }
    let manager = (!next(state).is_multiple_of(5)).then(|| Value::Participant(id(&person(state))));
    row.attributes.insert("manager".to_owned(), manager);
    row
}

#[tokio::test]
async fn a_change_comes_to_the_same_against_those_near_it_as_against_everybody() {
    let (_folder, directory) = directory().await;
    let mut state = 9;
    let (mut taken, mut refused) = (0, 0);
    for number in 0..PEOPLE {
        let person = format!("p{number}");
        let email = format!("{person}@example.com");
        let row = PersonRow { display_name: "Name".to_owned(), from: "2026-07-01".to_owned(), ..PersonRow::default() };
        let row = PersonRow { person_id: person.clone(), email, external_id: person, ..row };
        assert!(directory.import(&file(vec![row])).await.unwrap().problems.is_empty());
    }
    for _ in 0..400 {
        let row = some_row(&mut state);
        let cutoff = directory.cutoff().await.unwrap();
        let everybody: Vec<Person> = directory.store.people(&PeopleQuery::at(cutoff)).await.unwrap();
        let person = PersonId::new(&row.person_id).unwrap();
        let near = directory.near(&person, "hr", &row, cutoff).await.unwrap();
        let file = PeopleFile { source: "hr".to_owned(), rows: vec![row], ..PeopleFile::default() };
        let planned = plan(&near, &file);
        assert_eq!(planned, plan(&everybody, &file), "{file:?}");
        if planned.outcome.problems.is_empty() {
            directory.import(&file).await.unwrap();
            taken += 1;
        } else {
            refused += 1;
        }
    }
    assert!(taken > 20 && refused > 20, "{taken} taken, {refused} refused");
}
