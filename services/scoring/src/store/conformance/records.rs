//! Results, events, opening balances and policies.

use jiff::civil::{Date, date};
use merit_core::{Kind, Value, ValueType};

use super::{Behind, cycle, now, person, third_quarter};
use crate::model::{Event, ImportCounts, NewResult, Occurred, Opening, OpeningKey, Packed, Policy, StoredResult, What};
use crate::store::Store;

fn result(id: &str, day: Date, content: &str) -> NewResult {
    NewResult {
        line: 2,
        record: "Deal".to_owned(),
        external_id: id.to_owned(),
        dated: day,
        belongs_to: Some(person("ana")),
        content: content.to_owned(),
        quarantined: None,
    }
}

const AUGUST: Date = date(2026, 8, 1);

async fn take(store: &dyn Store, rows: Vec<NewResult>) -> [u32; 3] {
    told(store.import_results("crm", rows, false, now()).await.unwrap())
}

fn told(counts: ImportCounts) -> [u32; 3] {
    [counts.added, counts.changed, counts.unchanged]
}

async fn contents(store: &dyn Store, cutoff: i64) -> Vec<(String, String)> {
    let found: Vec<StoredResult> = store.results_in(third_quarter(), cutoff).await.unwrap();
    found.into_iter().map(|result| (result.external_id, result.content)).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(id, content)| ((*id).to_owned(), (*content).to_owned())).collect()
}

pub async fn results_are_kept_version_by_version(store: &dyn Store, _: &dyn Behind) {
    assert_eq!(store.cutoff().await.unwrap(), 0);
    let rows = vec![result("D-1", AUGUST, "one"), result("d-1", AUGUST, "other"), result("D-2", AUGUST, "two")];
    assert_eq!(take(store, rows.clone()).await, [3, 0, 0]);
    let first = store.cutoff().await.unwrap();
    assert_eq!(take(store, rows).await, [0, 0, 3]);
    assert_eq!(store.cutoff().await.unwrap(), first, "the same file again is no change");
    let quarantined = NewResult { quarantined: Some("too big".to_owned()), ..result("D-2", AUGUST, "two") };
    // One that moves out of the quarter counts there no longer; one that doesn't count is in none of the counts.
    assert_eq!(
        take(store, vec![result("D-1", date(2026, 10, 1), "moved"), quarantined, result("d-1", AUGUST, "Zoë's")]).await,
        [0, 2, 0]
    );
    let second = store.cutoff().await.unwrap();
    assert!(second > first);
    assert_eq!(contents(store, first).await, pairs(&[("D-1", "one"), ("D-2", "two"), ("d-1", "other")]));
    assert_eq!(contents(store, second).await, pairs(&[("D-2", "two"), ("d-1", "Zoë's")]));
    let found = store.results_in(third_quarter(), second).await.unwrap();
    assert_eq!(found[0].quarantined.as_deref(), Some("too big"));
    assert_eq!((found[1].belongs_to.as_ref(), found[1].dated), (Some(&person("ana")), AUGUST));
    assert_eq!(contents(store, 0).await, []);
    // The same id of another source or record is another result.
    store.import_results("erp", vec![result("D-1", AUGUST, "erp")], false, now()).await.unwrap();
    let idea = NewResult { record: "Idea".to_owned(), belongs_to: None, ..result("D-1", AUGUST, "idea") };
    assert_eq!(take(store, vec![idea]).await, [1, 0, 0]);
    assert_eq!(contents(store, i64::MAX).await.len(), 4);
}

pub async fn many_results_are_written_at_once(store: &dyn Store, _: &dyn Behind) {
    let rows = |content: &str| (0..2501).map(|n| result(&format!("D-{n:04}"), AUGUST, content)).collect::<Vec<_>>();
    assert_eq!(take(store, rows("a")).await, [2501, 0, 0]);
    let mut changed = rows("a");
    changed[2400].content = "b".to_owned();
    assert_eq!(take(store, changed).await, [0, 1, 2500]);
    assert_eq!(contents(store, i64::MAX).await.len(), 2501);
}

pub async fn a_dry_run_writes_nothing(store: &dyn Store, _: &dyn Behind) {
    let counts = store.import_results("crm", vec![result("D-1", AUGUST, "one")], true, now()).await.unwrap();
    assert_eq!(told(counts), [1, 0, 0]);
    assert_eq!(told(store.import_events(vec![event("invoices_paid", "ana")], true, now()).await.unwrap()), [1, 0, 0]);
    let openings = vec![opening("quota", Some("USD 1.00"))];
    assert_eq!(told(store.import_openings(openings, true, now()).await.unwrap()), [1, 0, 0]);
    assert_eq!((store.cutoff().await.unwrap(), contents(store, i64::MAX).await.len()), (0, 0));
    assert!(store.events(Date::MAX, i64::MAX).await.unwrap().is_empty());
    assert!(store.openings(i64::MAX).await.unwrap().is_empty());
}

fn event(name: &str, who: &str) -> Event {
    let period = third_quarter();
    Event {
        cycle: cycle("2026-Q3"),
        person: (!who.is_empty()).then(|| person(who)),
        occurred: Occurred { event: name.to_owned(), first: period.start, last: period.last(), on: AUGUST },
    }
}

