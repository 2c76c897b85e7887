//! Pinning a run's inputs.

use std::collections::BTreeMap;

use merit_core::ids::{PersonId, RunId};
use merit_core::{Error, Period, Result};
use merit_rules::ENGINE_VERSION;

use super::{Scoring, apart};
use crate::compute::digest::{digest, run_id};
use crate::compute::plan::Plan;
use crate::compute::{Whole, compute, employment};
use crate::model::{Cutoffs, Cycle, Frozen, Goal, Granted, Person, Policy, PolicyPin, Rating, Run, RunState};

/// What a run's inputs are read from. The same sources give the same inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    cycle: Cycle,
    cutoffs: Cutoffs,
    schema_text: String,
    policies: Vec<Policy>,
    /// How many runs were posted: the earlier ones' leave something to later cycles.
    posting: i64,
}

impl Scoring {
    /// Pins the inputs of a cycle at the cut-offs, of which 0 is the last change there is. The same content gives the same
    /// run, and then it is not made again.
    ///
    /// # Errors
    /// `NO_SCHEMA`, `NO_POLICIES`, `BAD_CUTOFF`, `TWO_SETTLE_ALL`, and those of the neighbours and the store.
    pub async fn freeze(&self, cycle: &str, cutoffs: Cutoffs) -> Result<(Run, bool)> {
        let (plan, run) = self.pinned(cycle, cutoffs).await?;
        let roster: Vec<PersonId> = plan.roster.iter().cloned().collect();
        let made = self.store.create_run(&run, &plan.frozen, &roster, self.settings.shard_size).await?;
        Ok(if made { (run, true) } else { (self.run(&run.id).await?, false) })
    }

    /// Computes a run from the present inputs and leaves nothing behind.
    ///
    /// # Errors
    /// As [`Scoring::freeze`].
    pub async fn preview(&self, cycle: &str, cutoffs: Cutoffs) -> Result<(Run, Whole)> {
        let (plan, mut run) = self.pinned(cycle, cutoffs).await?;
        let (whole, root) = apart(move || {
            let whole = compute(&plan, |_| ())?;
            let root = crate::compute::root::root(&crate::compute::root::pinned(&whole.outcomes()?));
            Ok((whole, root))
        })
        .await?;
        run.state = RunState::Settled;
        run.root = root;
        Ok((run, whole))
    }

    /// The present inputs, and what a run over them would be.
    pub(super) async fn present_inputs(&self, cycle: &str) -> Result<(Run, Plan)> {
        let sources = self.sources(cycle, Cutoffs::default()).await?;
        self.present_run(&sources).await
    }

    /// What a run over sources would be, and its inputs.
    pub(super) async fn present_run(&self, sources: &Sources) -> Result<(Run, Plan)> {
        let (plan, mut run) = pin(self.gather(sources).await?).await?;
        run.state = RunState::Settled;
        Ok((run, plan))
    }

    async fn pinned(&self, cycle: &str, cutoffs: Cutoffs) -> Result<(Plan, Run)> {
        let sources = self.sources(cycle, cutoffs).await?;
        pin(self.gather(&sources).await?).await
    }

    /// What the inputs of a cycle are read from at cut-offs.
    pub(super) async fn sources(&self, cycle: &str, cutoffs: Cutoffs) -> Result<Sources> {
        let cycle = self.neighbours.cycle(cycle).await?;
        let schema_text = self.schema_text().await?;
        let policies = self.policies_of(&cycle).await?;
        if policies.is_empty() {
            let message = format!(
                "no policy has a period that ends in {}; publish one with `merit rules publish PATH`",
                cycle.id
            );
            return Err(Error::precondition("NO_POLICIES", message));
        }
        let cutoffs = self.resolve(cutoffs).await?;
        let posting = self.store.last_posting().await?;
        Ok(Sources { cycle, cutoffs, schema_text, policies, posting })
    }

    async fn gather(&self, sources: &Sources) -> Result<Frozen> {
        let Sources { cycle, cutoffs, schema_text, policies, .. } = sources.clone();
        let window = Plan::window(&cycle.period, &policies)?;
        let results = self.store.results_in(window, cutoffs.scoring).await?;
        let people = self.neighbours.people(cutoffs.directory).await?;
        let ratings = self.neighbours.ratings(window.start, window.last(), cutoffs.feedback).await?;
        let mut granted = self.store.granted_before(cycle.period.start).await?;
        let goals = sorted(self.neighbours.goals(&cycle.id, cutoffs.goals).await?);
        let openings = self.openings(&cycle, cutoffs.scoring, &policies).await?;
        granted.extend(openings.granted());
        let mut people = assemble(&cycle.period, people, ratings, granted);
        self.carry(&cycle, cutoffs.scoring, (&policies, openings), &mut people).await?;
        self.look_back(&cycle, cutoffs.goals, &policies, &mut people).await?;
        Ok(Frozen { cycle, cutoffs, schema_text, policies, people, goals, results })
    }

