//! Lists: in the order of bytes, by what is named, and no more than the scope allows.

use merit_core::ids::RunId;
use merit_core::{Ratio, Scope, Value};

use super::{Behind, a_line, a_run, cycle, nothing_frozen, now, outcomes, person, settled_of, usd};
use crate::model::{
    Chunk, Claim, Line, LineKind, Outcome, OutcomeKind, Packed, Part, Person, Score, ScoreKind, TraceRow,
};
use crate::store::Store;

const PEOPLE: [&str; 6] = ["Z", "a", "a-1", "a.1", "a_1", "b"];

fn score(who: &str, output: &str, period: &str) -> Score {
    Score {
        participant: person(who),
        policy: "Commission".to_owned(),
        version: 1,
        output: output.to_owned(),
        value: Packed(Value::Number(Ratio::whole(3))),
        about: String::new(),
        kind: ScoreKind::Definition,
        period: period.to_owned(),
        words: vec![],
    }
}

/// Two lines and two scores of each person, posted; and an adjustment of the first one's.
pub async fn filled(store: &dyn Store) -> RunId {
    let lines: Vec<Line> = PEOPLE.iter().flat_map(|who| [a_line(who, "x", 100), a_line(who, "y", 200)]).collect();
    let mut all = outcomes(&lines);
    for who in PEOPLE {
        all.push(Outcome::of(&score(who, "big", "2026-Q3")).unwrap());
        all.push(Outcome::of(&score(who, "big", "2026-08-01 to 2026-08-31")).unwrap());
    }
    let id = settled_of(store, a_run("r-1", "2026-Q3", 3), all).await;
    store.post(&id, "2026-10-06T10:00:00Z", now(), None).await.unwrap().done().unwrap();
    let by_hand = Line { kind: LineKind::Adjustment, policy: "By hand".to_owned(), ..a_line("Z", "adjustment", 5) };
    store.adjust(&cycle("2026-Q3"), Line { held: usd(0), ..by_hand }, now(), None).await.unwrap();
    id
}

/// A run with a trace of each person.
pub async fn traced(store: &dyn Store) -> RunId {
    let run = a_run("r-2", "2026-Q3", 3);
    let roster = PEOPLE.map(person);
    let mut frozen = nothing_frozen(&run);
    for id in &roster {
        let (history, ratings, granted) = (vec![], vec![], vec![]);
        let found =
            Person { id: id.clone(), history, ratings, granted, carried: vec![], occurred: vec![], earlier: vec![] };
        frozen.people.insert(id.clone(), found);
    }
    store.create_run(&run, &frozen, &roster, 9).await.unwrap();
    let Claim::Yours(shard) = store.claim(&run.id, 0, 10).await.unwrap() else { panic!("no shard") };
    let trace = |who: &&str| TraceRow {
        participant: (*who).to_owned(),
        policy: "P".to_owned(),
        version: 1,
        period: "q".to_owned(),
        trace: "{}".to_owned(),
    };
    let traces = PEOPLE.iter().map(trace).collect();
    let chunk = Chunk { cursor: String::new(), evaluated: 6, done: true, lease_until: 0, outcomes: vec![], traces };
    store.write_chunk(&run.id, shard.shard, shard.epoch, chunk).await.unwrap();
    run.id
}

fn people(ids: &[&str]) -> Scope {
    Scope::of(ids.iter().map(|id| person(id)))
}

/// Whose lines a part of the ledger has, and of which payout.
async fn lines(store: &dyn Store, part: Part<'_>) -> Vec<(String, String)> {
    let found = store.ledger(&cycle("2026-Q3"), part).await.unwrap();
    found.into_iter().map(|posted| (posted.line.participant.to_string(), posted.line.payout)).collect()
}

async fn whose(store: &dyn Store, id: &RunId, kind: OutcomeKind, part: Part<'_>) -> Vec<String> {
    store.outcomes(id, kind, part).await.unwrap().into_iter().map(|outcome| outcome.participant).collect()
}

