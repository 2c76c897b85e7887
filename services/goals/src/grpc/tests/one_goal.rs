//! One goal over the wire: set, read, changed, and everything that is refused.

use merit_core::Error;
use merit_platform::identity::Role;
use merit_platform::status::from_status;
use merit_proto::goals::v1::{
    CreateGoalRequest, DatedTarget, GetCycleRequest, GetGoalRequest, Goal, ListGoalsRequest, OwnerKind, Progress,
    RecordProgressRequest, UpdateCycleRequest, UpdateGoalRequest,
};
use merit_proto::kept::read;
use merit_proto::r#type::v1::ValueKind;
use prost_types::FieldMask;
use tonic::Status;

use super::{Services, row, value};

pub(super) fn goal(owner: &str) -> Goal {
    Goal {
        cycle: "cycles/2026-Q3".to_owned(),
        owner: owner.to_owned(),
        title: "Happier practices".to_owned(),
        measure: "csat".to_owned(),
        weight: "1/4".to_owned(),
        description: "Ask after each visit.".to_owned(),
        targets: vec![target("2026-07-01", "9/2")],
        ..Goal::default()
    }
}

fn target(from: &str, number: &str) -> DatedTarget {
    DatedTarget { from: from.to_owned(), target: Some(value(ValueKind::Number, number)) }
}

pub(super) fn create(goal: Goal, id: &str) -> CreateGoalRequest {
    CreateGoalRequest { goal: Some(goal), goal_id: id.to_owned(), ..Default::default() }
}

