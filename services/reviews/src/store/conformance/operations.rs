//! Operations: begun once, told of while they are at work, and ended once.

use std::time::Duration;

use merit_core::once::Asked;
use merit_core::{Error, Kind};

use super::{now, q3, run};
use crate::model::{End, NewOperation, Operation, Progress, cancelled};
use crate::store::OperationStore;

/// Longer than any test.
const LONG: Duration = Duration::from_secs(3600);

fn asked(id: &str, by: &str, body: &str) -> Option<Asked> {
    Asked::new(id, "/StartReview", by, body.as_bytes()).unwrap()
}

fn new(by: &str, asked: Option<Asked>) -> NewOperation {
    NewOperation { cycle: q3(), started_by: by.to_owned(), started_at: now(), asked, lease: LONG }
}

fn step(stage: &str, done: u32) -> Progress {
    Progress { stage: stage.to_owned(), done, total: 7 }
}

async fn get(store: &dyn OperationStore, seq: i64) -> Operation {
    store.operation(seq).await.unwrap().unwrap()
}

pub async fn an_operation_is_begun_once_and_gets_on(store: &dyn OperationStore) {
    assert_eq!(store.operation(1).await.unwrap(), None);
    let request = asked("r-1", "cy", "Q3");
    assert_eq!(store.requested(request.as_ref().unwrap()).await.unwrap(), None);
    let ask = new("cy", request.clone());
    let (one, two) = futures::join!(store.begin_operation(&ask), store.begin_operation(&ask));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.0, two.0);
    assert_ne!(one.1, two.1, "of two at once one begins it");
    let begun = one.0;
    assert_eq!((begun.cycle.clone(), begun.started_by.as_str(), begun.started_at), (q3(), "cy", now()));
    assert_eq!((begun.progress.stage.as_str(), &begun.end), ("", &None));
    assert_eq!(store.requested(request.as_ref().unwrap()).await.unwrap(), Some(begun.clone()));

    let other = new("cy", asked("r-1", "cy", "Q4"));
    for refused in
        [store.begin_operation(&other).await.map(drop), store.requested(other.asked.as_ref().unwrap()).await.map(drop)]
    {
        let refused = refused.unwrap_err();
        assert_eq!((refused.kind, refused.reason.as_str()), (Kind::AlreadyExists, "REQUEST_ID_REUSED"));
    }
    // Somebody else's id is theirs, and without one each is another.
    for more in [new("bo", asked("r-1", "bo", "Q3")), new("cy", None), new("cy", None)] {
        assert!(store.begin_operation(&more).await.unwrap().1);
    }
    assert_eq!(store.operations(None, 10).await.unwrap().len(), 4);

    store.advance(begun.seq, &step("scoring", 3)).await.unwrap();
    assert_eq!(get(store, begun.seq).await, Operation { progress: step("scoring", 3), ..begun });
}

pub async fn what_has_ended_stays(store: &dyn OperationStore) {
    let mut seqs = Vec::new();
    for _ in 0..4 {
        seqs.push(store.begin_operation(&new("cy", None)).await.unwrap().0.seq);
    }
    store.advance(seqs[1], &step("scoring", 3)).await.unwrap();
    let failure = Error::precondition("NO_POLICIES", "Zoë's \"policies\" are missing");
    for (seq, outcome) in [(seqs[0], Ok(run("r-1"))), (seqs[1], Err(failure)), (seqs[2], Err(cancelled()))] {
        let end = End { at: now(), outcome };
        store.end(seq, &end).await.unwrap();
        assert_eq!(get(store, seq).await.end, Some(end.clone()));
        // Whatever comes later.
        let before = get(store, seq).await;
        store.advance(seq, &step("ranking", 1)).await.unwrap();
        store.end(seq, &End { at: now(), outcome: Ok(run("r-2")) }).await.unwrap();
        assert!(!store.renew(seq, LONG).await.unwrap());
        assert_eq!(get(store, seq).await, before);
    }
    let stages = [get(store, seqs[0]).await.progress.stage, get(store, seqs[1]).await.progress.stage];
    assert_eq!(stages, ["done", "scoring"]);
    assert!(store.renew(seqs[3], LONG).await.unwrap());
    store.end_all(&End { at: now(), outcome: Err(cancelled()) }).await.unwrap();
    assert!(get(store, seqs[3]).await.end.is_some_and(|end| end.outcome == Err(cancelled())));
    assert_eq!(get(store, seqs[0]).await.end.unwrap().outcome, Ok(run("r-1")));
}

pub async fn the_latest_operations_come_first(store: &dyn OperationStore) {
    for _ in 0..3 {
        store.begin_operation(&new("cy", None)).await.unwrap();
    }
    let seqs = async |before, limit| {
        store.operations(before, limit).await.unwrap().iter().map(|operation| operation.seq).collect::<Vec<_>>()
    };
    assert_eq!(seqs(None, 10).await, [3, 2, 1]);
    assert_eq!(seqs(None, 2).await, [3, 2]);
    assert_eq!(seqs(Some(2), 2).await, [1]);
}

/// The lease is so short that it has run out when it begins.
pub async fn a_lease_that_runs_out_ends_one(store: &dyn OperationStore) {
    let dead = NewOperation { lease: Duration::ZERO, ..new("cy", asked("r-1", "cy", "Q3")) };
    let (dead, created) = store.begin_operation(&dead).await.unwrap();
    assert!(created);
    let alive = store.begin_operation(&new("cy", None)).await.unwrap().0;
    let end = get(store, dead.seq).await.end.unwrap();
    let failure = end.outcome.unwrap_err();
    assert_eq!((failure.kind, failure.reason.as_str()), (Kind::Unavailable, "INTERRUPTED"));
    assert!(end.at >= now());
    // For every reader, and for good: whoever was at work on it finds out.
    let told = get(store, dead.seq).await;
    assert_eq!(store.requested(asked("r-1", "cy", "Q3").as_ref().unwrap()).await.unwrap(), Some(told.clone()));
    assert_eq!(store.operations(None, 10).await.unwrap(), [alive.clone(), told.clone()]);
    assert!(!store.renew(dead.seq, LONG).await.unwrap());
    store.advance(dead.seq, &step("scoring", 1)).await.unwrap();
    store.end(dead.seq, &End { at: now(), outcome: Ok(run("r-1")) }).await.unwrap();
    assert_eq!(get(store, dead.seq).await, told);
    // One that is renewed goes on; with a lease of nothing it is given up.
    assert!(store.renew(alive.seq, LONG).await.unwrap());
    assert_eq!(get(store, alive.seq).await, alive);
    assert!(store.renew(alive.seq, Duration::ZERO).await.unwrap());
    assert!(get(store, alive.seq).await.end.is_some());
}