pub async fn pages_follow_the_bytes_of_keys(store: &dyn Store, _: &dyn Behind) {
    let id = filled(store).await;
    let everyone = Part::of(&Scope::Everyone);
    let all = store.outcomes(&id, OutcomeKind::Score, everyone).await.unwrap();
    assert!(all.is_sorted_by(|one, two| one.key < two.key));
    let expected: Vec<&str> = PEOPLE.iter().flat_map(|who| [*who, *who]).collect();
    assert_eq!(all.iter().map(|score| score.participant.as_str()).collect::<Vec<_>>(), expected);
    let (mut paged, mut after) = (Vec::new(), None);
    for _ in 0..=all.len() {
        let part = Part { after: after.as_deref(), limit: 5, ..everyone };
        let page = store.outcomes(&id, OutcomeKind::Score, part).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.key.clone());
        paged.extend(page);
    }
    assert_eq!(paged, all);
    let ledger = store.ledger(&cycle("2026-Q3"), everyone).await.unwrap();
    let (mut paged, mut after) = (Vec::new(), None);
    for _ in 0..=ledger.len() {
        let part = Part { after: after.as_deref(), limit: 2, ..everyone };
        let page = store.ledger(&cycle("2026-Q3"), part).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.key.clone());
        paged.extend(page);
    }
    assert_eq!((ledger.len(), &paged), (13, &ledger));
    assert!(ledger.is_sorted_by(|one, two| one.key < two.key));
}

pub async fn parts_are_chosen_by_what_is_named(store: &dyn Store, _: &dyn Behind) {
    let id = filled(store).await;
    let everyone = Part::of(&Scope::Everyone);
    let of = |who: &str, payout: &str| (who.to_owned(), payout.to_owned());
    assert_eq!(lines(store, Part { participant: Some("a"), ..everyone }).await, [of("a", "x"), of("a", "y")]);
    assert_eq!(lines(store, Part { output: Some("y"), ..everyone }).await, PEOPLE.map(|who| of(who, "y")));
    assert_eq!(lines(store, Part { policy: Some("By hand"), ..everyone }).await, [of("Z", "adjustment")]);
    let first = Part { period: Some("adjustment-1"), ..everyone };
    assert_eq!(lines(store, first).await, [of("Z", "adjustment")]);
    assert_eq!(lines(store, Part { policy: Some("' OR 1=1 --"), ..everyone }).await, []);
    let august = Part { period: Some("2026-08-01 to 2026-08-31"), participant: Some("b"), ..everyone };
    assert_eq!(whose(store, &id, OutcomeKind::Score, august).await, ["b"]);
    let all = [Part { output: Some("big"), ..everyone }, Part { policy: Some("Commission"), ..everyone }];
    for part in all {
        assert_eq!(whose(store, &id, OutcomeKind::Score, part).await.len(), 12);
    }
    assert_eq!(whose(store, &id, OutcomeKind::Line, Part { output: Some("x"), ..everyone }).await, PEOPLE);
}

pub async fn a_scope_shows_its_people_only(store: &dyn Store, _: &dyn Behind) {
    let id = filled(store).await;
    let two = people(&["a_1", "Z", "nobody"]);
    let twice = ["Z", "Z", "a_1", "a_1"];
    assert_eq!(whose(store, &id, OutcomeKind::Score, Part::of(&two)).await, twice);
    assert_eq!(whose(store, &id, OutcomeKind::Line, Part::of(&two)).await, twice);
    assert_eq!(lines(store, Part::of(&two)).await.len(), 5);
    assert_eq!(lines(store, Part { participant: Some("b"), ..Part::of(&two) }).await, [], "outside of the scope");
    assert_eq!(lines(store, Part::of(&Scope::nobody())).await, []);
    let run = traced(store).await;
    let asked = PEOPLE.map(str::to_owned);
    assert_eq!(store.traces(&run, &Scope::Everyone, &asked).await.unwrap().len(), 6);
    let mut seen: Vec<String> =
        store.traces(&run, &two, &asked).await.unwrap().into_iter().map(|row| row.participant).collect();
    seen.sort();
    assert_eq!(seen, ["Z", "a_1"]);
}

