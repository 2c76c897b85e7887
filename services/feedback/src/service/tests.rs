//! The rules over a real store and neighbours made of maps.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::civil::date;
use merit_core::{FixedClock, Kind, Value};

use super::*;
use crate::model::Row;
use crate::neighbours::{GoalFacts, Window};
use crate::store::sqlite;

struct Village;

#[async_trait]
impl Neighbours for Village {
    async fn people(&self, wanted: &BTreeSet<PersonId>) -> Result<BTreeSet<PersonId>> {
        Ok(wanted.iter().filter(|id| ["ana", "bo", "cy"].contains(&id.as_str())).cloned().collect())
    }

    async fn goals(&self, wanted: &BTreeSet<GoalId>) -> Result<BTreeMap<GoalId, GoalFacts>> {
        let known = [
            ("ana-1", "2026-Q3", Some("ana")),
            ("ana-2", "2026-Q3", Some("ana")),
            ("bo-1", "2026-Q3", Some("bo")),
            ("ana-old", "2026-Q2", Some("ana")),
            ("team-1", "2026-Q3", None),
        ];
        Ok(known
            .iter()
            .map(|(id, cycle, owner)| {
                (GoalId::new(id).unwrap(), GoalFacts { cycle: CycleId::new(cycle).unwrap(), owner: owner.map(person) })
            })
            .filter(|(id, _)| wanted.contains(id))
            .collect())
    }

    async fn window(&self, cycle: &CycleId) -> Result<Option<Window>> {
        let window = Window { from: date(2026, 7, 1), until: date(2026, 10, 7) };
        Ok((cycle.as_str() == "2026-Q3").then_some(window))
    }
}

fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

async fn feedback() -> (Feedback, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = sqlite::open(&folder.path().join("feedback.db")).await.unwrap();
    let clock = FixedClock("2026-09-15T08:00:00Z".parse().unwrap());
    (Feedback::new(Arc::new(store), Arc::new(Village), Arc::new(clock)), folder)
}

fn note(line: u32, id: &str, author: &str, receiver: &str, words: &str) -> Row<NoteContent> {
    let content = NoteContent {
        author: person(author),
        receiver: person(receiver),
        given_on: date(2026, 8, 20),
        text: words.to_owned(),
        goal: None,
        reply: None,
        acknowledged_on: None,
    };
    Row { line, external_id: id.to_owned(), content }
}

fn own(line: u32, who: &str, goal: &str, cycle: &str, given_on: Date) -> Row<SelfAssessment> {
    let content = SelfAssessment {
        person: person(who),
        cycle: CycleId::new(cycle).unwrap(),
        goal: GoalId::new(goal).unwrap(),
        rating: Some("0.9".parse().unwrap()),
        comment: String::new(),
        given_on,
    };
    Row { line, external_id: format!("s{line}"), content }
}

fn rating(line: u32, who: &str, measure: &str, on: Date, value: i64) -> Row<Rating> {
    let content =
        Rating { person: person(who), measure: measure.to_owned(), value: Value::Count(value), on, rater: None };
    Row { line, external_id: format!("r{line}"), content }
}

fn file<T>(rows: Vec<Row<T>>) -> File<T> {
    File { source: "hr".to_owned(), validate_only: false, rows, problems: Vec::new() }
}

fn counts(tally: &Tally) -> (u32, u32, u32) {
    assert_eq!(tally.problems, []);
    (tally.added, tally.changed, tally.unchanged)
}

const FIRST: Date = date(2026, 7, 1);
const LAST: Date = date(2026, 9, 30);

async fn texts(feedback: &Feedback, cutoff: i64) -> Vec<String> {
    let cycle = CycleId::new("2026-Q3").unwrap();
    let (notes, _) = feedback.snapshot(&cycle, FIRST, LAST, cutoff).await.unwrap();
    notes.into_iter().map(|note| note.content.text).collect()
}

