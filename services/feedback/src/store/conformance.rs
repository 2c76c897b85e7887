//! What any store of feedback has to do, whatever it is made of. [`holds`] runs each on a fresh store.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use merit_core::ids::{CycleId, GoalId, PersonId};
use merit_core::once::{Asked, Once, Outcome};
use merit_core::{Kind, Ratio, Result, Scope, Value};
use merit_proto::feedback::v1::CreateNoteRequest;
use prost::Message as _;

use super::{Batch, Store, sort_key};
use crate::model::{Note, NoteContent, NoteId, Rating, Reply, Row, SelfAssessment, Tally};

/// Makes one test of each law for the store that an expression opens.
macro_rules! holds {
    ($open:expr) => {
        $crate::store::conformance::holds!($open =>
            an_empty_record_has_nothing, everything_written_is_read_back, the_same_file_again_changes_nothing,
            a_changed_row_is_a_new_version, a_check_writes_nothing, a_failed_import_leaves_nothing,
            a_cutoff_hides_what_came_later, answers_follow_their_note, a_note_is_acknowledged_once,
            pages_follow_the_days_and_then_the_bytes_of_ids, a_scope_narrows_pages_and_keeps_them_full,
            the_same_request_again_gets_the_same_answer, the_same_answer_again_is_given_once, ids_of_requests_are_each_callers_own,
            the_last_self_assessment_counts, ratings_of_one_day_follow_their_recording, many_rows_are_written_at_once);
    };
    ($open:expr => $($law:ident),+) => {$(
        #[tokio::test]
        async fn $law() {
            let (_guard, store) = $open.await;
            $crate::store::conformance::$law(&store).await;
        }
    )+};
}
pub(crate) use holds;

/// Statements beside those of the store.
pub trait Statements {
    /// The first column of what one finds, as a reader with a scope sees it.
    async fn seen(&self, scope: &Scope, statement: &'static str) -> Result<Vec<String>>;
}

const JULY: Date = date(2026, 7, 1);
const SEPTEMBER: Date = date(2026, 9, 30);

fn id(text: &str) -> PersonId {
    PersonId::new(text).unwrap()
}

fn now() -> Timestamp {
    "2026-09-15T08:00:00Z".parse().unwrap()
}

fn q3() -> CycleId {
    CycleId::new("2026-Q3").unwrap()
}

fn note(author: &str, receiver: &str, on: Date) -> NoteContent {
    NoteContent {
        author: id(author),
        receiver: id(receiver),
        given_on: on,
        text: "Clear demo".to_owned(),
        goal: None,
        reply: None,
        acknowledged_on: None,
    }
}

fn assessment(person: &str, goal: &str, comment: &str, on: Date) -> SelfAssessment {
    SelfAssessment {
        person: id(person),
        cycle: q3(),
        goal: GoalId::new(goal).unwrap(),
        rating: Ratio::new(9, 10),
        comment: comment.to_owned(),
        given_on: on,
    }
}

fn rating(person: &str, value: i64, on: Date) -> Rating {
    Rating { person: id(person), measure: "csat".to_owned(), value: Value::Count(value), on, rater: Some(id("bo")) }
}

fn row<T>(external_id: &str, content: T) -> Row<T> {
    Row { line: 2, external_id: external_id.to_owned(), content }
}

const fn batch<T>(rows: &[Row<T>]) -> Batch<'_, T> {
    Batch { source: "hr", validate_only: false, recorded_at: Timestamp::UNIX_EPOCH, rows }
}

fn tally(added: u32, changed: u32, unchanged: u32) -> Tally {
    Tally { added, changed, unchanged, problems: Vec::new() }
}

/// Notes that bo gave to people on a day each; the external id is the receiver's.
async fn given(store: &dyn Store, notes: &[(&str, Date)]) {
    let rows: Vec<_> = notes.iter().map(|(to, on)| row(to, note("bo", to, *on))).collect();
    store.import_notes(batch(&rows)).await.unwrap();
}

fn receivers(notes: &[Note]) -> Vec<&str> {
    notes.iter().map(|note| note.content.receiver.as_str()).collect()
}

