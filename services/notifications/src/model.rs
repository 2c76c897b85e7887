//! Mails, where they are, and what an attempt came to.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use merit_core::ids::PersonId;

/// Where a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Not tried yet.
    Waiting,
    /// The relay took it, or it lies in a file.
    Sent,
    /// Refused, or never handed over: safe to send again.
    Failed,
    /// Handed over, but the answer never came: it may have arrived.
    Unclear,
    /// The receiver has no address.
    NoAddress,
    /// A scorecard of a newer run took its place: it never leaves.
    Withdrawn,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Sent, Self::Failed, Self::Unclear, Self::NoAddress, Self::Withdrawn];

    /// The word that a store keeps.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unclear => "unclear",
            Self::NoAddress => "no-address",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state with that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether a run takes it up: never what was acknowledged or withdrawn; what is unclear as the setting says.
    #[must_use]
    pub const fn is_due(self, resend_unclear: bool) -> bool {
        match self {
            Self::Waiting | Self::Failed | Self::NoAddress => true,
            Self::Unclear => resend_unclear,
            Self::Sent | Self::Withdrawn => false,
        }
    }
}

/// A mail in the outbox.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Unique.
    pub key: String,
    /// Who gets it.
    pub receiver: PersonId,
    /// The scorecard, as it came over the wire.
    pub scorecard: Vec<u8>,
    /// When it came; the mail's date.
    pub enqueued_at: Timestamp,
    /// Where it is.
    pub state: State,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last attempt failed, or empty.
    pub failure: String,
}

/// Without the scorecard: pay belongs in no log.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, state, attempts, failure, .. } = self;
        write!(f, "Mail({key}, {state:?}, {attempts} attempts, {failure:?})")
    }
}

/// How far an attempt came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Making the message.
    Compose,
    /// Saying who sends.
    Mail,
    /// Saying who receives.
    Recipient,
    /// Asking to hand over.
    Data,
    /// Handing over and waiting for the answer.
    Message,
    /// Writing to a file.
    File,
}

impl Phase {
    /// The word that a store keeps.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Compose => "compose",
            Self::Mail => "mail",
            Self::Recipient => "recipient",
            Self::Data => "data",
            Self::Message => "message",
            Self::File => "file",
        }
    }
}

/// What one attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// [`State::Sent`], [`State::Failed`] or [`State::Unclear`].
    pub state: State,
    /// How far it came.
    pub phase: Phase,
    /// What the other side said, or what broke; empty when it is sent.
    pub answer: String,
}

/// A person as the directory knows them now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Data, never mark-up.
    pub display_name: String,
    /// Where mail goes, if anywhere.
    pub address: Option<String>,
}

/// People by id.
pub type Contacts = BTreeMap<PersonId, Contact>;

/// A scorecard in words.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line. Holds nothing private: it shows on locked screens.
    pub subject: String,
    /// A whole page with its styles inside.
    pub html: String,
    /// At most 78 columns, line ends `\n`.
    pub text: String,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The mail, as it is after its attempt.
    pub mail: Mail,
    /// Mails dealt with so far.
    pub done: u32,
    /// Mails of this run.
    pub total: u32,
}

/// A complete message to be written to a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The mail; [`State::NoAddress`] or [`State::Failed`] when there is no message.
    pub mail: Mail,
    /// Safe in any file system, ends in `.eml`; empty when there is no message.
    pub file_name: String,
    /// RFC 5322; empty when there is none.
    pub message: Vec<u8>,
}

/// Who has mails handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetcher {
    /// A person's id, or `operator` or `service` for our own parts.
    pub subject: String,
    /// The words of their roles.
    pub roles: Vec<String>,
}

/// That mails were handed out, which hold whole scorecards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// To whom: a person's id, or `operator` or `service` for our own parts.
    pub reader: String,
    /// The words of the roles that they had.
    pub roles: Vec<String>,
    /// Whose mails; none: those of several people.
    pub person: Option<PersonId>,
    /// How many mails were due.
    pub mails: u32,
    /// When.
    pub at: Timestamp,
}