#[tokio::test]
async fn the_same_file_again_changes_nothing_and_a_changed_row_is_a_new_version() {
    let (feedback, _folder) = feedback().await;
    let rows = || vec![note(2, "n1", "ana", "bo", "Clear demo"), note(3, "n2", "bo", "ana", "Thanks")];
    let looked_at = File { validate_only: true, ..file(rows()) };
    assert_eq!(counts(&feedback.import_notes(looked_at).await.unwrap()), (2, 0, 0));
    assert_eq!(feedback.cutoff().await.unwrap(), 0, "a dry run writes nothing");

    assert_eq!(counts(&feedback.import_notes(file(rows())).await.unwrap()), (2, 0, 0));
    let before = feedback.cutoff().await.unwrap();
    assert_eq!(counts(&feedback.import_notes(file(rows())).await.unwrap()), (0, 0, 2));
    assert_eq!(feedback.cutoff().await.unwrap(), before, "nothing changed, so no change is on record");

    let changed = vec![note(2, "n1", "ana", "bo", "Clear demo, next time shorter")];
    assert_eq!(counts(&feedback.import_notes(file(changed)).await.unwrap()), (0, 1, 0));
    let mut now = texts(&feedback, 0).await;
    now.sort();
    assert_eq!(now, ["Clear demo, next time shorter", "Thanks"]);
    let mut then = texts(&feedback, before).await;
    then.sort();
    assert_eq!(then, ["Clear demo", "Thanks"], "a cut-off still sees the old version");
}

#[tokio::test]
async fn one_bad_row_keeps_the_whole_file_out_and_every_bad_row_is_told() {
    let (feedback, _folder) = feedback().await;
    let mut wrong_goal = note(6, "n5", "ana", "bo", "x");
    wrong_goal.content.goal = Some(GoalId::new("ana-old").unwrap());
    let mut others_goal = note(7, "n6", "bo", "cy", "x");
    others_goal.content.goal = Some(GoalId::new("ana-1").unwrap());
    let mut no_goal = note(8, "n7", "bo", "cy", "x");
    no_goal.content.goal = Some(GoalId::new("nowhere").unwrap());
    let mut early = note(9, "n8", "bo", "cy", "x");
    early.content.reply = Some(("Thanks".to_owned(), date(2026, 8, 19)));
    let mut teams = note(10, "n9", "bo", "cy", "x");
    teams.content.goal = Some(GoalId::new("team-1").unwrap());
    let rows = vec![
        note(2, "n1", "ana", "bo", "good"),
        note(3, "n1", "ana", "bo", "again"),
        note(4, "n3", "ana", "zoe", "x"),
        note(5, "n4", "ana", "ana", "x"),
        wrong_goal,
        others_goal,
        no_goal,
        early,
        teams,
    ];
    let tally = feedback.import_notes(file(rows)).await.unwrap();
    let told: Vec<(u32, &str)> = tally.problems.iter().map(|p| (p.line, p.column.as_str())).collect();
    assert_eq!(
        told,
        [(3, "external_id"), (4, "receiver"), (5, "receiver"), (7, "goal"), (8, "goal"), (9, "replied_on")]
    );
    assert!(tally.problems[1].message.contains("`zoe`"), "{:?}", tally.problems);
    assert_eq!((tally.added, feedback.cutoff().await.unwrap()), (0, 0));
    assert!(texts(&feedback, 0).await.is_empty());
}

