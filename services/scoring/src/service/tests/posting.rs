//! The ledger.

use std::collections::BTreeMap;

use merit_core::ids::CycleId;
use merit_core::once::{Asked, Once, Outcome};
use merit_core::{Money, Scope};

use super::neighbours::{goal, id};
use super::{World, deal, words};
use crate::model::{Keyed as _, Line, OwnerKind, Part, Run, RunState};
use crate::service::NewAdjustment;
use crate::store::{Ledger as _, Posted};

const APPROVED: &str = "2026-10-06T10:00:00Z";

async fn ledger(world: &World) -> Vec<Posted> {
    world.store.ledger(&CycleId::new("2026-Q3").unwrap(), Part::of(&Scope::Everyone)).await.unwrap()
}

/// What each key adds up to, as amount and held, without what adds up to nothing.
fn sums(lines: impl IntoIterator<Item = Line>) -> BTreeMap<String, (i64, i64)> {
    let mut sums = BTreeMap::new();
    for line in lines {
        let sum: &mut (i64, i64) = sums.entry(line.key()).or_default();
        *sum = (sum.0 + line.amount.minor, sum.1 + line.held.minor);
    }
    sums.retain(|_, sum| *sum != (0, 0));
    sums
}

async fn post(world: &World, run: &Run) -> u32 {
    world.scoring.post(&run.id, APPROVED, None).await.unwrap().done().unwrap()
}

