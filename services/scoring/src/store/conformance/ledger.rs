//! The ledger: it only grows, each run is posted once, and it sums to zero.

use futures::future::join_all;
use merit_core::ids::RunId;
use merit_core::once::Outcome as Came;
use merit_core::{Currency, Money, Scope};

use super::{Behind, a_line, a_run, cycle, nothing_frozen, now, settled, usd};
use crate::model::{Line, LineKind, Part, RunState};
use crate::store::{Posted, Store};

const APPROVED: &str = "2026-10-06T10:00:00Z";

async fn ledger(store: &dyn Store) -> Vec<Posted> {
    store.ledger(&cycle("2026-Q3"), Part::of(&Scope::Everyone)).await.unwrap()
}

async fn shown(store: &dyn Store) -> Vec<String> {
    let words =
        |p: Posted| format!("{} {} {} {} {}", p.run, p.line.participant, p.line.payout, p.line.line, p.line.amount);
    ledger(store).await.into_iter().map(words).collect()
}

fn adjustment(who: &str, minor: i64) -> Line {
    Line { kind: LineKind::Adjustment, version: 0, held: usd(0), ..a_line(who, "adjustment", minor) }
}

pub async fn only_a_settled_run_is_posted_and_only_once(store: &dyn Store, _: &dyn Behind) {
    let run = a_run("r-0", "2026-Q3", 3);
    store.create_run(&run, &nothing_frozen(&run), &[], 1).await.unwrap();
    assert_eq!(store.post(&run.id, APPROVED, now(), None).await.unwrap_err().reason, "NOT_SETTLED");
    let unknown = RunId::new("none").unwrap();
    assert_eq!(store.post(&unknown, APPROVED, now(), None).await.unwrap_err().reason, "UNKNOWN_RUN");
    let id = settled(store, "r-1", &[a_line("bob", "a", 200), a_line("ana", "a", 100)]).await;
    assert_eq!(store.last_posting().await.unwrap(), 0);
    assert_eq!(store.post(&id, APPROVED, now(), None).await.unwrap(), Came::Done(2));
    assert_eq!(store.last_posting().await.unwrap(), 1);
    assert_eq!(store.run(&id).await.unwrap().unwrap().state, RunState::Posted);
    assert_eq!(store.post(&id, "2027-01-01T00:00:00Z", now(), None).await.unwrap().done().unwrap(), 0);
    assert_eq!(shown(store).await, ["r-1 ana a 2026-Q3 USD 1.00", "r-1 bob a 2026-Q3 USD 2.00"]);
    assert_eq!(ledger(store).await[0].line, a_line("ana", "a", 100));
}

pub async fn two_that_post_at_once_post_once(store: &dyn Store, _: &dyn Behind) {
    let lines: Vec<Line> = (0..50).map(|n| a_line(&format!("p{n}"), "a", 100)).collect();
    let id = settled(store, "r-1", &lines).await;
    let posts = join_all((0..4).map(|_| store.post(&id, APPROVED, now(), None))).await;
    let mut posted: Vec<u32> = posts.into_iter().map(|post| post.unwrap().done().unwrap()).collect();
    posted.sort_unstable();
    assert_eq!(posted, [0, 0, 0, 50]);
    assert_eq!(ledger(store).await.len(), 50);
    // Two runs of one cycle: whoever is second posts against the first.
    let second = settled(store, "r-2", &[a_line("p0", "a", 300)]).await;
    let third = settled(store, "r-3", &[a_line("p0", "a", 700)]).await;
    let (two, three) =
        futures::join!(store.post(&second, APPROVED, now(), None), store.post(&third, APPROVED, now(), None));
    assert_eq!((two.unwrap().done().unwrap() + three.unwrap().done().unwrap(), ledger(store).await.len()), (51, 101));
    let last = store.latest_run(&cycle("2026-Q3"), RunState::Posted).await.unwrap();
    let sum: i64 = ledger(store).await.iter().map(|posted| posted.line.amount.minor).sum();
    assert_eq!(store.last_posting().await.unwrap(), 3, "each once");
    assert_eq!(sum, if last == Some(third) { 700 } else { 300 });
}

async fn sums(behind: &dyn Behind) -> Vec<(String, i64)> {
    behind
        .rows("SELECT currency, CAST(sum(amount) AS BIGINT) FROM ledger_entries GROUP BY currency ORDER BY currency")
        .await
}

pub async fn the_ledger_sums_to_zero(store: &dyn Store, behind: &dyn Behind) {
    let euro = |minor| Money::new(minor, Currency::EUR);
    let foreign = Line { amount: euro(500), held: euro(500), ..a_line("ana", "b", 0) };
    let freed = Line { kind: LineKind::Release, amount: usd(0), held: usd(-40), ..a_line("ana", "c", 0) };
    let id = settled(store, "r-1", &[a_line("ana", "a", 12_345), foreign, freed, a_line("bob", "a", -700)]).await;
    store.post(&id, APPROVED, now(), None).await.unwrap().done().unwrap();
    store.adjust(&cycle("2026-Q3"), adjustment("ana", -25), now(), None).await.unwrap();
    assert_eq!(sums(behind).await, [("EUR".to_owned(), 0), ("USD".to_owned(), 0)]);
    let each = behind
        .rows(
            "SELECT currency || ' ' || account, CAST(sum(amount) AS BIGINT) FROM ledger_entries
             GROUP BY 1 ORDER BY 1",
        )
        .await;
    let expected = [
        ("EUR expense", -500),
        ("EUR held", 500),
        ("USD expense", -11_620),
        ("USD held", 1_234 - 40 - 70),
        ("USD payable", 11_620 - 1_124),
    ];
    assert_eq!(each, expected.map(|(account, sum)| (account.to_owned(), sum)));
    // Each line's entries by themselves, too.
    let uneven = behind
        .rows("SELECT CAST(line_id AS TEXT), CAST(sum(amount) AS BIGINT) FROM ledger_entries GROUP BY line_id HAVING sum(amount) <> 0")
        .await;
    assert!(uneven.is_empty(), "{uneven:?}");
}

