//! The close over fake neighbours and a real store.

use merit_core::reads::ReadsPart;
use merit_core::{Error, Kind, Result, Scope};

use super::fakes::{Bench, CYCLE, adjustment, bench, person};
use super::{CardPage, Others, Reader};
use crate::encoding::decode;
use crate::model::{CardKind, Deed, Progress, State, StoredCard};

fn quiet(_: Progress) {}

async fn run(bench: &Bench) -> super::Ran {
    bench.reviews.run(CYCLE, &quiet).await.unwrap()
}

/// What goes on after a key, so many at a time.
fn part(after: Option<String>, limit: usize) -> CardPage {
    CardPage { person: None, after, limit, answered: limit }
}

fn page() -> CardPage {
    part(None, 100)
}

/// Scorecards of a run, or of the one that the reader may read.
async fn scorecards(bench: &Bench, reader: &Reader, run: &str, page: CardPage) -> Result<Vec<StoredCard>> {
    let run = bench.reviews.readable(reader, CYCLE, run).await?.run;
    bench.reviews.scorecards(reader, &run, &page, &mut Others::Nobody).await
}

fn operator() -> Reader {
    Reader {
        subject: "operator".to_owned(),
        roles: vec!["operator".to_owned()],
        person: None,
        scope: Scope::Everyone,
        reads_runs: true,
        method: "ListScorecards",
    }
}

fn member(id: &str) -> Reader {
    let (person, scope) = (Some(person(id)), Scope::only(&person(id)));
    Reader { subject: id.to_owned(), person, scope, reads_runs: false, ..operator() }
}

#[tokio::test]
async fn an_open_cycle_names_its_day_and_the_dry_run() {
    let bench = bench().await;
    for (ended, reason, day) in [(false, "CYCLE_OPEN", "2026-09-30"), (true, "WINDOW_OPEN", "2026-10-10")] {
        bench.set(|world| {
            world.cycle.ended = ended;
            world.cycle.window_ended = false;
        });
        let error = bench.reviews.run(CYCLE, &quiet).await.unwrap_err();
        assert_eq!(error.reason, reason);
        assert!(error.message.contains(day) && error.message.contains("--dry-run"), "{error}");
    }
    // A dry run is for just that, and leaves nothing.
    assert!(bench.reviews.dry_run(CYCLE).await.is_ok());
    assert_eq!(bench.reviews.review(CYCLE, "").await.unwrap_err().reason, "NO_REVIEW");
}

#[tokio::test]
async fn asking_again_with_the_same_inputs_does_nothing() {
    let bench = bench().await;
    let first = run(&bench).await;
    assert_eq!((first.review.state, first.unchanged), (State::Composed, false));
    assert_eq!((first.review.scorecards, first.review.root.as_str()), (3, "root-of-2026-q3-aaa"));
    assert_eq!(
        first.review.totals.first().map(|total| (total.amount.minor, total.held.minor)),
        Some((150_000, 10_000))
    );
    let again = run(&bench).await;
    assert!(again.unchanged);
    assert_eq!(again.review, first.review);
    assert_eq!(bench.world.0.lock().unwrap().executions, 1);
}

#[tokio::test]
async fn an_interrupted_run_keeps_each_state_and_goes_on() {
    for (messages, state) in
        [(1, State::Frozen), (2, State::Credited), (3, State::Scored), (4, State::Ranked), (5, State::Settled)]
    {
        let bench = bench().await;
        bench.set(|world| world.breaks_after = Some(messages));
        assert_eq!(bench.reviews.run(CYCLE, &quiet).await.unwrap_err().kind, Kind::Unavailable);
        assert_eq!(bench.reviews.review(CYCLE, "").await.unwrap().state, state);
        bench.set(|world| world.breaks_after = None);
        let ran = run(&bench).await;
        assert_eq!((ran.review.state, ran.unchanged), (State::Composed, false));
    }
}

