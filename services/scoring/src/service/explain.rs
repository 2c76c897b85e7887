//! Why a person is paid what they are: over a run that settled, or over present inputs where there is none.

use std::collections::BTreeMap;

use merit_core::ids::{PersonId, RunId};
use merit_core::{Currency, Error, Money, Result, Scope};

use super::{Scoring, Untold, apart};
use crate::compute::explain::{Explained, Given, Traces, explain_person};
use crate::compute::whole::compute_credited;
use crate::compute::{Basis, Plan, Whole, score_person};
use crate::model::{Cutoffs, Cycle, Finding, Keyed, Line, LineKind, Part, Run, RunState, Score};

/// Which run is to be explained, by resource names; the cycle's latest that settled where none is named.
#[derive(Debug, Clone, Default)]
pub struct Explainable {
    /// The cycle; empty where a run is named.
    pub cycle: String,
    /// The run.
    pub run: Option<RunId>,
    /// Only what is posted: the reader may not see what is proposed.
    pub posted_only: bool,
}

/// What there is to say about one person.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The run, or what a run over present inputs would be.
    pub run: Run,
    /// Whether nothing is on record.
    pub preview: bool,
    /// Lines with how they came about, in the order of the export.
    pub lines: Vec<Told>,
    /// Over the lines, by currency: amount and what of it is held back.
    pub totals: Vec<(Money, Money)>,
    /// What the ledger holds already, where the lines are proposed.
    pub posted: Vec<(Money, Money)>,
    /// Policies, outputs, results.
    pub explained: Explained,
    /// What could not be scored or credited.
    pub findings: Vec<Finding>,
}

/// A line with how it came about; the last words end with its amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The run that posted or proposes it; empty for an adjustment.
    pub run: String,
    /// The line.
    pub line: Line,
    /// Step by step.
    pub figures: Vec<String>,
}

/// What a run gave for one person.
#[derive(Debug, Default)]
struct Gave {
    lines: Vec<Line>,
    scores: Vec<Score>,
    findings: Vec<Finding>,
    traces: Traces,
}

impl Scoring {
    /// Explains one person.
    ///
    /// # Errors
    /// `UNKNOWN_PERSON`, `UNKNOWN_RUN`, `NOT_SETTLED`, `NOT_POSTED`, and those of the neighbours and the store.
    pub async fn explain(&self, person: &PersonId, of: &Explainable) -> Result<Explanation> {
        match self.explainable(of).await? {
            Some(run) => self.explain_run(person, run).await,
            None if of.posted_only => Err(Error::denied("what is proposed can be seen once it is approved")),
            None => self.explain_present(person, &of.cycle).await,
        }
    }

    async fn explainable(&self, of: &Explainable) -> Result<Option<Run>> {
        let least = if of.posted_only { RunState::Posted } else { RunState::Settled };
        let Some(id) = &of.run else { return self.latest(&of.cycle, least).await };
        let run = self.run(id).await?;
        if run.state < least {
            return if of.posted_only {
                Err(Error::denied("what is proposed can be seen once it is approved"))
            } else {
                Err(Error::precondition("NOT_SETTLED", format!("{} is not settled yet; run it first", id.name())))
            };
        }
        Ok(Some(run))
    }

    /// The cycle's latest run that came at least so far.
    pub(super) async fn latest(&self, cycle: &str, least: RunState) -> Result<Option<Run>> {
        let cycle = self.neighbours.cycle(cycle).await?;
        match self.store.latest_run(&cycle.id, least).await? {
            Some(id) => self.run(&id).await.map(Some),
            None => Ok(None),
        }
    }

