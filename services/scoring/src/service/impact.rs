//! What a cycle would have paid with one policy in the place of another: computed, never written.

use jiff::civil::Date;
use merit_core::{Error, Period, Result};
use merit_rules::{Schema, Source, failed_tests, load_policy, run_tests};

use super::policies::{describe, refusal};
use super::{Refusal, Scoring, SourceText, apart};
use crate::compute::Plan;
use crate::compute::impact::{Impact, impact};
use crate::compute::plan;
use crate::model::{Cycle, Frozen, Policy, Run, RunState};

/// A policy by its text, or by its registered name and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// Its text.
    Text(SourceText),
    /// Its name, and its version; 0 for the latest.
    Registered(String, u32),
}

/// The answer to "what if".
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Whose pins were used, or what a run over present inputs would be.
    pub run: Run,
    /// Whether there was no settled run.
    pub preview: bool,
    /// What was in force.
    pub old: Policy,
    /// What takes its place.
    pub new: Policy,
    /// What that comes to.
    pub impact: Impact,
}

/// A comparison, or why one of the texts can't be used.
pub type Compared = Result<Box<Comparison>, Vec<Refusal>>;

impl Scoring {
    /// A registered policy; version 0 is the latest.
    ///
    /// # Errors
    /// `UNKNOWN_POLICY`, naming those there are.
    pub async fn policy(&self, name: &str, version: u32) -> Result<Policy> {
        let policies = self.policies().await?;
        let found = policies.iter().filter(|policy| policy.name == name && (version == 0 || policy.version == version));
        found.max_by_key(|policy| policy.version).cloned().ok_or_else(|| unknown(name, version, &policies))
    }

    /// Computes a cycle's latest settled run again (or a preview, where there is none) with the old policy and with the new
    /// one in its place.
    ///
    /// # Errors
    /// `UNKNOWN_POLICY`, `NOT_IN_FORCE`, `NOT_EFFECTIVE`, `NO_SCHEMA`, and those of the neighbours and the store.
    pub async fn compare_impact(&self, cycle: &str, old: Named, new: SourceText) -> Result<Compared> {
        let schema_text = self.schema_text().await?;
        let (run, preview, mut frozen) = match self.latest(cycle, RunState::Settled).await? {
            Some(run) => {
                let frozen = self.thaw(&run).await?;
                (run, false, frozen)
            }
            None => {
                let (run, plan) = self.present_inputs(cycle).await?;
                (run, true, plan.into_frozen())
            }
        };
        let schema = plan::schema(&schema_text)?;
        let mut refusals = Vec::new();
        let old = match old {
            Named::Registered(name, version) => Ok(self.policy(&name, version).await?),
            Named::Text(source) => checked(&schema, &schema_text, source, false),
        };
        let new = checked(&schema, &schema_text, new, true);
        let (old, new) = match (old, new) {
            (Ok(old), Ok(new)) => (old, new),
            (old, new) => {
                refusals.extend([old.err(), new.err()].into_iter().flatten());
                return Ok(Err(refusals));
            }
        };
        let place = place(&frozen, &old)?;
        let (before, after) = exchanged(&frozen, place, &old, &new)?;
        let mut window = Plan::window(&frozen.cycle.period, &before)?;
        let other = Plan::window(&frozen.cycle.period, &after)?;
        window.start = window.start.min(other.start);
        window.end = window.end.max(other.end);
        frozen.results = self.store.results_in(window, frozen.cutoffs.scoring).await?;
        let impact = apart(move || impact(frozen, before, after, place)).await?;
        Ok(Ok(Box::new(Comparison { run, preview, old, new, impact })))
    }
}

/// A text as a policy that could be registered, its tests passed where they are wanted.
fn checked(schema: &Schema, schema_text: &str, source: SourceText, with_tests: bool) -> Result<Policy, Refusal> {
    let text = Source { name: source.file_name.clone(), text: source.text.clone() };
    let program = load_policy(&text, schema).map_err(|said| refusal(&text, &said))?;
    if with_tests {
        let failed = failed_tests(&run_tests(&program), &text);
        if !failed.is_empty() {
            return Err(refusal(&text, &failed));
        }
    }
    Ok(describe(&program, schema_text, source))
}

