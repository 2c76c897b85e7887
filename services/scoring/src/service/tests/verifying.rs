//! Computing a run again, cut off half-way, and fenced.

use merit_core::ids::RunId;

use super::{World, quarter};
use crate::model::{Chunk, Claim, Keyed as _, Line, Outcome, OutcomeKind, RunState, Shard};
use crate::store::Runs as _;

pub async fn forge(world: &World, statements: &str) {
    let path = world.folder.path().join("scoring.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned())).execute(&pool).await.unwrap();
    pool.close().await;
}

#[tokio::test]
async fn an_untouched_run_verifies() {
    let world = World::ready().await;
    let run = world.close().await;
    // What comes later is another run's.
    world.import(vec![super::deal(2, "D-1", "ana", "", "USD 1.00", "2026-07-10")]).await;
    let found = world.scoring.verify(&run.id, true).await.unwrap();
    assert!(found.matches, "{found:?}");
    assert_eq!((found.found_root.as_str(), found.differences.len()), (run.root.as_str(), 0));
}

#[tokio::test]
async fn whatever_was_changed_behind_our_back_is_found() {
    for (statements, difference) in [
        (
            "UPDATE outcomes SET content = replace(content, '800000', '900000') WHERE kind = 'line' AND key GLOB 'ana*commission*'",
            "line / ana / Commission / commission / 2026-Q3 / USD",
        ),
        (
            "DELETE FROM outcomes WHERE kind = 'recognition' AND participant = 'eve'",
            "recognition / eve / SPIF / First deal / 2026-08-01 to 2026-08-31",
        ),
        ("UPDATE frozen SET content = replace(content, 'Seller', 'Boss') WHERE key = 'bob'", "frozen inputs"),
        (
            "DROP TRIGGER results_no_update; UPDATE results SET content = replace(content, '60000.00', '60001.00') WHERE external_id = 'D-1'",
            "frozen inputs",
        ),
    ] {
        let world = World::ready().await;
        let run = world.close().await;
        forge(&world, statements).await;
        let found = world.scoring.verify(&run.id, true).await.unwrap();
        assert!(!found.matches, "{statements}");
        assert!(found.differences.iter().any(|told| told == difference), "{statements}: {:#?}", found.differences);
        assert!(found.differences.len() <= 20);
    }
}

/// Lets the ledger be changed, as somebody with the file in their hands would.
pub const UNLOCKED: &str = "PRAGMA foreign_keys = OFF; DROP TRIGGER ledger_lines_no_update; DROP TRIGGER ledger_lines_no_delete; DROP TRIGGER ledger_entries_no_update; DROP TRIGGER ledger_entries_no_delete;";

pub const COMMISSION_OF_ANA: &str = "key GLOB 'ana*commission*' AND run <> ''";

#[tokio::test]
async fn a_ledger_that_was_changed_behind_our_back_is_found() {
    let ana = "ledger: ana, Commission, commission, 2026-Q3";
    for (statements, expected) in [
        (
            format!("UPDATE ledger_lines SET content = replace(content, '800000', '810000') WHERE {COMMISSION_OF_ANA}"),
            vec![
                format!("{ana}: $8,100.00 posted, $8,000.00 computed"),
                format!("{ana}: kept as $8,000.00, written as $8,100.00"),
                format!("{ana}: its entries are not those of its amount"),
            ],
        ),
        (
            format!("UPDATE ledger_lines SET amount = 810000 WHERE {COMMISSION_OF_ANA}"),
            vec![format!("{ana}: kept as $8,100.00, written as $8,000.00")],
        ),
        (
            format!(
                "UPDATE ledger_lines SET content = replace(content, 'Section 6', 'Section 7') WHERE {COMMISSION_OF_ANA}"
            ),
            vec![format!("{ana}: posted with other words")],
        ),
        (
            format!("UPDATE ledger_lines SET content = '' WHERE {COMMISSION_OF_ANA}"),
            vec![
                format!("{ana}: $0.00 posted, $8,000.00 computed"),
                "ledger: ana / Commission / commission / 2026-Q3 / USD: can't be read".to_owned(),
            ],
        ),
        (
            format!(
                "UPDATE ledger_lines SET line_id = 4000 WHERE {COMMISSION_OF_ANA}; DELETE FROM ledger_lines WHERE line_id = 4000"
            ),
            vec![
                format!("{ana}: $0.00 posted, $8,000.00 computed"),
                "ledger: an entry to expense belongs to line 2, which is missing".to_owned(),
                "ledger: an entry to held belongs to line 2, which is missing".to_owned(),
                "ledger: an entry to payable belongs to line 2, which is missing".to_owned(),
            ],
        ),
        (
            format!(
                "INSERT INTO ledger_lines SELECT NULL, cycle, run, replace(key, 'ana', 'bob'), 'bob', currency, amount, held, replace(content, 'ana', 'bob'), posted_at, NULL FROM ledger_lines WHERE {COMMISSION_OF_ANA}"
            ),
            vec![
                "ledger: bob, Commission, commission, 2026-Q3: $8,000.00 posted, $0.00 computed".to_owned(),
                "ledger: bob, Commission, commission, 2026-Q3: has no entries".to_owned(),
            ],
        ),
        (
            format!(
                "INSERT INTO ledger_lines SELECT NULL, cycle, 'other', key, participant, currency, 0, 0, replace(replace(content, '800000', '0'), '80000', '0'), posted_at, NULL FROM ledger_lines WHERE {COMMISSION_OF_ANA}"
            ),
            vec![format!("{ana}: posted by runs/other, which was never posted for this cycle")],
        ),
        (
            "UPDATE ledger_entries SET amount = amount + 1 WHERE line_id = 2 AND account = 'payable'".to_owned(),
            vec![format!("{ana}: its entries don't sum to zero")],
        ),
        ("DELETE FROM ledger_entries WHERE line_id = 2".to_owned(), vec![format!("{ana}: has no entries")]),
        (
            "DELETE FROM ledger_entries WHERE line_id = 9; DELETE FROM ledger_lines WHERE run = ''".to_owned(),
            vec!["ledger: adjustments: 0 posted, 1 on record".to_owned()],
        ),
    ] {
        let (world, run) = posted().await;
        forge(&world, &format!("{UNLOCKED} {statements}")).await;
        let found = world.scoring.verify(&run, true).await.unwrap();
        assert_eq!(found.differences, expected, "{statements}");
        assert!(!found.matches, "{statements}");
        assert_eq!(found.amounts_told, expected.iter().any(|told| told.contains('$')), "{statements}");
        let plain = world.scoring.verify(&run, false).await.unwrap();
        assert!(!plain.amounts_told && !plain.differences.iter().any(|told| told.contains('$')), "{plain:?}");
        assert_eq!(plain.differences.len(), expected.len(), "{statements}");
    }
}

/// A posted run and an adjustment.
async fn posted() -> (World, RunId) {
    let world = World::ready().await;
    let run = world.close().await;
    world.scoring.post(&run.id, "", None).await.unwrap().done().unwrap();
    world.scoring.adjust(super::posting::new(-25_000), None).await.unwrap().done().unwrap();
    (world, run.id)
}

#[tokio::test]
async fn every_posted_run_verifies_and_each_finds_its_own_faults() {
    let (world, first) = posted().await;
    world.import(vec![super::deal(2, "D-1", "ana", "", "USD 50000.00", "2026-07-10")]).await;
    let second = world.close().await.id;
    // Settled, not posted.
    assert_eq!(world.scoring.verify(&second, true).await.unwrap().differences, [""; 0]);
    // Approved before the first was: what counts is when it was posted.
    world.scoring.post(&second, "2026-10-01T00:00:00Z", None).await.unwrap().done().unwrap();
    for run in [&first, &second] {
        let found = world.scoring.verify(run, true).await.unwrap();
        assert!(found.matches, "{found:?}");
    }
    let correction = format!("run = '{second}' AND key GLOB 'ana*commission*'");
    forge(&world, &format!(
        "{UNLOCKED} DELETE FROM ledger_entries WHERE line_id IN (SELECT line_id FROM ledger_lines WHERE {correction}); DELETE FROM ledger_lines WHERE {correction}"
    )).await;
    assert!(world.scoring.verify(&first, true).await.unwrap().matches);
    assert_eq!(
        world.scoring.verify(&second, true).await.unwrap().differences,
        ["ledger: ana, Commission, commission, 2026-Q3: $8,000.00 posted, $7,000.00 computed"]
    );
}

#[tokio::test]
async fn a_run_that_was_cut_off_goes_on_and_ends_the_same() {
    let whole = World::ready().await;
    let expected = whole.close().await;
    for undone in [
        "UPDATE runs SET state = 1; DELETE FROM outcomes WHERE kind <> 'credit'; UPDATE shards SET done = 0, cursor = '', lease_until = 0; DELETE FROM traces",
        // One chunk of the first shard was written.
        "UPDATE runs SET state = 2, root = ''; DELETE FROM outcomes WHERE participant <> 'ana' AND kind IN ('score', 'attainment', 'recognition') OR kind = 'line' OR (kind = 'finding' AND content NOT LIKE '%not-credited%');
         DELETE FROM traces WHERE participant <> 'ana';
         UPDATE shards SET done = 0, lease_until = 0, cursor = CASE shard WHEN 0 THEN 'ana' ELSE '' END;
         INSERT INTO outcomes SELECT * FROM kept",
        "UPDATE runs SET state = 4, root = ''; DELETE FROM outcomes WHERE key LIKE '%cap total%'",
    ] {
        let world = World::ready().await;
        let run = world.close().await;
        let keep = "CREATE TABLE kept AS SELECT * FROM outcomes WHERE kind = 'line' AND participant = 'ana' AND content LIKE '%payout\"%';";
        forge(&world, &format!("{keep} {undone}; DROP TABLE kept")).await;
        assert_ne!(world.scoring.run(&run.id).await.unwrap().state, RunState::Settled);
        let again = world.execute(&run.id).await;
        assert_eq!(again.root, expected.root, "{undone}");
        assert!(world.scoring.verify(&run.id, true).await.unwrap().matches, "{undone}");
    }
}

async fn claim(world: &World, id: &RunId, now: i64) -> Shard {
    match world.store.claim(id, now, now + 1000).await.unwrap() {
        Claim::Yours(shard) => shard,
        other => panic!("{other:?}"),
    }
}

fn chunk(cursor: &str, done: bool, outcomes: Vec<Outcome>) -> Chunk {
    Chunk { cursor: cursor.to_owned(), evaluated: 1, done, lease_until: 5000, outcomes, traces: vec![] }
}

#[tokio::test]
async fn a_write_with_a_stale_epoch_is_refused_and_leaves_nothing() {
    let world = World::new().await;
    world.fill(quarter()).await;
    let run = world.freeze().await;
    let slow = claim(&world, &run.id, 0).await;
    // Its lease is over: another worker takes the shard.
    let quick = claim(&world, &run.id, 1000).await;
    assert_eq!((slow.shard, slow.epoch + 1), (quick.shard, quick.epoch));
    let line: Vec<Outcome> = {
        let other = World::ready().await;
        let run = other.close().await;
        other.all::<Line>(&run).await.iter().map(|line| Outcome::of(line).unwrap()).collect()
    };
    assert_eq!(line[0].kind, Line::KIND);
    let refused = world.store.write_chunk(&run.id, slow.shard, slow.epoch, chunk("ana", false, line.clone())).await;
    assert_eq!(refused.unwrap_err().reason, "STALE_EPOCH");
    assert!(world.store.all_outcomes(&run.id, &[OutcomeKind::Line]).await.unwrap().is_empty());
    assert_eq!(world.store.evaluated(&run.id).await.unwrap(), 0);
    world.store.write_chunk(&run.id, quick.shard, quick.epoch, chunk("bob", true, line)).await.unwrap();
    // A shard that is done takes nothing more, from nobody.
    let late = world.store.write_chunk(&run.id, quick.shard, quick.epoch, chunk("bob", true, vec![])).await;
    assert_eq!(late.unwrap_err().reason, "STALE_EPOCH");
}

#[tokio::test]
async fn workers_wait_for_what_others_hold() {
    let world = World::ready().await;
    let run = world.freeze().await;
    let count = 3;
    for now in 0..count {
        claim(&world, &run.id, now * 10).await;
    }
    assert_eq!(world.store.claim(&run.id, 30, 1000).await.unwrap(), Claim::Busy);
}