/// A note that was written here.
async fn written(store: &dyn Store, content: &NoteContent) -> NoteId {
    match store.create_note(content, now(), None).await.unwrap() {
        Outcome::Done(note) => note.id,
        Outcome::Before(_) => panic!("a request without an id is never known"),
    }
}

fn asked(id: &str, principal: &str, text: &str) -> Asked {
    let body = CreateNoteRequest { text: text.to_owned(), ..CreateNoteRequest::default() };
    Asked::new(id, "/CreateNote", principal, &body.encode_to_vec()).unwrap().unwrap()
}

async fn all_notes(store: &dyn Store, cutoff: i64) -> Vec<Note> {
    store.snapshot_notes(JULY, SEPTEMBER, cutoff).await.unwrap()
}

pub async fn an_empty_record_has_nothing(store: &dyn Store) {
    assert_eq!(store.cutoff().await.unwrap(), 0);
    assert!(store.note(&NoteId::of("hr", "1")).await.unwrap().is_none());
    assert!(store.notes_of(&id("ana"), None, 10, &Scope::Everyone).await.unwrap().is_empty());
    assert!(all_notes(store, 0).await.is_empty());
    assert!(store.snapshot_self_assessments(&q3(), 0).await.unwrap().is_empty());
    assert!(store.snapshot_ratings(JULY, SEPTEMBER, 0).await.unwrap().is_empty());
}

pub async fn everything_written_is_read_back(store: &dyn Store) {
    let full = NoteContent {
        text: "Zoë's \"words\"; DROP TABLE replies\nand a second line".to_owned(),
        goal: Some(GoalId::new("ana-1").unwrap()),
        reply: Some(("Thanks".to_owned(), date(2026, 8, 3))),
        acknowledged_on: Some(date(2026, 8, 4)),
        ..note("bo", "ana", date(2026, 8, 1))
    };
    assert_eq!(store.import_notes(batch(&[row("1", full.clone())])).await.unwrap(), tally(1, 0, 0));
    let kept = store.note(&NoteId::of("hr", "1")).await.unwrap().unwrap();
    assert_eq!((&kept.content, kept.source.as_str(), kept.external_id.as_str()), (&full, "hr", "1"));
    assert_eq!(kept.acknowledged_at, Some("2026-08-04T00:00:00Z".parse().unwrap()));
    let reply = Reply { author: id("ana"), given_on: date(2026, 8, 3), text: "Thanks".to_owned() };
    assert_eq!(kept.replies, [reply]);
    let own =
        [assessment("ana", "ana-1", "", JULY), SelfAssessment { rating: None, ..assessment("bo", "b", "ok", JULY) }];
    let rows: Vec<_> = own.iter().enumerate().map(|(n, own)| row(&n.to_string(), own.clone())).collect();
    store.import_self_assessments(batch(&rows)).await.unwrap();
    assert_eq!(store.snapshot_self_assessments(&q3(), 0).await.unwrap(), own);
    let ratings = [
        Rating { value: Value::Percent(Ratio::new(1, 3).unwrap()), rater: None, ..rating("ana", 0, JULY) },
        Rating { value: Value::Money("USD -1.50".parse().unwrap()), ..rating("bo", 0, SEPTEMBER) },
    ];
    let rows: Vec<_> = ratings.iter().enumerate().map(|(n, rating)| row(&n.to_string(), rating.clone())).collect();
    store.import_ratings(batch(&rows)).await.unwrap();
    assert_eq!(store.snapshot_ratings(JULY, SEPTEMBER, 0).await.unwrap(), ratings);
}

pub async fn the_same_file_again_changes_nothing(store: &dyn Store) {
    let notes = [row("1", note("bo", "ana", JULY)), row("2", note("ana", "bo", JULY))];
    store.import_notes(batch(&notes)).await.unwrap();
    let before = store.cutoff().await.unwrap();
    assert_eq!(store.import_notes(batch(&notes)).await.unwrap(), tally(0, 0, 2));
    assert_eq!(store.cutoff().await.unwrap(), before);
    let other = Batch { source: "crm", ..batch(&notes) };
    assert_eq!(store.import_notes(other).await.unwrap(), tally(2, 0, 0), "another source has its own keys");
}

