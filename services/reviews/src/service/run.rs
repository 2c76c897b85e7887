//! From freeze to composed, and on to published where the cycle's setting says so. Each state is kept as it is reached, so
//! that asking again goes on where it stopped.

use futures::StreamExt as _;
use merit_core::ids::CycleId;
use merit_core::{Error, Result};

use super::compose::compose;
use super::ports::Execution;
use super::{Reviews, SYSTEM, scope};
use crate::model::{
    Action, Change, Composition, Cutoffs, Cycle, NewReview, Pins, Progress, Review, Run, State, Step, next,
};

/// Whom to tell how far it has come.
pub type Tell<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    /// The review.
    pub review: Review,
    /// Whether nothing was there to do.
    pub unchanged: bool,
}

/// Why an automatic approval has no person behind it.
const AUTOMATIC: &str = "the cycle's setting approves a composed run";

impl Reviews {
    /// Takes a cycle from freeze to composed, and on to published where its setting says so.
    ///
    /// # Errors
    /// `CYCLE_OPEN` and `WINDOW_OPEN` before their day, `REJECTED` or `SUPERSEDED` when the inputs are those of such a run,
    /// and whatever a neighbour refuses.
    pub async fn run(&self, cycle: &str, tell: Tell<'_>) -> Result<Ran> {
        let cycle = self.neighbours.cycle(cycle).await?;
        closed(&cycle)?;
        tell(stage("freezing"));
        let cutoffs = self.neighbours.cutoffs().await?;
        let run = self.neighbours.freeze(&cycle.id, cutoffs).await?;
        let fresh = NewReview {
            run: run.id.clone(),
            cycle: cycle.id.clone(),
            created_at: self.clock.now(),
            participants: run.participants,
        };
        let before = self.store.begin(fresh).await?;
        next(before.state, Action::Run, before.run.as_str(), cycle.id.as_str())?;
        let review = if before.state.computing() {
            self.finish(&cycle, before.clone(), &run, cutoffs, tell).await?
        } else {
            self.refresh(&cycle, before.clone(), cutoffs, tell).await?
        };
        let review = if cycle.automatic { self.decide_alone(&cycle, review, tell).await? } else { review };
        Ok(Ran { unchanged: review == before, review })
    }

    /// The cycle's id, if its review can be run now.
    ///
    /// # Errors
    /// `CYCLE_OPEN` and `WINDOW_OPEN` before its day, and whatever a neighbour refuses.
    pub async fn ready(&self, cycle: &str) -> Result<CycleId> {
        let cycle = self.neighbours.cycle(cycle).await?;
        closed(&cycle)?;
        Ok(cycle.id)
    }

    /// The cut-offs for a dry run of a cycle, open or not, with the cycle's id.
    ///
    /// # Errors
    /// Whatever a neighbour refuses.
    pub async fn dry_run(&self, cycle: &str) -> Result<(CycleId, Cutoffs)> {
        let cycle = self.neighbours.cycle(cycle).await?;
        Ok((cycle.id, self.neighbours.cutoffs().await?))
    }

    /// Executes and composes a review that is not composed yet.
    async fn finish(
        &self,
        cycle: &Cycle,
        review: Review,
        run: &Run,
        cutoffs: Cutoffs,
        tell: Tell<'_>,
    ) -> Result<Review> {
        let review = self.execute(review, tell).await?;
        let pins = Pins {
            goals: run.cutoffs.goals,
            feedback: cutoffs.feedback,
            shows_pay: cycle.shows_pay,
            adjustments: self.neighbours.adjustments(&cycle.id).await?,
        };
        tell(stage("composing"));
        let composition = self.composition(cycle, &review, pins).await?;
        self.keep(&review, composition).await
    }

    /// Follows the execution and keeps each state that it reaches.
    async fn execute(&self, mut review: Review, tell: Tell<'_>) -> Result<Review> {
        let mut stream = self.neighbours.execute(&review.run).await?;
        while let Some(step) = stream.next().await {
            let (state, root) = match step? {
                Execution::Progress(progress) => {
                    let state = reached(&progress.stage).unwrap_or(review.state);
                    tell(progress);
                    (state, None)
                }
                Execution::Settled(run) => (State::Settled, Some(run.root)),
            };
            if state > review.state || (root.is_some() && review.root.is_empty()) {
                let mut change = Change::of(&review);
                change.to = state.max(review.state);
                change.root = root;
                review = self.apply_or_follow(change).await?;
            }
            if !review.state.computing() {
                break;
            }
        }
        if review.state.computing() && review.root.is_empty() {
            return Err(Error::new(
                merit_core::Kind::Unavailable,
                "RUN_CUT_SHORT",
                format!("run `{}` was cut short; run the review again to go on where it stopped", review.run),
            ));
        }
        Ok(review)
    }

