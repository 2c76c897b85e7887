//! One person's outcomes: every policy that covers them, every period of it.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::{Error, Money, Period, Result, Value};
use merit_rules::{Evaluation, NotScored, Output, OutputKind, Release, applies, evaluate, measure_value};

use super::attainment::{AsOf, attainment, of_person, value_of};
use super::credit::Credited;
use super::employment::employed;
use super::history::Track;
use super::inputs::{Gathered, gather};
use super::{Plan, Prepared, recognition};
use crate::model::{
    Attainment, Balance, Finding, FindingKind, Granted, Line, LineKind, Packed, Person, Recognition, Score, ScoreKind,
    TraceRow,
};

/// What the score stage gives for one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonOutcome {
    /// Definitions, recommendations, payouts, measures and attainments.
    pub scores: Vec<Score>,
    /// Proposed lines.
    pub lines: Vec<Line>,
    /// What could not be scored.
    pub findings: Vec<Finding>,
    /// Badges, points, kudos, announcements.
    pub recognitions: Vec<Recognition>,
    /// Where their goals stand at the cycle's end.
    pub attainments: Vec<Attainment>,
    /// How it came about.
    pub traces: Vec<TraceRow>,
    /// What is left to the next cycle.
    pub balances: Vec<Balance>,
}

/// What is known while one person is scored.
struct Scoring<'p> {
    plan: &'p Plan,
    credited: &'p Credited,
    person: &'p Person,
    granted: Vec<Granted>,
    /// Header measures and attainments already told: measure, period, value.
    told: BTreeSet<(String, String, String)>,
    out: PersonOutcome,
}

/// Scores one person. A fault of this software while one person is scored is a finding about that person, and stops
/// nobody else's.
///
/// # Errors
/// Never for what the rules can give.
pub fn score_person(plan: &Plan, credited: &Credited, person: &Person) -> Result<PersonOutcome> {
    let attempt = std::panic::AssertUnwindSafe(|| score(plan, credited, person));
    std::panic::catch_unwind(attempt).unwrap_or_else(|_| {
        let reason = "could not be computed: a fault in Merit, please report it".to_owned();
        let finding = not_scored(person, "", "", reason);
        Ok(PersonOutcome { findings: vec![finding], ..PersonOutcome::default() })
    })
}

fn score(plan: &Plan, credited: &Credited, person: &Person) -> Result<PersonOutcome> {
    let granted = person.granted.clone();
    let mut scoring = Scoring { plan, credited, person, granted, told: BTreeSet::new(), out: PersonOutcome::default() };
    let mut covered = false;
    let mut whole_cycle = Vec::new();
    for (index, prepared) in plan.policies.iter().enumerate() {
        let mut track = Track::begin(person, prepared.program.name(), Some(prepared.program.currency()));
        for period in &prepared.periods {
            let released = track.free(plan, credited, Some(index), person, period);
            scoring.released(prepared, period, released);
            if !employed(person, period) {
                continue;
            }
            let gathered = gather(plan, credited, index, person, period, &track.history);
            match applies(&prepared.program, &gathered.inputs) {
                Ok(false) => {}
                Ok(true) => {
                    covered = true;
                    if *period == plan.frozen.cycle.period {
                        whole_cycle.push(index);
                    }
                    let evaluation = scoring.policy(prepared, period, &gathered)?;
                    track.pass(prepared, period, &evaluation);
                }
                Err(stopped) => {
                    covered = true;
                    let reason = format!("whether the policy applies can't be said: {}", gathered.reason(&stopped));
                    scoring.finding(prepared, period, "", reason);
                }
            }
        }
        scoring.out.balances.extend(track.balance(person, prepared.program.name()));
    }
    scoring.left_over();
    if !covered {
        let reason = format!("no policy covers `{}` in {}", person.id, plan.frozen.cycle.id);
        let finding = Finding { kind: FindingKind::NotCovered, ..not_scored(person, "", "", reason) };
        scoring.out.findings.push(finding);
    }
    scoring.measures(&whole_cycle);
    let standings = of_person(plan, credited, person, &whole_cycle, &AsOf::end(plan));
    let owner = person.id.name();
    let attained = standings.into_iter().map(|standing| Attainment { owner: owner.clone(), standing });
    scoring.out.attainments.extend(attained);
    Ok(scoring.out)
}

/// The policies, by place, that apply to the person for the whole cycle.
#[must_use]
pub fn applied_to_cycle(plan: &Plan, credited: &Credited, person: &Person) -> Vec<usize> {
    let cycle = plan.frozen.cycle.period;
    let applied = plan.policies.iter().enumerate().filter(|(index, prepared)| {
        prepared.periods.contains(&cycle)
            && employed(person, &cycle)
            && applies(&prepared.program, &first(plan, credited, *index, person, &cycle).inputs) == Ok(true)
    });
    applied.map(|(index, _)| index).collect()
}

