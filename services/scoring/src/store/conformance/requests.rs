//! What may be asked for twice is done once, and both get the same answer.

use merit_core::Kind;
use merit_core::once::{Asked, Once, Outcome as Came};

use super::records::policy;
use super::{Behind, a_line, cycle, now, settled};
use crate::model::{Line, Part};
use crate::store::Store;

fn asked(id: &str, method: &'static str, body: &str) -> Asked {
    Asked::new(id, method, "rita", body.as_bytes()).unwrap().unwrap()
}

/// Of two outcomes of one request, one was done now and the other got its answer.
fn one_answer<T: std::fmt::Debug>(both: (merit_core::Result<Came<T>>, merit_core::Result<Came<T>>), answer: &str) {
    let outcomes = [both.0.unwrap(), both.1.unwrap()];
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Came::Done(_))).count(), 1, "{outcomes:?}");
    let before = |outcome: &&Came<T>| matches!(outcome, Came::Before(found) if found == answer.as_bytes());
    assert_eq!(outcomes.iter().filter(before).count(), 1, "{outcomes:?}");
}

pub async fn a_run_that_is_posted_twice_gets_one_answer(store: &dyn Store, _: &dyn Behind) {
    let id = settled(store, "r-1", &[a_line("bob", "a", 200), a_line("ana", "a", 100)]).await;
    let request = asked("q-1", "/PostRun", "r-1");
    let answer = |posted: &u32| posted.to_string().into_bytes();
    let once = Once { asked: &request, answer: &answer };
    let post = || store.post(&id, "2026-10-06T10:00:00Z", now(), Some(&once));
    one_answer(futures::join!(post(), post()), "2");
    // One that finds it posted is answered so, and again so.
    let later = asked("q-2", "/PostRun", "r-1");
    let once = Once { asked: &later, answer: &answer };
    assert_eq!(store.post(&id, "", now(), Some(&once)).await, Ok(Came::Done(0)));
    assert_eq!(store.answered(&later).await.unwrap(), Some(b"0".to_vec()));
}

pub async fn policies_that_are_published_twice_get_one_answer(store: &dyn Store, _: &dyn Behind) {
    let request = asked("q-1", "/PublishPolicies", "a");
    let answer = |(): &()| b"new".to_vec();
    let once = Once { asked: &request, answer: &answer };
    let add = || store.add_policies(vec![policy("a", 1)], now(), Some(&once));
    one_answer(futures::join!(add(), add()), "new");
    assert_eq!(store.policies().await.unwrap(), [policy("a", 1)]);
    // Where all are there already, the answer is kept even so.
    let nothing = asked("q-2", "/PublishPolicies", "a");
    let once = Once { asked: &nothing, answer: &answer };
    assert_eq!(store.add_policies(Vec::new(), now(), Some(&once)).await, Ok(Came::Done(())));
    assert_eq!(store.answered(&nothing).await.unwrap(), Some(b"new".to_vec()));
}

pub async fn an_adjustment_that_is_asked_for_twice_is_one(store: &dyn Store, _: &dyn Behind) {
    let third = cycle("2026-Q3");
    let request = asked("q-1", "/CreateAdjustment", "ana 1");
    let answer = |line: &Line| line.line.clone().into_bytes();
    let once = Once { asked: &request, answer: &answer };
    let adjust = || store.adjust(&third, a_line("ana", "adjustment", 1), now(), Some(&once));
    one_answer(futures::join!(adjust(), adjust()), "adjustment-1");
    // Another content, another call, another cycle: the id is taken.
    for reused in [asked("q-1", "/CreateAdjustment", "ana 2"), asked("q-1", "/PostRun", "ana 1")] {
        let once = Once { asked: &reused, answer: &answer };
        let line = a_line("ana", "adjustment", 2);
        let refused = store.adjust(&cycle("2026-Q4"), line, now(), Some(&once)).await.unwrap_err();
        assert_eq!((refused.kind, refused.reason.as_str()), (Kind::AlreadyExists, "REQUEST_ID_REUSED"));
        assert_eq!(store.answered(&reused).await.unwrap_err().reason, "REQUEST_ID_REUSED");
    }
    // Somebody else's id is theirs.
    let theirs = Asked { principal: "cy".to_owned(), ..request.clone() };
    let once = Once { asked: &theirs, answer: &answer };
    let line = store.adjust(&third, a_line("ana", "adjustment", 1), now(), Some(&once)).await.unwrap();
    assert_eq!(line.done().unwrap().line, "adjustment-2");
    assert_eq!(store.ledger(&third, Part::of(&merit_core::Scope::Everyone)).await.unwrap().len(), 2);
}

pub async fn what_fails_keeps_no_answer(store: &dyn Store, _: &dyn Behind) {
    let request = asked("q-1", "/PostRun", "none");
    let answer = |posted: &u32| posted.to_string().into_bytes();
    let once = Once { asked: &request, answer: &answer };
    let unknown = merit_core::ids::RunId::new("none").unwrap();
    assert_eq!(store.post(&unknown, "", now(), Some(&once)).await.unwrap_err().reason, "UNKNOWN_RUN");
    assert_eq!(store.answered(&request).await.unwrap(), None);
}
