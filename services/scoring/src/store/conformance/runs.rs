//! Runs, their states, and what posted ones leave to the cycles after them.

use jiff::civil::date;
use merit_core::ids::RunId;
use merit_core::{Scope, Value, ValueType};

use super::{Behind, a_line, a_run, cycle, nothing_frozen, outcomes, person, settled, settled_of, usd};
use crate::model::{
    Balance, DatedValue, Line, LineKind, Outcome, OutcomeKind, Packed, Part, PastPeriod, Person, PolicyPin,
    Recognition, Run, RunState,
};
use crate::store::Store;
use crate::store::conformance::records::policy;

pub async fn a_run_is_made_once_and_read_back(store: &dyn Store, _: &dyn Behind) {
    let pin = PolicyPin { name: "P".to_owned(), version: 2, sha256: "f".to_owned(), to: Some(date(2026, 9, 30)) };
    let run = Run { policies: vec![pin], ..a_run("r-1", "2026-Q3", 3) };
    let mut frozen = nothing_frozen(&run);
    for who in ["bob", "Ana"] {
        let value = Some(Packed(Value::parse(ValueType::Text, "East; DROP TABLE runs").unwrap()));
        let history = vec![DatedValue { attribute: "team".to_owned(), from: date(2026, 1, 1), value }];
        let found = Person {
            id: person(who),
            history,
            ratings: vec![],
            granted: vec![],
            carried: vec![],
            occurred: vec![],
            earlier: vec![],
        };
        frozen.people.insert(person(who), found);
    }
    assert!(store.create_run(&run, &frozen, &[person("Ana"), person("bob")], 1).await.unwrap());
    let other = Run { participants: 99, ..run.clone() };
    assert!(!store.create_run(&other, &frozen, &[person("Ana")], 1).await.unwrap());
    assert_eq!(store.run(&run.id).await.unwrap().unwrap(), run);
    assert!(store.run(&RunId::new("r-2").unwrap()).await.unwrap().is_none());
    let mut thawed = nothing_frozen(&run);
    store.thaw(&run.id, &mut thawed).await.unwrap();
    assert_eq!(thawed, frozen);
}

pub async fn the_latest_run_is_the_last_made_and_the_last_posted(store: &dyn Store, _: &dyn Behind) {
    // Ids that don't sort as the runs were made.
    let first = settled(store, "z", &[]).await;
    let second = settled(store, "a", &[]).await;
    let third = settled(store, "m", &[]).await;
    let elsewhere = a_run("other", "2026-Q4", 4);
    store.create_run(&elsewhere, &nothing_frozen(&elsewhere), &[], 1).await.unwrap();
    let of = async |least| store.latest_run(&cycle("2026-Q3"), least).await.unwrap();
    assert_eq!(of(RunState::Settled).await, Some(third.clone()));
    assert_eq!(of(RunState::Posted).await, None);
    for id in [&second, &third, &first] {
        store.post(id, "2026-10-06T10:00:00Z", super::now(), None).await.unwrap().done().unwrap();
        assert_eq!(of(RunState::Posted).await.as_ref(), Some(id));
    }
    assert_eq!(of(RunState::Settled).await, Some(third));
}

pub async fn a_run_moves_once_from_each_state(store: &dyn Store, _: &dyn Behind) {
    let run = a_run("r-1", "2026-Q3", 3);
    store.create_run(&run, &nothing_frozen(&run), &[], 1).await.unwrap();
    let step = |line: Line| {
        store.advance(&run.id, RunState::Frozen, RunState::Credited, vec![Outcome::of(&line).unwrap()], "")
    };
    let (one, two) = futures::join!(step(a_line("ana", "one", 100)), step(a_line("ana", "two", 200)));
    let mut moved = [one.unwrap(), two.unwrap()];
    moved.sort_unstable();
    assert_eq!(moved, [false, true]);
    let found = store.all_outcomes(&run.id, &[OutcomeKind::Line]).await.unwrap();
    assert_eq!(found.len(), 1, "who came second wrote nothing");
    assert_eq!(store.run(&run.id).await.unwrap().unwrap().state, RunState::Credited);
}

pub async fn outcomes_that_are_there_are_left(store: &dyn Store, _: &dyn Behind) {
    let run = a_run("r-1", "2026-Q3", 3);
    store.create_run(&run, &nothing_frozen(&run), &[], 1).await.unwrap();
    let (ana, bob) = (a_line("ana", "one", 100), a_line("bob", "one", 200));
    for (from, to, lines) in [
        (RunState::Frozen, RunState::Credited, vec![ana.clone()]),
        (RunState::Credited, RunState::Scored, vec![Line { amount: usd(999), ..ana.clone() }, bob.clone()]),
    ] {
        assert!(store.advance(&run.id, from, to, outcomes(&lines), "").await.unwrap());
    }
    let found = store.outcomes(&run.id, OutcomeKind::Line, Part::of(&Scope::Everyone)).await.unwrap();
    assert_eq!(found, outcomes(&[ana, bob]));
}

