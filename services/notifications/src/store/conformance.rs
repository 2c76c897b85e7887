//! What any outbox has to do, whatever it is made of. [`holds`] runs each on a fresh store.

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use merit_core::Result;
use merit_core::ids::PersonId;
use merit_core::reads::ReadsPart;

use super::Store;
use crate::model::{Mail, Outcome, Phase, Read, State};

/// Makes one test of each law for the store that an expression opens.
macro_rules! holds {
    ($open:expr) => {
        $crate::store::conformance::holds!($open =>
            an_empty_outbox_has_nothing, everything_written_is_read_back, of_two_with_one_key_that_come_together_one_is_added,
            pages_follow_the_bytes_of_keys, states_and_keys_choose_mails, an_attempt_is_on_record_before_its_answer,
            a_lost_race_writes_nothing, a_failed_change_leaves_nothing, no_address_is_no_attempt,
            what_was_sent_is_confirmed_once, what_has_no_address_is_not_confirmed, a_newer_run_withdraws_what_was_not_sent,
            what_was_handed_out_stays_on_record);
    };
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
    /// The first column of what one finds.
    async fn seen(&self, statement: &'static str) -> Result<Vec<String>>;
}

fn now() -> Timestamp {
    "2026-10-08T06:00:00Z".parse().unwrap()
}

fn mail(key: &str, receiver: &str) -> Mail {
    Mail {
        key: key.to_owned(),
        receiver: PersonId::new(receiver).unwrap(),
        scorecard: vec![0, 255, 7],
        enqueued_at: now(),
        state: State::Waiting,
        attempts: 0,
        failure: String::new(),
    }
}

fn outcome(state: State, answer: &str) -> Outcome {
    Outcome { state, phase: Phase::Message, answer: answer.to_owned() }
}

async fn add(store: &dyn Store, keys: &[&str]) {
    for key in keys {
        assert!(store.add(&mail(key, "ana")).await.unwrap(), "{key}");
    }
}

async fn state(store: &dyn Store, key: &str) -> (State, u32, String) {
    let mail = store.mail(key).await.unwrap().unwrap();
    (mail.state, mail.attempts, mail.failure)
}

async fn attempts(store: &impl Statements) -> Vec<String> {
    let all = "SELECT mail_key || ' ' || number || ' ' || phase || ' ' || outcome || ' ' || answer
               FROM attempts ORDER BY mail_key, number";
    store.seen(all).await.unwrap()
}

pub async fn an_empty_outbox_has_nothing(store: &dyn Store) {
    assert!(store.mail("a").await.unwrap().is_none());
    assert!(store.list(None, 10).await.unwrap().is_empty());
    assert!(store.keys(&State::ALL).await.unwrap().is_empty());
    assert!(store.mails(&["a".to_owned()]).await.unwrap().is_empty());
}

pub async fn everything_written_is_read_back(store: &dyn Store) {
    let first = mail("Zoë's \"key\"; DROP TABLE mails", "ana");
    assert!(store.add(&first).await.unwrap());
    let other = Mail { receiver: PersonId::new("bo").unwrap(), ..first.clone() };
    assert!(!store.add(&other).await.unwrap());
    assert_eq!(store.mail(&first.key).await.unwrap(), Some(first.clone()), "what was there was not replaced");
    assert_eq!(store.list(None, 10).await.unwrap(), [Mail { scorecard: Vec::new(), ..first }]);
}

/// More than fit one transaction come at once, each twice: one of each pair is told that it was added, and each key is
/// there once.
pub async fn of_two_with_one_key_that_come_together_one_is_added(store: &dyn Store) {
    assert!(store.add(&mail("key-7", "ana")).await.unwrap());
    let mails: Vec<Mail> = (0..600).map(|number| mail(&format!("key-{}", number / 2), "bo")).collect();
    let told = join_all(mails.iter().map(|mail| store.add(mail))).await;
    for (pair, told) in told.chunks(2).enumerate() {
        let added = told.iter().filter(|told| *told.as_ref().unwrap()).count();
        assert_eq!(added, usize::from(pair != 7), "key-{pair}");
    }
    let all = store.list(None, 1000).await.unwrap();
    assert_eq!(all.len(), 300);
    assert!(all.iter().all(|mail| mail.receiver.as_str() == if mail.key == "key-7" { "ana" } else { "bo" }));
}

pub async fn pages_follow_the_bytes_of_keys(store: &dyn Store) {
    add(store, &["b", "a/1", "a", "Z", "a.1", "a_1"]).await;
    let page = async |after, limit| {
        let mails = store.list(after, limit).await.unwrap();
        mails.into_iter().map(|mail| mail.key).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2).await, ["Z", "a"]);
    assert_eq!(page(Some("a"), 2).await, ["a.1", "a/1"]);
    assert_eq!(page(Some("a/1"), 9).await, ["a_1", "b"]);
    assert!(page(Some("b"), 9).await.is_empty());
}

