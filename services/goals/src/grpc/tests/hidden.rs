//! What a manager learns of goals that are hidden from them by writing those of their people: nothing. Cyd manages bob, and
//! ana is a stranger to both.

use merit_core::{Error, Kind};
use merit_platform::identity::Role;
use merit_proto::goals::v1::{CreateGoalRequest, Goal, OpenCycleRequest, OwnerKind};

use super::one_goal::{create, goal, named, refused, update};
use super::{Services, row};

/// One goal of each owner, and one of ana's in the next cycle.
async fn start() -> Services {
    let services = Services::start().await;
    services.import_one_of_each().await;
    let mut client = services.client("operator", Role::Operator);
    let next = OpenCycleRequest { cycle_id: "2026-Q4".to_owned(), ..OpenCycleRequest::default() };
    client.open_cycle(next).await.unwrap();
    let mut later = row(2, "later", OwnerKind::Person, "ana");
    later.cycle = "2026-Q4".to_owned();
    assert_eq!(services.import(vec![later]).await.problems, []);
    services
}

/// A goal of bob's that serves another one.
fn serving(parent: &str) -> Goal {
    Goal { parent: format!("goals/{parent}"), ..goal("people/bob") }
}

fn moved(id: &str, parent: &str) -> Goal {
    Goal { name: format!("goals/{id}"), parent: format!("goals/{parent}"), ..Goal::default() }
}

/// The error without the id that was asked for.
fn nameless(error: Error, id: &str) -> Error {
    let problems = error
        .problems
        .into_iter()
        .map(|problem| merit_core::Problem { message: problem.message.replace(id, "…"), ..problem });
    Error { message: error.message.replace(id, "…"), problems: problems.collect(), ..error }
}

#[tokio::test]
async fn a_hidden_parent_can_not_be_told_from_none() {
    let services = start().await;
    let mut cyd = services.client("cyd", Role::Manager);
    let none = nameless(refused(cyd.create_goal(create(serving("nobs"), "new")).await), "nobs");
    assert_eq!((none.kind, none.reason.as_str()), (Kind::NotFound, "NOT_FOUND_OR_HIDDEN"));
    for hidden in ["anas", "later", "nobs"] {
        let made = refused(cyd.create_goal(create(serving(hidden), "new")).await);
        assert_eq!(nameless(made, hidden), none, "{hidden}");
        for paths in [&["parent"][..], &[]] {
            let changed = refused(cyd.update_goal(update(moved("bobs", hidden), paths)).await);
            assert_eq!(nameless(changed, hidden), none, "{hidden}");
        }
    }
    // What she may read may be served: the team's, the organisation's and bob's own.
    for (id, parent) in [("one", "team"), ("two", "top"), ("three", "bobs")] {
        cyd.create_goal(create(serving(parent), id)).await.unwrap();
    }
    let itself = refused(cyd.update_goal(update(moved("bobs", "bobs"), &[])).await);
    assert!(itself.message.contains("can't serve itself"), "{itself}");

    // To bob, who writes none, and to ana, who manages nobody, the parent makes no difference either.
    let (mut bob, mut ana) = (services.client("bob", Role::Member), services.client("ana", Role::Manager));
    for parent in ["anas", "team", "nobs"] {
        assert_eq!(refused(bob.create_goal(create(serving(parent), "new")).await).reason, "PERMISSION_DENIED");
        let owner = refused(ana.create_goal(create(serving(parent), "new")).await);
        assert_eq!(owner, Error::hidden("people/bob"));
    }

    // Who reads everybody's is told what is wrong.
    let mut operator = services.client("operator", Role::Operator);
    operator.update_goal(update(moved("bobs", "anas"), &[])).await.unwrap();
    let other = refused(operator.update_goal(update(moved("bobs", "later"), &[])).await);
    assert!(other.message.contains("a goal of 2026-Q4"), "{other}");
    assert_eq!(refused(operator.update_goal(update(moved("bobs", "nobs"), &[])).await), Error::hidden("goals/nobs"));
}

