//! One goal over the wire: who may, and from the contract's goal to a row.

use merit_core::ids::{CycleId, GoalId};
use merit_core::text::{note, shown};
use merit_core::{Error, Result, Scope};
use merit_platform::access::{Action, Permit, Terms};
use merit_platform::mask::Mask;
use merit_platform::once::asked;
use merit_platform::{etag, wire};
use merit_proto::goals::v1 as proto;

use super::{Grpc, wire_goal};
use crate::model::{Clear, Goal, GoalRow, Owner};
use crate::service::Assessed;

const CREATE_GOAL: &str = "/merit.goals.v1.GoalsService/CreateGoal";
const UPDATE_GOAL: &str = "/merit.goals.v1.GoalsService/UpdateGoal";
const RECORD_PROGRESS: &str = "/merit.goals.v1.GoalsService/RecordProgress";

/// What an update can write.
const PATHS: [&str; 9] =
    ["title", "description", "perspective", "weight", "parent", "due", "done_when", "rationale", "targets"];

impl Grpc {
    pub(super) async fn one(&self, permit: &Permit, name: &str) -> Result<proto::GetGoalResponse> {
        let goal = self.readable(permit, name).await?;
        Ok(proto::GetGoalResponse { goal: Some(wire_goal::goal(&goal)) })
    }

    pub(super) async fn create(
        &self,
        permit: &Permit,
        request: proto::CreateGoalRequest,
    ) -> Result<proto::CreateGoalResponse> {
        let asked = asked(&request.request_id, CREATE_GOAL, permit.principal(), &request)?;
        let goal = request.goal.unwrap_or_default();
        let owner = owner(&goal)?;
        if !writes(permit, &owner).await? {
            return Err(Error::hidden(&owner.name()));
        }
        let row = GoalRow { goal_id: request.goal_id, ..created(goal, &owner)? };
        let goal = self.goals.create(row, &seen(permit).await?, asked.as_ref()).await?;
        Ok(proto::CreateGoalResponse { goal: Some(wire_goal::goal(&goal)) })
    }

    pub(super) async fn update(
        &self,
        permit: &Permit,
        request: proto::UpdateGoalRequest,
    ) -> Result<proto::UpdateGoalResponse> {
        let asked = asked(&request.request_id, UPDATE_GOAL, permit.principal(), &request)?;
        let goal = request.goal.unwrap_or_default();
        let mask = Mask::read(request.update_mask.as_ref(), &PATHS, &set(&goal))?;
        let etag = goal.etag.clone();
        let id = self.writable(permit, &goal.name).await?;
        let expect = |known: &Goal| etag::check(&etag, &wire_goal::etag_of(known));
        let (row, seen) = (updated(goal, &mask)?, seen(permit).await?);
        let changed = self.goals.change(&id, &seen, asked.as_ref(), &expect, row).await?;
        Ok(proto::UpdateGoalResponse { goal: Some(wire_goal::goal(&changed)) })
    }

    pub(super) async fn progress(
        &self,
        permit: &Permit,
        request: proto::RecordProgressRequest,
    ) -> Result<proto::RecordProgressResponse> {
        let asked = asked(&request.request_id, RECORD_PROGRESS, permit.principal(), &request)?;
        let id = self.writable(permit, &request.name).await?;
        let Some(progress) = request.progress else {
            return Err(Error::invalid("BAD_GOAL", "the request says no progress; give a day and how far it has come"));
        };
        let row = with_progress(GoalRow::default(), progress)?;
        let etag = request.etag;
        let expect = |known: &Goal| etag::check(&etag, &wire_goal::etag_of(known));
        let changed = self.goals.change(&id, &seen(permit).await?, asked.as_ref(), &expect, row).await?;
        Ok(proto::RecordProgressResponse { goal: Some(wire_goal::goal(&changed)) })
    }

    /// A goal that the caller may read: everybody's the organisation's and the teams'.
    async fn readable(&self, permit: &Permit, name: &str) -> Result<Assessed> {
        let id = GoalId::from_name(name)?;
        let found = self.goals.goal(&id).await?;
        let may = match found.as_ref().map(|found| &found.goal.content.owner) {
            Some(Owner::Person(person)) => permit.allows(person, Terms::default()).await?,
            _ => {
                permit.about_nobody();
                true
            }
        };
        found.filter(|_| may).ok_or_else(|| Error::hidden(name))
    }

    /// The id of a goal that the caller may write.
    async fn writable(&self, permit: &Permit, name: &str) -> Result<GoalId> {
        let id = GoalId::from_name(name)?;
        let found = self.goals.goal(&id).await?;
        let may = match &found {
            Some(found) => writes(permit, &found.goal.content.owner).await?,
            None => false,
        };
        if may { Ok(id) } else { Err(Error::hidden(name)) }
    }
}

/// Whether the caller may write goals of an owner: those of teams and of the organisation are for who may write everybody's.
async fn writes(permit: &Permit, owner: &Owner) -> Result<bool> {
    match owner {
        Owner::Person(person) => permit.allows(person, Terms::default()).await,
        Owner::Team(_) | Owner::Organisation => Ok(permit.scope().await? == Scope::Everyone),
    }
}

/// Whose goals the caller may read: what they write may name no others.
async fn seen(permit: &Permit) -> Result<Scope> {
    permit.to(Action::ReadGoals).scope().await
}