pub async fn a_later_run_posts_the_differences(store: &dyn Store, behind: &dyn Behind) {
    let first = settled(store, "r-1", &[a_line("ana", "a", 100), a_line("bob", "a", 200)]).await;
    let second = settled(store, "r-2", &[a_line("ana", "a", 150), a_line("cy", "a", 300)]).await;
    store.post(&first, APPROVED, now(), None).await.unwrap().done().unwrap();
    assert_eq!(store.post(&second, APPROVED, now(), None).await.unwrap().done().unwrap(), 3);
    assert_eq!(
        shown(store).await,
        [
            "r-1 ana a 2026-Q3 USD 1.00",
            "r-2 ana a 2026-Q3 USD 0.50",
            "r-1 bob a 2026-Q3 USD 2.00",
            "r-2 bob a 2026-Q3 USD -2.00",
            "r-2 cy a 2026-Q3 USD 3.00",
        ]
    );
    assert_eq!(sums(behind).await, [("USD".to_owned(), 0)]);
}

pub async fn adjustments_are_numbered(store: &dyn Store, _: &dyn Behind) {
    let (third, fourth) = (cycle("2026-Q3"), cycle("2026-Q4"));
    let number = async |of, who, minor| {
        let line = store.adjust(of, adjustment(who, minor), now(), None).await.unwrap().done().unwrap();
        (line.line, line.amount.minor)
    };
    let told = |number: &str, minor| (number.to_owned(), minor);
    assert_eq!(number(&third, "ana", 1).await, told("adjustment-1", 1));
    let cutoff = store.cutoff().await.unwrap();
    assert_eq!(number(&third, "ana", 3).await, told("adjustment-2", 3));
    assert_eq!(number(&third, "bob", 4).await, told("adjustment-1", 4));
    assert_eq!(number(&fourth, "ana", 5).await, told("adjustment-1", 5));
    assert!(store.cutoff().await.unwrap() > cutoff);
    assert_eq!(ledger(store).await.len(), 3);
}

pub async fn adjustments_at_once_are_told_apart(store: &dyn Store, _: &dyn Behind) {
    let third = cycle("2026-Q3");
    join_all((0..3).map(|_| store.adjust(&third, adjustment("ana", 1), now(), None))).await;
    let mut found: Vec<String> = ledger(store).await.into_iter().map(|posted| posted.line.line).collect();
    found.sort();
    assert_eq!(found, ["adjustment-1", "adjustment-2", "adjustment-3"]);
}

pub async fn the_ledger_only_grows(store: &dyn Store, behind: &dyn Behind) {
    let id = settled(store, "r-1", &[a_line("ana", "a", 100)]).await;
    store.post(&id, APPROVED, now(), None).await.unwrap().done().unwrap();
    let before = ledger(store).await;
    for statement in [
        "UPDATE ledger_lines SET amount = 1",
        "UPDATE ledger_lines SET amount = amount",
        "DELETE FROM ledger_lines",
        "UPDATE ledger_entries SET amount = 1",
        "DELETE FROM ledger_entries",
    ] {
        let refused = behind.run(statement).await.expect_err(statement);
        assert!(refused.contains("the ledger is append-only"), "{statement}: {refused}");
    }
    assert_eq!(ledger(store).await, before);
}

pub async fn books_are_all_that_is_kept(store: &dyn Store, _: &dyn Behind) {
    let id = settled(store, "r-1", &[a_line("ana", "a", 100), a_line("bob", "a", 200)]).await;
    store.post(&id, APPROVED, now(), None).await.unwrap().done().unwrap();
    store.adjust(&cycle("2026-Q3"), adjustment("ana", 7), now(), None).await.unwrap();
    store.adjust(&cycle("2026-Q4"), adjustment("ana", 9), now(), None).await.unwrap();
    let books = store.books(&cycle("2026-Q3")).await.unwrap();
    let rows: Vec<_> = books.rows.iter().map(|row| (row.id, row.run.as_str(), row.amount, row.held)).collect();
    assert_eq!(rows, [(1, "r-1", 100, 10), (2, "r-1", 200, 20), (3, "", 7, 0)]);
    assert_eq!(books.rows[0].line, Some(a_line("ana", "a", 100)));
    let mut entries: Vec<_> = books.entries.iter().map(|e| (e.line_id, e.account.as_str(), e.amount)).collect();
    entries.sort_unstable();
    let first = [(1, "expense", -100), (1, "held", 10), (1, "payable", 90)];
    assert_eq!((entries.len(), &entries[..3]), (8, &first[..]));
    assert_eq!((books.runs, books.strays), (vec!["r-1".to_owned()], vec![]));
    assert_eq!((books.adjustments, books.adjustment_rows), (2, 2));
}