pub async fn balances(world: &World) -> Vec<(String, i64)> {
    let path = world.folder.path().join("scoring.db");
    let pool = sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(path)).await.unwrap();
    let each: Vec<(i64, i64)> = sqlx::query_as("SELECT line_id, sum(amount) FROM ledger_entries GROUP BY line_id")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert!(each.iter().all(|(_, sum)| *sum == 0), "{each:?}");
    sqlx::query_as("SELECT currency || ' ' || account, sum(amount) FROM ledger_entries GROUP BY 1 ORDER BY 1")
        .fetch_all(&pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_run_is_posted_once() {
    let world = World::ready().await;
    let run = world.freeze().await;
    let early = world.scoring.post(&run.id, APPROVED, None).await.unwrap_err();
    assert_eq!(early.reason, "NOT_SETTLED");
    world.execute(&run.id).await;
    assert_eq!(post(&world, &run).await, 8);
    assert_eq!(world.scoring.run(&run.id).await.unwrap().state, RunState::Posted);
    assert_eq!(post(&world, &run).await, 0);
    let lines: Vec<Line> = ledger(&world).await.into_iter().map(|posted| posted.line).collect();
    assert_eq!(lines, world.all::<Line>(&run).await);
    assert_eq!(
        balances(&world).await,
        [("USD expense".to_owned(), -1_070_000), ("USD held".to_owned(), 90_000), ("USD payable".to_owned(), 980_000)]
    );
}

#[tokio::test]
async fn a_later_run_posts_the_differences() {
    let world = World::ready().await;
    let first = world.close().await;
    post(&world, &first).await;
    // ana's deal shrinks, bob gets a quota, eve's deal was ana's.
    world
        .import(vec![
            deal(2, "D-1", "ana", "", "USD 50000.00", "2026-07-10"),
            deal(3, "D-3", "ana", "", "USD 20000.00", "2026-08-01"),
        ])
        .await;
    world.company.goals.lock().unwrap().push(goal("g-bob", OwnerKind::Person, "bob", "bookings", "USD 21000.00"));
    let second = world.close().await;
    let before = ledger(&world).await.len();
    let posted = post(&world, &second).await;
    let fresh: Vec<Line> = ledger(&world)
        .await
        .into_iter()
        .filter(|posted| posted.run == second.id.as_str())
        .map(|posted| posted.line)
        .collect();
    assert_eq!(before + fresh.len(), ledger(&world).await.len());
    assert_eq!(usize::try_from(posted).unwrap(), fresh.len());
    let run = first.id.name();
    assert_eq!(
        words(&fresh),
        [
            format!(
                "ana Commission 1 cap total [2026-Q3] settlement USD -1000.00 held USD 0.00: corrects {run}: -$1,100.00 instead of -$100.00; Section 7"
            ),
            format!(
                "ana Commission 1 commission [2026-Q3] payout USD 1000.00 held USD 100.00: corrects {run}: $9,000.00 instead of $8,000.00, held back $900.00 instead of $800.00; Section 6"
            ),
            format!(
                "ana SPIF 1 spif [2026-08-01 to 2026-08-31] payout USD 100.00 held USD 0.00: corrects {run}: $200.00 instead of $100.00"
            ),
            "bob Commission 1 commission [2026-Q3] payout USD 1050.00 held USD 105.00: Section 6".to_owned(),
            "bob Commission 1 top [2026-Q3] contest USD 500.00 held USD 0.00: place 2".to_owned(),
            format!(
                "eve Commission 1 commission [2026-Q3] payout USD -1000.00 held USD -100.00: corrects {run}: $0.00 instead of $1,000.00, held back $0.00 instead of $100.00"
            ),
            format!(
                "eve Commission 1 top [2026-Q3] contest USD -500.00 held USD 0.00: corrects {run}: $0.00 instead of $500.00"
            ),
            format!(
                "eve SPIF 1 spif [2026-08-01 to 2026-08-31] payout USD -100.00 held USD 0.00: corrects {run}: $0.00 instead of $100.00"
            ),
        ]
    );
    let all = ledger(&world).await.into_iter().map(|posted| posted.line);
    assert_eq!(sums(all), sums(world.all::<Line>(&second).await));
    assert_eq!(balances(&world).await.iter().map(|(_, sum)| sum).sum::<i64>(), 0);
    // Posting the first again changes nothing.
    assert_eq!(post(&world, &first).await, 0);
}

pub fn new(amount: i64) -> NewAdjustment {
    NewAdjustment {
        cycle: "cycles/2026-Q3".to_owned(),
        participant: id("ana"),
        amount: Money::new(amount, merit_core::Currency::USD),
        reason: "  dispute settled\t".trim_end().to_owned(),
        by: Some(id("boss")),
        validate_only: false,
    }
}

#[tokio::test]
async fn adjustments_are_numbered_and_survive_every_run() {
    let world = World::ready().await;
    let first = world.close().await;
    post(&world, &first).await;
    let before = world.scoring.cutoff().await.unwrap();
    let (_, line) = world.scoring.adjust(new(-25_000), None).await.unwrap().done().unwrap();
    assert_eq!(
        words(&[line]),
        ["ana Manual adjustment 0 adjustment [adjustment-1] adjustment USD -250.00 held USD 0.00: dispute settled"]
    );
    assert!(world.scoring.cutoff().await.unwrap() > before);
    // The same request again; a new one with the same content; another one under the same id.
    let asked = |body: &[u8]| Asked::new("r-1", "/Adjust", "boss", body).unwrap().unwrap();
    let (one, other) = (asked(b"one"), asked(b"another"));
    let answer = |(cycle, line): &(CycleId, Line)| format!("{cycle} {}", line.line).into_bytes();
    let once = Once { asked: &one, answer: &answer };
    let done = world.scoring.adjust(new(-25_000), Some(&once)).await.unwrap().done().unwrap();
    assert_eq!(done.1.line, "adjustment-2");
    let again = world.scoring.adjust(new(-25_000), Some(&once)).await.unwrap();
    assert_eq!(again, Outcome::Before(b"2026-Q3 adjustment-2".to_vec()));
    assert_eq!(world.scoring.adjust(new(-25_000), None).await.unwrap().done().unwrap().1.line, "adjustment-3");
    let reused = Once { asked: &other, answer: &answer };
    assert_eq!(world.scoring.adjust(new(1), Some(&reused)).await.unwrap_err().reason, "REQUEST_ID_REUSED");
    world.import(vec![deal(2, "D-1", "ana", "", "USD 50000.00", "2026-07-10")]).await;
    let second = world.close().await;
    post(&world, &second).await;
    let (adjusted, computed): (Vec<_>, Vec<_>) =
        ledger(&world).await.into_iter().partition(|posted| posted.run.is_empty());
    assert_eq!(adjusted.len(), 3);
    assert_eq!(sums(computed.into_iter().map(|posted| posted.line)), sums(world.all::<Line>(&second).await));
}

#[tokio::test]
async fn bad_adjustments_are_refused() {
    let world = World::ready().await;
    for (new, reason, message) in [
        (
            NewAdjustment { reason: " ".to_owned(), ..new(1) },
            "NO_REASON",
            "the reason is empty; say why the amount is adjusted",
        ),
        (new(0), "ZERO_AMOUNT", "an adjustment of nothing changes nothing; name an amount"),
        (
            NewAdjustment { by: Some(id("ana")), ..new(1) },
            "SELF_ADJUSTMENT",
            "nobody may adjust their own pay; ask another compensation administrator",
        ),
        (
            NewAdjustment { participant: id("nobody"), ..new(1) },
            "UNKNOWN_PERSON",
            "`nobody` is not in the directory; import people first",
        ),
    ] {
        let refused = world.scoring.adjust(new, None).await.unwrap_err();
        assert_eq!((refused.reason.as_str(), refused.message.as_str()), (reason, message));
    }
    assert!(ledger(&world).await.is_empty());
}

#[tokio::test]
async fn the_ledger_only_grows() {
    let world = World::ready().await;
    let run = world.close().await;
    post(&world, &run).await;
    world.scoring.adjust(new(1), None).await.unwrap().done().unwrap();
    let path = world.folder.path().join("scoring.db");
    let pool = sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(path)).await.unwrap();
    for statement in [
        "UPDATE ledger_lines SET amount = 1",
        "DELETE FROM ledger_lines",
        "UPDATE ledger_entries SET amount = 1",
        "DELETE FROM ledger_entries",
        "UPDATE results SET content = ''",
        "DELETE FROM policies",
        "INSERT OR REPLACE INTO ledger_lines SELECT * FROM ledger_lines",
        "INSERT OR REPLACE INTO ledger_lines SELECT line_id + 1000, cycle, run, key, participant, currency, 1, held, content, posted_at, NULL FROM ledger_lines",
        "INSERT OR REPLACE INTO ledger_entries SELECT line_id, account, currency, 1 FROM ledger_entries",
        "REPLACE INTO results SELECT * FROM results",
        "REPLACE INTO policies SELECT * FROM policies",
    ] {
        let refused = sqlx::query(statement).execute(&pool).await.expect_err(statement).to_string();
        assert!(refused.contains("append-only") || refused.contains("registered policy"), "{statement}: {refused}");
    }
}

#[tokio::test]
async fn pages_of_the_ledger_join_up() {
    let world = World::ready().await;
    let run = world.close().await;
    post(&world, &run).await;
    world.scoring.adjust(new(1), None).await.unwrap().done().unwrap();
    let cycle = CycleId::new("2026-Q3").unwrap();
    let all = ledger(&world).await;
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = world
            .store
            .ledger(&cycle, Part { after: after.as_deref(), limit: 2, ..Part::of(&Scope::Everyone) })
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.key.clone());
        paged.extend(page);
    }
    assert_eq!(paged, all);
    assert!(all.is_sorted_by(|a, b| a.key < b.key));
    let of_eve =
        world.store.ledger(&cycle, Part { participant: Some("eve"), ..Part::of(&Scope::Everyone) }).await.unwrap();
    assert_eq!(of_eve.len(), 3);
}
