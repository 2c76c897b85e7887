//! Closes that go on without their caller: begun by one call, followed and ended by others, and kept in the store, so that
//! they can be told of after a restart.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use merit_core::once::Asked;
use merit_core::{Clock, Error, Kind, Result};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::MissedTickBehavior;

use crate::model::{End, NewOperation, Operation, Progress, Review, cancelled, interrupted};
use crate::service::Reviews;
use crate::store::OperationStore;

/// How long an operation is believed to be at work without a sign of life.
const LEASE: Duration = Duration::from_secs(60);
/// How often whoever is at work gives one.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a waiting caller looks whether an operation of another process has ended.
const LOOK: Duration = Duration::from_secs(1);

/// Closes at work.
#[derive(Clone)]
pub struct Operations(Arc<Inner>);

struct Inner {
    reviews: Arc<Reviews>,
    store: Arc<dyn OperationStore>,
    clock: Arc<dyn Clock>,
    /// Those of this process.
    running: Mutex<BTreeMap<i64, AbortHandle>>,
    /// Counts operations that ended in this process.
    ended: watch::Sender<u64>,
    lease: Duration,
    heartbeat: Duration,
}

impl Operations {
    /// Over the rules of reviews and a store.
    #[must_use]
    pub fn new(reviews: Arc<Reviews>, store: Arc<dyn OperationStore>, clock: Arc<dyn Clock>) -> Self {
        Self::with_lease(reviews, store, clock, LEASE, HEARTBEAT)
    }

    /// As [`Operations::new`], with another length of leases, in whole seconds, and another time between signs of life.
    #[must_use]
    pub fn with_lease(
        reviews: Arc<Reviews>,
        store: Arc<dyn OperationStore>,
        clock: Arc<dyn Clock>,
        lease: Duration,
        heartbeat: Duration,
    ) -> Self {
        let (running, ended) = (Mutex::default(), watch::Sender::new(0));
        Self(Arc::new(Inner { reviews, store, clock, running, ended, lease, heartbeat }))
    }

