//! From the model to the wire.

use merit_core::Ratio;
use merit_core::ids::{CycleId, PersonId};
use merit_platform::wire;
use merit_proto::scoring::v1 as proto;

use crate::model::{
    Attainment, Credit, Finding, FindingKind, GoalStanding, Line, LineKind, Packed, Policy, Recognition, RosterEntry,
    Run, RunState, Score, ScoreKind,
};
use crate::service::Recorded;

pub fn policy(policy: &Policy, created: bool) -> proto::Policy {
    proto::Policy {
        policy_name: policy.name.clone(),
        version: policy.version,
        sha256: policy.sha256.clone(),
        effective_from: policy.from.to_string(),
        effective_to: policy.to.map(|to| to.to_string()).unwrap_or_default(),
        about: policy.about.clone(),
        created,
        tests: policy.tests,
        recorded: Vec::new(),
    }
}

/// What a policy puts on record under a name.
pub fn recorded((name, found): (String, Recorded)) -> proto::RecordedFigure {
    proto::RecordedFigure {
        name,
        kind: wire::kind(found.kind).into(),
        options: found.options,
        currency_code: found.currency.map(|currency| currency.code().to_owned()).unwrap_or_default(),
    }
}

/// A run; `registered` says what its policies are about.
pub fn run(run: &Run, registered: &[Policy]) -> proto::Run {
    let pinned = run.policies.iter().filter_map(|pin| {
        let found = registered.iter().find(|policy| policy.name == pin.name && policy.version == pin.version)?;
        Some(policy(&Policy { to: pin.to, sha256: pin.sha256.clone(), ..found.clone() }, false))
    });
    proto::Run {
        name: run.id.name(),
        cycle: run.cycle.name(),
        state: state(run.state).into(),
        cutoffs: Some(proto::Cutoffs {
            directory: run.cutoffs.directory,
            goals: run.cutoffs.goals,
            feedback: run.cutoffs.feedback,
            scoring: run.cutoffs.scoring,
        }),
        policies: pinned.collect(),
        engine_version: run.engine_version.clone(),
        inputs_sha256: run.inputs_sha256.clone(),
        root: run.root.clone(),
        participants: run.participants,
        results: run.results,
    }
}

const fn state(state: RunState) -> proto::RunState {
    match state {
        RunState::Frozen => proto::RunState::Frozen,
        RunState::Credited => proto::RunState::Credited,
        RunState::Scored => proto::RunState::Scored,
        RunState::Ranked => proto::RunState::Ranked,
        RunState::Settled => proto::RunState::Settled,
        RunState::Posted => proto::RunState::Posted,
    }
}

/// A line; `run` is its run's id, or empty, and `number` that of a line on the ledger.
pub fn line(cycle: &CycleId, run: &str, number: Option<i64>, line: Line, figures: Vec<String>) -> proto::Line {
    proto::Line {
        name: number.map(|number| format!("{}/lines/{number}", cycle.name())).unwrap_or_default(),
        cycle: cycle.name(),
        run: if run.is_empty() { String::new() } else { format!("runs/{run}") },
        participant: line.participant.name(),
        policy: line.policy,
        version: line.version,
        payout: line.payout,
        line: line.line,
        amount: Some(wire::money(line.amount)),
        held: Some(wire::money(line.held)),
        earned_on: line.earned_on.to_string(),
        payable_on: line.payable_on.to_string(),
        reason: line.reason,
        kind: match line.kind {
            LineKind::Payout => proto::LineKind::Payout,
            LineKind::Contest => proto::LineKind::Contest,
            LineKind::Settlement => proto::LineKind::Settlement,
            LineKind::Adjustment => proto::LineKind::Adjustment,
            LineKind::Release => proto::LineKind::Release,
        }
        .into(),
        figures,
        because: line.because,
        about: line.about,
        taken_back: line.taken_back.map(wire::money),
    }
}

pub fn score(score: Score, figures: Vec<String>) -> proto::Score {
    proto::Score {
        participant: score.participant.name(),
        policy: score.policy,
        version: score.version,
        output: score.output,
        value: Some(wire::value(&score.value.0)),
        about: score.about,
        kind: match score.kind {
            ScoreKind::Measure => "measure",
            ScoreKind::Attainment => "attainment",
            ScoreKind::Definition => "definition",
            ScoreKind::Recommendation => "recommendation",
            ScoreKind::Payout => "payout",
        }
        .to_owned(),
        period: score.period,
        figures,
    }
}

pub fn credit(credit: Credit) -> proto::Credit {
    proto::Credit {
        participant: credit.participant.name(),
        source: credit.source,
        external_id: credit.external_id,
        list: credit.list,
        credited_as: credit.credited_as,
        amount: Some(wire::money(credit.amount)),
        dated: credit.dated.to_string(),
        policy: credit.policy,
        of: credit.of,
    }
}

pub fn finding(finding: Finding) -> proto::Finding {
    proto::Finding {
        kind: match finding.kind {
            FindingKind::NotScored => proto::FindingKind::NotScored,
            FindingKind::NotCovered => proto::FindingKind::NotCovered,
            FindingKind::NotCredited => proto::FindingKind::NotCredited,
            FindingKind::Guideline => proto::FindingKind::Guideline,
        }
        .into(),
        participant: if finding.participant.is_empty() {
            String::new()
        } else {
            format!("people/{}", finding.participant)
        },
        policy: finding.policy,
        output: finding.output,
        reason: finding.reason,
    }
}

pub fn recognition(given: Recognition) -> proto::Recognition {
    proto::Recognition {
        participant: given.participant.name(),
        policy: given.policy,
        title: given.title,
        badge: given.badge,
        level: given.level,
        points: ratio(given.points.as_ref()),
        kudos_from: given.kudos_from.as_ref().map(PersonId::name).unwrap_or_default(),
        text: given.text,
        announce_to: given.announce_to,
    }
}

pub fn attainment(attainment: Attainment) -> proto::Attainment {
    proto::Attainment { owner: attainment.owner, standing: Some(standing(attainment.standing)) }
}

pub fn standing(standing: GoalStanding) -> proto::GoalStanding {
    let value = |packed: Option<Packed>| packed.map(|packed| wire::value(&packed.0));
    proto::GoalStanding {
        goal: format!("goals/{}", standing.goal),
        title: standing.title,
        perspective: standing.perspective,
        measure: standing.measure,
        actual: value(standing.actual),
        target: value(standing.target),
        attainment: ratio(standing.attainment.as_ref()),
        pace: ratio(standing.pace.as_ref()),
        forecast: ratio(standing.forecast.as_ref()),
        reason: standing.reason,
        weight: standing.weight,
    }
}

pub fn roster(entry: RosterEntry) -> proto::RosterEntry {
    proto::RosterEntry {
        participant: entry.participant.name(),
        manager: entry.manager.as_ref().map(PersonId::name).unwrap_or_default(),
        team: entry.team,
        active: entry.active,
    }
}

fn ratio(ratio: Option<&Ratio>) -> String {
    ratio.map(ToString::to_string).unwrap_or_default()
}