pub(super) fn update(goal: Goal, paths: &[&str]) -> UpdateGoalRequest {
    let update_mask = Some(FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
    UpdateGoalRequest { goal: Some(goal), update_mask, ..Default::default() }
}

pub(super) fn named(name: &str) -> GetGoalRequest {
    GetGoalRequest { name: name.to_owned() }
}

pub(super) fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> Error {
    from_status(&answer.unwrap_err())
}

#[tokio::test]
async fn a_goal_is_set_read_and_changed_and_its_history_stays() {
    let services = Services::start().await;
    let mut client = services.client("operator", Role::RevenueOperations);
    let set = client.create_goal(create(goal("people/ana"), "anas")).await.unwrap().into_inner().goal.unwrap();
    assert_eq!((set.name.as_str(), set.version, set.owner_kind()), ("goals/anas", 1, OwnerKind::Person));
    assert_eq!(client.get_goal(named("goals/anas")).await.unwrap().into_inner().goal.unwrap(), set);

    // Another target from a later day, and no description any more; what the mask doesn't name stays.
    let change = Goal {
        targets: vec![target("2026-08-01", "5")],
        description: String::new(),
        title: "Not in the mask".to_owned(),
        ..set.clone()
    };
    let changed = client.update_goal(update(change.clone(), &["targets", "description"])).await.unwrap();
    let changed = changed.into_inner().goal.unwrap();
    assert_eq!((changed.version, changed.title.as_str(), changed.description.as_str()), (2, "Happier practices", ""));
    assert_eq!(changed.targets, [target("2026-07-01", "9/2"), target("2026-08-01", "5")]);
    assert_ne!(changed.etag, set.etag);

    // The etag of what was read before is stale; without one the same change again does nothing.
    let stale = refused(client.update_goal(update(change.clone(), &["targets"])).await);
    assert_eq!((stale.kind, stale.reason.as_str()), (merit_core::Kind::Aborted, "STALE_ETAG"));
    let again = Goal { etag: String::new(), ..change };
    let again =
        client.update_goal(update(again, &["targets", "description"])).await.unwrap().into_inner().goal.unwrap();
    assert_eq!(again, changed);

    // Without a mask what is set is written.
    let weight = Goal { name: "goals/anas".to_owned(), weight: "1/2".to_owned(), ..Goal::default() };
    let weighed = client.update_goal(update(weight, &[])).await.unwrap().into_inner().goal.unwrap();
    assert_eq!((weighed.weight.as_str(), weighed.title.as_str()), ("1/2", "Happier practices"));
}

#[tokio::test]
async fn progress_of_a_milestone_is_recorded_day_by_day() {
    let services = Services::start().await;
    let mut client = services.client("operator", Role::Operator);
    let milestone = Goal {
        measure: String::new(),
        perspective: "innovation".to_owned(),
        done_when: "Two practices use it".to_owned(),
        targets: Vec::new(),
        ..goal("people/ana")
    };
    let set = client.create_goal(create(milestone, "pilot")).await.unwrap().into_inner().goal.unwrap();
    let tell = |on: &str, done: &str, comment: &str, etag: &str| RecordProgressRequest {
        name: "goals/pilot".to_owned(),
        progress: Some(Progress { on: on.to_owned(), done: done.to_owned(), comment: comment.to_owned() }),
        etag: etag.to_owned(),
        ..RecordProgressRequest::default()
    };
    client.record_progress(tell("2026-07-10", "1/4", "One practice said yes.", &set.etag)).await.unwrap();
    let told = client.record_progress(tell("2026-07-20", "1/2", "", "")).await.unwrap().into_inner().goal.unwrap();
    let days: Vec<_> = told.progress.iter().map(|p| (p.on.as_str(), p.done.as_str(), p.comment.as_str())).collect();
    assert_eq!(days, [("2026-07-10", "1/4", "One practice said yes."), ("2026-07-20", "1/2", "")]);
    for (request, reason) in [
        (tell("2026-07-21", "1/2", "", &set.etag), "STALE_ETAG"),
        (tell("2026-07-21", "", "", ""), "BAD_GOAL"),
        (tell("2026-07-21", "3/2", "", ""), "BAD_GOAL"),
        (tell("", "1", "", ""), "BAD_GOAL"),
        (RecordProgressRequest { progress: None, ..tell("", "", "", "") }, "BAD_GOAL"),
        (
            RecordProgressRequest { name: "goals/none".to_owned(), ..tell("2026-07-21", "1", "", "") },
            "NOT_FOUND_OR_HIDDEN",
        ),
    ] {
        assert_eq!(refused(client.record_progress(request).await).reason, reason);
    }
}

#[tokio::test]
async fn what_can_not_be_taken_is_refused_and_nothing_is_half_done() {
    let services = Services::start().await;
    let mut client = services.client("operator", Role::Operator);
    let set = client.create_goal(create(goal("people/ana"), "anas")).await.unwrap().into_inner().goal.unwrap();
    let with = |change: fn(&mut Goal)| {
        let mut goal = goal("people/ana");
        change(&mut goal);
        create(goal, "other")
    };
    for (request, reason) in [
        (create(goal("people/ana"), "anas"), "GOAL_EXISTS"),
        (create(goal("people/zed"), "other"), "BAD_GOAL"),
        (create(goal(""), "other"), "BAD_NAME"),
        (create(goal("ana"), "other"), "BAD_NAME"),
        (create(goal("people/ana"), "a b"), "BAD_ID"),
        (with(|goal| goal.owner_kind = OwnerKind::Team.into()), "BAD_NAME"),
        (with(|goal| goal.cycle = "2026-Q3".to_owned()), "BAD_NAME"),
        (with(|goal| goal.cycle = "cycles/2030-Q1".to_owned()), "BAD_GOAL"),
        (with(|goal| goal.weight = "7/8".to_owned()), "BAD_GOAL"),
        (with(|goal| goal.weight = "heavy".to_owned()), "BAD_GOAL"),
        (with(|goal| goal.parent = "goals/none".to_owned()), "NOT_FOUND_OR_HIDDEN"),
        (with(|goal| goal.due = "2026-10-01".to_owned()), "BAD_GOAL"),
        (with(|goal| goal.targets.push(target("2026-08-01", "5"))), "BAD_GOAL"),
        (with(|goal| goal.targets = vec![target("2026-08-01", "6")]), "BAD_GOAL"),
        (with(|goal| goal.targets = vec![target("2026-08-01", "x")]), "BAD_NUMBER"),
        (CreateGoalRequest::default(), "BAD_NAME"),
    ] {
        assert_eq!(refused(client.create_goal(request.clone()).await).reason, reason, "{request:?}");
    }
    for (request, reason) in [
        (update(set.clone(), &["title", "owner"]), "BAD_MASK"),
        (update(set.clone(), &["version"]), "BAD_MASK"),
        (update(set.clone(), &["*", "nothing"]), "BAD_MASK"),
        (update(Goal { title: String::new(), ..set.clone() }, &["title"]), "BAD_GOAL"),
        (update(Goal { targets: Vec::new(), ..set.clone() }, &["targets"]), "BAD_GOAL"),
        (update(Goal { weight: "2".to_owned(), ..set.clone() }, &["weight"]), "BAD_GOAL"),
        (update(Goal { etag: "made-up".to_owned(), ..set.clone() }, &["title"]), "STALE_ETAG"),
        (update(Goal { name: "goals/none".to_owned(), ..set.clone() }, &["title"]), "NOT_FOUND_OR_HIDDEN"),
        (update(Goal { name: "anas".to_owned(), ..set.clone() }, &["title"]), "BAD_NAME"),
    ] {
        assert_eq!(refused(client.update_goal(request.clone()).await).reason, reason, "{request:?}");
    }
    let untouched = client.get_goal(named("goals/anas")).await.unwrap().into_inner().goal.unwrap();
    assert_eq!(untouched, set);
    assert_eq!(refused(client.get_goal(named("goals/other")).await).reason, "NOT_FOUND_OR_HIDDEN");
}

#[tokio::test]
async fn a_goal_of_somebody_else_can_not_be_told_from_none() {
    let services = Services::start().await;
    services.import_one_of_each().await;
    let mut ana = services.client("ana", Role::Member);
    ana.get_goal(named("goals/anas")).await.unwrap();
    ana.get_goal(named("goals/top")).await.unwrap();
    let (hidden, none) =
        (refused(ana.get_goal(named("goals/bobs")).await), refused(ana.get_goal(named("goals/nobs")).await));
    assert_eq!(hidden.message.replace("bobs", "nobs"), none.message);
    assert_eq!((hidden.kind, hidden.reason), (none.kind, none.reason));
    // Her role may write goals of her people, and has none.
    let mut ana = services.client("ana", Role::Manager);
    for request in [
        update(Goal { name: "goals/bobs".to_owned(), title: "Mine".to_owned(), ..Goal::default() }, &[]),
        update(Goal { name: "goals/top".to_owned(), title: "Mine".to_owned(), ..Goal::default() }, &[]),
    ] {
        assert_eq!(refused(ana.update_goal(request).await).reason, "NOT_FOUND_OR_HIDDEN");
    }
    assert_eq!(refused(ana.create_goal(create(goal("people/bob"), "new")).await).reason, "NOT_FOUND_OR_HIDDEN");
}

#[tokio::test]
async fn lists_are_filtered_and_their_pages_hold_to_the_filter() {
    let services = Services::start().await;
    let rows = (2..9).map(|line| {
        let mut row = row(line, &format!("g{line}"), OwnerKind::Person, "ana");
        row.weight = if line % 2 == 0 { "1/8" } else { "1/16" }.to_owned();
        row
    });
    assert_eq!(services.import(rows.collect()).await.problems, []);
    let mut client = services.client("operator", Role::Auditor);
    let request = |filter: &str, page_size: i32, page_token: &str| ListGoalsRequest {
        cycle: "cycles/2026-Q3".to_owned(),
        filter: filter.to_owned(),
        page_size,
        page_token: page_token.to_owned(),
        ..ListGoalsRequest::default()
    };
    let filter = "weight >= 1/8 AND owner = people/ana AND NOT parent:*";
    let first = client.list_goals(request(filter, 3, "")).await.unwrap().into_inner();
    let next = first.next_page_token.clone();
    let second = client.list_goals(request(filter, 3, &next)).await.unwrap().into_inner();
    let [first, last] = [first.goals, second.goals].map(|goals| read(goals).unwrap());
    let names: Vec<_> = first.iter().chain(&last).map(|goal| goal.name.as_str()).collect();
    assert_eq!((names, first.len()), (vec!["goals/g2", "goals/g4", "goals/g6", "goals/g8"], 3));
    assert_eq!(second.next_page_token, "");
    for (bad, reason) in [
        (request("weight >= 1/16", 3, &next), "BAD_PAGE"),
        (request(filter, 3, "00ff"), "BAD_PAGE"),
        (request(filter, -1, ""), "BAD_PAGE"),
        (request("salary > 1", 3, ""), "BAD_FILTER"),
        (request("weight >= 1/8 AND", 3, ""), "BAD_FILTER"),
    ] {
        assert_eq!(refused(client.list_goals(bad).await).reason, reason);
    }
}

#[tokio::test]
async fn settings_of_a_cycle_are_changed_by_mask_and_etag() {
    let services = Services::start().await;
    let mut client = services.client("operator", Role::Operator);
    let change = |paths: &[&str], until: &str, etag: &str| UpdateCycleRequest {
        name: "cycles/2026-Q3".to_owned(),
        self_assessment_until: until.to_owned(),
        update_mask: Some(FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }),
        etag: etag.to_owned(),
        ..UpdateCycleRequest::default()
    };
    let day = "2026-10-20";
    let set = client.update_cycle(change(&["self_assessment_until"], day, "")).await.unwrap();
    let set = set.into_inner().cycle.unwrap();
    assert_eq!(set.self_assessment_until, day);
    client.update_cycle(change(&["self_assessment_until"], "2026-10-21", &set.etag)).await.unwrap();
    for (request, reason) in [
        (change(&["self_assessment_until"], day, &set.etag), "STALE_ETAG"),
        (change(&["first_day"], day, ""), "BAD_MASK"),
        (change(&["approval"], day, ""), "BAD_MASK"),
        (change(&["self_assessment_until"], "", ""), "BAD_MASK"),
        (change(&["self_assessment_until"], "2026-09-01", ""), "BAD_WINDOW"),
    ] {
        assert_eq!(refused(client.update_cycle(request).await).reason, reason);
    }
}

