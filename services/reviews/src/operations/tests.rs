//! Closes that go on by themselves, over neighbours that can be made to fail or to hang.

use std::sync::Arc;
use std::time::Duration;

use merit_core::ids::CycleId;
use merit_core::once::Asked;
use merit_core::{Error, FixedClock};

use super::Operations;
use crate::model::{Operation, State};
use crate::service::Reviews;
use crate::service::fakes::{Bench, CYCLE, bench};

/// Long enough for anything that happens at all.
const LONG: Duration = Duration::from_secs(60);

fn over(bench: &Bench) -> Operations {
    leased(bench, super::LEASE, super::HEARTBEAT)
}

fn leased(bench: &Bench, lease: Duration, heartbeat: Duration) -> Operations {
    let clock = Arc::new(FixedClock("2026-10-12T08:00:00Z".parse().unwrap()));
    let reviews = Reviews::new(bench.store.clone(), bench.world.clone(), bench.relay.clone(), clock.clone());
    Operations::with_lease(Arc::new(reviews), bench.operations.clone(), clock, lease, heartbeat)
}

/// A request of `cy`'s under an id.
fn asked(id: &str, body: &str) -> Option<Asked> {
    Asked::new(id, "/StartReview", "cy", body.as_bytes()).unwrap()
}

fn failure(operation: &Operation) -> Error {
    operation.end.as_ref().unwrap().outcome.clone().unwrap_err()
}

