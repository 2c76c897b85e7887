//! Who read whose pay.

use jiff::{SignedDuration, Timestamp};
use merit_core::reads::ReadsPart;

use super::{Behind, now, person};
use crate::model::PayRead;
use crate::store::Store;

fn read(reader: &str, whose: &str, minutes: i64) -> PayRead {
    PayRead {
        reader: reader.to_owned(),
        roles: vec!["auditor".to_owned(), "member".to_owned()],
        person: (!whose.is_empty()).then(|| person(whose)),
        what: "cycles/2026-Q3".to_owned(),
        method: "ListLines".to_owned(),
        at: now() + SignedDuration::from_mins(minutes),
    }
}

/// Three reads a minute apart.
async fn filled(store: &dyn Store) -> [PayRead; 3] {
    let all = [read("olga", "ana", 0), read("operator", "", 1), read("olga", "bob", 2)];
    for read in &all {
        store.log_pay_read(read).await.unwrap();
    }
    all
}

async fn listed(store: &dyn Store, part: ReadsPart) -> Vec<(i64, PayRead)> {
    store.pay_reads(&ReadsPart { limit: 10, ..part }).await.unwrap()
}

pub async fn reads_of_pay_stay_on_record(store: &dyn Store, behind: &dyn Behind) {
    let [one, two, three] = filled(store).await;
    let cutoff = store.cutoff().await.unwrap();
    let found = listed(store, ReadsPart::default()).await;
    assert_eq!(found, [(3, three), (2, two), (1, one)]);
    for statement in ["UPDATE access_log SET reader = 'x'", "DELETE FROM access_log"] {
        let refused = behind.run(statement).await.expect_err(statement);
        assert!(refused.contains("the access log is append-only"), "{statement}: {refused}");
    }
    assert_eq!((listed(store, ReadsPart::default()).await.len(), cutoff), (3, 0));
}

pub async fn reads_of_pay_are_listed_by_what_is_named(store: &dyn Store, _: &dyn Behind) {
    filled(store).await;
    let at = |minutes| -> Option<Timestamp> { Some(now() + SignedDuration::from_mins(minutes)) };
    let all = ReadsPart::default;
    for (part, expected) in [
        (ReadsPart { person: Some(person("ana")), ..all() }, &[1_i64][..]),
        (ReadsPart { reader: Some("olga".to_owned()), ..all() }, &[3, 1]),
        (ReadsPart { since: at(1), ..all() }, &[3, 2]),
        (ReadsPart { until: at(1), ..all() }, &[1]),
        (ReadsPart { since: at(1), until: at(2), ..all() }, &[2]),
        (ReadsPart { before: Some(3), ..all() }, &[2, 1]),
    ] {
        let found: Vec<i64> = listed(store, part.clone()).await.into_iter().map(|(number, _)| number).collect();
        assert_eq!(found, expected, "{part:?}");
    }
}