#[tokio::test]
async fn a_parent_that_a_goal_has_may_be_written_back() {
    let services = start().await;
    let mut operator = services.client("operator", Role::Operator);
    operator.update_goal(update(moved("bobs", "anas"), &[])).await.unwrap();
    let mut cyd = services.client("cyd", Role::Manager);
    let read = cyd.get_goal(named("goals/bobs")).await.unwrap().into_inner().goal.unwrap();
    let retitled = Goal { title: "Happier still".to_owned(), ..read };
    let changed = cyd.update_goal(update(retitled, &["title", "parent"])).await.unwrap().into_inner().goal.unwrap();
    assert_eq!((changed.title.as_str(), changed.parent.as_str()), ("Happier still", "goals/anas"));
}

#[tokio::test]
async fn an_id_of_a_hidden_goal_can_not_be_used_and_that_is_all() {
    let services = start().await;
    let mut operator = services.client("operator", Role::Operator);
    let keyed = |owner: &str, id: &str, key: &str| {
        let goal = Goal { external_id: key.to_owned(), weight: String::new(), ..goal(owner) };
        CreateGoalRequest { goal: Some(goal), goal_id: id.to_owned(), ..CreateGoalRequest::default() }
    };
    operator.create_goal(keyed("people/ana", "keyed", "K-1")).await.unwrap();
    let mut next = keyed("people/ana", "keyed-later", "K-2");
    let later = next.goal.as_mut().unwrap();
    (later.cycle, later.targets) = ("cycles/2026-Q4".to_owned(), Vec::new());
    operator.create_goal(next).await.unwrap();
    operator.create_goal(keyed("people/bob", "bobs-own", "K-3")).await.unwrap();

    let mut cyd = services.client("cyd", Role::Manager);
    for (id, key, column) in [
        ("anas", "", "goal_id"),
        ("later", "", "goal_id"),
        ("anas", "free", "goal_id"),
        ("new", "K-1", "external_id"),
        ("new", " K-2 ", "external_id"),
        // Without a key of its own, a goal has its id for one.
        ("K-1", "", "goal_id"),
        ("K-2", "", "goal_id"),
    ] {
        let said = refused(cyd.create_goal(keyed("people/bob", id, key)).await);
        let message = "this id can't be used; choose another";
        let expected = Error::exists("GOAL_EXISTS", message);
        let expected = expected.with_problems(vec![merit_core::Problem::cell(0, column, message)]);
        assert_eq!(said, expected, "{id} {key}");
    }
    // Of what she may read she is told more, and who reads everybody's of all.
    let known = refused(cyd.create_goal(keyed("people/bob", "bobs", "")).await);
    assert_eq!((known.reason.as_str(), known.message.contains("`bobs`")), ("GOAL_EXISTS", true));
    let known = refused(cyd.create_goal(keyed("people/bob", "new", "K-3")).await);
    assert_eq!((known.reason.as_str(), known.message.contains("`bobs-own`")), ("BAD_GOAL", true));
    let known = refused(operator.create_goal(keyed("people/bob", "new", "K-1")).await);
    assert_eq!((known.reason.as_str(), known.message.contains("`keyed`")), ("BAD_GOAL", true));
    cyd.create_goal(keyed("people/bob", "new", "K-4")).await.unwrap();
}

#[tokio::test]
async fn a_circle_names_no_hidden_goal() {
    let services = start().await;
    let serves = |line: u32, id: &str, owner: &str, parent: &str| {
        let mut row = row(line, id, OwnerKind::Person, owner);
        row.parent = parent.to_owned();
        row
    };
    let rows =
        vec![serves(2, "secret", "ana", "bobs"), serves(3, "below", "bob", "secret"), serves(4, "near", "bob", "bobs")];
    assert_eq!(services.import(rows).await.problems, []);
    let mut cyd = services.client("cyd", Role::Manager);
    let told = refused(cyd.update_goal(update(moved("bobs", "below"), &[])).await);
    assert_eq!(told.reason, "BAD_GOAL");
    assert_eq!(
        told.message,
        "the goal can't be taken: with this parent goals serve each other in a circle; name another parent"
    );
    assert!(!told.to_string().contains("secret"), "{told}");
    // One among goals that she reads is named.
    let told = refused(cyd.update_goal(update(moved("bobs", "near"), &[])).await);
    assert!(told.message.contains("`bobs` → `near` → `bobs`"), "{told}");
    let mut operator = services.client("operator", Role::Operator);
    let told = refused(operator.update_goal(update(moved("bobs", "below"), &[])).await);
    assert!(told.message.contains("`below` → `secret` → `bobs`"), "{told}");
}