#[tokio::test]
async fn an_automatic_cycle_goes_through_to_the_mails() {
    let bench = bench().await;
    bench.set(|world| world.cycle.automatic = true);
    let ran = run(&bench).await;
    assert_eq!(ran.review.state, State::Published);
    let deeds: Vec<_> = ran.review.decisions.iter().map(|decision| (decision.deed, decision.by.as_str())).collect();
    assert_eq!(deeds, [(Deed::Approve, "system"), (Deed::Publish, "system")]);
    assert_eq!(bench.ledger(), ["2026-q3-aaa"]);
    let mails: Vec<_> = bench.outbox.mails.lock().unwrap().keys().cloned().collect();
    assert_eq!(
        mails,
        [
            "scorecard/2026-Q3/2026-q3-aaa/people/ana",
            "scorecard/2026-Q3/2026-q3-aaa/people/bo",
            "team-scorecard/2026-Q3/2026-q3-aaa/people/bo",
        ]
    );
    assert!(run(&bench).await.unchanged);
    assert!(bench.outbox.mails.lock().unwrap().values().all(|times| *times == 1));
}

#[tokio::test]
async fn an_automatic_close_that_stopped_after_approval_is_published_by_the_next() {
    let bench = bench().await;
    run(&bench).await;
    bench.reviews.approve(CYCLE, "", "operator", "").await.unwrap();
    bench.set(|world| world.cycle.automatic = true);
    assert_eq!(run(&bench).await.review.state, State::Published);
}

#[tokio::test]
async fn a_rejected_run_stays_rejected_until_an_input_changes() {
    let bench = bench().await;
    run(&bench).await;
    assert_eq!(bench.reviews.reject(CYCLE, "", "cora", " ").await.unwrap_err().reason, "NO_REASON");
    let rejected = bench.reviews.reject(CYCLE, "", "cora", "quota of the east team is wrong").await.unwrap();
    assert_eq!(rejected.state, State::Rejected);
    assert_eq!(bench.reviews.run(CYCLE, &quiet).await.unwrap_err().reason, "REJECTED");
    assert_eq!(bench.reviews.approve(CYCLE, "", "cora", "").await.unwrap_err().reason, "REJECTED");
    bench.set(|world| world.run = "2026-q3-bbb");
    assert_eq!(run(&bench).await.review.run.as_str(), "2026-q3-bbb");
    let states: Vec<_> =
        bench.reviews.reviews(CYCLE, None, 10).await.unwrap().into_iter().map(|review| review.state).collect();
    assert_eq!(states, [State::Composed, State::Rejected]);
}

#[tokio::test]
async fn ones_own_lines_need_a_second_different_person() {
    let bench = bench().await;
    run(&bench).await;
    for _ in 0..2 {
        let first = bench.reviews.approve(CYCLE, "", "ana", "looks right").await.unwrap();
        assert_eq!((first.needs_second, first.review.state, first.posted), (true, State::Composed, 0));
        assert_eq!(first.review.decisions.len(), 1);
    }
    assert!(bench.ledger().is_empty());
    let second = bench.reviews.approve(CYCLE, "", "bo", "").await.unwrap();
    assert_eq!((second.needs_second, second.review.state, second.posted), (false, State::Approved, 2));
    let again = bench.reviews.approve(CYCLE, "", "bo", "").await.unwrap();
    assert_eq!((again.review, again.posted), (second.review, 0));
    assert_eq!(bench.ledger(), ["2026-q3-aaa"]);
}

#[tokio::test]
async fn an_approval_cut_off_at_the_ledger_is_finished_by_the_next() {
    let bench = bench().await;
    run(&bench).await;
    bench.set(|world| world.loses_post_answer = true);
    assert_eq!(bench.reviews.approve(CYCLE, "", "operator", "").await.unwrap_err().kind, Kind::Unavailable);
    // Its lines may be in the ledger, so it can't be refused any more.
    assert_eq!(
        bench.reviews.reject(CYCLE, "", "operator", "second thoughts").await.unwrap_err().reason,
        "APPROVAL_BEGUN"
    );
    let approved = bench.reviews.approve(CYCLE, "", "operator", "").await.unwrap();
    assert_eq!(approved.review.state, State::Approved);
    assert_eq!(approved.review.decisions.len(), 1);
    assert_eq!(bench.ledger(), ["2026-q3-aaa"]);
}