    async fn explain_run(&self, person: &PersonId, run: Run) -> Result<Explanation> {
        let basis = self.kept.explained.of(run.id.clone(), async {
            let frozen = self.thaw(&run).await?;
            apart(move || Basis::of(frozen)).await
        });
        let basis = basis.await?;
        let mut gave = Gave {
            lines: self.theirs(&run.id, person).await?,
            scores: self.theirs(&run.id, person).await?,
            findings: self.theirs(&run.id, person).await?,
            traces: Traces::new(),
        };
        for row in self.store.traces(&run.id, &Scope::only(person), &[person.to_string()]).await? {
            let trace = serde_json::from_str(&row.trace).map_err(Error::internal)?;
            gave.traces.insert((row.policy, row.version, row.period), trace);
        }
        let id = person.clone();
        let (explained, gave) = apart(move || explained(&basis, &id, gave)).await?;
        self.told(person, run, false, explained, gave).await
    }

    async fn explain_present(&self, person: &PersonId, cycle: &str) -> Result<Explanation> {
        let sources = self.sources(cycle, Cutoffs::default()).await?;
        let previewed = self.kept.previewed.of(sources.clone(), async {
            let (run, plan) = self.present_run(&sources).await?;
            apart(move || Previewed::of(run, plan)).await
        });
        let previewed = previewed.await?;
        let (run, id) = (previewed.run.clone(), person.clone());
        let (explained, gave) = apart(move || {
            let gave = previewed.gave(&id)?;
            explained(&previewed.basis, &id, gave)
        })
        .await?;
        self.told(person, run, true, explained, gave).await
    }

    async fn theirs<K: Keyed>(&self, run: &RunId, person: &PersonId) -> Result<Vec<K>> {
        let theirs = Scope::only(person);
        let part = Part { participant: Some(person.as_str()), ..Part::of(&theirs) };
        Ok(self.outcomes(run, part).await?.into_iter().map(|(_, typed)| typed).collect())
    }

    /// The lines that count, with their words: the ledger's for the cycle's latest posted run, else the proposed ones.
    async fn told(
        &self,
        person: &PersonId,
        run: Run,
        preview: bool,
        explained: Explained,
        gave: Gave,
    ) -> Result<Explanation> {
        let theirs = Scope::only(person);
        let part = Part { participant: Some(person.as_str()), ..Part::of(&theirs) };
        let ledger = self.store.ledger(&run.cycle, part).await?;
        let posted_last = self.store.latest_run(&run.cycle, RunState::Posted).await?;
        let on_ledger = !preview && posted_last.as_ref() == Some(&run.id);
        let mut lines = Vec::new();
        let mut posted = Vec::new();
        if on_ledger {
            for entry in ledger {
                let figures = self.posted_figures(&entry.run, &entry.line).await?;
                lines.push(Told { run: entry.run, line: entry.line, figures });
            }
        } else {
            for line in gave.lines {
                let figures = figures(&explained, &line);
                let run = if preview { String::new() } else { run.id.to_string() };
                lines.push(Told { run, line, figures });
            }
            posted = totals(ledger.iter().map(|entry| &entry.line).filter(|line| line.kind != LineKind::Adjustment))?;
            for entry in ledger.into_iter().filter(|entry| entry.line.kind == LineKind::Adjustment) {
                let figures = by_hand(&entry.line);
                lines.push(Told { run: entry.run, line: entry.line, figures });
            }
        }
        let totals = totals(lines.iter().map(|told| &told.line))?;
        Ok(Explanation { run, preview, lines, totals, posted, explained, findings: gave.findings })
    }