pub async fn a_changed_row_is_a_new_version(store: &dyn Store) {
    store.import_notes(batch(&[row("1", note("bo", "ana", JULY)), row("2", note("bo", "cy", JULY))])).await.unwrap();
    let changed = NoteContent { text: "Better".to_owned(), ..note("bo", "ana", JULY) };
    let rows = [row("1", changed.clone()), row("2", note("bo", "cy", JULY)), row("3", note("cy", "bo", JULY))];
    assert_eq!(store.import_notes(batch(&rows)).await.unwrap(), tally(1, 1, 1));
    assert_eq!(store.note(&NoteId::of("hr", "1")).await.unwrap().unwrap().content, changed);
    // What a version changed back says is told by the last one.
    let back = [row("1", note("bo", "ana", JULY))];
    assert_eq!(store.import_notes(batch(&back)).await.unwrap(), tally(0, 1, 0));
    assert_eq!(all_notes(store, 0).await.len(), 3);
}

pub async fn a_check_writes_nothing(store: &dyn Store) {
    let notes = [row("1", note("bo", "ana", JULY))];
    let check = Batch { validate_only: true, ..batch(&notes) };
    assert_eq!(store.import_notes(check).await.unwrap(), tally(1, 0, 0));
    assert_eq!(store.cutoff().await.unwrap(), 0);
    assert_eq!(store.import_notes(batch(&notes)).await.unwrap(), tally(1, 0, 0));
}

pub async fn a_failed_import_leaves_nothing(store: &dyn Store) {
    let twice = [row("1", note("bo", "ana", JULY)), row("1", note("bo", "cy", JULY))];
    assert!(store.import_notes(batch(&twice)).await.is_err(), "the same row twice in one change");
    assert_eq!(store.cutoff().await.unwrap(), 0);
    assert!(all_notes(store, 0).await.is_empty());
    given(store, &[("ana", JULY)]).await;
    assert_eq!(receivers(&all_notes(store, 0).await), ["ana"]);
}

pub async fn a_cutoff_hides_what_came_later(store: &dyn Store) {
    given(store, &[("ana", JULY)]).await;
    let first = store.cutoff().await.unwrap();
    let about = NoteId::of("hr", "ana");
    let reply = Reply { author: id("ana"), given_on: SEPTEMBER, text: "Thanks".to_owned() };
    store.reply(&about, &reply, now(), None).await.unwrap();
    let second = store.cutoff().await.unwrap();
    store.acknowledge(&about, now()).await.unwrap();
    let third = store.cutoff().await.unwrap();
    let changed = NoteContent { text: "Better".to_owned(), ..note("bo", "ana", JULY) };
    store.import_notes(batch(&[row("ana", changed)])).await.unwrap();
    assert!(first < second && second < third && third < store.cutoff().await.unwrap());
    let at = async |cutoff| {
        let note = all_notes(store, cutoff).await.remove(0);
        (note.replies.len(), note.acknowledged_at.is_some(), note.content.text)
    };
    assert_eq!(at(first).await, (0, false, "Clear demo".to_owned()));
    assert_eq!(at(second).await, (1, false, "Clear demo".to_owned()));
    assert_eq!(at(third).await, (1, true, "Clear demo".to_owned()));
    assert_eq!(at(0).await, (1, true, "Better".to_owned()));
}

pub async fn answers_follow_their_note(store: &dyn Store) {
    let first = written(store, &note("bo", "ana", JULY)).await;
    let second = written(store, &note("bo", "ana", JULY)).await;
    assert_ne!(first, second);
    for (author, on) in [("ana", date(2026, 8, 2)), ("bo", date(2026, 8, 1)), ("ana", date(2026, 8, 2))] {
        let reply = Reply { author: id(author), given_on: on, text: author.to_owned() };
        store.reply(&first, &reply, now(), None).await.unwrap();
    }
    let kept = store.note(&first).await.unwrap().unwrap();
    let authors: Vec<&str> = kept.replies.iter().map(|reply| reply.author.as_str()).collect();
    assert_eq!(authors, ["bo", "ana", "ana"], "by day, then as they came");
    assert!(store.note(&second).await.unwrap().unwrap().replies.is_empty());
}