#[tokio::test]
async fn an_approval_that_the_ledger_refuses_can_still_be_rejected() {
    let bench = bench().await;
    run(&bench).await;
    bench.set(|world| world.refuses_post = Some(Error::precondition("NOT_SETTLED", "the run is not settled")));
    assert_eq!(bench.reviews.approve(CYCLE, "", "operator", "").await.unwrap_err().reason, "NOT_SETTLED");
    assert_eq!(bench.reviews.reject(CYCLE, "", "operator", "not now").await.unwrap().state, State::Rejected);
}

#[tokio::test]
async fn while_one_approval_is_half_way_no_other_run_overtakes_it() {
    let bench = bench().await;
    run(&bench).await;
    bench.set(|world| world.run = "2026-q3-bbb");
    run(&bench).await;
    bench.set(|world| world.loses_post_answer = true);
    assert!(bench.reviews.approve(CYCLE, "runs/2026-q3-bbb", "operator", "").await.is_err());
    let error = bench.reviews.approve(CYCLE, "runs/2026-q3-aaa", "operator", "").await.unwrap_err();
    assert_eq!(error.reason, "OTHER_APPROVAL");
    assert!(error.message.contains("2026-q3-bbb"), "{error}");
}

#[tokio::test]
async fn approving_a_later_run_supersedes_what_came_before() {
    let bench = bench().await;
    run(&bench).await;
    bench.reviews.approve(CYCLE, "", "operator", "").await.unwrap();
    bench.reviews.publish(CYCLE, "", "operator").await.unwrap();
    bench.set(|world| world.run = "2026-q3-bbb");
    run(&bench).await;
    bench.set(|world| world.run = "2026-q3-ccc");
    run(&bench).await;
    let approved = bench.reviews.approve(CYCLE, "", "operator", "").await.unwrap().review;
    assert_eq!((approved.run.as_str(), approved.supersedes.as_ref().unwrap().as_str()), ("2026-q3-ccc", "2026-q3-aaa"));
    let states: Vec<_> =
        bench.reviews.reviews(CYCLE, None, 10).await.unwrap().into_iter().map(|review| review.state).collect();
    assert_eq!(states, [State::Approved, State::Superseded, State::Superseded]);
    // Until the later one is published, people read what they were sent.
    let mine = scorecards(&bench, &member("ana"), "", page()).await.unwrap();
    assert_eq!(decode(&mine[0].bytes).unwrap().run, "runs/2026-q3-aaa");
    // The inputs go back to those of a superseded run: the ledger says something else, so it must not pass for done.
    bench.set(|world| world.run = "2026-q3-aaa");
    assert_eq!(bench.reviews.run(CYCLE, &quiet).await.unwrap_err().reason, "SUPERSEDED");
}

#[tokio::test]
async fn an_older_composed_run_may_be_approved_and_leaves_the_later_one_alone() {
    let bench = bench().await;
    run(&bench).await;
    bench.set(|world| world.run = "2026-q3-bbb");
    run(&bench).await;
    bench.reviews.approve(CYCLE, "2026-q3-aaa", "operator", "").await.unwrap();
    let later = bench.reviews.review(CYCLE, "runs/2026-q3-bbb").await.unwrap();
    assert_eq!(later.state, State::Composed);
    let approved = bench.reviews.approve(CYCLE, "runs/2026-q3-bbb", "operator", "").await.unwrap().review;
    assert_eq!(approved.supersedes.unwrap().as_str(), "2026-q3-aaa");
    assert_eq!(bench.ledger(), ["2026-q3-aaa", "2026-q3-bbb"]);
}

#[tokio::test]
async fn an_adjustment_reaches_the_scorecard_until_it_is_published() {
    let bench = bench().await;
    let composed = run(&bench).await.review;
    bench.set(|world| world.adjustments = vec![adjustment("ana", 1, 2_500)]);
    let again = run(&bench).await;
    assert!(!again.unchanged);
    assert_ne!(again.review.totals, composed.totals);
    bench.reviews.approve(CYCLE, "", "operator", "").await.unwrap();
    bench.set(|world| world.adjustments.push(adjustment("ana", 2, -500)));
    let published = bench.reviews.publish(CYCLE, "", "operator").await.unwrap().review;
    assert_eq!(published.totals[0].amount.minor, 152_000);
    let lines = |card: &StoredCard| -> Vec<_> {
        decode(&card.bytes).unwrap().rewards.into_iter().map(|line| (line.line, line.adjustment)).collect()
    };
    let mine = scorecards(&bench, &member("ana"), "", page()).await.unwrap();
    assert_eq!(
        lines(&mine[0]),
        [("2026-Q3".to_owned(), false), ("adjustment-1".to_owned(), true), ("adjustment-2".to_owned(), true),]
    );
    // What was sent stays as it was sent, and can be made again as it was.
    bench.set(|world| world.adjustments.push(adjustment("bo", 3, 100)));
    assert!(run(&bench).await.unchanged);
    assert!(bench.reviews.verify(CYCLE, "", true).await.unwrap().scorecards_match);
}

