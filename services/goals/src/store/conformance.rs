//! What any store of the goals service has to do, whatever it is made of. [`holds`] runs each on a fresh store.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use merit_core::ids::{CycleId, GoalId, PersonId, TeamId};
use merit_core::once::{Asked, Once, Outcome, numbered};
use merit_core::{Kind, Period, Ratio, Result, Scope, Value};

use super::{GoalQuery, Store};
use crate::model::{
    Approval, Change, Content, Cycle, Goal, GoalsChange, Identity, Owner, Perspective, SchemaRecord, Settings, TeamPay,
};

/// Makes one test of each law for the store that an expression opens.
macro_rules! holds {
    ($open:expr) => {
        $crate::store::conformance::holds!($open =>
            an_empty_record_has_nothing, the_last_schema_applied_is_in_force, cycles_come_earliest_first_with_their_last_settings,
            everything_written_is_read_back, a_cutoff_hides_what_came_later, a_lost_race_writes_nothing,
            a_failed_change_leaves_nothing, queries_narrow_down, keys_are_known_by_source, a_request_is_recorded_once,
            of_two_requests_at_once_one_writes, many_goals_are_written_at_once);
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

fn now() -> Timestamp {
    "2026-07-01T08:00:00Z".parse().unwrap()
}

fn goal_id(text: &str) -> GoalId {
    GoalId::new(text).unwrap()
}

fn cycle_id(text: &str) -> CycleId {
    CycleId::new(text).unwrap()
}

fn person(text: &str) -> Owner {
    Owner::Person(PersonId::new(text).unwrap())
}

fn content(cycle: &str, owner: Owner) -> Content {
    Content {
        cycle: cycle_id(cycle),
        owner,
        title: "Win back clinics".to_owned(),
        description: String::new(),
        measure: None,
        perspective: Perspective::Financial,
        weight: None,
        parent: None,
        due: date(2026, 9, 30),
        done_when: "ten are back".to_owned(),
        rationale: String::new(),
    }
}

/// A change that brings in goals of an owner.
fn setting(owner: &Owner, goals: &[&str]) -> Change {
    Change::Goals(GoalsChange {
        source: "planning".to_owned(),
        file_name: "goals.csv".to_owned(),
        identities: goals
            .iter()
            .map(|goal| (Identity { source: "planning".to_owned(), external_id: format!("G-{goal}") }, goal_id(goal)))
            .collect(),
        versions: goals.iter().map(|goal| (goal_id(goal), 1, content("2026-Q3", owner.clone()))).collect(),
        ..GoalsChange::default()
    })
}

fn schema(name: &str, version: u32) -> SchemaRecord {
    SchemaRecord {
        name: name.to_owned(),
        version,
        source: format!("schema \"{name}\" version {version}\n"),
        sha256: "00".to_owned(),
        file_name: "schema.merit".to_owned(),
    }
}

async fn ids(store: &dyn Store, query: GoalQuery) -> Vec<String> {
    store.goals(&query).await.unwrap().into_iter().map(|goal| goal.id.as_str().to_owned()).collect()
}

pub async fn an_empty_record_has_nothing(store: &dyn Store) {
    assert_eq!(store.cutoff().await.unwrap(), 0);
    assert!(store.schemas().await.unwrap().is_empty());
    assert!(store.cycles(0).await.unwrap().is_empty());
    assert!(store.goals(&GoalQuery::at(0)).await.unwrap().is_empty());
}

pub async fn the_last_schema_applied_is_in_force(store: &dyn Store) {
    let mut last = 0;
    for record in [schema("a", 1), schema("b", 7), schema("a", 2)] {
        last = store.record(last, &Change::Schema(record), now()).await.unwrap();
    }
    assert_eq!(store.schemas().await.unwrap(), [schema("b", 7), schema("a", 2)]);
}

pub async fn cycles_come_earliest_first_with_their_last_settings(store: &dyn Store) {
    let quarter = |n| Period::quarter(2026, n).unwrap();
    let q3 = Cycle::new(cycle_id("2026-Q3"), quarter(3), "America/New_York").unwrap();
    let q2 = Cycle::new(cycle_id("2026-Q2"), quarter(2), "UTC").unwrap();
    let first = store.record(0, &Change::Cycle(q3.clone()), now()).await.unwrap();
    let second = store.record(first, &Change::Cycle(q2.clone()), now()).await.unwrap();
    let settings =
        Settings { approval: Approval::Automatic, team_pay: TeamPay::Shown, self_assessment_until: date(2026, 10, 31) };
    let changed = q3.with_settings(settings).unwrap();
    let third = store.record(second, &Change::Cycle(changed.clone()), now()).await.unwrap();
    assert_eq!(store.cycles(third).await.unwrap(), [q2.clone(), changed]);
    assert_eq!(store.cycles(second).await.unwrap(), [q2, q3.clone()]);
    assert_eq!(store.cycles(first).await.unwrap(), [q3]);
}

pub async fn everything_written_is_read_back(store: &dyn Store) {
    let full = Content {
        title: "Zoë's \"goal\"; DROP TABLE targets".to_owned(),
        description: "two\nlines".to_owned(),
        measure: Some("bookings".to_owned()),
        perspective: Perspective::Innovation,
        weight: Ratio::new(1, 3),
        parent: Some(goal_id("top")),
        done_when: String::new(),
        rationale: "as before".to_owned(),
        ..content("2026-Q3", person("ana"))
    };
    let team = content("2026-Q3", Owner::Team(TeamId::new("East").unwrap()));
    let identity = Identity { source: "planning".to_owned(), external_id: "7".to_owned() };
    let target = Value::Money("USD 100.50".parse().unwrap());
    let change = GoalsChange {
        identities: vec![(identity.clone(), goal_id("g"))],
        versions: vec![(goal_id("g"), 1, full.clone()), (goal_id("h"), 1, team.clone())],
        targets: vec![(goal_id("g"), JULY, target.clone())],
        progress: vec![(goal_id("h"), JULY, Ratio::new(2, 3).unwrap(), "on its way".to_owned())],
        ..GoalsChange::default()
    };
    let seq = store.record(0, &Change::Goals(change), now()).await.unwrap();
    let found = store.goals(&GoalQuery::at(seq)).await.unwrap();
    let plain = |id: &str, content: Content| Goal {
        id: goal_id(id),
        content,
        version: 1,
        identities: Vec::new(),
        targets: Vec::new(),
        progress: Vec::new(),
    };
    let targets = vec![crate::model::Target { from: JULY, value: target, seq }];
    let done = Ratio::new(2, 3).unwrap();
    let progress = vec![crate::model::Progress { on: JULY, done, comment: "on its way".to_owned(), seq }];
    assert_eq!(
        found,
        [Goal { identities: vec![identity], targets, ..plain("g", full) }, Goal { progress, ..plain("h", team) }]
    );
}

pub async fn a_cutoff_hides_what_came_later(store: &dyn Store) {
    let first = store.record(0, &setting(&person("ana"), &["g"]), now()).await.unwrap();
    let renamed = Content { title: "Win more".to_owned(), ..content("2026-Q3", person("ana")) };
    let later = GoalsChange {
        versions: vec![(goal_id("g"), 2, renamed)],
        targets: vec![(goal_id("g"), JULY, Value::Count(5))],
        ..GoalsChange::default()
    };
    let second = store.record(first, &Change::Goals(later), now()).await.unwrap();
    let at = async |cutoff| store.goals(&GoalQuery::at(cutoff)).await.unwrap().remove(0);
    let (before, after) = (at(first).await, at(second).await);
    assert_eq!((before.content.title.as_str(), before.version, before.targets.len()), ("Win back clinics", 1, 0));
    assert_eq!((after.content.title.as_str(), after.version, after.targets.len()), ("Win more", 2, 1));
}

pub async fn a_lost_race_writes_nothing(store: &dyn Store) {
    let first = store.record(0, &setting(&Owner::Organisation, &["g"]), now()).await.unwrap();
    let late = store.record(0, &setting(&Owner::Organisation, &["h"]), now()).await.unwrap_err();
    assert_eq!(late.kind, Kind::Aborted);
    assert_eq!(store.cutoff().await.unwrap(), first);
    assert_eq!(ids(store, GoalQuery::at(first)).await, ["g"]);
}

pub async fn a_failed_change_leaves_nothing(store: &dyn Store) {
    let broken = setting(&Owner::Organisation, &["g", "g"]);
    assert!(store.record(0, &broken, now()).await.is_err(), "the same goal twice in one change");
    assert_eq!(store.cutoff().await.unwrap(), 0);
    let seq = store.record(0, &setting(&Owner::Organisation, &["h"]), now()).await.unwrap();
    assert_eq!(ids(store, GoalQuery::at(seq)).await, ["h"]);
}

pub async fn queries_narrow_down(store: &dyn Store) {
    let team = Owner::Team(TeamId::new("people").unwrap());
    let mut last = 0;
    for (owner, goals) in [
        (Owner::Organisation, vec!["top"]),
        (team.clone(), vec!["a-team"]),
        (person("ana"), vec!["a.1", "a-1", "Z"]),
        (person("bob"), vec!["bob"]),
    ] {
        last = store.record(last, &setting(&owner, &goals), now()).await.unwrap();
    }
    let other =
        GoalsChange { versions: vec![(goal_id("old"), 1, content("2026-Q2", team.clone()))], ..GoalsChange::default() };
    last = store.record(last, &Change::Goals(other), now()).await.unwrap();
    let q3 = || GoalQuery::of_cycle(last, cycle_id("2026-Q3"));
    assert_eq!(ids(store, q3()).await, ["Z", "a-1", "a-team", "a.1", "bob", "top"]);
    assert_eq!(
        ids(store, GoalQuery { limit: Some(2), after: Some("a-1".to_owned()), ..q3() }).await,
        ["a-team", "a.1"]
    );
    assert_eq!(
        ids(store, GoalQuery { owners: Some(vec![team, Owner::Organisation]), ..q3() }).await,
        ["a-team", "top"]
    );
    let of = |scope: Scope| GoalQuery { scope, ..q3() };
    let ana = Scope::only(&PersonId::new("ana").unwrap());
    assert_eq!(ids(store, of(ana.clone())).await, ["Z", "a-1", "a-team", "a.1", "top"]);
    assert_eq!(ids(store, of(Scope::nobody())).await, ["a-team", "top"]);
    assert_eq!(ids(store, GoalQuery { limit: Some(4), ..of(ana) }).await, ["Z", "a-1", "a-team", "a.1"], "a full page");
    let some = Some(vec![goal_id("old"), goal_id("bob"), goal_id("nothing")]);
    assert_eq!(ids(store, GoalQuery { ids: some, ..GoalQuery::at(last) }).await, ["bob", "old"]);
    assert!(ids(store, GoalQuery { ids: Some(Vec::new()), ..GoalQuery::at(last) }).await.is_empty());
}

pub async fn keys_are_known_by_source(store: &dyn Store) {
    store.record(0, &setting(&Owner::Organisation, &["g", "h"]), now()).await.unwrap();
    let keys = ["G-g".to_owned(), "G-nothing".to_owned()];
    let found = store.identities("planning", &keys).await.unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [("G-g".to_owned(), goal_id("g"))]);
    assert!(store.identities("crm", &keys).await.unwrap().is_empty());
}

pub async fn many_goals_are_written_at_once(store: &dyn Store) {
    let names: Vec<String> = (0..1201).map(|n| format!("g{n:04}")).collect();
    let mut change = GoalsChange::default();
    for name in &names {
        change.versions.push((goal_id(name), 1, content("2026-Q3", Owner::Organisation)));
        change.identities.push((Identity { source: "s".to_owned(), external_id: name.clone() }, goal_id(name)));
        change.targets.push((goal_id(name), JULY, Value::Count(1)));
        change.progress.push((goal_id(name), JULY, Ratio::ONE, String::new()));
    }
    let seq = store.record(0, &Change::Goals(change), now()).await.unwrap();
    let found = store.goals(&GoalQuery::of_cycle(seq, cycle_id("2026-Q3"))).await.unwrap();
    assert_eq!(found.len(), 1201);
    assert!(found.iter().all(|goal| goal.targets.len() == 1 && goal.progress.len() == 1 && goal.identities.len() == 1));
}

pub async fn a_request_is_recorded_once(store: &dyn Store) {
    let asked = |text: &str| Asked::new("r-1", "/Write", "ana", text.as_bytes()).unwrap().unwrap();
    let (one, other) = (asked("one"), asked("another"));
    let answer = |seq: &i64| seq.to_string().into_bytes();
    let once = Once { asked: &one, answer: &answer };
    let change = setting(&Owner::Organisation, &["g"]);
    assert_eq!(store.answered(&one).await.unwrap(), None);
    assert!(store.record_once(7, Some(&change), now(), &once).await.is_err(), "a lost race");
    assert_eq!(store.answered(&one).await.unwrap(), None, "what was not done has no answer");
    let Outcome::Done(seq) = store.record_once(0, Some(&change), now(), &once).await.unwrap() else {
        panic!("it is new")
    };
    let again = store.record_once(0, Some(&change), now(), &once).await.unwrap();
    assert_eq!(again, Outcome::Before(answer(&seq)));
    assert_eq!(store.answered(&one).await.unwrap(), Some(answer(&seq)));
    let reused = Once { asked: &other, answer: &answer };
    let another = setting(&Owner::Organisation, &["h"]);
    let refused = store.record_once(seq, Some(&another), now(), &reused).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason.as_str()), (Kind::AlreadyExists, "REQUEST_ID_REUSED"));
    // Where there is nothing to record, the answer is kept and the record stays.
    let nothing = Asked::new("r-2", "/Write", "ana", b"").unwrap().unwrap();
    let once = Once { asked: &nothing, answer: &answer };
    assert_eq!(store.record_once(seq, None, now(), &once).await.unwrap(), Outcome::Done(seq));
    assert_eq!(store.answered(&nothing).await.unwrap(), Some(answer(&seq)));
    assert_eq!(store.cutoff().await.unwrap(), seq);
}