pub async fn a_note_is_acknowledged_once(store: &dyn Store) {
    let note = written(store, &note("bo", "ana", JULY)).await;
    store.acknowledge(&note, now()).await.unwrap();
    let after = store.cutoff().await.unwrap();
    store.acknowledge(&note, "2026-09-20T08:00:00Z".parse().unwrap()).await.unwrap();
    assert_eq!(store.note(&note).await.unwrap().unwrap().acknowledged_at, Some(now()));
    assert_eq!(store.cutoff().await.unwrap(), after, "again is no change");
}

pub async fn pages_follow_the_days_and_then_the_bytes_of_ids(store: &dyn Store) {
    let days = [("ana", SEPTEMBER), ("Z", JULY), ("a-1", JULY), ("a.1", JULY), ("a_1", JULY), ("cy", date(2026, 8, 1))];
    given(store, &days).await;
    let mut expected: Vec<String> = days.iter().map(|(to, on)| format!("{on}|{}", NoteId::of("hr", to))).collect();
    expected.sort();
    let (mut seen, mut after) = (Vec::new(), None);
    for size in [4, 2, 0] {
        let page = store.notes_of(&id("bo"), after.as_deref(), 4, &Scope::Everyone).await.unwrap();
        assert_eq!(page.len(), size);
        seen.extend(page.iter().map(sort_key));
        after = seen.last().cloned();
    }
    assert_eq!(seen, expected);
    assert_eq!(all_notes(store, 0).await.iter().map(sort_key).collect::<Vec<_>>(), expected);
}

pub async fn a_scope_narrows_pages_and_keeps_them_full(store: &dyn Store) {
    given(store, &[("ana", JULY), ("cy", date(2026, 8, 1)), ("dee", date(2026, 8, 2)), ("eve", SEPTEMBER)]).await;
    let some = Scope::of(["ana", "dee", "eve"].map(id));
    let first = store.notes_of(&id("bo"), None, 2, &some).await.unwrap();
    assert_eq!(receivers(&first), ["ana", "dee"]);
    let next = store.notes_of(&id("bo"), Some(&sort_key(&first[1])), 2, &some).await.unwrap();
    assert_eq!(receivers(&next), ["eve"]);
    let author = store.notes_of(&id("cy"), None, 9, &Scope::only(&id("bo"))).await.unwrap();
    assert_eq!(receivers(&author), ["cy"], "it is enough that the author is in the scope");
    assert!(store.notes_of(&id("bo"), None, 9, &Scope::nobody()).await.unwrap().is_empty());
    let reply = Reply { author: id("ana"), given_on: SEPTEMBER, text: "Thanks".to_owned() };
    store.reply(&first[0].id, &reply, now(), None).await.unwrap();
    store.acknowledge(&first[0].id, now()).await.unwrap();
    let answered = store.notes_of(&id("ana"), None, 9, &Scope::only(&id("ana"))).await.unwrap();
    assert_eq!((answered[0].replies.len(), answered[0].acknowledged_at), (1, Some(now())));
}

pub async fn the_last_self_assessment_counts(store: &dyn Store) {
    let rows = [
        row("1", assessment("ana", "g", "early", JULY)),
        row("2", assessment("ana", "g", "late", SEPTEMBER)),
        row("3", assessment("ana", "h", "other", JULY)),
        row("4", assessment("Bo", "g", "bo", JULY)),
    ];
    store.import_self_assessments(batch(&rows)).await.unwrap();
    let before = store.cutoff().await.unwrap();
    let again = [row("9", assessment("ana", "g", "the same day, later", SEPTEMBER))];
    store.import_self_assessments(batch(&again)).await.unwrap();
    let comments = async |cutoff| {
        let found = store.snapshot_self_assessments(&q3(), cutoff).await.unwrap();
        found.into_iter().map(|own| own.comment).collect::<Vec<_>>()
    };
    assert_eq!(comments(before).await, ["bo", "late", "other"]);
    assert_eq!(comments(0).await, ["bo", "the same day, later", "other"]);
    assert!(store.snapshot_self_assessments(&CycleId::new("2026-Q2").unwrap(), 0).await.unwrap().is_empty());
}

