//! Taking a run from frozen to settled: credit, score in shards, rank, settle. The state is kept after each step, so that
//! a run that was cut off goes on where it was.

use std::sync::Arc;
use std::time::Duration;

use merit_core::ids::RunId;
use merit_core::{Error, Result};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{Scoring, apart};
use crate::compute::attainment::AsOf;
use crate::compute::groups::of_groups;
use crate::compute::rank::rank;
use crate::compute::root::{pinned, root};
use crate::compute::settle::settle;
use crate::compute::whole::by_payee;
use crate::compute::{Basis, score_person};
use crate::model::{Chunk, Claim, Keyed, Line, Outcome, OutcomeKind, Run, RunState, Shard};

/// How long a worker waits for shards that others hold before it asks again.
const PATIENCE: Duration = Duration::from_millis(50);

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// crediting, scoring, ranking or settling.
    pub stage: &'static str,
    /// Participants done.
    pub done: u32,
    /// Of so many.
    pub total: u32,
}

/// What workers share.
type Work = Arc<Basis>;

impl Scoring {
    /// Executes a run, telling its progress to whoever listens. One that is settled is returned at once.
    ///
    /// # Errors
    /// `UNKNOWN_RUN`, `POLICY_UNREADABLE`, and those of the store.
    pub async fn execute(&self, id: &RunId, progress: mpsc::Sender<Progress>) -> Result<Run> {
        let mut run = self.run(id).await?;
        if run.state >= RunState::Settled {
            return Ok(run);
        }
        let frozen = self.thaw(&run).await?;
        let work: Work = apart(move || Basis::of(frozen).map(Arc::new)).await?;
        let total = run.participants;
        let tell = |stage, done| tell(&progress, Progress { stage, done, total });
        while run.state < RunState::Settled {
            match run.state {
                RunState::Frozen => {
                    tell("crediting", 0);
                    self.store.advance(id, RunState::Frozen, RunState::Credited, credits(&work)?, "").await?;
                }
                RunState::Credited => {
                    self.score(id, total, &work, &progress).await?;
                    self.store.advance(id, RunState::Credited, RunState::Scored, Vec::new(), "").await?;
                }
                RunState::Scored => {
                    tell("ranking", total);
                    let outcomes = self.rank(&work).await?;
                    self.store.advance(id, RunState::Scored, RunState::Ranked, outcomes, "").await?;
                }
                _ => {
                    tell("settling", total);
                    let (outcomes, root) = self.settle(id, &work).await?;
                    self.store.advance(id, RunState::Ranked, RunState::Settled, outcomes, &root).await?;
                }
            }
            run = self.run(id).await?;
        }
        Ok(run)
    }

    /// Works off all shards.
    async fn score(&self, id: &RunId, total: u32, work: &Work, progress: &mpsc::Sender<Progress>) -> Result<()> {
        let mut workers = JoinSet::new();
        for _ in 0..self.settings.workers.max(1) {
            let (scoring, id, work, progress) = (self.clone(), id.clone(), Arc::clone(work), progress.clone());
            workers.spawn(async move { scoring.worker(&id, total, &work, &progress).await });
        }
        while let Some(worker) = workers.join_next().await {
            worker.map_err(Error::internal)??;
        }
        Ok(())
    }

    /// Takes one shard after the other until none is left.
    async fn worker(&self, id: &RunId, total: u32, work: &Work, progress: &mpsc::Sender<Progress>) -> Result<()> {
        loop {
            let now = self.clock.now().as_millisecond();
            match self.store.claim(id, now, now.saturating_add(self.settings.lease)).await? {
                Claim::Done => return Ok(()),
                Claim::Busy => pause().await?,
                Claim::Yours(shard) => match self.shard(id, shard, total, work, progress).await {
                    // Somebody took it over: theirs now.
                    Err(error) if error.reason == "STALE_EPOCH" => {}
                    other => other?,
                },
            }
        }
    }

