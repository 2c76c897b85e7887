//! The neighbours' rows as the model has them.

use jiff::civil::Date;
use merit_core::ids::{GoalId, PersonId, TeamId};
use merit_core::{Money, Result};
use merit_platform::wire;
use merit_proto::{feedback, goals, scoring, r#type};

use super::absent;
use crate::model::{
    FeedbackLine, Finding, FindingKind, GoalLine, NotScoredLine, OutcomeKind, Owner, RecognitionLine, Reply,
    RewardKind, RewardLine, RosterEntry, ScoreLine, SelfAssessment,
};

pub(super) fn roster(entry: &scoring::v1::RosterEntry) -> Result<RosterEntry> {
    Ok(RosterEntry {
        person: PersonId::from_name(&entry.participant)?,
        manager: optional_person(&entry.manager)?,
        team: entry.team.strip_prefix("teams/").unwrap_or(&entry.team).to_owned(),
        active: entry.active,
    })
}

pub(super) fn attainment(row: scoring::v1::Attainment) -> Result<(Owner, GoalLine)> {
    let owner = owner(&row.owner)?;
    let standing = row.standing.ok_or_else(|| absent("standing"))?;
    let line = GoalLine {
        goal: GoalId::from_name(&standing.goal)?.to_string(),
        title: standing.title,
        perspective: standing.perspective,
        measure: standing.measure,
        actual: optional_value(standing.actual.as_ref())?,
        target: optional_value(standing.target.as_ref())?,
        attainment: wire::optional_ratio("the attainment", &standing.attainment)?,
        reason: standing.reason,
        weight: wire::optional_ratio("the weight", &standing.weight)?,
        self_assessment: None,
    };
    Ok((owner, line))
}

/// A goal as it is on record, for when scoring says nothing about it: a milestone stands where its last progress left it.
pub(super) fn goal(goal: goals::v1::Goal, last_day: Date) -> Result<(Owner, GoalLine)> {
    let owner = owner(&goal.owner)?;
    let last = last_day.to_string();
    let target = goal.targets.iter().rev().find(|target| target.from <= last).and_then(|dated| dated.target.as_ref());
    let progress = goal.progress.iter().rev().find(|progress| progress.on <= last);
    let attainment = progress.map(|progress| wire::ratio("the progress", &progress.done)).transpose()?;
    let reason = match (&attainment, goal.measure.is_empty()) {
        (Some(_), _) => String::new(),
        (None, true) => "no progress was reported".to_owned(),
        (None, false) => "it was not evaluated".to_owned(),
    };
    let line = GoalLine {
        goal: GoalId::from_name(&goal.name)?.to_string(),
        target: optional_value(target)?,
        title: goal.title,
        perspective: goal.perspective,
        measure: goal.measure,
        actual: None,
        attainment,
        reason,
        weight: wire::optional_ratio("the weight", &goal.weight)?,
        self_assessment: None,
    };
    Ok((owner, line))
}

pub(super) fn score(row: scoring::v1::Score) -> Result<(PersonId, ScoreLine)> {
    let person = PersonId::from_name(&row.participant)?;
    let value = wire::parse_value(row.value.as_ref().ok_or_else(|| absent("value"))?)?;
    // An unknown kind may be pay, so no manager is shown it.
    let kind = match row.kind.as_str() {
        "measure" => OutcomeKind::Measure,
        "attainment" => OutcomeKind::Attainment,
        "definition" => OutcomeKind::Definition,
        "recommendation" => OutcomeKind::Recommendation,
        _ => OutcomeKind::Payout,
    };
    let line = ScoreLine {
        policy: row.policy,
        version: row.version,
        output: row.output,
        about: row.about,
        value,
        kind,
        period: row.period,
        figures: row.figures,
    };
    Ok((person, line))
}

pub(super) fn reward(row: scoring::v1::Line) -> Result<(PersonId, RewardLine)> {
    let person = PersonId::from_name(&row.participant)?;
    let kind = match row.kind() {
        scoring::v1::LineKind::Payout | scoring::v1::LineKind::Unspecified => RewardKind::Payout,
        scoring::v1::LineKind::Contest => RewardKind::Contest,
        scoring::v1::LineKind::Settlement => RewardKind::Settlement,
        scoring::v1::LineKind::Adjustment => RewardKind::Adjustment,
        scoring::v1::LineKind::Release => RewardKind::Release,
    };
    let amount = wire::parse_money(row.amount.as_ref().ok_or_else(|| absent("amount"))?)?;
    let held = match &row.held {
        Some(held) => wire::parse_money(held)?,
        None => Money::zero(amount.currency),
    };
    let taken_back = row.taken_back.as_ref().map(wire::parse_money).transpose()?;
    let because = if row.because.is_empty() && !row.reason.is_empty() { vec![row.reason] } else { row.because };
    let line = RewardLine {
        policy: row.policy,
        version: row.version,
        payout: row.payout,
        about: row.about,
        line: row.line,
        amount,
        held,
        earned_on: row.earned_on,
        payable_on: row.payable_on,
        because,
        figures: row.figures,
        adjustment: kind == RewardKind::Adjustment,
        kind,
        taken_back,
    };
    Ok((person, line))
}

pub(super) fn recognition(row: scoring::v1::Recognition) -> Result<(PersonId, RecognitionLine)> {
    let person = PersonId::from_name(&row.participant)?;
    let line = RecognitionLine {
        policy: row.policy,
        title: row.title,
        badge: row.badge,
        level: row.level,
        points: row.points,
        kudos_from: row.kudos_from,
        text: row.text,
    };
    Ok((person, line))
}

pub(super) fn finding(row: scoring::v1::Finding) -> Result<Finding> {
    let kind = match row.kind() {
        scoring::v1::FindingKind::NotScored => FindingKind::NotScored,
        scoring::v1::FindingKind::NotCovered => FindingKind::NotCovered,
        scoring::v1::FindingKind::Guideline => FindingKind::Guideline,
        scoring::v1::FindingKind::NotCredited | scoring::v1::FindingKind::Unspecified => FindingKind::NotCredited,
    };
    let person = optional_person(&row.participant)?;
    Ok(Finding { kind, person, line: NotScoredLine { policy: row.policy, output: row.output, reason: row.reason } })
}

pub(super) fn note(note: feedback::v1::Note) -> Result<(PersonId, FeedbackLine)> {
    let receiver = PersonId::from_name(&note.receiver)?;
    let line = FeedbackLine {
        author: PersonId::from_name(&note.author)?,
        given_on: wire::day("the note's day", &note.given_on)?,
        text: note.text,
        goal: optional_goal(&note.goal)?,
        acknowledged: !note.acknowledged_at.is_empty(),
        replies: note.replies.into_iter().map(reply).collect::<Result<_>>()?,
    };
    Ok((receiver, line))
}

fn reply(reply: feedback::v1::Reply) -> Result<Reply> {
    Ok(Reply {
        author: PersonId::from_name(&reply.author)?,
        given_on: wire::day("the reply's day", &reply.given_on)?,
        text: reply.text,
    })
}

pub(super) fn self_assessment(view: feedback::v1::SelfAssessment) -> Result<(PersonId, String, SelfAssessment)> {
    let person = PersonId::from_name(&view.person)?;
    let assessment = SelfAssessment {
        rating: wire::optional_ratio("the self-assessment", &view.rating)?,
        comment: view.comment,
        given_on: wire::day("the self-assessment's day", &view.given_on)?,
    };
    Ok((person, optional_goal(&view.goal)?, assessment))
}

fn owner(name: &str) -> Result<Owner> {
    if name.is_empty() || name == "organisation" {
        return Ok(Owner::Organisation);
    }
    if name.starts_with("teams/") {
        return Ok(Owner::Team(TeamId::from_name(name)?.to_string()));
    }
    PersonId::from_name(name).map(Owner::Person)
}

fn optional_person(name: &str) -> Result<Option<PersonId>> {
    if name.is_empty() { Ok(None) } else { PersonId::from_name(name).map(Some) }
}

fn optional_goal(name: &str) -> Result<String> {
    if name.is_empty() { Ok(String::new()) } else { Ok(GoalId::from_name(name)?.to_string()) }
}

fn optional_value(value: Option<&r#type::v1::Value>) -> Result<Option<merit_core::Value>> {
    value.map(wire::parse_value).transpose()
}