#[tokio::test]
async fn self_assessments_come_inside_their_window_for_ones_own_goal() {
    let (feedback, _folder) = feedback().await;
    let cases = [
        (own(2, "ana", "ana-1", "2026-Q3", date(2026, 7, 1)), None),
        (own(2, "ana", "ana-1", "2026-Q3", date(2026, 10, 7)), None),
        (own(2, "ana", "ana-1", "2026-Q3", date(2026, 6, 30)), Some(("given_on", "2026-07-01"))),
        (own(2, "ana", "ana-1", "2026-Q3", date(2026, 10, 8)), Some(("given_on", "until 2026-10-07"))),
        (own(2, "ana", "bo-1", "2026-Q3", date(2026, 9, 1)), Some(("goal", "not `ana`'s"))),
        (own(2, "ana", "team-1", "2026-Q3", date(2026, 9, 1)), Some(("goal", "not `ana`'s"))),
        (own(2, "ana", "ana-old", "2026-Q3", date(2026, 9, 1)), Some(("goal", "of cycle 2026-Q2"))),
        (own(2, "ana", "ana-1", "2031-Q1", date(2026, 9, 1)), Some(("cycle", "merit cycle open"))),
        (own(2, "zoe", "ana-1", "2026-Q3", date(2026, 9, 1)), Some(("person", "`zoe`"))),
    ];
    for (row, expected) in cases {
        let case = format!("{row:?}");
        let tally = feedback.import_self_assessments(File { validate_only: true, ..file(vec![row]) }).await.unwrap();
        match expected {
            None => assert_eq!(tally.problems, [], "{case}"),
            Some((column, words)) => {
                assert!(
                    tally.problems.iter().any(|p| p.column == column && p.message.contains(words)),
                    "{case}: {tally:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_latest_self_assessment_of_a_goal_counts() {
    let (feedback, _folder) = feedback().await;
    let rows = vec![
        own(2, "ana", "ana-1", "2026-Q3", date(2026, 9, 20)),
        own(3, "ana", "ana-1", "2026-Q3", date(2026, 9, 1)),
        own(4, "ana", "ana-2", "2026-Q3", date(2026, 9, 1)),
    ];
    assert_eq!(counts(&feedback.import_self_assessments(file(rows)).await.unwrap()), (3, 0, 0));
    let cycle = CycleId::new("2026-Q3").unwrap();
    let (_, own) = feedback.snapshot(&cycle, FIRST, LAST, 0).await.unwrap();
    let kept: Vec<_> = own.iter().map(|own| (own.goal.as_str(), own.given_on)).collect();
    assert_eq!(kept, [("ana-1", date(2026, 9, 20)), ("ana-2", date(2026, 9, 1))]);
}

#[tokio::test]
async fn ratings_of_one_day_must_not_contradict_each_other_and_later_ones_come_last() {
    let (feedback, _folder) = feedback().await;
    let day = date(2026, 9, 1);
    let twice =
        vec![rating(2, "ana", "csat", day, 4), rating(3, "ana", "csat", day, 5), rating(4, "zoe", "csat", day, 5)];
    let tally = feedback.import_ratings(file(twice)).await.unwrap();
    let told: Vec<u32> = tally.problems.iter().map(|p| p.line).collect();
    assert_eq!(told, [3, 4]);

    feedback.import_ratings(file(vec![rating(2, "ana", "csat", day, 4)])).await.unwrap();
    let later = File { source: "survey".to_owned(), ..file(vec![rating(2, "ana", "csat", day, 5)]) };
    feedback.import_ratings(later).await.unwrap();
    let outside = vec![rating(9, "ana", "csat", date(2026, 10, 1), 1)];
    feedback.import_ratings(file(outside)).await.unwrap();
    let ratings = feedback.snapshot_ratings(FIRST, LAST, 0).await.unwrap();
    let values: Vec<Value> = ratings.into_iter().map(|rating| rating.value).collect();
    assert_eq!(values, [Value::Count(4), Value::Count(5)]);
}

/// What is cut off at a change that is yet to come would tell something else tomorrow.
#[tokio::test]
async fn a_cutoff_is_a_change_on_record() {
    let (feedback, _folder) = feedback().await;
    feedback.import_notes(file(vec![note(2, "n1", "ana", "bo", "Clear demo")])).await.unwrap();
    let (cycle, last) = (CycleId::new("2026-Q3").unwrap(), feedback.cutoff().await.unwrap());
    assert_eq!((texts(&feedback, 0).await, texts(&feedback, last).await.len()), (vec!["Clear demo".to_owned()], 1));
    for cutoff in [-1, last + 1, i64::MAX] {
        let notes = feedback.snapshot(&cycle, FIRST, LAST, cutoff).await.unwrap_err();
        let ratings = feedback.snapshot_ratings(FIRST, LAST, cutoff).await.unwrap_err();
        assert_eq!((notes.reason.as_str(), ratings.reason.as_str()), ("BAD_CUTOFF", "BAD_CUTOFF"), "{cutoff}");
        assert!(notes.message.contains(&format!("the last is {last}")), "{notes}");
    }
}

#[tokio::test]
async fn only_the_two_people_of_a_note_answer_it_and_only_the_receiver_acknowledges() {
    let (feedback, _folder) = feedback().await;
    let made = feedback
        .create_note(person("ana"), person("bo"), " Good call \r\n on pricing ", None, false, None)
        .await
        .unwrap();
    let Outcome::Done(made) = made else { panic!("a request without an id is never known") };
    assert_eq!((made.content.text.as_str(), made.content.given_on), ("Good call \n on pricing", date(2026, 9, 15)));
    let cutoff = feedback.cutoff().await.unwrap();

    assert_eq!(
        feedback.reply(&made.id, &person("cy"), "me too", &Scope::Everyone, None).await.unwrap_err().kind,
        Kind::PermissionDenied
    );
    assert_eq!(
        feedback.acknowledge(&made.id, &person("ana"), &Scope::Everyone).await.unwrap_err().kind,
        Kind::PermissionDenied
    );
    feedback.reply(&made.id, &person("bo"), "Thank you", &Scope::only(&person("bo")), None).await.unwrap();
    feedback.reply(&made.id, &person("ana"), "Keep it up", &Scope::only(&person("ana")), None).await.unwrap();
    let first = feedback.acknowledge(&made.id, &person("bo"), &Scope::Everyone).await.unwrap();
    let changes = feedback.cutoff().await.unwrap();
    let again = feedback.acknowledge(&made.id, &person("bo"), &Scope::Everyone).await.unwrap();
    assert_eq!((first.acknowledged_at, feedback.cutoff().await.unwrap()), (again.acknowledged_at, changes));
    assert!(again.acknowledged_at.is_some());
    let words: Vec<_> = again.replies.iter().map(|reply| (reply.author.as_str(), reply.text.as_str())).collect();
    assert_eq!(words, [("bo", "Thank you"), ("ana", "Keep it up")]);

    let cycle = CycleId::new("2026-Q3").unwrap();
    let (then, _) = feedback.snapshot(&cycle, FIRST, LAST, cutoff).await.unwrap();
    assert!(then[0].replies.is_empty() && then[0].acknowledged_at.is_none(), "answers after the cut-off are not in it");
    let missing = NoteId::of("x", "y");
    // Somebody else's note looks as if it weren't there.
    let cy = (person("cy"), Scope::only(&person("cy")));
    let there = feedback.reply(&made.id, &cy.0, "x", &cy.1, None).await.unwrap_err();
    assert_eq!(there, Error::hidden(&made.id.name()));
    assert_eq!(feedback.reply(&missing, &cy.0, "x", &cy.1, None).await.unwrap_err(), Error::hidden(&missing.name()));
}

#[tokio::test]
async fn an_imported_answer_and_acknowledgement_stand_with_the_note() {
    let (feedback, _folder) = feedback().await;
    let mut row = note(2, "n1", "ana", "bo", "Clear demo");
    row.content.reply = Some(("Thanks".to_owned(), date(2026, 8, 22)));
    row.content.acknowledged_on = Some(date(2026, 8, 21));
    feedback.import_notes(file(vec![row])).await.unwrap();
    let notes = feedback.notes_of(&person("bo"), None, 10, &Scope::Everyone).await.unwrap();
    assert_eq!(
        notes[0].replies,
        [Reply { author: person("bo"), given_on: date(2026, 8, 22), text: "Thanks".to_owned() }]
    );
    assert_eq!(notes[0].acknowledged_at.unwrap().to_string(), "2026-08-21T00:00:00Z");
}

#[tokio::test]
async fn pages_go_through_all_notes_of_a_person_once() {
    let (feedback, _folder) = feedback().await;
    let mut rows: Vec<_> = (0..25).map(|n| note(n + 2, &format!("n{n}"), "ana", "bo", &format!("note {n}"))).collect();
    for (n, row) in rows.iter_mut().enumerate() {
        row.content.given_on = date(2026, 8, i8::try_from(n % 5).unwrap() + 1);
    }
    rows.push(note(99, "other", "ana", "cy", "not bo's"));
    feedback.import_notes(file(rows)).await.unwrap();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = feedback.notes_of(&person("bo"), after.as_deref(), 10, &Scope::Everyone).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(crate::store::sort_key(last));
        seen.extend(page.iter().map(|note| (note.content.given_on, note.content.text.clone())));
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted_by_key(|(day, _)| *day));
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 25);
}