pub async fn states_and_keys_choose_mails(store: &dyn Store) {
    add(store, &["c", "B", "a"]).await;
    assert!(store.attempt("B", 0, now(), &outcome(State::Sent, "")).await.unwrap());
    assert_eq!(store.keys(&[State::Waiting]).await.unwrap(), ["a", "c"]);
    assert_eq!(store.keys(&[State::Waiting, State::Sent]).await.unwrap(), ["B", "a", "c"]);
    assert!(store.keys(&[]).await.unwrap().is_empty());
    let some = store.mails(&["c".to_owned(), "B".to_owned(), "none".to_owned()]).await.unwrap();
    assert_eq!(some.iter().map(|mail| mail.key.as_str()).collect::<Vec<_>>(), ["B", "c"]);
    assert!(some.iter().all(|mail| mail.scorecard == [0, 255, 7]));
}

pub async fn an_attempt_is_on_record_before_its_answer(store: &(impl Store + Statements)) {
    add(store, &["a"]).await;
    assert!(store.hand_over("a", 0, now()).await.unwrap());
    let (now_state, tries, failure) = state(store, "a").await;
    assert_eq!((now_state, tries), (State::Unclear, 1));
    assert!(failure.contains("not on record"), "{failure}");
    store.answer("a", &outcome(State::Failed, "452 full")).await.unwrap();
    assert_eq!(state(store, "a").await, (State::Failed, 1, "452 full".to_owned()));
    assert!(store.hand_over("a", 1, now()).await.unwrap());
    store.answer("a", &outcome(State::Sent, "")).await.unwrap();
    assert_eq!(state(store, "a").await, (State::Sent, 2, String::new()));
    assert_eq!(attempts(store).await, ["a 1 message failed 452 full", "a 2 message sent "]);
}

/// Of two that take a mail with the same number of attempts, one has it.
pub async fn a_lost_race_writes_nothing(store: &(impl Store + Statements)) {
    add(store, &["a"]).await;
    let both = join_all([store.hand_over("a", 0, now()), store.hand_over("a", 0, now())]).await;
    assert_eq!(both.iter().filter(|taken| *taken.as_ref().unwrap()).count(), 1);
    assert!(!store.attempt("a", 0, now(), &outcome(State::Failed, "late")).await.unwrap());
    assert!(!store.attempt("nothing", 0, now(), &outcome(State::Failed, "late")).await.unwrap());
    assert_eq!(attempts(store).await.len(), 1);
    assert_eq!(state(store, "a").await.0, State::Unclear);
}

pub async fn a_failed_change_leaves_nothing(store: &(impl Store + Statements)) {
    add(store, &["a"]).await;
    let wrong = outcome(State::Waiting, "no attempt ends so");
    assert!(store.attempt("a", 0, now(), &wrong).await.is_err());
    assert_eq!(state(store, "a").await, (State::Waiting, 0, String::new()));
    assert!(attempts(store).await.is_empty());
    assert!(store.attempt("a", 0, now(), &outcome(State::Sent, "")).await.unwrap());
}

pub async fn no_address_is_no_attempt(store: &(impl Store + Statements)) {
    add(store, &["a", "b"]).await;
    assert!(store.attempt("b", 0, now(), &outcome(State::Sent, "")).await.unwrap());
    store.no_address("a").await.unwrap();
    store.no_address("b").await.unwrap();
    assert_eq!(state(store, "a").await, (State::NoAddress, 0, "the receiver has no address".to_owned()));
    assert_eq!(state(store, "b").await.0, State::Sent, "what was sent stays sent");
    assert_eq!(attempts(store).await.len(), 1);
}

pub async fn what_was_sent_is_confirmed_once(store: &(impl Store + Statements)) {
    add(store, &["a", "b", "c"]).await;
    assert!(store.attempt("b", 0, now(), &outcome(State::Failed, "full")).await.unwrap());
    let keys = ["a", "b", "none"].map(str::to_owned);
    assert_eq!(store.confirm(&keys, now()).await.unwrap(), 2);
    assert_eq!(store.confirm(&keys, now()).await.unwrap(), 0);
    assert_eq!(state(store, "b").await, (State::Sent, 2, String::new()));
    assert_eq!(state(store, "c").await.0, State::Waiting);
    assert_eq!(attempts(store).await, ["a 1 file sent ", "b 1 message failed full", "b 2 file sent "]);
}

