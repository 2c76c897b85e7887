//! Closes that go on without their caller: begun by one call, followed and ended by others, and kept in the store, so that
//! they can be told of after a restart.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use merit_core::{Clock, Error, Kind, Result};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::model::{End, NewOperation, Operation, Progress, Review, cancelled, interrupted};
use crate::service::Reviews;
use crate::store::OperationStore;

/// Longest request id, in characters.
const MAX_REQUEST_ID: usize = 64;
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
}

impl Operations {
    /// Over the rules of reviews and a store.
    #[must_use]
    pub fn new(reviews: Arc<Reviews>, store: Arc<dyn OperationStore>, clock: Arc<dyn Clock>) -> Self {
        let inner = Inner { reviews, store, clock, running: Mutex::default(), ended: watch::Sender::new(0) };
        Self(Arc::new(inner))
    }

    /// Tells of operations that an earlier process left at work that they were interrupted. For a process that has the store
    /// to itself, before it begins any.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn settle_interrupted(&self) -> Result<()> {
        self.0.store.end_all(&End { at: self.0.clock.now(), outcome: Err(interrupted()) }).await
    }

    /// Begins a close. The same request id again gives the operation that it began.
    ///
    /// # Errors
    /// `CYCLE_OPEN` and `WINDOW_OPEN` before its day; `BAD_REQUEST_ID`; `REQUEST_ID_REUSED` when the id named another
    /// cycle's close; those of the store.
    pub async fn start(&self, cycle: &str, started_by: &str, request_id: &str) -> Result<Operation> {
        if request_id.chars().count() > MAX_REQUEST_ID || request_id.chars().any(char::is_control) {
            let message =
                format!("a request id has at most {MAX_REQUEST_ID} characters, none of them a control character");
            return Err(Error::invalid("BAD_REQUEST_ID", message));
        }
        let cycle = self.0.reviews.ready(cycle).await?;
        let new = NewOperation {
            cycle: cycle.clone(),
            started_by: started_by.to_owned(),
            started_at: self.0.clock.now(),
            request_id: Some(request_id.to_owned()).filter(|id| !id.is_empty()),
        };
        let (operation, created) = self.0.store.begin_operation(&new).await?;
        if operation.cycle != cycle {
            let message =
                format!("the request id began the close of {}; give the close of {cycle} another one", operation.cycle);
            return Err(Error::exists("REQUEST_ID_REUSED", message));
        }
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