pub async fn events_are_kept_once(store: &dyn Store, _: &dyn Behind) {
    let rows = vec![event("invoices_paid", "bob"), event("invoices_paid", ""), event("invoices_paid", "Ana")];
    assert_eq!(told(store.import_events(rows.clone(), false, now()).await.unwrap()), [3, 0, 0]);
    let first = store.cutoff().await.unwrap();
    assert_eq!(told(store.import_events(rows.clone(), false, now()).await.unwrap()), [0, 0, 3]);
    let more = vec![event("audited", "")];
    store.import_events(more.clone(), false, now()).await.unwrap();
    // For everybody first, then by the bytes of ids.
    let expected = vec![rows[1].clone(), rows[2].clone(), rows[0].clone()];
    assert_eq!(store.events(AUGUST, first).await.unwrap(), expected);
    assert_eq!(store.events(AUGUST, i64::MAX).await.unwrap()[..1], more);
    assert!(store.events(date(2026, 7, 31), i64::MAX).await.unwrap().is_empty());
}

fn opening(figure: &str, value: Option<&str>) -> Opening {
    Opening {
        key: OpeningKey {
            participant: person("ana"),
            policy: "Commission".to_owned(),
            what: What::Figure(figure.to_owned()),
            first: date(2026, 4, 1),
            last: date(2026, 6, 30),
        },
        value: value.map(|text| Packed(Value::parse(ValueType::Money, text).unwrap())),
    }
}

pub async fn openings_are_kept_version_by_version(store: &dyn Store, _: &dyn Behind) {
    let held = What::Held { payout: "commission".to_owned(), until: "invoices_paid".to_owned() };
    let held = Opening { key: OpeningKey { what: held, ..opening("x", None).key }, ..opening("x", Some("USD 3.00")) };
    let rows = vec![opening("quota", Some("USD 1.00")), held.clone()];
    assert_eq!(told(store.import_openings(rows.clone(), false, now()).await.unwrap()), [2, 0, 0]);
    let first = store.cutoff().await.unwrap();
    assert_eq!(told(store.import_openings(rows.clone(), false, now()).await.unwrap()), [0, 0, 2]);
    let gone = vec![opening("quota", None)];
    assert_eq!(told(store.import_openings(gone, false, now()).await.unwrap()), [0, 1, 0]);
    assert_eq!(store.openings(i64::MAX).await.unwrap(), [(held, first)]);
    let at_first: Vec<Opening> = store.openings(first).await.unwrap().into_iter().map(|(row, _)| row).collect();
    assert_eq!(at_first, rows);
}

pub fn policy(name: &str, version: u32) -> Policy {
    Policy {
        name: name.to_owned(),
        version,
        sha256: "abc".to_owned(),
        from: date(2026, 1, 1),
        to: (version == 1).then_some(date(2026, 6, 30)),
        about: "Pays".to_owned(),
        file_name: "p.merit".to_owned(),
        text: format!("policy \"{name}\""),
        schema_text: "schema".to_owned(),
        tests: 2,
    }
}

/// A result, an event and an opening balance of a person.
pub async fn filled(store: &dyn Store, who: &str) {
    let theirs = NewResult { belongs_to: Some(person(who)), ..result(who, AUGUST, "one") };
    take(store, vec![theirs]).await;
    store.import_events(vec![event("invoices_paid", who)], false, now()).await.unwrap();
    let mut left = opening("quota", Some("USD 1.00"));
    left.key.participant = person(who);
    store.import_openings(vec![left], false, now()).await.unwrap();
}

pub async fn a_registered_policy_is_never_replaced(store: &dyn Store, _: &dyn Behind) {
    store.add_policies(vec![policy("a", 1), policy("B", 10)], now(), None).await.unwrap();
    store.add_policies(vec![policy("B", 2)], now(), None).await.unwrap();
    let other = Policy { text: "other".to_owned(), ..policy("B", 2) };
    let late = store.add_policies(vec![policy("c", 1), other], now(), None).await.unwrap_err();
    assert_eq!((late.kind, late.reason.as_str()), (Kind::Aborted, "CONCURRENT_CHANGE"));
    assert_eq!(store.policies().await.unwrap(), [policy("B", 2), policy("B", 10), policy("a", 1)]);
    assert_eq!(store.cutoff().await.unwrap(), 0, "policies are pinned by their content");
}

pub async fn what_is_on_record_stays(store: &dyn Store, behind: &dyn Behind) {
    take(store, vec![result("D-1", AUGUST, "one")]).await;
    store.import_events(vec![event("invoices_paid", "ana")], false, now()).await.unwrap();
    store.import_openings(vec![opening("quota", Some("USD 1.00"))], false, now()).await.unwrap();
    store.add_policies(vec![policy("a", 1)], now(), None).await.unwrap();
    for statement in [
        "UPDATE results SET content = ''",
        "DELETE FROM results",
        "UPDATE events SET dated = ''",
        "DELETE FROM events",
        "UPDATE openings SET value = ''",
        "DELETE FROM openings",
        "UPDATE policies SET text = ''",
        "DELETE FROM policies",
    ] {
        let refused = behind.run(statement).await.expect_err(statement);
        assert!(refused.contains("append-only") || refused.contains("registered policy"), "{statement}: {refused}");
    }
    assert_eq!(contents(store, i64::MAX).await, pairs(&[("D-1", "one")]));
}
