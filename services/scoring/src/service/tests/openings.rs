//! Opening balances: what was left to people before their cycles were closed here.

use jiff::civil::{Date, date};
use merit_core::{Problem, Value, ValueType};

use super::carrying::event;
use super::neighbours::{goal, id};
use super::{BalanceRow, COMMISSION, ImportReport, World, deal, quarter, words};
use crate::model::{Cutoffs, Line, OwnerKind, Recognition, Run, Score};
use crate::store::Openings as _;

/// Pays on the year to date, trues up, advances and takes back, holds back, counts streaks, gives a badge a year.
const PLAN: &str = r#"
policy "Plan" version 1
  uses schema "schema.merit"
  attainment of bookings
  effective 2026-07-01
  applies to participants where role = Seller
  period quarter
  currency USD

inputs {
  role  : Role
  quota : money from $1 and above
  deals : list of Deal
}

define sold      : money  = bookings
define to_date   : money  = total of sold in the year to date
define before    : money  = total of sold earlier in the year
define last_sold : money  = previous sold otherwise $0
define on_target : yes/no = attainment is at least 100%
define streak    : count  = periods in a row where on_target

payout commission : money about "Commission" {
  pay        10% * to_date
  round      half even to $0.01
  true up over year
  hold back  10% until invoices_paid
}

settle {
  guarantee at least $2,000 per month for 3 periods as recoverable draw, recover from period 3, never below the guarantee
}

recognize "First deal" {
  when      sold is at least $1
  badge     first_deal
  once per  year
}
"#;

fn row(line: u32, person: &str, what: &str, value: &str, (first, last): (Date, Date)) -> BalanceRow {
    let kind = match what {
        "recognition" => ValueType::Text,
        "on_target" => ValueType::YesNo,
        _ => ValueType::Money,
    };
    let value = (!value.is_empty()).then(|| Value::parse(kind, value).unwrap());
    BalanceRow {
        line,
        person: id(person),
        policy: "Plan".to_owned(),
        what: what.to_owned(),
        value,
        first,
        last,
        payout: String::new(),
        until: String::new(),
    }
}

fn held(line: u32, person: &str, value: &str) -> BalanceRow {
    let row = row(line, person, "held", value, SECOND);
    BalanceRow { payout: "commission".to_owned(), until: "invoices_paid".to_owned(), ..row }
}

const HALF: (Date, Date) = (date(2026, 1, 1), date(2026, 6, 30));
const FIRST: (Date, Date) = (date(2026, 1, 1), date(2026, 3, 31));
const SECOND: (Date, Date) = (date(2026, 4, 1), date(2026, 6, 30));

/// As a spreadsheet had it on 30 June.
fn opening() -> Vec<BalanceRow> {
    vec![
        row(2, "ana", "sold", "USD 200000.00", HALF),
        row(3, "ana", "commission", "USD 18000.00", HALF),
        row(4, "ana", "on_target", "yes", FIRST),
        row(5, "ana", "on_target", "yes", SECOND),
        row(6, "ana", "owed", "USD 4000.00", HALF),
        held(7, "ana", "USD 1820.00"),
        held(8, "bob", "USD 50.00"),
        row(9, "ana", "recognition", "First deal", SECOND),
    ]
}

async fn import(world: &World, rows: Vec<BalanceRow>) -> ImportReport {
    world.scoring.import_balances(rows, Vec::new(), false).await.unwrap()
}

async fn take(world: &World, rows: Vec<BalanceRow>) -> (u32, u32, u32) {
    let report = import(world, rows).await;
    assert_eq!(report.problems, []);
    (report.counts.added, report.counts.changed, report.counts.unchanged)
}

async fn wrong(world: &World, rows: Vec<BalanceRow>) -> Vec<String> {
    let before = world.store.openings(i64::MAX).await.unwrap();
    let told = import(world, rows).await.problems.iter().map(Problem::to_string).collect();
    assert_eq!(world.store.openings(i64::MAX).await.unwrap(), before, "nothing is taken");
    told
}

async fn world() -> World {
    let world = World::new().await;
    assert_eq!(world.import(quarter()).await.problems, []);
    world.publish(&[PLAN]).await;
    world
}

async fn lines_of(world: &World, run: &Run, who: &str) -> Vec<String> {
    words(&world.all::<Line>(run).await).into_iter().filter(|line| line.starts_with(&format!("{who} "))).collect()
}

async fn figures_of(world: &World, run: &Run, names: &[&str]) -> Vec<String> {
    let scores: Vec<Score> = world.all(run).await;
    let own = scores.iter().filter(|s| s.participant == id("ana") && s.policy == "Plan");
    own.filter(|s| names.contains(&s.output.as_str())).map(|s| format!("{} {}", s.output, s.value.0)).collect()
}