pub async fn ratings_of_one_day_follow_their_recording(store: &dyn Store) {
    store.import_ratings(batch(&[row("b", rating("ana", 1, JULY)), row("c", rating("Bo", 2, JULY))])).await.unwrap();
    let before = store.cutoff().await.unwrap();
    store.import_ratings(batch(&[row("a", rating("ana", 3, JULY)), row("b", rating("ana", 4, JULY))])).await.unwrap();
    let values = async |first, last, cutoff| {
        let found = store.snapshot_ratings(first, last, cutoff).await.unwrap();
        found.into_iter().map(|rating| rating.value.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(values(JULY, SEPTEMBER, before).await, ["2", "1"]);
    assert_eq!(values(JULY, SEPTEMBER, 0).await, ["2", "3", "4"]);
    assert!(values(date(2026, 7, 2), SEPTEMBER, 0).await.is_empty());
}

pub async fn many_rows_are_written_at_once(store: &dyn Store) {
    let names: Vec<String> = (0..1201).map(|n| format!("p{n:04}")).collect();
    let notes: Vec<_> = names.iter().map(|name| row(name, note("bo", name, JULY))).collect();
    let own: Vec<_> = names.iter().map(|name| row(name, assessment(name, "g", "", JULY))).collect();
    let ratings: Vec<_> = names.iter().map(|name| row(name, rating(name, 1, JULY))).collect();
    assert_eq!(store.import_notes(batch(&notes)).await.unwrap(), tally(1201, 0, 0));
    assert_eq!(store.import_self_assessments(batch(&own)).await.unwrap(), tally(1201, 0, 0));
    assert_eq!(store.import_ratings(batch(&ratings)).await.unwrap(), tally(1201, 0, 0));
    assert_eq!(all_notes(store, 0).await.len(), 1201);
    assert_eq!(store.snapshot_self_assessments(&q3(), 0).await.unwrap().len(), 1201);
    assert_eq!(store.snapshot_ratings(JULY, SEPTEMBER, 0).await.unwrap().len(), 1201);
}

pub async fn the_same_request_again_gets_the_same_answer(store: &dyn Store) {
    let answer = |note: &Note| note.id.as_str().as_bytes().to_vec();
    let (first, other) = (asked("r-1", "bo", "one"), asked("r-1", "bo", "another"));
    assert_eq!(store.answered(&first).await.unwrap(), None);
    let content = note("bo", "ana", JULY);
    let once = Once { asked: &first, answer: &answer };
    let both = futures::future::join_all([1, 2].map(|_| store.create_note(&content, now(), Some(&once)))).await;
    let (mut done, mut before) = (Vec::new(), Vec::new());
    for outcome in both {
        match outcome.unwrap() {
            Outcome::Done(note) => done.push(answer(&note)),
            Outcome::Before(answer) => before.push(answer),
        }
    }
    assert_eq!((done.len(), &done), (1, &before), "of two at once one writes, and both get one answer");
    assert_eq!(store.answered(&first).await.unwrap().as_ref(), done.first());
    let changes = store.cutoff().await.unwrap();
    let method = Asked::new("r-1", "/Other", "bo", &CreateNoteRequest::default().encode_to_vec()).unwrap().unwrap();
    for reused in [other, method] {
        let once = Once { asked: &reused, answer: &answer };
        let refused = store.create_note(&content, now(), Some(&once)).await.unwrap_err();
        assert_eq!((refused.kind, refused.reason.as_str()), (Kind::AlreadyExists, "REQUEST_ID_REUSED"));
        assert_eq!(store.answered(&reused).await.unwrap_err().reason, "REQUEST_ID_REUSED");
    }
    assert_eq!(store.cutoff().await.unwrap(), changes);
    assert_eq!(all_notes(store, 0).await.len(), 1);
}

pub async fn the_same_answer_again_is_given_once(store: &dyn Store) {
    store.import_notes(batch(&[row("1", note("ana", "bo", JULY))])).await.unwrap();
    let about = NoteId::of("hr", "1");
    let reply = Reply { author: id("bo"), given_on: SEPTEMBER, text: "Thank you".to_owned() };
    let answer = |note: &Note| note.replies.len().to_string().into_bytes();
    let (first, other) = (asked("r-1", "bo", "one"), asked("r-1", "bo", "another"));
    let once = Once { asked: &first, answer: &answer };
    let both = futures::future::join_all([1, 2].map(|_| store.reply(&about, &reply, now(), Some(&once)))).await;
    let done = both.iter().filter(|outcome| matches!(outcome, Ok(Outcome::Done(_)))).count();
    let before = both.iter().filter(|outcome| **outcome == Ok(Outcome::Before(b"1".to_vec()))).count();
    assert_eq!((done, before), (1, 1), "of two at once one writes, and both get one answer");
    let reused = Once { asked: &other, answer: &answer };
    let refused = store.reply(&about, &reply, now(), Some(&reused)).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason.as_str()), (Kind::AlreadyExists, "REQUEST_ID_REUSED"));
    store.reply(&about, &reply, now(), None).await.unwrap();
    assert_eq!(store.reply(&about, &reply, now(), Some(&once)).await, Ok(Outcome::Before(b"1".to_vec())));
    assert_eq!(store.note(&about).await.unwrap().unwrap().replies.len(), 2);
}