/// Waits until an operation is at a stage.
async fn at(operations: &Operations, seq: i64, stage: &str) {
    for _ in 0..6000 {
        if operations.get(seq).await.unwrap().progress.stage == stage {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the operation never was at {stage}");
}

#[tokio::test]
async fn a_close_goes_on_without_its_caller_and_tells_how_it_ended() {
    let bench = bench().await;
    let operations = over(&bench);
    let begun = operations.start(CYCLE, "cy", asked("close-1", CYCLE)).await.unwrap();
    assert_eq!((begun.name().as_str(), begun.started_by.as_str()), ("operations/1", "cy"));
    let ended = operations.wait(begun.seq, LONG).await.unwrap();
    assert_eq!(ended.progress.stage, "done");
    let review = operations.review(&ended).await.unwrap().unwrap();
    assert_eq!((review.run.as_str(), review.state), ("2026-q3-aaa", State::Composed));
    assert_eq!(operations.list(None, 10).await.unwrap(), [ended]);
}

#[tokio::test]
async fn a_request_id_names_one_operation_for_good() {
    let bench = bench().await;
    let operations = over(&bench);
    let first = operations.start(CYCLE, "cy", asked("close-1", CYCLE)).await.unwrap();
    let ended = operations.wait(first.seq, LONG).await.unwrap();
    assert_eq!(operations.start(CYCLE, "cy", asked("close-1", CYCLE)).await.unwrap(), ended);
    assert_ne!(operations.start(CYCLE, "cy", None).await.unwrap().seq, first.seq);
    assert_ne!(operations.start(CYCLE, "cy", None).await.unwrap().seq, first.seq + 1);
    bench.set(|world| world.cycle.id = CycleId::new("2026-Q2").unwrap());
    let other = asked("close-1", "cycles/2026-Q2");
    assert_eq!(operations.start("cycles/2026-Q2", "cy", other).await.unwrap_err().reason, "REQUEST_ID_REUSED");
    // What was begun is told even where it could not be begun any more.
    bench.set(|world| world.cycle.ended = false);
    assert_eq!(operations.start(CYCLE, "cy", asked("close-1", CYCLE)).await.unwrap(), ended);
    assert_eq!(operations.list(None, 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn what_goes_wrong_is_told_by_the_operation_and_what_is_plain_at_once() {
    let bench = bench().await;
    let operations = over(&bench);
    bench.set(|world| world.breaks_after = Some(2));
    let begun = operations.start(CYCLE, "cy", None).await.unwrap();
    let ended = operations.wait(begun.seq, LONG).await.unwrap();
    assert!(!failure(&ended).reason.is_empty());
    assert_eq!(operations.review(&ended).await.unwrap(), None);
    bench.set(|world| world.cycle.ended = false);
    assert_eq!(operations.start(CYCLE, "cy", None).await.unwrap_err().reason, "CYCLE_OPEN");
    assert_eq!(operations.get(7).await.unwrap_err().reason, "UNKNOWN_OPERATION");
    assert_eq!(operations.list(None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_that_is_cancelled_ends_and_the_next_goes_on_from_what_it_reached() {
    let bench = bench().await;
    let operations = over(&bench);
    bench.set(|world| world.hangs = true);
    let begun = operations.start(CYCLE, "cy", None).await.unwrap();
    at(&operations, begun.seq, "freezing").await;
    assert_eq!(operations.wait(begun.seq, Duration::from_millis(10)).await.unwrap().end, None);
    let cancelled = operations.cancel(begun.seq).await.unwrap();
    assert_eq!(failure(&cancelled).reason, "CANCELLED");
    bench.set(|world| world.hangs = false);
    let again = operations.start(CYCLE, "cy", None).await.unwrap();
    let ended = operations.wait(again.seq, LONG).await.unwrap();
    assert!(operations.review(&ended).await.unwrap().is_some());
    assert_eq!(operations.get(begun.seq).await.unwrap(), cancelled);
    // One that has ended stays as it is.
    assert_eq!(operations.cancel(again.seq).await.unwrap(), ended);
}

#[tokio::test]
async fn what_was_at_work_when_the_process_ended_is_told_as_interrupted_and_can_be_started_again() {
    let bench = bench().await;
    let before = over(&bench);
    bench.set(|world| world.hangs = true);
    let begun = before.start(CYCLE, "cy", asked("close-1", CYCLE)).await.unwrap();
    at(&before, begun.seq, "freezing").await;
    let after = over(&bench);
    after.settle_interrupted().await.unwrap();
    let told = after.get(begun.seq).await.unwrap();
    assert_eq!(failure(&told).reason, "INTERRUPTED");
    bench.set(|world| world.hangs = false);
    let again = after.start(CYCLE, "cy", asked("close-2", CYCLE)).await.unwrap();
    let ended = after.wait(again.seq, LONG).await.unwrap();
    assert!(after.review(&ended).await.unwrap().is_some());
    assert_eq!(after.start(CYCLE, "cy", asked("close-1", CYCLE)).await.unwrap(), told);
}

/// A process that dies says nothing any more; its lease is so short here that it has run out at once.
#[tokio::test]
async fn one_that_nobody_is_at_work_on_any_more_is_interrupted_for_every_reader() {
    let bench = bench().await;
    let dies = leased(&bench, Duration::ZERO, LONG);
    bench.set(|world| world.hangs = true);
    let begun = dies.start(CYCLE, "cy", asked("close-1", CYCLE)).await.unwrap();
    let other = over(&bench);
    let told = other.get(begun.seq).await.unwrap();
    assert_eq!(failure(&told).reason, "INTERRUPTED");
    assert!(failure(&told).message.contains("start the review again"), "{told:?}");
    assert_eq!(other.list(None, 10).await.unwrap(), std::slice::from_ref(&told));
    assert_eq!(other.wait(begun.seq, LONG).await.unwrap(), told);
    assert_eq!(other.cancel(begun.seq).await.unwrap(), told, "it ended before");
    bench.set(|world| world.hangs = false);
    let again = other.start(CYCLE, "cy", asked("close-2", CYCLE)).await.unwrap();
    let ended = other.wait(again.seq, LONG).await.unwrap();
    assert!(other.review(&ended).await.unwrap().is_some());
    assert_eq!(other.get(begun.seq).await.unwrap(), told, "it stays so");
}

#[tokio::test]
async fn whoever_is_at_work_on_one_that_has_ended_stops() {
    let bench = bench().await;
    let slow = leased(&bench, LONG, Duration::from_millis(5));
    bench.set(|world| world.hangs = true);
    let begun = slow.start(CYCLE, "cy", None).await.unwrap();
    at(&slow, begun.seq, "freezing").await;
    // Another process is asked to end it.
    let cancelled = over(&bench).cancel(begun.seq).await.unwrap();
    for _ in 0..6000 {
        if slow.0.running().is_empty() {
            assert_eq!(slow.get(begun.seq).await.unwrap(), cancelled);
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it is at work still");
}