#[tokio::test]
async fn a_first_close_goes_on_where_the_spreadsheet_ended() {
    let world = world().await;
    assert_eq!(take(&world, opening()).await, (8, 0, 0));
    assert_eq!(take(&world, opening()).await, (0, 0, 8));
    let paid = world.scoring.import_events(vec![event(2, "2026-Q2", "ana", date(2026, 7, 20))], vec![], false);
    assert_eq!(paid.await.unwrap().problems, []);

    let third = world.posted("2026-Q3").await;
    // Sold this quarter: 60,000 and 70,000, against a quota of 100,000.
    let names = ["to_date", "before", "last_sold", "streak"];
    assert_eq!(
        figures_of(&world, &third, &names).await,
        ["before USD 200000.00", "last_sold USD 200000.00", "streak 3", "to_date USD 330000.00"]
    );
    // 10% of 330,000 less 18,000 is 15,000, a tenth of it held; with 1,820 freed, 15,320 are payable: more than the
    // guarantee of 6,000 by far more than the 4,000 owed, and it is her third quarter under the plan.
    assert_eq!(
        lines_of(&world, &third, "ana").await,
        [
            "ana Plan 1 commission [2026-04-01 to 2026-06-30, invoices_paid, 2026-09-30] release USD 0.00 held USD -1820.00: $1,820.00 that was held back is payable now: invoices_paid came (Paid)",
            "ana Plan 1 commission [2026-Q3] payout USD 15000.00 held USD 1500.00: ",
            "ana Plan 1 draw recovery [2026-Q3] settlement USD -4000.00 held USD 0.00: ",
        ]
    );
    // Ana has hers of this year already.
    let given: Vec<Recognition> = world.all(&third).await;
    assert_eq!(given.iter().map(|given| given.participant.as_str()).collect::<Vec<_>>(), ["cy", "eve"]);

    // Nothing of it counts twice in the next one: the ledger and the run say what is left.
    let late = vec![event(2, "2026-Q2", "bob", date(2026, 10, 2))];
    world.scoring.import_events(late, vec![], false).await.unwrap();
    let fourth = world.posted("2026-Q4").await;
    assert_eq!(figures_of(&world, &fourth, &names[..1]).await, ["to_date USD 330999.00"]);
    assert_eq!(
        lines_of(&world, &fourth, "ana").await,
        ["ana Plan 1 commission [2026-Q4] payout USD 99.90 held USD 9.99: "]
    );
    // Bob's 50 come once; they count towards the guarantee, which ends with this, his third quarter.
    let of_bob = lines_of(&world, &fourth, "bob").await;
    assert_eq!(of_bob.len(), 2, "{of_bob:#?}");
    assert!(of_bob[0].contains("held USD -50.00") && of_bob[1].contains("draw [2026-Q4] settlement USD 5950.00"));
}

#[tokio::test]
async fn without_them_the_same_close_is_another() {
    let world = world().await;
    let bare = world.freeze().await;
    take(&world, opening()).await;
    let run = world.freeze().await;
    assert_ne!(run.inputs_sha256, bare.inputs_sha256, "they are part of the pins");
    // Frozen before they came: verified all the same.
    world.execute(&bare.id).await;
    assert!(world.scoring.verify(&bare.id, true).await.unwrap().matches);
    let bare = world.scoring.run(&bare.id).await.unwrap();
    assert_eq!(figures_of(&world, &bare, &["streak", "to_date"]).await, ["streak 1", "to_date USD 130000.00"]);
    // Taken in another order, they make the same run.
    let other = super::openings::world().await;
    let mut rows = opening();
    rows.reverse();
    for row in rows {
        take(&other, vec![row]).await;
    }
    assert_eq!(other.freeze().await.id, run.id);
}

#[tokio::test]
async fn a_figure_is_corrected_or_taken_off_the_record_until_it_was_paid_by() {
    let world = world().await;
    take(&world, opening()).await;
    let corrected = vec![row(2, "ana", "sold", "USD 100000.00", HALF), held(3, "bob", "USD 60.00")];
    assert_eq!(take(&world, corrected).await, (0, 2, 0));
    assert_eq!(take(&world, vec![row(2, "ana", "commission", "", HALF)]).await, (0, 1, 0));
    let run = world.posted("2026-Q3").await;
    assert_eq!(figures_of(&world, &run, &["to_date"]).await, ["to_date USD 230000.00"]);
    // Without what was paid before, all of it is due: 10% of 230,000.
    assert!(lines_of(&world, &run, "ana").await[0].contains("payout USD 23000.00"), "{run:?}");
    assert_eq!(
        wrong(
            &world,
            vec![held(2, "bob", "USD 70.00"), row(3, "ana", "sold", "USD 1.00", (date(2026, 7, 1), date(2026, 7, 31)))]
        )
        .await,
        [
            "line 2, column `value`: 2026-Q3 was closed with what is on record; correct it by an adjustment",
            "line 3, column `first_day`: 2026-Q3 is closed; its figures are on record: correct them by an adjustment",
        ]
    );
    // What was there before stays what it was.
    assert_eq!(take(&world, vec![held(2, "bob", "USD 60.00")]).await, (0, 0, 1));
}