/// Whose goal it says it is.
fn owner(goal: &proto::Goal) -> Result<Owner> {
    let bad = |message: String| Err(Error::invalid("BAD_NAME", message));
    if goal.owner.is_empty() && goal.owner_kind() != proto::OwnerKind::Organisation {
        return bad("the goal has no owner; name people/… or teams/…, or say that it is the organisation's".to_owned());
    }
    let Some(owner) = Owner::from_name(&goal.owner) else {
        return bad(format!("`{}` is not an owner like people/… or teams/…", shown(&goal.owner)));
    };
    let kind = match owner {
        Owner::Organisation => proto::OwnerKind::Organisation,
        Owner::Team(_) => proto::OwnerKind::Team,
        Owner::Person(_) => proto::OwnerKind::Person,
    };
    if goal.owner_kind() != kind && goal.owner_kind() != proto::OwnerKind::Unspecified {
        return bad(format!("`{}` is not of the kind that the goal says; leave the kind out", shown(&goal.owner)));
    }
    Ok(owner)
}

/// A new goal as a row.
fn created(goal: proto::Goal, owner: &Owner) -> Result<GoalRow> {
    let (owner_kind, owner) = match owner {
        Owner::Organisation => ("organisation", String::new()),
        Owner::Team(team) => ("team", team.as_str().to_owned()),
        Owner::Person(person) => ("person", person.as_str().to_owned()),
    };
    let row = GoalRow {
        cycle: CycleId::from_name(&goal.cycle)?.as_str().to_owned(),
        owner_kind: owner_kind.to_owned(),
        owner,
        external_id: goal.external_id,
        title: goal.title,
        description: goal.description,
        measure: goal.measure,
        perspective: goal.perspective,
        weight: goal.weight,
        parent: parent(&goal.parent)?,
        due: goal.due,
        done_when: goal.done_when,
        rationale: goal.rationale,
        ..GoalRow::default()
    };
    let row = with_target(row, goal.targets)?;
    let mut progress = goal.progress;
    match (progress.pop(), progress.is_empty()) {
        (None, _) => Ok(row),
        (Some(progress), true) => with_progress(row, progress),
        (Some(_), false) => Err(Error::invalid("BAD_GOAL", "give one progress; the others go by RecordProgress")),
    }
}

/// The changes that a mask names as a row.
fn updated(goal: proto::Goal, mask: &Mask) -> Result<GoalRow> {
    let mut row = GoalRow::default();
    let mut clear = Vec::new();
    let mut taken = |path: &str, text: String, cleared: Option<Clear>| -> Result<String> {
        match (mask.has(path), text.is_empty(), cleared) {
            (false, _, _) => Ok(String::new()),
            (true, false, _) => Ok(text),
            (true, true, Some(cleared)) => {
                clear.push(cleared);
                Ok(String::new())
            }
            (true, true, None) => {
                Err(Error::invalid("BAD_GOAL", format!("a goal can't be without `{path}`; give one")))
            }
        }
    };
    row.title = taken("title", goal.title, None)?;
    row.description = taken("description", goal.description, Some(Clear::Description))?;
    row.perspective = taken("perspective", goal.perspective, None)?;
    row.weight = taken("weight", goal.weight, Some(Clear::Weight))?;
    row.parent = parent(&taken("parent", goal.parent, Some(Clear::Parent))?)?;
    row.due = taken("due", goal.due, None)?;
    row.done_when = taken("done_when", goal.done_when, None)?;
    row.rationale = taken("rationale", goal.rationale, Some(Clear::Rationale))?;
    row.clear = clear;
    if mask.has("targets") {
        if goal.targets.is_empty() {
            return Err(Error::invalid("BAD_GOAL", "a target can't be taken away; give another one and its first day"));
        }
        row = with_target(row, goal.targets)?;
    }
    Ok(row)
}

fn parent(name: &str) -> Result<String> {
    if name.is_empty() { Ok(String::new()) } else { GoalId::from_name(name).map(|id| id.as_str().to_owned()) }
}

fn with_target(mut row: GoalRow, mut targets: Vec<proto::DatedTarget>) -> Result<GoalRow> {
    let Some(target) = targets.pop() else { return Ok(row) };
    if !targets.is_empty() {
        return Err(Error::invalid("BAD_GOAL", "give one target; another day's goes by UpdateGoal"));
    }
    row.from = target.from;
    row.target = target.target.as_ref().map(wire::parse_value).transpose()?;
    Ok(row)
}

fn with_progress(row: GoalRow, progress: proto::Progress) -> Result<GoalRow> {
    let words = progress.comment.trim();
    let comment = if words.is_empty() { String::new() } else { note("the comment", words)? };
    if progress.done.is_empty() {
        return Err(Error::invalid("BAD_GOAL", "the progress doesn't say how far; give a number from 0 to 1"));
    }
    Ok(GoalRow { progress: progress.done, progress_on: progress.on, progress_comment: comment, ..row })
}

/// What is set in a goal, of what can be written.
fn set(goal: &proto::Goal) -> Vec<String> {
    let texts = [
        ("title", &goal.title),
        ("description", &goal.description),
        ("perspective", &goal.perspective),
        ("weight", &goal.weight),
        ("parent", &goal.parent),
        ("due", &goal.due),
        ("done_when", &goal.done_when),
        ("rationale", &goal.rationale),
    ];
    let set = texts.iter().filter(|(_, text)| !text.is_empty()).map(|(path, _)| (*path).to_owned());
    set.chain((!goal.targets.is_empty()).then(|| "targets".to_owned())).collect()
}