#[tokio::test]
async fn pay_hidden_before_publication_is_not_published() {
    let bench = bench().await;
    bench.set(|world| world.cycle.shows_pay = true);
    run(&bench).await;
    bench.reviews.approve(CYCLE, "", "operator", "").await.unwrap();
    bench.set(|world| world.cycle.shows_pay = false);
    bench.reviews.publish(CYCLE, "", "operator").await.unwrap();
    let cards = scorecards(&bench, &member("bo"), "", page()).await.unwrap();
    let team = cards.iter().find(|card| card.kind == CardKind::Team).map(|card| decode(&card.bytes).unwrap()).unwrap();
    assert!(!team.shows_pay && team.totals.is_empty() && team.members[0].totals.is_empty());
}

#[tokio::test]
async fn verification_notices_other_scorecards() {
    let bench = bench().await;
    run(&bench).await;
    assert!(bench.reviews.verify(CYCLE, "", true).await.unwrap().scorecards_match);
    bench.set(|world| world.gathered.rewards[0].1.amount.minor += 1);
    assert!(!bench.reviews.verify(CYCLE, "", true).await.unwrap().scorecards_match);
}

#[tokio::test]
async fn people_read_their_own_after_publication_and_nothing_else() {
    let bench = bench().await;
    run(&bench).await;
    assert_eq!(scorecards(&bench, &operator(), "", page()).await.unwrap().len(), 3);
    let early = scorecards(&bench, &member("ana"), "", page()).await.unwrap_err();
    assert_eq!(early.reason, "NOT_PUBLISHED");
    bench.reviews.approve(CYCLE, "", "operator", "").await.unwrap();
    assert!(scorecards(&bench, &member("ana"), "", page()).await.is_err());
    bench.reviews.publish(CYCLE, "", "operator").await.unwrap();
    for (who, cards) in [("ana", 1), ("bo", 2), ("stranger", 0)] {
        let mine = scorecards(&bench, &member(who), "", page()).await.unwrap();
        assert_eq!(mine.len(), cards, "{who}");
        assert!(mine.iter().all(|card| card.person == person(who)));
    }
    let other = CardPage { person: Some(person("bo")), ..page() };
    assert!(scorecards(&bench, &member("ana"), "", other).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_run_that_is_not_published_looks_as_if_it_were_not_there() {
    let bench = bench().await;
    let run = run(&bench).await.review.run.name();
    for name in [run.as_str(), "runs/2026-q3-zzz"] {
        let error = scorecards(&bench, &member("ana"), name, page()).await.unwrap_err();
        assert_eq!(error, Error::hidden(name));
    }
}

#[tokio::test]
async fn scorecards_come_in_pages() {
    let bench = bench().await;
    run(&bench).await;
    let mut after = None;
    let mut seen = Vec::new();
    loop {
        let next = part(after.clone(), 1);
        let cards = scorecards(&bench, &operator(), "", next).await.unwrap();
        let Some(card) = cards.first() else { break };
        after = Some(format!("{}/{}", card.person, card.kind.word()));
        seen.push(after.clone().unwrap());
    }
    assert_eq!(seen, ["ana/person", "bo/person", "bo/team"]);
}

#[tokio::test]
async fn an_export_goes_on_piece_by_piece_and_is_on_record_where_it_tells_of_others() {
    let bench = bench().await;
    run(&bench).await;
    let exported = bench.reviews.readable(&operator(), CYCLE, "").await.unwrap().run;
    let (mut after, mut seen, mut on_record) = (None, Vec::new(), Others::Nobody);
    for pieces in 0.. {
        assert!(pieces < 3, "it ends");
        let next = part(after.clone(), 2);
        let cards = bench.reviews.scorecards(&operator(), &exported, &next, &mut on_record).await.unwrap();
        let Some(last) = cards.last() else { break };
        after = Some(last.key());
        seen.extend(cards.iter().map(StoredCard::key));
        assert_eq!(on_record, Others::Several, "before the first piece leaves");
    }
    assert_eq!(seen, ["ana/person", "bo/person", "bo/team"]);
    bench.reviews.approve(CYCLE, "", "operator", "").await.unwrap();
    bench.reviews.publish(CYCLE, "", "operator").await.unwrap();
    for (who, told) in [("ana", Others::Nobody), ("bo", Others::Several)] {
        let mut on_record = Others::Nobody;
        let cards = bench.reviews.scorecards(&member(who), &exported, &page(), &mut on_record).await.unwrap();
        assert_eq!((cards.iter().all(|card| card.person == person(who)), on_record), (true, told), "{who}");
    }
}

/// An export whose first piece is one person's is on record again as soon as a piece tells of somebody else.
#[tokio::test]
async fn what_is_on_record_grows_with_an_export() {
    let bench = bench().await;
    run(&bench).await;
    let exported = bench.reviews.readable(&operator(), CYCLE, "").await.unwrap().run;
    let mut on_record = Others::Nobody;
    for (after, expected) in [
        (None, Others::One(person("ana"))),
        (Some("ana/person"), Others::Several),
        (Some("bo/person"), Others::Several),
    ] {
        let next = part(after.map(str::to_owned), 1);
        bench.reviews.scorecards(&operator(), &exported, &next, &mut on_record).await.unwrap();
        assert_eq!(on_record, expected, "{after:?}");
    }
    let reads = bench.reviews.reads(&ReadsPart { limit: 10, ..ReadsPart::default() }).await.unwrap();
    let people: Vec<_> = reads.into_iter().map(|(_, read)| read.person).collect();
    assert_eq!(people, [None, Some(person("ana"))]);
}

#[tokio::test]
async fn a_run_of_another_cycle_is_not_found() {
    let bench = bench().await;
    run(&bench).await;
    let error = bench.reviews.review("cycles/2026-Q4", "runs/2026-q3-aaa").await.unwrap_err();
    assert_eq!((error.kind, error.reason.as_str()), (Kind::NotFound, "UNKNOWN_RUN"));
}

/// The relay hands on each mail exactly once in effect, wherever the outbox falls silent, whether or not it had taken the
/// mail it was silent about.
#[tokio::test]
async fn mails_survive_an_outbox_that_falls_silent() {
    for loses_answer in [false, true] {
        for takes in 0..3 {
            let bench = bench().await;
            run(&bench).await;
            bench.reviews.approve(CYCLE, "", "operator", "").await.unwrap();
            *bench.outbox.takes.lock().unwrap() = Some(takes);
            *bench.outbox.loses_answer.lock().unwrap() = loses_answer;
            let published = bench.reviews.publish(CYCLE, "", "operator").await.unwrap();
            assert_eq!((published.review.state, published.enqueued), (State::Published, takes));
            *bench.outbox.takes.lock().unwrap() = None;
            let relayed = bench.relay.once().await.unwrap();
            assert_eq!(relayed.handed, 3 - takes);
            assert_eq!(bench.outbox.mails.lock().unwrap().len(), 3);
            assert_eq!(bench.relay.once().await.unwrap().handed, 0);
            assert!(bench.store.waiting(0, 10).await.unwrap().is_empty());
        }
    }
}

#[tokio::test]
async fn a_mail_that_is_refused_holds_up_no_other() {
    let bench = bench().await;
    run(&bench).await;
    bench.reviews.approve(CYCLE, "", "operator", "").await.unwrap();
    *bench.outbox.refuses.lock().unwrap() = Some("scorecard/2026-Q3/2026-q3-aaa/people/ana".to_owned());
    assert_eq!(bench.reviews.publish(CYCLE, "", "operator").await.unwrap().enqueued, 2);
    assert_eq!(bench.relay.once().await.unwrap().refused, 1);
    *bench.outbox.refuses.lock().unwrap() = None;
    assert_eq!(bench.relay.once().await.unwrap().handed, 1);
}
