//! Hands mails that a publication asked for to the outbox of mails: each at least once, and since the outbox knows them by
//! key, once in effect.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use merit_core::{Clock, Error, Kind, Result};
use merit_platform::telemetry::metrics;
use tokio::sync::Mutex;

use crate::service::Outbox;
use crate::store::{Store, Waiting};

/// Mails read and put on record at a time.
const BATCH: u32 = 500;
/// Mails on their way to the outbox at a time. It writes those together that come together.
const AT_ONCE: usize = 64;

/// What a round of the relay did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Relayed {
    /// Mails that the outbox took.
    pub handed: u32,
    /// Mails that it refused; they are tried again next time.
    pub refused: u32,
    /// Why the round ended early: the outbox did not answer. The rest waits for the next time.
    pub silent: Option<Error>,
}

/// Hands waiting mails on.
pub struct Relay {
    store: Arc<dyn Store>,
    outbox: Arc<dyn Outbox>,
    clock: Arc<dyn Clock>,
    // Two rounds at once would only ask twice for the same.
    at_work: Mutex<()>,
}

impl Relay {
    /// From a store to an outbox.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, outbox: Arc<dyn Outbox>, clock: Arc<dyn Clock>) -> Self {
        Self { store, outbox, clock, at_work: Mutex::new(()) }
    }

    /// Hands on everything that waits. A mail that the outbox refuses doesn't hold up the others.
    ///
    /// # Errors
    /// Those of the store. A silent outbox is no error: see [`Relayed::silent`].
    pub async fn once(&self) -> Result<Relayed> {
        let _at_work = self.at_work.lock().await;
        let mut relayed = Relayed::default();
        let mut after = 0;
        loop {
            let batch = self.store.waiting(after, BATCH).await?;
            let Some(last) = batch.last() else { break };
            after = last.seq;
            let round = self.hand_on(&batch).await;
            self.store.handed_on(&round.handed, &round.refused, self.clock.now()).await?;
            relayed.handed += u32::try_from(round.handed.len()).unwrap_or(u32::MAX);
            relayed.refused += u32::try_from(round.refused.len()).unwrap_or(u32::MAX);
            if round.silent.is_some() {
                tracing::warn!("mails wait for the outbox to answer");
                relayed.silent = round.silent;
                break;
            }
        }
        if relayed.refused > 0 {
            tracing::warn!(refused = relayed.refused, "the outbox refused mails; they are tried again next time");
        }
        Ok(relayed)
    }

    async fn hand_on(&self, batch: &[Waiting]) -> Round {
        let mut round = Round::default();
        for some in batch.chunks(AT_ONCE) {
            let asked: Vec<_> = some.iter().map(|mail| self.ask(mail).boxed()).collect();
            for (seq, answer) in futures::future::join_all(asked).await {
                match answer {
                    Ok(()) => round.handed.push(seq),
                    Err(error) if error.kind == Kind::Unavailable => round.silent = Some(error),
                    Err(error) => round.refused.push((seq, format!("{}: {}", error.reason, error.message))),
                }
            }
            if round.silent.is_some() {
                break;
            }
        }
        round
    }

    async fn ask(&self, mail: &Waiting) -> (i64, Result<()>) {
        (mail.seq, self.outbox.enqueue(&mail.key, &mail.card).await)
    }

    /// Hands on what waits now and then every so often, until it is dropped. For a server; a single command calls
    /// [`Relay::once`].
    pub async fn forever(&self, every: Duration) {
        loop {
            if let Err(error) = self.once().await {
                tracing::warn!(reason = %error.reason, "waiting mails could not be read");
            }
            // What is still here is told as far as one batch: more than that is long enough.
            if let Ok(left) = self.store.waiting(0, BATCH).await {
                metrics::queue_depth("relay", "waiting", left.len().try_into().unwrap_or(u64::MAX));
            }
            tokio::time::sleep(every).await;
        }
    }
}

/// What became of a batch.
#[derive(Default)]
struct Round {
    handed: Vec<i64>,
    refused: Vec<(i64, String)>,
    silent: Option<Error>,
}
