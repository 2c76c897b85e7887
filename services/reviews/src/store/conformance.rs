//! What any store of reviews has to do, whatever it is made of. [`holds`] runs each on a fresh store.

pub mod operations;
pub mod reads;

use jiff::Timestamp;
use merit_core::ids::{CycleId, PersonId, RunId};
use merit_core::{Result, Scope};

use super::Store;
use crate::model::{CardKind, Change, Composition, Decision, Deed, Mail, NewReview, Pins, Review, State, StoredCard};
use crate::service::CardPage;

/// Makes one test of each law for the store that an expression opens.
macro_rules! holds {
    ($open:expr) => {
        $crate::store::conformance::holds!($open =>
            an_empty_record_has_nothing, a_run_has_one_review, everything_written_is_read_back,
            the_latest_is_the_one_that_stands, a_change_made_on_an_old_view_is_refused_whole,
            a_failed_change_leaves_nothing, new_scorecards_take_the_place_of_the_old, pages_follow_the_bytes_of_ids,
            a_scope_narrows_pages_and_keeps_them_full, what_was_published_last_is_shown, one_persons_page_goes_on_where_it_ended, mails_wait_until_they_are_handed_on,
            decisions_are_never_changed_or_deleted, many_scorecards_are_written_at_once);
        $crate::store::conformance::holds!($open => reads:
            reads_of_others_stay_on_record, reads_are_listed_by_what_is_named);
        $crate::store::conformance::holds!($open => operations:
            an_operation_is_begun_once_and_gets_on, what_has_ended_stays, the_latest_operations_come_first,
            a_lease_that_runs_out_ends_one);
    };
    ($open:expr => $sort:ident: $($law:ident),+) => {$(
        #[tokio::test]
        async fn $law() {
            let (_guard, store) = $open.await;
            $crate::store::conformance::$sort::$law(&store).await;
        }
    )+};
    ($open:expr => $($law:ident),+) => {$(
        #[tokio::test]
        async fn $law() {
            let (_guard, store) = $open.await;
            $crate::store::conformance::$law(&store).await;
        }
    )+};
}
pub(crate) use holds;