#[tokio::test]
async fn a_cycle_that_they_cover_is_not_closed_again() {
    let world = World::new().await;
    world.import(vec![deal(2, "D-1", "ana", "", "USD 40000.00", "2026-05-10")]).await;
    let mut quota = goal("g-ana", OwnerKind::Person, "ana", "bookings", "USD 100000.00");
    quota.targets[0].from = date(2026, 4, 1);
    *world.company.goals.lock().unwrap() = vec![quota];
    world.publish(&[COMMISSION]).await;
    let rows =
        |value: &str| vec![BalanceRow { policy: "Commission".to_owned(), ..row(2, "ana", "commission", value, HALF) }];
    take(&world, rows("USD 1.00")).await;
    let refused = world.scoring.freeze("cycles/2026-Q2", Cutoffs::default()).await.unwrap_err();
    assert_eq!(refused.reason, "COVERED_BY_OPENINGS");
    assert!(refused.message.contains("ana, 2026-01-01 to 2026-06-30"), "{}", refused.message);
    world.posted("2026-Q3").await;
    take(&world, rows("")).await;
    let run = world.posted("2026-Q2").await;
    assert!(lines_of(&world, &run, "ana").await[0].contains("payout USD 2000.00"));
}

#[tokio::test]
async fn every_bad_row_is_named_and_nothing_is_taken() {
    let world = world().await;
    take(&world, vec![row(2, "ana", "sold", "USD 5.00", HALF)]).await;
    let plain = |line| row(line, "ana", "commission", "USD 5.00", FIRST);
    let with = |line, kind, text: &str| BalanceRow { value: Some(Value::parse(kind, text).unwrap()), ..plain(line) };
    let cases = [
        (row(2, "zoe", "commission", "USD 5.00", FIRST), "person`: `zoe` is not in the directory; import people first"),
        (
            BalanceRow { policy: "Plam".to_owned(), ..plain(3) },
            "policy`: no policy `Plam` is registered; did you mean `Plan`?",
        ),
        (
            BalanceRow { policy: "Old".to_owned(), ..plain(4) },
            "policy`: no policy `Old` is registered; register it first with `merit rules publish PATH`",
        ),
        (
            BalanceRow { what: "comission".to_owned(), ..plain(5) },
            "what`: `Plan` puts no `comission` on record; did you mean `commission`?",
        ),
        (with(6, ValueType::Percent, "1/2"), "value`: `commission` needs money, and this is percent"),
        (with(7, ValueType::Money, "EUR 5.00"), "value`: `commission` is kept in USD, and this is in EUR"),
        (
            BalanceRow { what: "streak".to_owned(), ..with(8, ValueType::Number, "3/2") },
            "value`: `streak` needs count, and this is number",
        ),
        (
            BalanceRow { payout: "commission".to_owned(), ..plain(9) },
            "payout`: only `held` has a payout and an event; empty both cells",
        ),
        (held(10, "ana", "USD 0.00"), "value`: $0.00 can't stand: `held` must be more than nothing"),
        (
            BalanceRow { payout: "bonus".to_owned(), until: "paid".to_owned(), ..held(11, "ana", "USD 1.00") },
            "payout`: `Plan` has no payout `bonus`; it has commission",
        ),
        (row(11, "ana", "owed", "USD -1.00", FIRST), "value`: -$1.00 can't stand: `owed` must not be negative"),
        (
            row(12, "ana", "recognition", "First dael", FIRST),
            "value`: `Plan` gives no recognition `First dael`; did you mean `First deal`?",
        ),
        (
            row(13, "ana", "commission", "USD 5.00", (date(2026, 3, 1), date(2026, 2, 1))),
            "last_day`: 2026-02-01 is before the first day, 2026-03-01",
        ),
        (
            row(14, "ana", "sold", "USD 5.00", SECOND),
            "first_day`: `sold` of 2026-01-01 to 2026-06-30 is on record, and two opening balances never overlap; take that one off the record by an empty value, or give days outside it",
        ),
        (plain(15), ""),
        (
            row(16, "ana", "commission", "USD 6.00", HALF),
            "first_day`: line 15 has `commission` of 2026-01-01 to 2026-03-31 already; keep one",
        ),
        (
            row(17, "bob", "commission", "", FIRST),
            "value`: the value is empty, and `commission` of these days is not on record",
        ),
    ];
    let told = wrong(&world, cases.iter().map(|(row, _)| row.clone()).collect()).await;
    for (row, message) in cases.iter().filter(|(_, message)| !message.is_empty()) {
        let expected = format!("line {}, column `{message}", row.line);
        assert!(told.contains(&expected), "{expected}\n{told:#?}");
    }
    // The event of line 11 is unknown too.
    let bad = cases.iter().filter(|(_, message)| !message.is_empty()).count() + 1;
    assert_eq!(told.len(), bad, "{told:#?}");
    // A policy without draws owes nothing.
    world.publish(&[COMMISSION]).await;
    let owed = BalanceRow { policy: "Commission".to_owned(), ..row(2, "ana", "owed", "USD 1.00", FIRST) };
    assert_eq!(
        wrong(&world, vec![owed]).await,
        ["line 2, column `what`: `Commission` has no recoverable draw, so nothing can be owed under it"]
    );
}