    /// The registered policies that have a period in the cycle.
    pub(super) async fn policies_of(&self, cycle: &Cycle) -> Result<Vec<Policy>> {
        let (period, policies) = (cycle.period, self.policies().await?);
        apart(move || Plan::in_force(&period, policies)).await
    }

    /// A run's inputs as they were frozen.
    pub(super) async fn thaw(&self, run: &Run) -> Result<Frozen> {
        let registered = self.store.policies().await?;
        let mut policies = Vec::with_capacity(run.policies.len());
        for pin in &run.policies {
            let found = registered.iter().find(|policy| policy.name == pin.name && policy.version == pin.version);
            let policy = found.filter(|policy| policy.sha256 == pin.sha256).cloned();
            let mut policy = policy.ok_or_else(|| {
                Error::internal(format!("`{}` version {} is not what was frozen", pin.name, pin.version))
            })?;
            policy.to = pin.to;
            policies.push(policy);
        }
        let period = Period::through(run.first_day, run.last_day)?;
        let window = Plan::window(&period, &policies)?;
        let mut frozen = Frozen {
            cycle: Cycle { id: run.cycle.clone(), period, zone: String::new() },
            cutoffs: run.cutoffs,
            schema_text: run.schema_text.clone(),
            policies,
            people: BTreeMap::new(),
            goals: Vec::new(),
            results: self.store.results_in(window, run.cutoffs.scoring).await?,
        };
        self.store.thaw(&run.id, &mut frozen).await?;
        Ok(frozen)
    }
}

async fn pin(frozen: Frozen) -> Result<(Plan, Run)> {
    apart(move || {
        let digest = digest(&frozen)?;
        let id = run_id(&frozen, &digest)?;
        let plan = Plan::new(frozen)?;
        let run = describe(&plan, id, digest)?;
        Ok((plan, run))
    })
    .await
}

fn describe(plan: &Plan, id: RunId, inputs_sha256: String) -> Result<Run> {
    let frozen = &plan.frozen;
    let pin = |policy: &Policy| PolicyPin {
        name: policy.name.clone(),
        version: policy.version,
        sha256: policy.sha256.clone(),
        to: policy.to,
    };
    let counted = frozen.results.iter().filter(|result| result.quarantined.is_none()).count();
    Ok(Run {
        id,
        cycle: frozen.cycle.id.clone(),
        first_day: frozen.cycle.period.start,
        last_day: frozen.cycle.period.last(),
        state: RunState::Frozen,
        cutoffs: frozen.cutoffs,
        policies: frozen.policies.iter().map(pin).collect(),
        schema_text: frozen.schema_text.clone(),
        engine_version: ENGINE_VERSION.to_owned(),
        inputs_sha256,
        root: String::new(),
        participants: u32::try_from(plan.roster.len()).map_err(Error::internal)?,
        results: u32::try_from(counted).map_err(Error::internal)?,
    })
}

/// People with their ratings and what they were given, as far as the cycle can tell: what was recorded for later days
/// belongs to later runs, the two dates of employment excepted.
pub(super) fn assemble(
    cycle: &Period,
    people: Vec<Person>,
    ratings: Vec<(PersonId, Rating)>,
    granted: Vec<(PersonId, Granted)>,
) -> BTreeMap<PersonId, Person> {
    let last = cycle.last();
    let mut kept = BTreeMap::new();
    for mut person in people {
        person.history.sort_by(|a, b| (&a.attribute, a.from).cmp(&(&b.attribute, b.from)));
        let in_time = person.history.iter().any(|dated| dated.from <= last);
        if !in_time && !employment::employed(&person, cycle) {
            continue;
        }
        person.history.retain(|dated| dated.from <= last || employment::is_employment(&dated.attribute));
        kept.insert(person.id.clone(), person);
    }
    for (id, rating) in ratings {
        if let Some(person) = kept.get_mut(&id) {
            person.ratings.push(rating);
        }
    }
    for (id, given) in granted {
        if let Some(person) = kept.get_mut(&id) {
            person.granted.push(given);
        }
    }
    for person in kept.values_mut() {
        // Stable: of one measure and day, the later recorded stays last.
        person.ratings.sort_by(|a, b| (&a.measure, a.on).cmp(&(&b.measure, b.on)));
        person.granted.sort();
        person.granted.dedup();
    }
    kept
}

pub(super) fn sorted(mut goals: Vec<Goal>) -> Vec<Goal> {
    for goal in &mut goals {
        goal.targets.sort_by_key(|target| target.from);
        goal.progress.sort_by_key(|progress| progress.on);
    }
    goals.sort_by(|a, b| a.id.cmp(&b.id));
    goals
}