/// Statements beside those of the store.
pub trait Statements {
    /// Runs one in a transaction of its own.
    async fn run(&self, statement: &'static str) -> Result<()>;
    /// The first column of what one finds, as a reader with a scope sees it.
    async fn seen(&self, scope: &Scope, statement: &'static str) -> Result<Vec<String>>;
}

fn id(text: &str) -> PersonId {
    PersonId::new(text).unwrap()
}

fn run(text: &str) -> RunId {
    RunId::new(text).unwrap()
}

fn now() -> Timestamp {
    "2026-10-12T08:00:00Z".parse().unwrap()
}

fn q3() -> CycleId {
    CycleId::new("2026-Q3").unwrap()
}

fn decision(deed: Deed, by: &str) -> Decision {
    Decision { deed, by: by.to_owned(), at: now(), reason: "Zoë's \"reason\"".to_owned(), own_lines: true }
}

fn card(person: &str, kind: CardKind) -> StoredCard {
    StoredCard { kind, person: id(person), bytes: vec![0, 255, 7] }
}

fn mail(person: &str, kind: CardKind) -> Mail {
    Mail { key: format!("{}/2026-Q3/{person}", kind.word()), person: id(person), kind }
}

fn composition(cards: Vec<StoredCard>) -> Composition {
    let pins = Pins { goals: 2, feedback: 3, shows_pay: true, adjustments: Vec::new() };
    Composition { cards, pins, totals: Vec::new(), findings: 3 }
}

async fn begin(store: &dyn Store, name: &str) -> Review {
    store.begin(NewReview { run: run(name), cycle: q3(), created_at: now(), participants: 2 }).await.unwrap()
}

/// A review with scorecards of these people.
async fn composed(store: &dyn Store, name: &str, people: &[&str]) -> Review {
    let review = begin(store, name).await;
    let cards = people.iter().map(|person| card(person, CardKind::Person)).collect();
    let change = Change { to: State::Composed, composition: Some(composition(cards)), ..Change::of(&review) };
    assert!(store.apply(change).await.unwrap());
    store.review(&review.run).await.unwrap().unwrap()
}

fn page(after: Option<&str>, limit: usize) -> CardPage {
    CardPage { person: None, after: after.map(str::to_owned), limit, answered: limit }
}

async fn keys(store: &dyn Store, review: &Review, page: &CardPage, scope: &Scope) -> Vec<String> {
    let cards = store.card_page(&review.run, page, scope).await.unwrap();
    cards.iter().map(|card| format!("{}/{}", card.person, card.kind.word())).collect()
}

pub async fn an_empty_record_has_nothing(store: &dyn Store) {
    assert!(store.review(&run("a")).await.unwrap().is_none());
    assert!(store.latest(&q3()).await.unwrap().is_none());
    assert!(store.of_cycle(&q3()).await.unwrap().is_empty());
    assert!(store.cards(&run("a")).await.unwrap().is_empty());
    assert!(store.waiting(0, 10).await.unwrap().is_empty());
}

pub async fn a_run_has_one_review(store: &dyn Store) {
    let first = begin(store, "a").await;
    let again =
        store.begin(NewReview { run: run("a"), cycle: q3(), created_at: now(), participants: 9 }).await.unwrap();
    assert_eq!(again, first);
    assert_eq!((again.state, again.participants, again.posting), (State::Frozen, 2, false));
    assert_eq!(store.of_cycle(&q3()).await.unwrap(), [first]);
}

pub async fn everything_written_is_read_back(store: &dyn Store) {
    store.record_read(&reads::read("cora", "ana", 0)).await.unwrap();
    let review = begin(store, "a").await;
    let cards = vec![card("ana", CardKind::Person), card("ana", CardKind::Team), card("bo", CardKind::Person)];
    let change = Change {
        to: State::Composed,
        posting: true,
        approved_at: Some(now()),
        root: Some("ab".repeat(32)),
        supersedes: Some(run("before")),
        decision: Some(decision(Deed::Approve, "cora")),
        composition: Some(composition(cards.clone())),
        ..Change::of(&review)
    };
    assert!(store.apply(change).await.unwrap());
    let kept = store.review(&review.run).await.unwrap().unwrap();
    let expected = Review {
        state: State::Composed,
        posting: true,
        approved_at: Some(now()),
        root: "ab".repeat(32),
        supersedes: Some(run("before")),
        decisions: vec![decision(Deed::Approve, "cora")],
        pins: Some(composition(Vec::new()).pins),
        findings: 3,
        scorecards: 3,
        ..review
    };
    assert_eq!(kept, expected);
    assert_eq!(store.cards(&kept.run).await.unwrap(), cards);
    // What a change doesn't name stays.
    let published = Change { to: State::Published, posting: false, published_at: Some(now()), ..Change::of(&kept) };
    assert!(store.apply(published).await.unwrap());
    let after = store.review(&kept.run).await.unwrap().unwrap();
    assert_eq!(after, Review { state: State::Published, posting: false, published_at: Some(now()), ..kept });
}

pub async fn the_latest_is_the_one_that_stands(store: &dyn Store) {
    let first = begin(store, "a").await;
    let second = begin(store, "b").await;
    let third = begin(store, "c").await;
    assert_eq!(store.latest(&q3()).await.unwrap().unwrap().run, third.run);
    assert!(store.apply(Change { to: State::Rejected, ..Change::of(&third) }).await.unwrap());
    assert_eq!(store.latest(&q3()).await.unwrap().unwrap().run, second.run);
    let superseded = vec![(first.run.clone(), decision(Deed::Supersede, "cora"))];
    assert!(store.apply(Change { to: State::Rejected, superseded, ..Change::of(&second) }).await.unwrap());
    assert_eq!(store.latest(&q3()).await.unwrap().unwrap().run, third.run, "where none stands, the last");
    let all = store.of_cycle(&q3()).await.unwrap();
    assert_eq!(all.iter().map(|review| review.run.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(all[0].state, State::Superseded);
    assert_eq!(all[0].decisions, [decision(Deed::Supersede, "cora")]);
}

/// Of two who decide on the same view of a review, one wins; the other changes nothing at all.
pub async fn a_change_made_on_an_old_view_is_refused_whole(store: &dyn Store) {
    let review = begin(store, "a").await;
    let first = Change { decision: Some(decision(Deed::Approve, "ana")), ..Change::of(&review) };
    let second = Change { decision: Some(decision(Deed::Approve, "bo")), posting: true, ..Change::of(&review) };
    assert!(store.apply(first).await.unwrap());
    assert!(!store.apply(second).await.unwrap());
    let kept = store.review(&review.run).await.unwrap().unwrap();
    assert_eq!((kept.decisions.clone(), kept.posting), (vec![decision(Deed::Approve, "ana")], false));
    let third = Change { posting: true, ..Change::of(&kept) };
    assert!(store.apply(third.clone()).await.unwrap());
    assert!(!store.apply(third).await.unwrap());
    let seen = store.review(&review.run).await.unwrap().unwrap();
    assert!(store.apply(Change { to: State::Credited, ..Change::of(&seen) }).await.unwrap());
    assert!(!store.apply(Change::of(&seen)).await.unwrap());
}

pub async fn a_failed_change_leaves_nothing(store: &dyn Store) {
    let review = begin(store, "a").await;
    let twice = vec![card("ana", CardKind::Person), card("ana", CardKind::Person)];
    let broken = Change {
        to: State::Composed,
        decision: Some(decision(Deed::Approve, "cora")),
        composition: Some(composition(twice)),
        mails: vec![mail("ana", CardKind::Person)],
        ..Change::of(&review)
    };
    assert!(store.apply(broken).await.is_err(), "the same scorecard twice");
    assert_eq!(store.review(&review.run).await.unwrap().unwrap(), review);
    assert!(store.cards(&review.run).await.unwrap().is_empty());
    assert!(store.waiting(0, 10).await.unwrap().is_empty());
    assert!(store.apply(Change { to: State::Credited, ..Change::of(&review) }).await.unwrap());
}

pub async fn new_scorecards_take_the_place_of_the_old(store: &dyn Store) {
    let review = composed(store, "a", &["ana", "bo"]).await;
    let other = composed(store, "b", &["ana"]).await;
    let again = Change { composition: Some(composition(vec![card("cy", CardKind::Person)])), ..Change::of(&review) };
    assert!(store.apply(again).await.unwrap());
    assert_eq!(store.cards(&review.run).await.unwrap(), [card("cy", CardKind::Person)]);
    assert_eq!(store.cards(&other.run).await.unwrap(), [card("ana", CardKind::Person)]);
}

pub async fn pages_follow_the_bytes_of_ids(store: &dyn Store) {
    let review = composed(store, "a", &["b", "a-1", "a", "Z", "a.1", "a_1"]).await;
    let all = &Scope::Everyone;
    assert_eq!(keys(store, &review, &page(None, 2), all).await, ["Z/person", "a/person"]);
    assert_eq!(keys(store, &review, &page(Some("a/person"), 2), all).await, ["a-1/person", "a.1/person"]);
    assert_eq!(keys(store, &review, &page(Some("a.1/person"), 9), all).await, ["a_1/person", "b/person"]);
    assert!(keys(store, &review, &page(Some("b/person"), 9), all).await.is_empty());
    let own = CardPage { person: Some(id("a-1")), ..page(None, 9) };
    assert_eq!(keys(store, &review, &own, all).await, ["a-1/person"]);
}

pub async fn a_scope_narrows_pages_and_keeps_them_full(store: &dyn Store) {
    let review = composed(store, "a", &["ana", "bo", "cy", "dee", "eve"]).await;
    let some = Scope::of(["bo", "dee", "eve", "nobody"].map(id));
    assert_eq!(keys(store, &review, &page(None, 2), &some).await, ["bo/person", "dee/person"]);
    assert_eq!(keys(store, &review, &page(Some("dee/person"), 2), &some).await, ["eve/person"]);
    assert!(keys(store, &review, &page(None, 9), &Scope::nobody()).await.is_empty());
    let other = CardPage { person: Some(id("ana")), ..page(None, 9) };
    assert!(keys(store, &review, &other, &some).await.is_empty(), "a name widens no scope");
}

pub async fn what_was_published_last_is_shown(store: &dyn Store) {
    composed(store, "a", &["ana"]).await;
    assert_eq!(store.published(&q3()).await.unwrap(), None);
    // The first has no fraction, and is the earliest all the same; of two at one time the later review is the last.
    let instants = ["08:00:00Z", "08:00:00.5Z", "08:00:00.25Z", "08:00:00.5Z"];
    let shown = [("b", "b"), ("c", "c"), ("d", "c"), ("e", "e")];
    for ((name, last), at) in shown.into_iter().zip(instants) {
        let review = composed(store, name, &["ana", "bo"]).await;
        let published_at = Some(format!("2026-10-13T{at}").parse().unwrap());
        assert!(store.apply(Change { to: State::Published, published_at, ..Change::of(&review) }).await.unwrap());
        let (seq, run) = store.published(&q3()).await.unwrap().unwrap();
        assert_eq!((run.as_str(), store.review(&run).await.unwrap().unwrap().seq), (last, seq), "{name}");
    }
    assert_eq!(store.published(&CycleId::new("2026-Q4").unwrap()).await.unwrap(), None);
}

pub async fn one_persons_page_goes_on_where_it_ended(store: &dyn Store) {
    let (review, all) = (composed(store, "a", &["ana", "bo"]).await, &Scope::Everyone);
    let of_bo = |after: Option<&str>| CardPage { person: Some(id("bo")), ..page(after, 9) };
    for after in [None, Some("ana/team"), Some("bo/")] {
        assert_eq!(keys(store, &review, &of_bo(after), all).await, ["bo/person"], "{after:?}");
    }
    for after in ["bo/person", "cy/person"] {
        assert!(keys(store, &review, &of_bo(Some(after)), all).await.is_empty(), "{after}");
    }
    assert!(keys(store, &review, &of_bo(None), &Scope::only(&id("ana"))).await.is_empty(), "a name widens no scope");
}

pub async fn mails_wait_until_they_are_handed_on(store: &dyn Store) {
    let review = composed(store, "a", &["ana", "bo", "cy"]).await;
    let mails: Vec<Mail> = ["ana", "bo", "cy"].map(|person| mail(person, CardKind::Person)).into();
    assert!(store.apply(Change { mails: mails.clone(), ..Change::of(&review) }).await.unwrap());
    assert!(store.apply(Change { mails, ..Change::of(&review) }).await.unwrap(), "again: each key waits once");
    let waiting = store.waiting(0, 10).await.unwrap();
    let seen: Vec<&str> = waiting.iter().map(|mail| mail.key.as_str()).collect();
    assert_eq!(seen, ["person/2026-Q3/ana", "person/2026-Q3/bo", "person/2026-Q3/cy"]);
    assert_eq!(waiting[1].card, card("bo", CardKind::Person));
    assert_eq!(store.waiting(waiting[0].seq, 1).await.unwrap(), [waiting[1].clone()]);
    let refused = [(waiting[1].seq, "no such person".to_owned())];
    store.handed_on(&[waiting[0].seq, waiting[2].seq], &refused, now()).await.unwrap();
    assert_eq!(store.waiting(0, 10).await.unwrap(), [waiting[1].clone()]);
    store.handed_on(&[], &[], now()).await.unwrap();
    store.handed_on(&[waiting[1].seq], &[], now()).await.unwrap();
    assert!(store.waiting(0, 10).await.unwrap().is_empty());
}

pub async fn decisions_are_never_changed_or_deleted(store: &(impl Store + Statements)) {
    let review = begin(store, "a").await;
    let change = Change { decision: Some(decision(Deed::Approve, "ana")), ..Change::of(&review) };
    assert!(store.apply(change).await.unwrap());
    for statement in ["UPDATE decisions SET decided_by = 'bo'", "DELETE FROM decisions", "TRUNCATE decisions"] {
        assert!(store.run(statement).await.is_err(), "{statement}");
    }
    let kept = store.review(&review.run).await.unwrap().unwrap();
    assert_eq!(kept.decisions, [decision(Deed::Approve, "ana")]);
}

pub async fn many_scorecards_are_written_at_once(store: &dyn Store) {
    let names: Vec<String> = (0..1201).map(|n| format!("p{n:04}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let review = composed(store, "a", &names).await;
    assert_eq!(review.scorecards, 1201);
    let cards = store.cards(&review.run).await.unwrap();
    assert_eq!(cards.iter().map(|card| card.person.as_str()).collect::<Vec<_>>(), names);
}

/// For a store with a wall of its own: what a statement without a filter sees.
pub async fn the_wall_holds(store: &(impl Store + Statements)) {
    let review = composed(store, "a", &["ana", "bo"]).await;
    let mails = vec![mail("ana", CardKind::Person), mail("bo", CardKind::Person)];
    assert!(store.apply(Change { mails, ..Change::of(&review) }).await.unwrap());
    store.record_read(&reads::read("cora", "ana", 0)).await.unwrap();
    let cards = "SELECT person FROM scorecards ORDER BY person";
    assert_eq!(store.seen(&Scope::Everyone, cards).await.unwrap(), ["ana", "bo"]);
    assert_eq!(store.seen(&Scope::only(&id("ana")), cards).await.unwrap(), ["ana"]);
    assert!(store.seen(&Scope::nobody(), cards).await.unwrap().is_empty());
    for internal in ["SELECT person FROM events", "SELECT person FROM reads"] {
        assert!(!store.seen(&Scope::Everyone, internal).await.unwrap().is_empty(), "{internal}");
        assert!(store.seen(&Scope::only(&id("ana")), internal).await.unwrap().is_empty(), "{internal}");
    }
}