pub async fn pages_under_a_scope_are_full(store: &dyn Store, _: &dyn Behind) {
    let id = filled(store).await;
    let ends = people(&["Z", "b"]);
    let page = |limit, after| Part { limit, after, ..Part::of(&ends) };
    assert_eq!(whose(store, &id, OutcomeKind::Score, page(3, None)).await, ["Z", "Z", "b"]);
    let first = store.outcomes(&id, OutcomeKind::Score, page(3, None)).await.unwrap();
    let rest = whose(store, &id, OutcomeKind::Score, page(3, Some(first[2].key.as_str()))).await;
    assert_eq!(rest, ["b"]);
    assert_eq!(lines(store, page(4, None)).await.len(), 4);
}

pub async fn scores_without_pay_are_shown_apart(store: &dyn Store, _: &dyn Behind) {
    let money = || Packed(Value::Money(usd(500)));
    let kinds = [
        (ScoreKind::Measure, money()),
        (ScoreKind::Attainment, Packed(Value::Percent(Ratio::whole(1)))),
        (ScoreKind::Definition, Packed(Value::Number(Ratio::whole(2)))),
        (ScoreKind::Definition, Packed(Value::Percent(Ratio::whole(1)))),
        (ScoreKind::Recommendation, Packed(Value::Number(Ratio::whole(4)))),
        (ScoreKind::Recommendation, Packed(Value::Percent(Ratio::whole(1)))),
        (ScoreKind::Definition, money()),
        (ScoreKind::Recommendation, money()),
        (ScoreKind::Payout, money()),
    ];
    let mut all = Vec::new();
    for who in ["ana", "bob"] {
        for (at, (kind, value)) in kinds.iter().enumerate() {
            let score = Score { kind: *kind, value: value.clone(), ..score(who, &format!("o{at}"), "2026-Q3") };
            assert_eq!(score.is_pay(), at >= 5);
            all.push(Outcome::of(&score).unwrap());
        }
    }
    let id = settled_of(store, a_run("r-1", "2026-Q3", 3), all).await;
    let shown = async |scope: &Scope, pay: &Scope| {
        let part = Part { pay, ..Part::of(scope) };
        let found = store.outcomes(&id, OutcomeKind::Score, part).await.unwrap();
        found.iter().filter(|outcome| outcome.participant == "bob").count() * 10
            + found.iter().filter(|outcome| outcome.participant == "ana").count()
    };
    let (ana, both) = (people(&["ana"]), people(&["ana", "bob"]));
    assert_eq!(shown(&Scope::Everyone, &Scope::Everyone).await, 99);
    assert_eq!(shown(&Scope::Everyone, &ana).await, 59);
    assert_eq!(shown(&both, &ana).await, 59);
    assert_eq!(shown(&both, &Scope::nobody()).await, 55);
    assert_eq!(shown(&ana, &both).await, 9);
    assert_eq!(shown(&both, &Scope::Everyone).await, 99);
    let part = Part { pay: &ana, limit: 6, participant: Some("bob"), ..Part::of(&Scope::Everyone) };
    assert_eq!(store.outcomes(&id, OutcomeKind::Score, part).await.unwrap().len(), 5);
}

pub async fn a_line_is_found_by_its_number(store: &dyn Store, _: &dyn Behind) {
    assert_eq!(store.last_line().await.unwrap(), 0);
    filled(store).await;
    let third = cycle("2026-Q3");
    let all = store.ledger(&third, Part::of(&Scope::Everyone)).await.unwrap();
    let last = all.iter().map(|posted| posted.number).max().unwrap();
    assert_eq!((store.last_line().await.unwrap(), last), (13, 13));
    for posted in &all {
        let found = store.ledger_line(&third, posted.number, &Scope::Everyone).await.unwrap();
        assert_eq!(found.as_ref(), Some(posted));
        let theirs = Scope::only(&posted.line.participant);
        assert_eq!(store.ledger_line(&third, posted.number, &theirs).await.unwrap().as_ref(), Some(posted));
        for nothing in [
            store.ledger_line(&third, posted.number, &people(&["nobody"])).await,
            store.ledger_line(&cycle("2026-Q4"), posted.number, &Scope::Everyone).await,
        ] {
            assert_eq!(nothing.unwrap(), None);
        }
    }
}
