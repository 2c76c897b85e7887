//! Cycles, goals and rows between the contract and the model.

use merit_core::{Problem, Ratio};
use merit_platform::{etag, wire};
use merit_proto::goals::v1 as proto;
use merit_proto::r#type::v1::ValueKind;

use crate::model::{Approval, Cycle, Goal, GoalRow, Owner, TeamPay};
use crate::service::{Assessed, Coverage};

pub fn cycle(cycle: &Cycle, ended: bool, window_ended: bool) -> proto::Cycle {
    let approval = match cycle.settings.approval {
        Approval::Required => proto::Approval::Required,
        Approval::Automatic => proto::Approval::Automatic,
    };
    let team_pay = match cycle.settings.team_pay {
        TeamPay::Hidden => proto::TeamPay::Hidden,
        TeamPay::Shown => proto::TeamPay::Shown,
    };
    proto::Cycle {
        name: cycle.id.name(),
        first_day: cycle.days.start.to_string(),
        last_day: cycle.days.last().to_string(),
        zone: cycle.zone.clone(),
        approval: approval.into(),
        team_pay: team_pay.into(),
        self_assessment_until: cycle.settings.self_assessment_until.to_string(),
        ended,
        window_ended,
        starts_at: cycle.starts_at.to_string(),
        ends_at: cycle.ends_at.to_string(),
        etag: etag_of_cycle(cycle),
    }
}

/// Another one when the goal was changed.
pub fn etag_of(goal: &Goal) -> String {
    etag::of(&["goal", goal.id.as_str(), &goal.version.to_string()])
}

/// Another one when the cycle's settings are others.
pub fn etag_of_cycle(cycle: &Cycle) -> String {
    let settings = &cycle.settings;
    let until = settings.self_assessment_until.to_string();
    etag::of(&["cycle", cycle.id.as_str(), settings.approval.word(), settings.team_pay.word(), &until])
}

pub fn goal(assessed: &Assessed) -> proto::Goal {
    let Assessed { goal, smart } = assessed;
    let content = &goal.content;
    let owner_kind = match content.owner {
        Owner::Organisation => proto::OwnerKind::Organisation,
        Owner::Team(_) => proto::OwnerKind::Team,
        Owner::Person(_) => proto::OwnerKind::Person,
    };
    let targets = goal
        .effective_targets()
        .into_iter()
        .map(|target| proto::DatedTarget { from: target.from.to_string(), target: Some(wire::value(&target.value)) });
    let progress = goal.effective_progress().into_iter().map(|progress| proto::Progress {
        on: progress.on.to_string(),
        done: progress.done.to_string(),
        comment: progress.comment.clone(),
    });
    let smart = smart.iter().map(|assessment| proto::CriterionAssessment {
        criterion: assessment.criterion.to_owned(),
        met: assessment.met,
        reason: assessment.reason.clone(),
    });
    let first = goal.identities.first();
    proto::Goal {
        name: goal.id.name(),
        cycle: content.cycle.name(),
        owner_kind: owner_kind.into(),
        owner: content.owner.name(),
        title: content.title.clone(),
        description: content.description.clone(),
        measure: content.measure.clone().unwrap_or_default(),
        perspective: content.perspective.word().to_owned(),
        weight: content.weight.as_ref().map(Ratio::to_string).unwrap_or_default(),
        parent: content.parent.as_ref().map(|parent| parent.name()).unwrap_or_default(),
        due: content.due.to_string(),
        done_when: content.done_when.clone(),
        rationale: content.rationale.clone(),
        targets: targets.collect(),
        progress: progress.collect(),
        smart: smart.collect(),
        source: first.map(|identity| identity.source.clone()).unwrap_or_default(),
        external_id: first.map(|identity| identity.external_id.clone()).unwrap_or_default(),
        version: goal.version,
        etag: etag_of(goal),
    }
}

/// A row from the wire. A target that can't be read is left out and put among the problems; one without kind and text is
/// none.
pub fn row(row: proto::GoalRow, problems: &mut Vec<Problem>) -> GoalRow {
    let owner_kind = match row.owner_kind() {
        proto::OwnerKind::Unspecified => "",
        proto::OwnerKind::Organisation => "organisation",
        proto::OwnerKind::Team => "team",
        proto::OwnerKind::Person => "person",
    };
    let owner_kind = owner_kind.to_owned();
    let given = row.target.filter(|value| value.kind() != ValueKind::Unspecified || !value.text.is_empty());
    let target = given.and_then(|value| {
        wire::parse_value(&value).map_err(|error| problems.push(Problem::cell(row.line, "target", error.message))).ok()
    });
    GoalRow {
        line: row.line,
        goal_id: row.goal_id,
        external_id: row.external_id,
        cycle: row.cycle,
        owner_kind,
        owner: row.owner,
        title: row.title,
        description: row.description,
        measure: row.measure,
        perspective: row.perspective,
        weight: row.weight,
        parent: row.parent,
        due: row.due,
        done_when: row.done_when,
        rationale: row.rationale,
        from: row.from,
        target,
        progress: row.progress,
        progress_on: row.progress_on,
        ..GoalRow::default()
    }
}

pub fn coverage(coverage: &Coverage) -> proto::GetCoverageResponse {
    let with = |without: usize| coverage.people.saturating_sub(u32::try_from(without).unwrap_or(u32::MAX));
    proto::GetCoverageResponse {
        people: coverage.people,
        with_innovation: with(coverage.without_innovation.len()),
        without_innovation: coverage.without_innovation.iter().map(|person| person.name()).collect(),
        with_goals: with(coverage.without_goals.len()),
        without_goals: coverage.without_goals.iter().map(|person| person.name()).collect(),
        smart: coverage
            .smart
            .iter()
            .map(|(criterion, met)| proto::CriterionCount { criterion: (*criterion).to_owned(), met: *met })
            .collect(),
        goals: coverage.goals,
    }
}