    /// How a line on the ledger came about. One that corrects an earlier run's ends with the difference.
    async fn posted_figures(&self, run: &str, line: &Line) -> Result<Vec<String>> {
        let Ok(id) = RunId::new(run) else { return Ok(by_hand(line)) };
        let mut figures = line.words.clone();
        if figures.is_empty() {
            let untold = Untold {
                run: id.clone(),
                participant: line.participant.to_string(),
                policy: line.policy.clone(),
                version: line.version,
                period: line.line.clone(),
                output: line.payout.clone(),
            };
            figures = self
                .figures(&Scope::only(&line.participant), std::slice::from_ref(&untold))
                .await?
                .remove(&untold)
                .unwrap_or_default();
        }
        let proposed: Vec<Line> = self.theirs(&id, &line.participant).await?;
        let nothing = Money::zero(line.amount.currency);
        let now = proposed.iter().find(|own| own.key() == line.key()).map_or(nothing, |own| own.amount);
        if now != line.amount {
            let before = Money::new(now.minor.saturating_sub(line.amount.minor), now.currency);
            figures.push(format!(
                "earlier runs posted {}, so this line is the difference: {} − {} = {}",
                before.spoken(),
                now.spoken(),
                before.spoken(),
                line.amount.spoken()
            ));
        }
        Ok(figures)
    }
}

/// What a run over present inputs would give.
#[derive(Debug)]
pub struct Previewed {
    run: Run,
    basis: Basis,
    whole: Whole,
}

impl Previewed {
    fn of(run: Run, plan: Plan) -> Result<Self> {
        let basis = Basis::from(plan);
        let mut whole = compute_credited(&basis.plan, &basis.credited, |_| ())?;
        whole.sort();
        Ok(Self { run, basis, whole })
    }

    /// What is one person's of it, with how it comes about.
    fn gave(&self, person: &PersonId) -> Result<Gave> {
        let Whole { lines, scores, findings, .. } = &self.whole;
        let mut gave = Gave {
            lines: lines.iter().filter(|line| line.participant == *person).cloned().collect(),
            scores: scores.iter().filter(|score| score.participant == *person).cloned().collect(),
            findings: findings.iter().filter(|finding| finding.participant == person.as_str()).cloned().collect(),
            traces: Traces::new(),
        };
        if let Some(found) = self.basis.plan.frozen.people.get(person) {
            for row in score_person(&self.basis.plan, &self.basis.credited, found)?.traces {
                let trace = serde_json::from_str(&row.trace).map_err(Error::internal)?;
                gave.traces.insert((row.policy, row.version, row.period), trace);
            }
        }
        Ok(gave)
    }
}

/// What the rules say about the person, and what the run gave.
fn explained(basis: &Basis, person: &PersonId, gave: Gave) -> Result<(Explained, Gave)> {
    let Basis { plan, credited } = basis;
    let Some(found) = plan.frozen.people.get(person) else { return Err(unknown(person, &plan.frozen.cycle)) };
    let given = Given { scores: &gave.scores, findings: &gave.findings, lines: &gave.lines, traces: &gave.traces };
    let explained = explain_person(plan, credited, found, &given)?;
    Ok((explained, gave))
}

fn unknown(person: &PersonId, cycle: &Cycle) -> Error {
    Error::not_found("UNKNOWN_PERSON", format!("`{person}` is not in the directory for {}", cycle.id))
}

/// A proposed line's words: its own, or those of the output that it pays.
fn figures(explained: &Explained, line: &Line) -> Vec<String> {
    if !line.words.is_empty() {
        return line.words.clone();
    }
    let policy = explained
        .policies
        .iter()
        .find(|policy| policy.policy == line.policy && policy.version == line.version && policy.period == line.line);
    let output = policy.and_then(|policy| policy.outputs.iter().find(|output| output.output == line.payout));
    output.map(|output| output.figures.clone()).unwrap_or_default()
}

fn by_hand(line: &Line) -> Vec<String> {
    vec![format!("entered by hand, {}: {}", line.reason, line.amount.spoken())]
}

/// By currency: amount and what of it is held back.
fn totals<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Result<Vec<(Money, Money)>> {
    let mut totals: BTreeMap<Currency, (Money, Money)> = BTreeMap::new();
    for line in lines {
        let nothing = Money::zero(line.amount.currency);
        let total = totals.entry(line.amount.currency).or_insert((nothing, nothing));
        *total = (total.0.plus(line.amount)?, total.1.plus(line.held)?);
    }
    Ok(totals.into_values().collect())
}