/// The cycle's policies with the old one, and with the new one in its place.
fn exchanged(frozen: &Frozen, place: usize, old: &Policy, new: &Policy) -> Result<(Vec<Policy>, Vec<Policy>)> {
    let mut before = frozen.policies.clone();
    let mut after = frozen.policies.clone();
    if let (Some(was), Some(is)) = (before.get_mut(place), after.get_mut(place)) {
        // The version in force keeps the last day that a later version gives it.
        if was.text != old.text {
            *was = Policy { to: old.to.or(was.to), ..old.clone() };
        }
        let days = days_of(was, &frozen.cycle)?;
        *is = new.clone();
        covers(new, &days, &frozen.cycle)?;
    }
    Ok((before, after))
}

/// Which of the cycle's policies the old one is: the version of that name, or the only one of it.
fn place(frozen: &Frozen, old: &Policy) -> Result<usize> {
    let named: Vec<usize> =
        frozen.policies.iter().enumerate().filter(|(_, own)| own.name == old.name).map(|(index, _)| index).collect();
    let exact = named.iter().copied().find(|index| {
        frozen.policies.get(*index).is_some_and(|own| own.version == old.version || own.text == old.text)
    });
    match (exact, named.as_slice()) {
        (Some(index), _) => Ok(index),
        (None, [only]) => Ok(*only),
        (None, []) => {
            let names: Vec<String> = frozen.policies.iter().map(|own| format!("`{}`", own.name)).collect();
            let message = format!(
                "`{}` is not in force in {}, so there is nothing to compare with; in force are {}",
                old.name,
                frozen.cycle.id,
                names.join(", ")
            );
            Err(Error::precondition("NOT_IN_FORCE", message))
        }
        (None, several) => {
            let versions: Vec<String> = several
                .iter()
                .filter_map(|index| frozen.policies.get(*index))
                .map(|own| format!("`{}@{}`", own.name, own.version))
                .collect();
            let message =
                format!("several versions are in force in {}; name one: {}", frozen.cycle.id, versions.join(" or "));
            Err(Error::precondition("NOT_IN_FORCE", message))
        }
    }
}

/// From the first to the last day of the periods that a policy has in the cycle.
fn days_of(policy: &Policy, cycle: &Cycle) -> Result<Period> {
    let periods = plan::periods(policy, &cycle.period)?;
    let first: Option<Date> = periods.iter().map(|period| period.start).min();
    let end: Option<Date> = periods.iter().map(|period| period.end).max();
    match (first, end) {
        (Some(first), Some(end)) => Period::new(first, end),
        _ => Err(not_effective(policy, &cycle.period, cycle)),
    }
}

fn covers(policy: &Policy, days: &Period, cycle: &Cycle) -> Result<()> {
    if !policy.covers(days) {
        return Err(not_effective(policy, days, cycle));
    }
    if plan::periods(policy, &cycle.period)?.is_empty() {
        let message = format!(
            "none of the periods of `{}` ends in {}, so it would pay nothing there; compare over a cycle in which one ends",
            policy.name, cycle.id
        );
        return Err(Error::precondition("NOT_EFFECTIVE", message));
    }
    Ok(())
}

fn not_effective(policy: &Policy, days: &Period, cycle: &Cycle) -> Error {
    let holds = match policy.to {
        Some(to) => format!("from {} to {to}", policy.from),
        None => format!("from {} on", policy.from),
    };
    let from = days.start.min(policy.from);
    let line = match policy.to {
        Some(to) => format!("effective {from} to {}", to.max(days.last())),
        None => format!("effective {from}"),
    };
    let message = format!(
        "`{}` holds {holds}, but {} is compared from {} to {}; write `{line}` into a copy of {} and compare with that",
        policy.name,
        cycle.id,
        days.start,
        days.last(),
        policy.file_name,
    );
    Error::precondition("NOT_EFFECTIVE", message)
}

fn unknown(name: &str, version: u32, policies: &[Policy]) -> Error {
    let same: Vec<String> = policies.iter().filter(|own| own.name == name).map(|own| own.version.to_string()).collect();
    let message = if same.is_empty() {
        let mut names: Vec<String> = policies.iter().map(|own| format!("`{}`", own.name)).collect();
        names.dedup();
        let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        format!("no policy `{name}` is registered; registered are: {known}")
    } else {
        format!("`{name}` has no version {version}; it has {}", same.join(", "))
    };
    Error::not_found("UNKNOWN_POLICY", message)
}