pub async fn ids_of_requests_are_each_callers_own(store: &dyn Store) {
    let answer = |note: &Note| note.id.as_str().as_bytes().to_vec();
    for principal in ["bo", "cy"] {
        let asked = asked("r-1", principal, principal);
        let once = Once { asked: &asked, answer: &answer };
        let outcome = store.create_note(&note(principal, "ana", JULY), now(), Some(&once)).await.unwrap();
        assert!(matches!(outcome, Outcome::Done(_)), "{principal}");
    }
    assert_eq!(all_notes(store, 0).await.len(), 2);
}

/// For a store with a wall of its own: what a statement without a filter sees.
pub async fn the_wall_holds(store: &(impl Store + Statements)) {
    // The second row of each kind was bo's before it was corrected.
    let notes = [row("1", note("ana", "bo", JULY)), row("2", note("bo", "cy", JULY))];
    store.import_notes(batch(&notes)).await.unwrap();
    store.import_notes(batch(&[row("2", note("dee", "cy", JULY))])).await.unwrap();
    for key in ["1", "2"] {
        let reply = Reply { author: id("cy"), given_on: SEPTEMBER, text: key.to_owned() };
        store.reply(&NoteId::of("hr", key), &reply, now(), None).await.unwrap();
        store.acknowledge(&NoteId::of("hr", key), now()).await.unwrap();
    }
    let own = [row("1", assessment("ana", "g", "", JULY)), row("2", assessment("bo", "g", "", JULY))];
    store.import_self_assessments(batch(&own)).await.unwrap();
    store.import_self_assessments(batch(&[row("2", assessment("dee", "g", "", JULY))])).await.unwrap();
    let ratings = [row("1", rating("ana", 1, JULY)), row("2", rating("bo", 1, JULY))];
    store.import_ratings(batch(&ratings)).await.unwrap();
    store.import_ratings(batch(&[row("2", rating("dee", 1, JULY))])).await.unwrap();
    let (ana, bo) = (Scope::only(&id("ana")), Scope::only(&id("bo")));
    for (statement, all, of_ana, of_bo) in [
        ("SELECT author || receiver FROM note_versions ORDER BY 1", 3, vec!["anabo"], vec!["anabo"]),
        ("SELECT body FROM replies ORDER BY 1", 2, vec!["1"], vec!["1"]),
        ("SELECT 'one' FROM acknowledgements", 2, vec!["one"], vec!["one"]),
        ("SELECT person FROM self_assessment_versions", 3, vec!["ana"], vec![]),
        ("SELECT person FROM rating_versions", 3, vec!["ana"], vec![]),
    ] {
        assert_eq!(store.seen(&Scope::Everyone, statement).await.unwrap().len(), all, "{statement}");
        assert_eq!(store.seen(&ana, statement).await.unwrap(), of_ana, "{statement}");
        assert_eq!(store.seen(&bo, statement).await.unwrap(), of_bo, "{statement}");
        assert!(store.seen(&Scope::nobody(), statement).await.unwrap().is_empty(), "{statement}");
    }
}
