//! Who read whose scorecards.

use jiff::{SignedDuration, Timestamp};
use merit_core::reads::ReadsPart;

use super::{Statements, id, now, run};
use crate::model::Read;
use crate::store::Store;

/// A read of run `a`.
pub fn read(reader: &str, whose: &str, minutes: i64) -> Read {
    Read {
        reader: reader.to_owned(),
        roles: vec!["auditor".to_owned(), "member".to_owned()],
        run: run("a"),
        person: (!whose.is_empty()).then(|| id(whose)),
        method: "ListScorecards".to_owned(),
        at: now() + SignedDuration::from_mins(minutes),
    }
}

/// Three reads a minute apart.
async fn filled(store: &dyn Store) -> [Read; 3] {
    let all = [read("cora", "ana", 0), read("operator", "", 1), read("cora", "bo", 2)];
    for read in &all {
        store.record_read(read).await.unwrap();
    }
    all
}

async fn listed(store: &dyn Store, part: ReadsPart) -> Vec<(i64, Read)> {
    store.reads(&ReadsPart { limit: 10, ..part }).await.unwrap()
}

pub async fn reads_of_others_stay_on_record(store: &(impl Store + Statements)) {
    let [one, two, three] = filled(store).await;
    for statement in ["UPDATE reads SET reader = 'x'", "DELETE FROM reads", "TRUNCATE reads"] {
        assert!(store.run(statement).await.is_err(), "{statement}");
    }
    assert_eq!(listed(store, ReadsPart::default()).await, [(3, three), (2, two), (1, one)]);
}

pub async fn reads_are_listed_by_what_is_named(store: &dyn Store) {
    filled(store).await;
    let at = |minutes| -> Option<Timestamp> { Some(now() + SignedDuration::from_mins(minutes)) };
    let all = ReadsPart::default;
    for (part, expected) in [
        (ReadsPart { person: Some(id("ana")), ..all() }, &[1_i64][..]),
        (ReadsPart { reader: Some("cora".to_owned()), ..all() }, &[3, 1]),
        (ReadsPart { since: at(1), ..all() }, &[3, 2]),
        (ReadsPart { until: at(1), ..all() }, &[1]),
        (ReadsPart { since: at(1), until: at(2), ..all() }, &[2]),
        (ReadsPart { before: Some(3), ..all() }, &[2, 1]),
    ] {
        let found: Vec<i64> = listed(store, part.clone()).await.into_iter().map(|(number, _)| number).collect();
        assert_eq!(found, expected, "{part:?}");
    }
    assert_eq!(store.reads(&ReadsPart { limit: 1, ..all() }).await.unwrap().len(), 1);
}