    /// Tells of operations that an earlier process left at work that they were interrupted. For a process that has the store
    /// to itself, before it begins any.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn settle_interrupted(&self) -> Result<()> {
        self.0.store.end_all(&End { at: self.0.clock.now(), outcome: Err(interrupted()) }).await
    }

    /// Begins a close. The same request again gives the operation that it began, as it is by then.
    ///
    /// # Errors
    /// `CYCLE_OPEN` and `WINDOW_OPEN` before its day; `REQUEST_ID_REUSED`; those of the store.
    pub async fn start(&self, cycle: &str, started_by: &str, asked: Option<Asked>) -> Result<Operation> {
        if let Some(asked) = &asked
            && let Some(before) = self.0.store.requested(asked).await?
        {
            return Ok(before);
        }
        let cycle = self.0.reviews.ready(cycle).await?;
        let (started_by, started_at) = (started_by.to_owned(), self.0.clock.now());
        let new = NewOperation { cycle, started_by, started_at, asked, lease: self.0.lease };
        let (operation, created) = self.0.store.begin_operation(&new).await?;
        if created {
            self.spawn(&operation);
        }
        Ok(operation)
    }

    /// An operation as it is now.
    ///
    /// # Errors
    /// `UNKNOWN_OPERATION`, and those of the store.
    pub async fn get(&self, seq: i64) -> Result<Operation> {
        self.0.store.operation(seq).await?.ok_or_else(|| {
            Error::not_found("UNKNOWN_OPERATION", format!("there is no operation `operations/{seq}`; check its name"))
        })
    }

    /// Operations, newest first: before one, at most so many.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn list(&self, before: Option<i64>, limit: usize) -> Result<Vec<Operation>> {
        self.0.store.operations(before, limit).await
    }

    /// Waits until an operation has ended, at most so long, and tells it as it is then.
    ///
    /// # Errors
    /// `UNKNOWN_OPERATION`, and those of the store.
    pub async fn wait(&self, seq: i64, at_most: Duration) -> Result<Operation> {
        let mut ended = self.0.ended.subscribe();
        let until = tokio::time::Instant::now() + at_most;
        loop {
            ended.mark_unchanged();
            let operation = self.get(seq).await?;
            let now = tokio::time::Instant::now();
            if operation.end.is_some() || now >= until {
                return Ok(operation);
            }
            let look = until.min(now + LOOK);
            let _ = tokio::time::timeout_at(look, ended.changed()).await;
        }
    }

    /// Ends an operation that is at work. One that has ended stays as it is.
    ///
    /// # Errors
    /// `UNKNOWN_OPERATION`, and those of the store.
    pub async fn cancel(&self, seq: i64) -> Result<Operation> {
        self.get(seq).await?;
        self.0.end(seq, Err(cancelled())).await?;
        if let Some(task) = self.0.running().remove(&seq) {
            task.abort();
        }
        self.get(seq).await
    }

    /// The review that an operation came to.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn review(&self, operation: &Operation) -> Result<Option<Review>> {
        match &operation.end {
            Some(End { outcome: Ok(run), .. }) => self.0.reviews.again(run).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Sets a close to work, and somebody who keeps how far it is.
    fn spawn(&self, operation: &Operation) {
        let (seq, cycle) = (operation.seq, operation.cycle.name());
        let (sender, mut progress) = watch::channel(operation.progress.clone());
        let reviews = self.0.reviews.clone();
        let mut work = tokio::spawn(async move {
            let tell = move |step: Progress| {
                sender.send_replace(step);
            };
            reviews.run(&cycle, &tell).await.map(|ran| ran.review.run)
        });
        self.0.running().insert(seq, work.abort_handle());
        let inner = self.0.clone();
        let first = tokio::time::Instant::now() + inner.heartbeat;
        let mut heartbeat = tokio::time::interval_at(first, inner.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::spawn(async move {
            // The close goes on in its own task: it never waits for what is written here.
            let outcome = loop {
                tokio::select! {
                    done = &mut work => break match done {
                        Ok(outcome) => outcome,
                        Err(stopped) if stopped.is_cancelled() => Err(cancelled()),
                        Err(_) => Err(Error::internal("the close broke off")),
                    },
                    Ok(()) = progress.changed() => {
                        let step = progress.borrow_and_update().clone();
                        if let Err(error) = inner.store.advance(seq, &step).await {
                            tracing::warn!(reason = %error.reason, "an operation's progress could not be kept");
                        }
                    }
                    _ = heartbeat.tick() => match inner.store.renew(seq, inner.lease).await {
                        Ok(true) => {}
                        // Somebody ended it, or has been told that it was interrupted.
                        Ok(false) => work.abort(),
                        Err(error) => {
                            tracing::warn!(reason = %error.reason, "an operation's lease could not be renewed");
                        }
                    },
                }
            };
            if let Err(error) = inner.end(seq, outcome).await {
                tracing::error!(reason = %error.reason, "an operation's end could not be kept");
            }
            inner.running().remove(&seq);
        });
    }
}

impl Inner {
    fn running(&self) -> std::sync::MutexGuard<'_, BTreeMap<i64, AbortHandle>> {
        // Nothing that holds the lock can stop half-way.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn end(&self, seq: i64, outcome: Result<merit_core::ids::RunId>) -> Result<()> {
        let outcome = outcome.map_err(|error| match error.kind {
            Kind::Internal => {
                tracing::error!(reason = %error.reason, "{}", error.message);
                Error { message: "something went wrong inside Merit; its log says what".to_owned(), ..error }
            }
            _ => error,
        });
        self.store.end(seq, &End { at: self.clock.now(), outcome }).await?;
        self.ended.send_modify(|count| *count += 1);
        Ok(())
    }
}