#[tokio::test]
async fn a_request_that_comes_twice_is_done_once() {
    let services = Services::start().await;
    let mut client = services.client("operator", Role::Operator);
    let mut other = services.client("operator", Role::Operator);
    let asked = CreateGoalRequest { request_id: "r-1".to_owned(), ..create(goal("people/ana"), "anas") };
    let (one, two) = tokio::join!(client.create_goal(asked.clone()), other.create_goal(asked.clone()));
    let set = one.unwrap().into_inner();
    assert_eq!(two.unwrap().into_inner(), set);

    // A change with an etag goes stale by being made; the same request again is told what it came to.
    let read = set.goal.clone().unwrap();
    let retitled = Goal { title: "Happier".to_owned(), ..read };
    let change = UpdateGoalRequest { request_id: "r-2".to_owned(), ..update(retitled, &["title"]) };
    let changed = client.update_goal(change.clone()).await.unwrap().into_inner();
    assert_eq!(changed.goal.as_ref().map(|goal| goal.version), Some(2));
    assert_eq!(client.update_goal(change.clone()).await.unwrap().into_inner(), changed);
    assert_eq!(client.create_goal(asked.clone()).await.unwrap().into_inner(), set, "as it was then");

    let reused = CreateGoalRequest { goal_id: "another".to_owned(), ..asked.clone() };
    assert_eq!(refused(client.create_goal(reused).await).reason, "REQUEST_ID_REUSED");
    let bad = UpdateGoalRequest { request_id: "an id".to_owned(), ..change };
    assert_eq!(refused(client.update_goal(bad).await).reason, "BAD_REQUEST_ID");
    // Somebody else's id is theirs: this is another request, and the goal is there.
    let mut service = services.client("rita", Role::RevenueOperations);
    assert_eq!(refused(service.create_goal(asked).await).reason, "GOAL_EXISTS");

    let base = goal("people/ana");
    let milestone = Goal { measure: String::new(), perspective: "innovation".to_owned(), targets: Vec::new(), ..base };
    let milestone = Goal { done_when: "Two practices use it".to_owned(), title: "Pilot".to_owned(), ..milestone };
    let pilot = client.create_goal(create(milestone, "pilot")).await.unwrap().into_inner().goal.unwrap();
    let progress = Progress { on: "2026-07-10".to_owned(), done: "1/4".to_owned(), comment: String::new() };
    let (name, etag) = (pilot.name, pilot.etag);
    let tell = RecordProgressRequest { name, progress: Some(progress), etag, request_id: "r-3".to_owned() };
    let told = client.record_progress(tell.clone()).await.unwrap().into_inner();
    assert_eq!(client.record_progress(tell).await.unwrap().into_inner(), told);

    let name = "cycles/2026-Q3".to_owned();
    let cycle = client.get_cycle(GetCycleRequest { name: name.clone() }).await.unwrap().into_inner().cycle.unwrap();
    let until = "2026-10-20".to_owned();
    let settings = UpdateCycleRequest { name, self_assessment_until: until, etag: cycle.etag, ..Default::default() };
    let settings = UpdateCycleRequest { request_id: "r-4".to_owned(), ..settings };
    let set = client.update_cycle(settings.clone()).await.unwrap().into_inner();
    assert_eq!(client.update_cycle(settings.clone()).await.unwrap().into_inner(), set);
    let nameless = UpdateCycleRequest { request_id: String::new(), ..settings };
    assert_eq!(refused(client.update_cycle(nameless).await).reason, "STALE_ETAG");
}
