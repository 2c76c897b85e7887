//! Words and figures from stored traces, made when somebody reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use merit_core::ids::RunId;
use merit_core::{Error, Result, Scope};
use merit_rules::{Program, Trace, explain};

use super::Scoring;
use crate::compute::plan;
use crate::model::Policy;

/// Which outcome is to be told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Untold {
    /// Of which run.
    pub run: RunId,
    /// Whose.
    pub participant: String,
    /// By which policy.
    pub policy: String,
    /// Its version.
    pub version: u32,
    /// For which period, by its label.
    pub period: String,
    /// Which output.
    pub output: String,
}

impl Untold {
    fn same_trace(&self, other: &Self) -> bool {
        self.run == other.run
            && self.participant == other.participant
            && self.policy == other.policy
            && self.version == other.version
            && self.period == other.period
    }
}

impl Scoring {
    /// How outcomes of people in the scope came about; nothing for one that has no trace.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn figures(&self, scope: &Scope, wanted: &[Untold]) -> Result<BTreeMap<Untold, Vec<String>>> {
        let mut told = BTreeMap::new();
        let registered = self.store.policies().await?;
        let runs: BTreeSet<&RunId> = wanted.iter().map(|untold| &untold.run).collect();
        for run in runs {
            let of_run: Vec<&Untold> = wanted.iter().filter(|untold| untold.run == *run).collect();
            let people: BTreeSet<String> = of_run.iter().map(|untold| untold.participant.clone()).collect();
            let people: Vec<String> = people.into_iter().collect();
            let traces = self.store.traces(run, scope, &people).await?;
            let traces: BTreeMap<_, _> = traces
                .into_iter()
                .map(|row| ((row.participant, row.policy, row.version, row.period), row.trace))
                .collect();
            // A policy's outputs follow each other, and one trace tells them all.
            for outputs in of_run.chunk_by(|a, b| a.same_trace(b)) {
                let Some(first) = outputs.first() else { continue };
                let key = (first.participant.clone(), first.policy.clone(), first.version, first.period.clone());
                let Some(trace) = traces.get(&key) else { continue };
                let Some(policy) = registered.iter().find(|p| p.name == first.policy && p.version == first.version)
                else {
                    continue;
                };
                let trace: Trace = serde_json::from_str(trace).map_err(Error::internal)?;
                let program = self.program(policy)?;
                told.extend(outputs.iter().map(|&untold| (untold.clone(), explain(&program, &trace, &untold.output))));
            }
        }
        Ok(told)
    }

    /// A registered policy's program, kept for the next reader.
    fn program(&self, policy: &Policy) -> Result<Arc<Program>> {
        let key = (policy.name.clone(), policy.version, policy.sha256.clone());
        let mut programs = self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = programs.get(&key) {
            return Ok(Arc::clone(program));
        }
        let program = Arc::new(plan::load(policy, &plan::schema(&policy.schema_text)?)?);
        programs.insert(key, Arc::clone(&program));
        Ok(program)
    }
}
