//! From a stored scorecard to a letter and a message. The service's rules know scorecards only as bytes.

use std::collections::BTreeSet;

use lettre::message::Mailbox;
use merit_core::ids::PersonId;
use merit_core::{Error, Result};
use merit_proto::scorecard::v1::Scorecard;
use prost::Message as _;

use crate::model::{Contact, Contacts, Letter, Mail};
use crate::{letter, message};

/// Whoever turns scorecards into words.
pub trait Composer: Send + Sync {
    /// Everyone whose name is needed.
    ///
    /// # Errors
    /// `BAD_SCORECARD` when the bytes are none.
    fn people_in(&self, scorecard: &[u8]) -> Result<BTreeSet<PersonId>>;

    /// The letter.
    ///
    /// # Errors
    /// `BAD_SCORECARD`.
    fn letter(&self, scorecard: &[u8], contacts: &Contacts) -> Result<Letter>;

    /// The whole message to one receiver.
    ///
    /// # Errors
    /// `BAD_SCORECARD`, `BAD_ADDRESS`.
    fn message(&self, mail: &Mail, receiver: &Contact, contacts: &Contacts) -> Result<Vec<u8>>;
}

/// The letters of this crate.
#[derive(Debug, Clone)]
pub struct Letters {
    sender: Mailbox,
}

impl Letters {
    /// Letters that this mailbox sends.
    #[must_use]
    pub const fn new(sender: Mailbox) -> Self {
        Self { sender }
    }
}

impl Composer for Letters {
    fn people_in(&self, scorecard: &[u8]) -> Result<BTreeSet<PersonId>> {
        Ok(letter::people_in(&read(scorecard)?))
    }

    fn letter(&self, scorecard: &[u8], contacts: &Contacts) -> Result<Letter> {
        letter::write(&read(scorecard)?, contacts)
    }

    fn message(&self, mail: &Mail, receiver: &Contact, contacts: &Contacts) -> Result<Vec<u8>> {
        let letter = self.letter(&mail.scorecard, contacts)?;
        message::compose(&mail.key, mail.enqueued_at, &self.sender, receiver, &letter)
    }
}

fn read(scorecard: &[u8]) -> Result<Scorecard> {
    Scorecard::decode(scorecard).map_err(|_| Error::invalid("BAD_SCORECARD", "the stored scorecard is damaged"))
}