/// It was never handed out; with an address it is sent as any other.
pub async fn what_has_no_address_is_not_confirmed(store: &(impl Store + Statements)) {
    add(store, &["a", "b"]).await;
    store.no_address("a").await.unwrap();
    let keys = ["a", "b"].map(str::to_owned);
    assert_eq!(store.confirm(&keys, now()).await.unwrap(), 1);
    assert_eq!(state(store, "a").await, (State::NoAddress, 0, "the receiver has no address".to_owned()));
    assert_eq!(attempts(store).await, ["b 1 file sent "]);
    assert!(store.attempt("a", 0, now(), &outcome(State::Sent, "")).await.unwrap());
}

pub async fn a_newer_run_withdraws_what_was_not_sent(store: &dyn Store) {
    let key = |sort: &str, cycle: &str, run: &str| format!("{sort}/{cycle}/{run}/people/ana");
    let old = [
        key("scorecard", "2026-Q3", "run"),
        key("scorecard", "2026-Q3", "run-a"),
        key("scorecard", "2026-Q2", "run"),
        key("team-scorecard", "2026-Q3", "run"),
        key("scorecard", "2026-Q3", "sent"),
    ];
    add(store, &old.each_ref().map(String::as_str)).await;
    let bo = "scorecard/2026-Q3/run/people/bo";
    assert!(store.add(&mail(bo, "bo")).await.unwrap());
    // Each of the first withdrew what came before it; the last is sent before the newest comes.
    assert!(store.attempt(&old[4], 0, now(), &outcome(State::Sent, "")).await.unwrap());
    let newest = key("scorecard", "2026-Q3", "run-b");
    add(store, &[&newest]).await;
    let mut states = Vec::new();
    for key in old.iter().chain([&newest]) {
        states.push(state(store, key).await.0);
    }
    assert_eq!(
        states,
        [State::Withdrawn, State::Withdrawn, State::Waiting, State::Waiting, State::Sent, State::Waiting]
    );
    assert_eq!(state(store, bo).await.0, State::Waiting);
    assert!(
        !store.add(&mail(&old[0], "ana")).await.unwrap(),
        "again: it stays withdrawn, and so does what it replaces"
    );
    assert_eq!(state(store, &newest).await.0, State::Waiting);
    assert!(!store.attempt(&old[0], 0, now(), &outcome(State::Sent, "")).await.unwrap());
}

fn read(reader: &str, whose: &str, minutes: i64) -> Read {
    Read {
        reader: reader.to_owned(),
        roles: vec!["member".to_owned(), "operator".to_owned()],
        person: (!whose.is_empty()).then(|| PersonId::new(whose).unwrap()),
        mails: 7,
        at: now() + SignedDuration::from_mins(minutes),
    }
}

pub async fn what_was_handed_out_stays_on_record(store: &(impl Store + Statements)) {
    let all = [read("rita", "ana", 0), read("operator", "", 1), read("rita", "bo", 2)];
    for read in &all {
        store.record_read(read).await.unwrap();
    }
    for statement in ["UPDATE reads SET reader = 'x'", "DELETE FROM reads", "TRUNCATE reads"] {
        assert!(store.run(statement).await.is_err(), "{statement}");
    }
    let at = |minutes| -> Option<Timestamp> { Some(now() + SignedDuration::from_mins(minutes)) };
    let every = || ReadsPart { limit: 10, ..ReadsPart::default() };
    let [one, two, three] = all;
    assert_eq!(store.reads(&every()).await.unwrap(), [(3, three), (2, two), (1, one)]);
    for (part, expected) in [
        (ReadsPart { person: Some(PersonId::new("ana").unwrap()), ..every() }, &[1_i64][..]),
        (ReadsPart { reader: Some("rita".to_owned()), ..every() }, &[3, 1]),
        (ReadsPart { since: at(1), ..every() }, &[3, 2]),
        (ReadsPart { until: at(1), ..every() }, &[1]),
        (ReadsPart { before: Some(3), ..every() }, &[2, 1]),
        (ReadsPart { limit: 1, ..every() }, &[3]),
    ] {
        let found: Vec<i64> = store.reads(&part).await.unwrap().into_iter().map(|(number, _)| number).collect();
        assert_eq!(found, expected, "{part:?}");
    }
}