    /// Evaluates a shard from its cursor on, a chunk at a time.
    async fn shard(
        &self,
        id: &RunId,
        shard: Shard,
        total: u32,
        work: &Work,
        progress: &mpsc::Sender<Progress>,
    ) -> Result<()> {
        let inside = |person: &&str| {
            *person >= shard.first.as_str() && *person <= shard.last.as_str() && *person > shard.cursor.as_str()
        };
        let left: Vec<String> =
            work.plan.roster.iter().map(|id| id.as_str()).filter(inside).map(str::to_owned).collect();
        let chunks: Vec<Vec<String>> = left.chunks(self.settings.chunk_size.max(1)).map(<[String]>::to_vec).collect();
        let count = chunks.len();
        for (number, people) in chunks.into_iter().enumerate() {
            let work = Arc::clone(work);
            let mut chunk = apart(move || evaluate(&work, &people)).await?;
            chunk.done = number + 1 == count;
            chunk.lease_until = self.clock.now().as_millisecond().saturating_add(self.settings.lease);
            self.store.write_chunk(id, shard.shard, shard.epoch, chunk).await?;
            let done = self.store.evaluated(id).await?;
            tell(progress, Progress { stage: "scoring", done, total });
        }
        Ok(())
    }

    async fn rank(&self, work: &Work) -> Result<Vec<Outcome>> {
        let work = Arc::clone(work);
        apart(move || {
            let Basis { plan, credited } = &*work;
            let ranking = rank(plan, credited)?;
            let mut outcomes = stored(&ranking.lines)?;
            outcomes.append(&mut stored(&ranking.findings)?);
            outcomes.append(&mut stored(&ranking.scores)?);
            outcomes.append(&mut stored(&ranking.balances)?);
            outcomes.append(&mut stored(&of_groups(plan, credited, &AsOf::end(plan)))?);
            Ok(outcomes)
        })
        .await
    }

    async fn settle(&self, id: &RunId, work: &Work) -> Result<(Vec<Outcome>, String)> {
        let before = self.store.all_outcomes(id, &OutcomeKind::PINNED).await?;
        let work = Arc::clone(work);
        apart(move || {
            let Basis { plan, credited } = &*work;
            let lines = before.iter().filter(|outcome| outcome.kind == OutcomeKind::Line);
            let mut lines: Vec<Line> = lines.map(Outcome::read).collect::<Result<_>>()?;
            lines.sort_by(|a, b| a.participant.cmp(&b.participant));
            let mut outcomes = Vec::new();
            for (person, lines) in by_payee(plan, &lines) {
                let settled = settle(plan, credited, person, lines)?;
                outcomes.append(&mut stored(&settled.lines)?);
                outcomes.append(&mut stored(&settled.findings)?);
            }
            let root = root(&pinned(before.iter().chain(&outcomes)));
            Ok((outcomes, root))
        })
        .await
    }
}

/// Waits a little.
async fn pause() -> Result<()> {
    apart(|| {
        std::thread::sleep(PATIENCE);
        Ok(())
    })
    .await
}

/// Tells whoever listens; one that is slow or gone misses a step.
fn tell(progress: &mpsc::Sender<Progress>, step: Progress) {
    let _ = progress.try_send(step);
}

/// The credits, what was credited to nobody, and the roster.
fn credits(work: &Work) -> Result<Vec<Outcome>> {
    let Basis { plan, credited } = &**work;
    let mut outcomes = stored(&credited.credits)?;
    outcomes.append(&mut stored(&credited.findings)?);
    outcomes.append(&mut stored(&plan.roster())?);
    Ok(outcomes)
}

fn stored<K: Keyed>(typed: &[K]) -> Result<Vec<Outcome>> {
    typed.iter().map(Outcome::of).collect()
}

fn evaluate(work: &Work, people: &[String]) -> Result<Chunk> {
    let Basis { plan, credited } = &**work;
    let mut chunk = Chunk {
        cursor: people.last().cloned().unwrap_or_default(),
        evaluated: u32::try_from(people.len()).map_err(Error::internal)?,
        done: false,
        lease_until: 0,
        outcomes: Vec::new(),
        traces: Vec::new(),
    };
    for id in people {
        let Some(person) = plan.frozen.people.get(&merit_core::ids::PersonId::new(id)?) else { continue };
        let mut outcome = score_person(plan, credited, person)?;
        chunk.outcomes.append(&mut stored(&outcome.scores)?);
        chunk.outcomes.append(&mut stored(&outcome.lines)?);
        chunk.outcomes.append(&mut stored(&outcome.findings)?);
        chunk.outcomes.append(&mut stored(&outcome.recognitions)?);
        chunk.outcomes.append(&mut stored(&outcome.attainments)?);
        chunk.outcomes.append(&mut stored(&outcome.balances)?);
        chunk.traces.append(&mut outcome.traces);
    }
    Ok(chunk)
}
