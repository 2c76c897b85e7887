//! The outbox and the record of attempts.

#[cfg(test)]
pub(crate) mod conformance;
pub mod postgres;
pub mod sqlite;

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::Result;
use merit_core::reads::ReadsPart;

use crate::model::{Mail, Outcome, Read, State};

/// A place that keeps mails. `attempts` is how many a mail had when it was read: whoever comes later with the same number
/// finds the mail taken.
#[async_trait]
pub trait Store: Send + Sync {
    /// Adds a mail unless its key is there; says whether it was added. One that was withdraws those that it replaces.
    async fn add(&self, mail: &Mail) -> Result<bool>;
    /// One mail.
    async fn mail(&self, key: &str) -> Result<Option<Mail>>;
    /// Mails by key, after a key. Without their scorecards.
    async fn list(&self, after: Option<&str>, limit: usize) -> Result<Vec<Mail>>;
    /// The keys of the mails in these states, in order.
    async fn keys(&self, states: &[State]) -> Result<Vec<String>>;
    /// These mails, by key.
    async fn mails(&self, keys: &[String]) -> Result<Vec<Mail>>;
    /// Puts on record that a mail is about to be handed over: one attempt more, state unclear until [`Store::answer`] says
    /// otherwise. False when somebody else took it meanwhile.
    async fn hand_over(&self, key: &str, attempts: u32, at: Timestamp) -> Result<bool>;
    /// What became of the attempt that [`Store::hand_over`] put on record.
    async fn answer(&self, key: &str, outcome: &Outcome) -> Result<()>;
    /// Puts a whole attempt on record. False when somebody else took the mail meanwhile.
    async fn attempt(&self, key: &str, attempts: u32, at: Timestamp, outcome: &Outcome) -> Result<bool>;
    /// Puts on record that the receiver has no address. No attempt.
    async fn no_address(&self, key: &str) -> Result<()>;
    /// Marks those of the mails as sent that are not and have an address, each with an attempt; says how many.
    async fn confirm(&self, keys: &[String], at: Timestamp) -> Result<u32>;
    /// Puts on record that mails are handed out. Never changed.
    async fn record_read(&self, read: &Read) -> Result<()>;
    /// Reads on record with their numbers, the latest first.
    async fn reads(&self, part: &ReadsPart) -> Result<Vec<(i64, Read)>>;
}
