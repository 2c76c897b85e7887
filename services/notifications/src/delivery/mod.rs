//! Handing mails to a relay, step by step, so that it is always known whether one may have arrived.

mod relay;
mod smtp;
mod tls;

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use merit_core::Result;

use crate::model::{Outcome, Phase, State};

pub use relay::{Relay, Security};
pub use smtp::{Patience, SmtpCarrier};

/// Whoever carries mail.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Opens a session.
    ///
    /// # Errors
    /// `RELAY_UNREACHABLE` or `RELAY_REFUSED`, saying what to look at.
    async fn connect(&self) -> Result<Box<dyn Session>>;
}

/// One connection to a relay. Mails go through it one after the other.
#[async_trait]
pub trait Session: Send {
    /// Says who sends and who receives. Nothing is handed over yet.
    async fn announce(&mut self, to: &str) -> Result<(), Undelivered>;
    /// Hands the message over and waits for the answer.
    async fn hand_over(&mut self, message: &[u8]) -> Result<(), Undelivered>;
    /// Forgets what was announced; false when the connection can't be used any more.
    async fn reset(&mut self) -> bool;
    /// Takes leave.
    async fn close(&mut self);
}

/// Why a mail did not go, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// How far it came.
    pub phase: Phase,
    /// What the relay said, or what broke; safe to show.
    pub why: String,
    /// The relay has it but never answered: it may have arrived.
    pub unclear: bool,
    /// The connection can't be used any more.
    pub broken: bool,
}

impl Undelivered {
    /// What is put on record.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let state = if self.unclear { State::Unclear } else { State::Failed };
        Outcome { state, phase: self.phase, answer: self.why.clone() }
    }
}
