//! Shards: each worker its own, and a fence around what is written.

use futures::future::join_all;
use merit_core::Scope;
use merit_core::ids::{PersonId, RunId};

use super::{Behind, a_line, a_run, nothing_frozen, person};
use crate::model::{Chunk, Claim, Outcome, OutcomeKind, Shard, TraceRow};
use crate::store::Store;

/// More rounds than any of these tests needs.
const BOUND: usize = 2_000;

async fn run_of(store: &dyn Store, people: usize, shard_size: usize) -> RunId {
    let run = a_run("r-1", "2026-Q3", 3);
    let roster: Vec<PersonId> = (0..people).map(|n| person(&format!("p{n:03}"))).collect();
    store.create_run(&run, &nothing_frozen(&run), &roster, shard_size).await.unwrap();
    run.id
}

fn yours(claim: Claim) -> Shard {
    match claim {
        Claim::Yours(shard) => shard,
        other => panic!("{other:?}"),
    }
}

fn chunk(done: bool, payout: &str) -> Chunk {
    let line = a_line("ana", payout, 100);
    let trace = TraceRow {
        participant: "ana".to_owned(),
        policy: "Commission".to_owned(),
        version: 1,
        period: payout.to_owned(),
        trace: "{}".to_owned(),
    };
    Chunk {
        cursor: "p000".to_owned(),
        evaluated: 1,
        done,
        lease_until: 0,
        outcomes: vec![Outcome::of(&line).unwrap()],
        traces: vec![trace],
    }
}

/// How many lines and traces were written.
async fn written(store: &dyn Store, id: &RunId) -> (usize, usize) {
    let lines = store.all_outcomes(id, &[OutcomeKind::Line]).await.unwrap().len();
    (lines, store.traces(id, &Scope::Everyone, &["ana".to_owned()]).await.unwrap().len())
}

pub async fn shards_are_claimed_one_by_one(store: &dyn Store, _: &dyn Behind) {
    let id = run_of(store, 5, 2).await;
    let expected = [(0, "p000", "p001"), (1, "p002", "p003"), (2, "p004", "p004")];
    for (number, first, last) in expected {
        let shard = yours(store.claim(&id, 0, 1000).await.unwrap());
        assert_eq!((shard.shard, shard.epoch, shard.first.as_str(), shard.last.as_str()), (number, 1, first, last));
        assert_eq!(shard.cursor, "");
    }
    assert_eq!(store.claim(&id, 999, 2000).await.unwrap(), Claim::Busy);
    // The first one's lease is over; it goes on where its holder was.
    store.write_chunk(&id, 0, 1, Chunk { lease_until: 500, ..chunk(false, "a") }).await.unwrap();
    let again = yours(store.claim(&id, 500, 2000).await.unwrap());
    assert_eq!((again.shard, again.epoch, again.cursor.as_str()), (0, 2, "p000"));
    for (shard, epoch) in [(0, 2), (1, 1), (2, 1)] {
        store.write_chunk(&id, shard, epoch, chunk(true, "b")).await.unwrap();
    }
    assert_eq!(store.claim(&id, 9999, 10_000).await.unwrap(), Claim::Done);
    assert_eq!(store.evaluated(&id).await.unwrap(), 4);
}

pub async fn a_stale_epoch_writes_nothing(store: &dyn Store, _: &dyn Behind) {
    let id = run_of(store, 1, 1).await;
    let slow = yours(store.claim(&id, 0, 10).await.unwrap());
    let quick = yours(store.claim(&id, 10, 20).await.unwrap());
    let refused = store.write_chunk(&id, slow.shard, slow.epoch, chunk(true, "slow")).await.unwrap_err();
    assert_eq!(refused.reason, "STALE_EPOCH");
    assert_eq!((written(store, &id).await, store.evaluated(&id).await.unwrap()), ((0, 0), 0));
    store.write_chunk(&id, quick.shard, quick.epoch, chunk(true, "quick")).await.unwrap();
    let late = store.write_chunk(&id, quick.shard, quick.epoch, chunk(true, "late")).await.unwrap_err();
    assert_eq!(late.reason, "STALE_EPOCH", "a shard that is done takes nothing more");
    assert_eq!((written(store, &id).await, store.evaluated(&id).await.unwrap()), ((1, 1), 1));
}

pub async fn workers_at_once_never_share_a_shard(store: &dyn Store, _: &dyn Behind) {
    let id = run_of(store, 40, 1).await;
    let worker = async || {
        let mut mine = Vec::new();
        for _ in 0..BOUND {
            match store.claim(&id, 0, i64::MAX).await.unwrap() {
                Claim::Yours(shard) => {
                    assert_eq!(shard.epoch, 1, "nobody had it before");
                    let chunk = chunk(true, &format!("shard-{}", shard.shard));
                    store.write_chunk(&id, shard.shard, shard.epoch, chunk).await.unwrap();
                    mine.push(shard.shard);
                }
                Claim::Busy => {}
                Claim::Done => return mine,
            }
        }
        panic!("the shards never end");
    };
    let mut taken: Vec<i64> = join_all((0..4).map(|_| worker())).await.concat();
    taken.sort_unstable();
    assert_eq!(taken, (0..40).collect::<Vec<_>>());
    assert_eq!((written(store, &id).await, store.evaluated(&id).await.unwrap()), ((40, 40), 40));
}

/// Leases that are over at once, so that each claim takes the shard from somebody who is about to write.
pub async fn a_shard_that_changes_hands_keeps_only_what_its_holder_wrote(store: &dyn Store, _: &dyn Behind) {
    let id = run_of(store, 1, 1).await;
    let worker = async |name: usize| {
        let (mut kept, mut refused) = (Vec::new(), 0);
        for turn in 0..25 {
            let Claim::Yours(shard) = store.claim(&id, 0, 0).await.unwrap() else { continue };
            let payout = format!("w{name}-{turn}");
            match store.write_chunk(&id, shard.shard, shard.epoch, chunk(false, &payout)).await {
                Ok(()) => kept.push((shard.epoch, payout)),
                Err(error) => {
                    assert_eq!(error.reason, "STALE_EPOCH");
                    refused += 1;
                }
            }
        }
        (kept, refused)
    };
    let all = join_all((0..4).map(worker)).await;
    let mut kept: Vec<(i64, String)> = all.iter().flat_map(|(kept, _)| kept.clone()).collect();
    let lines = store.all_outcomes(&id, &[OutcomeKind::Line]).await.unwrap();
    let mut found: Vec<String> = lines.iter().map(|line| line.read::<crate::model::Line>().unwrap().payout).collect();
    found.sort();
    kept.sort();
    assert!(kept.windows(2).all(|two| two[0].0 != two[1].0), "two held the shard under one epoch: {kept:?}");
    let mut payouts: Vec<String> = kept.into_iter().map(|(_, payout)| payout).collect();
    payouts.sort();
    assert_eq!(found, payouts);
    assert_eq!(usize::try_from(store.evaluated(&id).await.unwrap()).unwrap(), found.len());
    assert!(all.iter().map(|(_, refused)| refused).sum::<usize>() > 0, "nobody was ever fenced: the test is idle");
}