    /// While nobody has decided, composes again when what isn't pinned by the run has changed: feedback, adjustments, the
    /// cycle's settings.
    async fn refresh(&self, cycle: &Cycle, review: Review, cutoffs: Cutoffs, tell: Tell<'_>) -> Result<Review> {
        if review.state != State::Composed || review.posting || !review.decisions.is_empty() {
            return Ok(review);
        }
        let Some(pins) = &review.pins else { return Ok(review) };
        let fresh = Pins {
            goals: pins.goals,
            feedback: cutoffs.feedback,
            shows_pay: cycle.shows_pay,
            adjustments: self.neighbours.adjustments(&cycle.id).await?,
        };
        if *pins == fresh {
            return Ok(review);
        }
        tell(stage("composing"));
        let composition = self.composition(cycle, &review, fresh).await?;
        if composition.cards == self.store.cards(&review.run).await? {
            return Ok(review);
        }
        self.keep(&review, composition).await
    }

    /// Composes a run's scorecards with these pins.
    pub(super) async fn composition(&self, cycle: &Cycle, review: &Review, pins: Pins) -> Result<Composition> {
        let gathered = self.neighbours.gather(&scope(cycle, &review.run, &pins)).await?;
        let (cycle, run) = (cycle.clone(), review.run.clone());
        // Ten thousand scorecards take a moment of pure computing, which must not hold up other calls.
        tokio::task::spawn_blocking(move || compose(&cycle, &run, gathered, pins))
            .await
            .map_err(|_| Error::internal("composing was cut short"))
    }

    async fn keep(&self, review: &Review, composition: Composition) -> Result<Review> {
        if next(review.state, Action::Compose, review.run.as_str(), review.cycle.as_str())? == Step::Already {
            return Ok(review.clone());
        }
        let mut change = Change::of(review);
        change.to = State::Composed;
        change.composition = Some(composition);
        self.apply_or_follow(change).await
    }

    /// Applies a change of a computation. When somebody else took the same run further meanwhile, their result stands: both
    /// computed the same from the same pins.
    async fn apply_or_follow(&self, change: Change) -> Result<Review> {
        let run = change.run.clone();
        let applied = self.store.apply(change).await?;
        let review = self.again(&run).await?;
        if !applied && review.state.over() {
            next(review.state, Action::Run, review.run.as_str(), review.cycle.as_str())?;
        }
        Ok(review)
    }

    /// Approves and publishes as the cycle's setting says.
    async fn decide_alone(&self, cycle: &Cycle, review: Review, tell: Tell<'_>) -> Result<Review> {
        let (name, run) = (cycle.id.name(), review.run.name());
        let review = if review.state == State::Composed {
            tell(stage("approving"));
            self.approve(&name, &run, SYSTEM, AUTOMATIC).await?.review
        } else {
            review
        };
        if review.state != State::Approved {
            return Ok(review);
        }
        tell(stage("publishing"));
        Ok(self.publish(&name, &run, SYSTEM).await?.review)
    }
}

/// Refuses a cycle whose day has not come.
fn closed(cycle: &Cycle) -> Result<()> {
    let Cycle { id, last_day, .. } = cycle;
    if !cycle.ended {
        return Err(Error::precondition(
            "CYCLE_OPEN",
            format!(
                "cycle {id} runs until {last_day}; run its review after that day, or look at the figures so far with --dry-run"
            ),
        ));
    }
    if !cycle.window_ended {
        let until = cycle.self_assessment_until.unwrap_or(*last_day);
        return Err(Error::precondition(
            "WINDOW_OPEN",
            format!(
                "self-assessments for cycle {id} are taken until {until}; run its review after that day, or look at the \
                 figures so far with --dry-run"
            ),
        ));
    }
    Ok(())
}

/// The state that a run has reached when a stage is at work.
fn reached(stage: &str) -> Option<State> {
    match stage {
        "crediting" => Some(State::Frozen),
        "scoring" => Some(State::Credited),
        "ranking" => Some(State::Scored),
        "settling" => Some(State::Ranked),
        _ => None,
    }
}

fn stage(name: &str) -> Progress {
    Progress { stage: name.to_owned(), done: 0, total: 0 }
}
