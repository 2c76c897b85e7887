//! Computing a run again from its pins.

use merit_core::ids::RunId;
use merit_core::{Error, Result};
use merit_rules::ENGINE_VERSION;

use super::{Scoring, apart};
use crate::compute::audit::{Fault, faults};
use crate::compute::digest::digest;
use crate::compute::root::{differences, pinned, root};
use crate::compute::{Plan, compute};
use crate::model::{Line, Outcome, OutcomeKind, RunState, shown_key};

/// Most differences told.
const MOST: usize = 20;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Whether inputs, outcomes and the ledger are what they were.
    pub matches: bool,
    /// The run's root.
    pub expected_root: String,
    /// The root computed now.
    pub found_root: String,
    /// The engine that made the run.
    pub run_engine_version: String,
    /// This one.
    pub engine_version: String,
    /// What differs, for people, at most twenty.
    pub differences: Vec<String>,
    /// Whether any of them tells an amount.
    pub amounts_told: bool,
}

impl Scoring {
    /// Computes a settled run again and compares: its inputs with their digest, its outcomes with what is stored,
    /// what the ledger has with what posting writes. What differs is told with its amounts only where those are wanted.
    ///
    /// # Errors
    /// `UNKNOWN_RUN`, `NOT_SETTLED`, `POLICY_UNREADABLE`, and those of the store.
    pub async fn verify(&self, id: &RunId, amounts: bool) -> Result<Verification> {
        let run = self.run(id).await?;
        if run.state < RunState::Settled {
            return Err(Error::precondition(
                "NOT_SETTLED",
                format!("{} is not settled yet; there is nothing to compare", id.name()),
            ));
        }
        let frozen = self.thaw(&run).await?;
        let stored = pinned(&self.store.all_outcomes(id, &OutcomeKind::PINNED).await?);
        let books = self.store.books(&run.cycle).await?;
        apart(move || {
            let inputs = digest(&frozen)?;
            let outcomes = compute(&Plan::new(frozen)?, |_| ())?.outcomes()?;
            let lines = outcomes.iter().filter(|outcome| outcome.kind == OutcomeKind::Line);
            let lines: Vec<Line> = lines.map(Outcome::read).collect::<Result<_>>()?;
            let found = pinned(&outcomes);
            let mut told = differences(&found, &stored, MOST).iter().map(|key| shown_key(key)).collect::<Vec<_>>();
            // The digest holds the engine's version, so another engine alone changes it.
            if inputs != run.inputs_sha256 && run.engine_version == ENGINE_VERSION {
                told.insert(0, "frozen inputs".to_owned());
            }
            told.truncate(MOST);
            let mut wrong = faults(&books, run.id.as_str(), &lines);
            wrong.truncate(MOST.saturating_sub(told.len()));
            told.extend(wrong.iter().map(|fault| fault.told(amounts)));
            let found_root = root(&found);
            Ok(Verification {
                matches: found_root == run.root && told.is_empty(),
                expected_root: run.root,
                found_root,
                run_engine_version: run.engine_version,
                engine_version: ENGINE_VERSION.to_owned(),
                differences: told,
                amounts_told: amounts && wrong.iter().any(Fault::tells_amounts),
            })
        })
        .await
    }
}