fn balance(who: &str, minor: i64) -> Balance {
    let period = PastPeriod {
        first: date(2026, 4, 1),
        last: date(2026, 6, 30),
        values: [("quota".to_owned(), Packed(Value::Money(usd(minor))))].into(),
    };
    Balance { participant: person(who), policy: "Commission".to_owned(), periods: vec![period], waiting: vec![] }
}

fn badge(who: &str) -> Recognition {
    Recognition {
        participant: person(who),
        policy: "Commission".to_owned(),
        period: "2026-06-01 to 2026-06-30".to_owned(),
        title: "Star".to_owned(),
        badge: "star".to_owned(),
        level: String::new(),
        points: None,
        kudos_from: None,
        text: String::new(),
        announce_to: String::new(),
    }
}

pub async fn earlier_cycles_leave_balances(store: &dyn Store, _: &dyn Behind) {
    store.add_policies(vec![policy("Commission", 1)], super::now(), None).await.unwrap();
    let pin = PolicyPin { name: "Commission".to_owned(), version: 1, sha256: "abc".to_owned(), to: None };
    let second_quarter = |id: &str| Run { policies: vec![pin.clone()], ..a_run(id, "2026-Q2", 2) };
    let draw = |minor| Line { kind: LineKind::Settlement, held: usd(0), ..a_line("ana", "draw", minor) };
    let mut all = outcomes(&[draw(5_000), a_line("ana", "commission", 7_000)]);
    all.extend([Outcome::of(&balance("ana", 1)).unwrap(), Outcome::of(&badge("ana")).unwrap()]);
    let first = settled_of(store, second_quarter("r-1"), all).await;
    let july = date(2026, 7, 1);
    assert!(store.balances_before(july).await.unwrap().is_empty(), "not posted");
    store.post(&first, "2026-07-06T10:00:00Z", super::now(), None).await.unwrap().done().unwrap();
    assert_eq!(store.balances_before(july).await.unwrap(), [balance("ana", 1)]);
    assert_eq!(store.owed_before(july).await.unwrap(), [(person("ana"), "Commission".to_owned(), usd(5_000))]);
    let granted = store.granted_before(july).await.unwrap();
    assert_eq!((granted.len(), granted[0].1.on), (1, date(2026, 6, 30)));
    let before = date(2026, 6, 30);
    assert!(store.balances_before(before).await.unwrap().is_empty());
    assert!(store.owed_before(before).await.unwrap().is_empty());
    // A later run of the cycle takes the place of the first, and the ledger goes on.
    let mut all = outcomes(&[draw(2_000)]);
    all.push(Outcome::of(&balance("ana", 2)).unwrap());
    let second = settled_of(store, second_quarter("r-2"), all).await;
    store.post(&second, "2026-07-07T10:00:00Z", super::now(), None).await.unwrap().done().unwrap();
    assert_eq!(store.balances_before(july).await.unwrap(), [balance("ana", 2)]);
    assert_eq!(store.owed_before(july).await.unwrap(), [(person("ana"), "Commission".to_owned(), usd(2_000))]);
    assert!(store.granted_before(july).await.unwrap().is_empty());
    let closed = store.closed().await.unwrap();
    assert_eq!(closed.len(), 1);
    assert_eq!((closed[0].cycle.as_str(), closed[0].cutoff), ("2026-Q2", 4));
    assert_eq!(closed[0].policies, ["Commission"]);
}

pub async fn runs_are_listed_the_last_one_first(store: &dyn Store, _: &dyn Behind) {
    for id in ["z", "a", "m"] {
        settled(store, id, &[]).await;
    }
    let other = a_run("b", "2026-Q4", 4);
    store.create_run(&other, &nothing_frozen(&other), &[], 1).await.unwrap();
    let third = cycle("2026-Q3");
    let listed = async |of, least, before, limit| {
        let found = store.runs(of, least, before, limit).await.unwrap();
        found.into_iter().map(|(number, run)| (number, run.id.to_string())).collect::<Vec<_>>()
    };
    let named = |expected: &[(i64, &str)]| expected.iter().map(|(n, id)| (*n, (*id).to_owned())).collect::<Vec<_>>();
    let all = listed(None, RunState::Frozen, None, 10).await;
    assert_eq!(all, named(&[(4, "b"), (3, "m"), (2, "a"), (1, "z")]));
    assert_eq!(listed(Some(&third), RunState::Frozen, Some(3), 1).await, named(&[(2, "a")]));
    assert_eq!(listed(None, RunState::Settled, None, 10).await, named(&[(3, "m"), (2, "a"), (1, "z")]));
}