/// A policy's inputs for the cycle, after what earlier cycles left.
fn first(plan: &Plan, credited: &Credited, policy: usize, person: &Person, cycle: &Period) -> Gathered {
    let name = plan.policies.get(policy).map_or("", |prepared| prepared.program.name());
    gather(plan, credited, policy, person, cycle, &Track::begin(person, name, None).history)
}

impl Scoring<'_> {
    /// Evaluates one policy for one period.
    fn policy(&mut self, prepared: &Prepared, period: &Period, gathered: &Gathered) -> Result<Evaluation> {
        let evaluation = evaluate(&prepared.program, &gathered.inputs);
        for output in &evaluation.outputs {
            match &output.outcome {
                Ok(value) => {
                    self.score(prepared, period, output, value.clone());
                    self.line(prepared, period, output, value);
                }
                Err(stopped) => self.finding(prepared, period, &output.name, gathered.reason(stopped)),
            }
        }
        let label = self.plan.label(period);
        for given in evaluation.recognitions.iter().cloned() {
            let name = prepared.program.name();
            let year = prepared.program.year_starts();
            let taken = recognition::take(self.person, name, period, &label, given, &mut self.granted, year);
            self.out.recognitions.extend(taken);
        }
        self.attainment(prepared, period, gathered);
        self.out.traces.push(TraceRow {
            participant: self.person.id.to_string(),
            policy: prepared.program.name().to_owned(),
            version: prepared.program.version(),
            period: label,
            trace: serde_json::to_string(&evaluation.trace).map_err(Error::internal)?,
        });
        Ok(evaluation)
    }

    fn score(&mut self, prepared: &Prepared, period: &Period, output: &Output, value: Value) {
        self.out.scores.push(Score {
            participant: self.person.id.clone(),
            policy: prepared.program.name().to_owned(),
            version: prepared.program.version(),
            output: output.name.clone(),
            value: Packed(value),
            about: prepared.about.get(&output.name).cloned().unwrap_or_default(),
            kind: match output.kind {
                OutputKind::Define => ScoreKind::Definition,
                OutputKind::Payout => ScoreKind::Payout,
                OutputKind::Recommend => ScoreKind::Recommendation,
            },
            period: self.plan.label(period),
            words: Vec::new(),
        });
    }

    /// A payout of anything but nothing is a proposed line.
    fn line(&mut self, prepared: &Prepared, period: &Period, output: &Output, value: &Value) {
        let (OutputKind::Payout, Value::Money(amount)) = (output.kind, value) else { return };
        if amount.minor == 0 {
            return;
        }
        let day = period.last();
        self.out.lines.push(Line {
            participant: self.person.id.clone(),
            policy: prepared.program.name().to_owned(),
            version: prepared.program.version(),
            payout: output.name.clone(),
            line: self.plan.label(period),
            amount: *amount,
            held: output.held.unwrap_or(Money::zero(amount.currency)),
            taken_back: output.taken_back.filter(|taken_back| taken_back.minor != 0),
            earned_on: day,
            payable_on: day,
            reason: output.reasons.join("; "),
            because: output.reasons.clone(),
            about: prepared.about.get(&output.name).cloned().unwrap_or_default(),
            kind: LineKind::Payout,
            words: Vec::new(),
        });
    }

    /// What was held back earlier and becomes payable now.
    fn released(&mut self, prepared: &Prepared, period: &Period, released: Vec<Release>) {
        let (name, version) = (prepared.program.name(), prepared.program.version());
        let lines = released.into_iter().map(|freed| {
            let about = prepared.about.get(&freed.payout).cloned().unwrap_or_default();
            Line { about, ..release_line(self.plan, self.person, (name, version), period, freed) }
        });
        self.out.lines.extend(lines);
    }

    /// What waits under policies that are no longer in force.
    fn left_over(&mut self) {
        let plan = self.plan;
        let known: BTreeSet<&str> = plan.policies.iter().map(|prepared| prepared.program.name()).collect();
        let cycle = plan.frozen.cycle.period;
        for carried in self.person.carried.iter().filter(|carried| !known.contains(carried.policy.as_str())) {
            let mut track = Track::begin(self.person, &carried.policy, None);
            let released = track.free(plan, self.credited, None, self.person, &cycle);
            let lines =
                released.into_iter().map(|freed| release_line(plan, self.person, (&carried.policy, 0), &cycle, freed));
            self.out.lines.extend(lines);
            self.out.balances.extend(track.balance(self.person, &carried.policy));
        }
    }

    fn finding(&mut self, prepared: &Prepared, period: &Period, output: &str, reason: String) {
        let reason = about_period(self.plan, period, reason);
        self.out.findings.push(not_scored(self.person, prepared.program.name(), output, reason));
    }

    /// The header's measure and attainment, where it has one.
    fn attainment(&mut self, prepared: &Prepared, period: &Period, gathered: &Gathered) {
        let Some(name) = prepared.program.attainment_of() else { return };
        let Some(measure) = prepared.schema.measures().get(name) else { return };
        let (Ok(reached), Some(quota)) =
            (measure_value(&prepared.schema, name, &gathered.inputs), gathered.inputs.facts.get("quota"))
        else {
            return;
        };
        let Ok(ratio) = attainment(&reached, quota, measure.higher_is_better) else { return };
        let label = self.plan.label(period);
        if !self.told.insert((name.to_owned(), label.clone(), ratio.to_string())) {
            return;
        }
        let value = Value::Percent(ratio);
        let form = if measure.higher_is_better { "" } else { "2 − " };
        let words = format!("{form}`{name}` {} ÷ `quota` {} = {}", reached.spoken(), quota.spoken(), value.spoken());
        self.out.scores.push(Score {
            participant: self.person.id.clone(),
            policy: prepared.program.name().to_owned(),
            version: prepared.program.version(),
            output: "attainment".to_owned(),
            value: Packed(value),
            about: measure.about.clone().unwrap_or_default(),
            kind: ScoreKind::Attainment,
            period: label,
            words: vec![words],
        });
    }

    /// The measures of the person's goals and of the policies that apply to them, each once, for the cycle.
    fn measures(&mut self, applied: &[usize]) {
        let plan = self.plan;
        let of_goals = plan.goals_of(&self.person.id).map(|goal| goal.measure.as_str());
        let of_policies = applied.iter().filter_map(|index| plan.policies.get(*index)?.program.attainment_of());
        let names: BTreeSet<&str> = of_goals.chain(of_policies).filter(|name| !name.is_empty()).collect();
        let last = plan.frozen.cycle.period.last();
        let known: BTreeMap<&str, Value> = names
            .into_iter()
            .filter_map(|name| Some((name, value_of(plan, self.credited, self.person, applied, name, last).ok()?)))
            .collect();
        for (name, value) in known {
            let about = plan.schema.measures().get(name).and_then(|measure| measure.about.clone());
            self.out.scores.push(Score {
                participant: self.person.id.clone(),
                policy: String::new(),
                version: 0,
                output: name.to_owned(),
                value: Packed(value),
                about: about.unwrap_or_default(),
                kind: ScoreKind::Measure,
                period: plan.frozen.cycle.id.to_string(),
                words: Vec::new(),
            });
        }
    }
}