pub async fn of_two_requests_at_once_one_writes(store: &dyn Store) {
    let one = Asked::new("r-1", "/Write", "ana", b"one").unwrap().unwrap();
    let once = Once { asked: &one, answer: &numbered };
    let change = setting(&Owner::Organisation, &["g"]);
    let write = || store.record_once(0, Some(&change), now(), &once);
    let both = futures::join!(write(), write());
    let seqs = [both.0.unwrap().change().unwrap(), both.1.unwrap().change().unwrap()];
    assert_eq!(seqs, [store.cutoff().await.unwrap(); 2]);
}

/// For a store with a wall of its own: what a statement without a filter sees.
pub async fn the_wall_holds(store: &(impl Store + Statements)) {
    let team = Owner::Team(TeamId::new("people").unwrap());
    let owners = [("ana", person("ana")), ("bob", person("bob")), ("team", team), ("top", Owner::Organisation)];
    let mut change = GoalsChange::default();
    for (name, owner) in owners {
        change.versions.push((goal_id(name), 1, content("2026-Q3", owner)));
        change.identities.push((Identity { source: "s".to_owned(), external_id: name.to_owned() }, goal_id(name)));
        change.targets.push((goal_id(name), JULY, Value::Count(1)));
        change.progress.push((goal_id(name), JULY, Ratio::ONE, String::new()));
    }
    store.record(0, &Change::Goals(change), now()).await.unwrap();
    let ana = Scope::only(&PersonId::new("ana").unwrap());
    for statement in [
        "SELECT goal FROM goal_versions ORDER BY goal",
        "SELECT goal FROM identities ORDER BY goal",
        "SELECT goal FROM targets ORDER BY goal",
        "SELECT goal FROM progress ORDER BY goal",
    ] {
        assert_eq!(
            store.seen(&Scope::Everyone, statement).await.unwrap(),
            ["ana", "bob", "team", "top"],
            "{statement}"
        );
        assert_eq!(store.seen(&ana, statement).await.unwrap(), ["ana", "team", "top"], "{statement}");
        assert_eq!(store.seen(&Scope::nobody(), statement).await.unwrap(), ["team", "top"], "{statement}");
    }
}
