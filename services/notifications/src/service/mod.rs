//! The rules of the outbox: each mail at least once, each attempt on record, no mail in another's way.

mod sending;

use std::collections::BTreeSet;
use std::sync::Arc;

use merit_core::ids::PersonId;
use merit_core::{Clock, Error, Result};
use tokio::sync::Mutex;

use crate::composer::Composer;
use crate::delivery::Carrier;
use crate::model::{Contacts, Letter, Mail, State};
use crate::neighbours::Directory;
use crate::store::Store;

/// Longest key, in bytes.
const MAX_KEY: usize = 300;

/// The outbox, over any store, directory and carrier.
pub struct Outbox {
    store: Arc<dyn Store>,
    directory: Arc<dyn Directory>,
    composer: Arc<dyn Composer>,
    carrier: Option<Arc<dyn Carrier>>,
    resend_unclear: bool,
    clock: Arc<dyn Clock>,
    // Held while mails go out: a mail on its way is unclear on record, and a second run must not take it for that.
    sending: Mutex<()>,
}

impl Outbox {
    /// Over these. Without a carrier, mails leave as files only.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        directory: Arc<dyn Directory>,
        composer: Arc<dyn Composer>,
        carrier: Option<Arc<dyn Carrier>>,
        resend_unclear: bool,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { store, directory, composer, carrier, resend_unclear, clock, sending: Mutex::new(()) }
    }

    /// Puts a mail in the outbox; says whether it is new. The same key again does nothing.
    ///
    /// # Errors
    /// `BAD_KEY`; `BAD_SCORECARD` when it could not be told in words.
    pub async fn enqueue(&self, key: &str, receiver: PersonId, scorecard: Vec<u8>) -> Result<(Mail, bool)> {
        if key.is_empty() || key.len() > MAX_KEY || key.chars().any(char::is_control) {
            return Err(Error::invalid(
                "BAD_KEY",
                format!("a mail's key has 1 to {MAX_KEY} characters, none of them a control character"),
            ));
        }
        // A scorecard that can't be told is better refused now than found out when it is due.
        self.composer.letter(&scorecard, &Contacts::new())?;
        let mail = Mail {
            key: key.to_owned(),
            receiver,
            scorecard,
            enqueued_at: self.clock.now(),
            state: State::Waiting,
            attempts: 0,
            failure: String::new(),
        };
        if self.store.add(&mail).await? {
            return Ok((mail, true));
        }
        let known = self.store.mail(key).await?.ok_or_else(|| Error::internal("a mail that was there is gone"))?;
        Ok((known, false))
    }

    /// One mail.
    ///
    /// # Errors
    /// `UNKNOWN_MAIL`, and when the store fails.
    pub async fn get(&self, key: &str) -> Result<Mail> {
        self.store.mail(key).await?.ok_or_else(|| {
            let key = merit_core::text::shown(key);
            Error::not_found("UNKNOWN_MAIL", format!("there is no mail `{key}` in the outbox; check its key"))
        })
    }

    /// Mails by key, after a key. Without their scorecards.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self, after: Option<&str>, limit: usize) -> Result<Vec<Mail>> {
        self.store.list(after, limit).await
    }

    /// How many mails are in a state.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn count(&self, state: State) -> Result<u64> {
        Ok(self.store.keys(&[state]).await?.len().try_into().unwrap_or(u64::MAX))
    }

    /// Marks fetched mails as sent; says how many were not yet.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn confirm(&self, keys: &[String]) -> Result<u32> {
        self.store.confirm(keys, self.clock.now()).await
    }

    /// A scorecard as it would be sent now.
    ///
    /// # Errors
    /// `BAD_SCORECARD`; when the directory fails.
    pub async fn render(&self, scorecard: &[u8]) -> Result<Letter> {
        let contacts = self.directory.contacts(&self.composer.people_in(scorecard)?).await?;
        self.composer.letter(scorecard, &contacts)
    }

    /// Everyone that some mails need: who receives, and who is named. A scorecard that can't be read needs nobody; what is
    /// wrong with it shows when it is composed.
    async fn contacts(&self, mails: &[Mail]) -> Result<Contacts> {
        let mut wanted: BTreeSet<PersonId> = mails.iter().map(|mail| mail.receiver.clone()).collect();
        wanted.extend(mails.iter().filter_map(|mail| self.composer.people_in(&mail.scorecard).ok()).flatten());
        self.directory.contacts(&wanted).await
    }

    /// The keys of what a run takes up now.
    async fn due(&self) -> Result<Vec<String>> {
        let due: Vec<State> = State::ALL.into_iter().filter(|state| state.is_due(self.resend_unclear)).collect();
        self.store.keys(&due).await
    }
}

#[cfg(test)]
mod tests;