/// A line that moves what was held to what is payable.
pub fn release_line(
    plan: &Plan,
    person: &Person,
    (policy, version): (&str, u32),
    period: &Period,
    freed: Release,
) -> Line {
    let came = match plan.schema.events().get(&freed.what) {
        Some(about) if about.is_empty() => format!("{} came", freed.what),
        Some(about) => format!("{} came ({about})", freed.what),
        None => format!("{} was collected on", freed.what),
    };
    let nothing = Money::zero(freed.amount.currency);
    let from = format!("{} to {}", freed.since, freed.until);
    Line {
        participant: person.id.clone(),
        policy: policy.to_owned(),
        version,
        payout: freed.payout,
        line: format!("{from}, {}, {}", freed.what, period.last()),
        amount: nothing,
        held: Money::new(freed.amount.minor.saturating_neg(), nothing.currency),
        taken_back: None,
        earned_on: freed.until,
        payable_on: period.last(),
        reason: format!("{} that was held back is payable now: {came}", freed.amount.spoken()),
        because: Vec::new(),
        about: String::new(),
        kind: LineKind::Release,
        words: freed.words,
    }
}

/// A reason, with the period where it isn't the cycle.
#[must_use]
pub fn about_period(plan: &Plan, period: &Period, reason: String) -> String {
    if *period == plan.frozen.cycle.period { reason } else { format!("{period}: {reason}") }
}

/// A finding about an output.
#[must_use]
pub fn not_scored(person: &Person, policy: &str, output: &str, reason: String) -> Finding {
    Finding {
        kind: FindingKind::NotScored,
        participant: person.id.to_string(),
        policy: policy.to_owned(),
        output: output.to_owned(),
        reason,
    }
}

/// A reason of the rules, for an output of a policy in a period.
#[must_use]
pub fn stopped(plan: &Plan, period: &Period, gathered: &Gathered, stopped: &NotScored) -> String {
    about_period(plan, period, gathered.reason(stopped))
}
