//! Under which key each outcome is kept, and its stored form. Keys sort as exports do.

use std::borrow::Cow;

use merit_core::{Error, Result, digest};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{
    Attainment, Balance, Credit, Finding, FindingKind, Line, Outcome, OutcomeKind, Recognition, RosterEntry, Score,
    joined,
};

/// Something that a run gives under a key.
pub trait Keyed: Serialize + DeserializeOwned {
    /// Its kind.
    const KIND: OutcomeKind;

    /// Its key, unique for the run and kind.
    fn key(&self) -> String;

    /// Whose it is; empty where nobody is concerned.
    fn participant(&self) -> &str;
}

impl Outcome {
    /// From something typed.
    ///
    /// # Errors
    /// Never for what a run computes.
    pub fn of<K: Keyed>(outcome: &K) -> Result<Self> {
        let content = serde_json::to_string(outcome).map_err(Error::internal)?;
        Ok(Self { kind: K::KIND, key: outcome.key(), participant: outcome.participant().to_owned(), content })
    }

    /// As something typed.
    ///
    /// # Errors
    /// `INTERNAL` when the store gave something that was never written.
    pub fn read<K: Keyed>(&self) -> Result<K> {
        serde_json::from_str(&self.content).map_err(Error::internal)
    }
}

impl FindingKind {
    /// Its word in keys.
    const fn word(self) -> &'static str {
        match self {
            Self::NotScored => "not-scored",
            Self::NotCovered => "not-covered",
            Self::NotCredited => "not-credited",
            Self::Guideline => "guideline",
        }
    }
}

/// Bytes of a reason that stand in a key. PostgreSQL's indexes take keys of some 2,700.
const REASON: usize = 500;

/// A reason as the last part of a key: a long one by its beginning and its digest.
fn indexable(reason: &str) -> Cow<'_, str> {
    let Some(end) = (reason.len() > REASON).then(|| reason.floor_char_boundary(REASON)) else { return reason.into() };
    format!("{}… {}", reason.get(..end).unwrap_or_default(), digest::sha256(reason.as_bytes())).into()
}

impl Keyed for Attainment {
    const KIND: OutcomeKind = OutcomeKind::Attainment;

    fn key(&self) -> String {
        joined(&[&self.owner, &self.standing.goal])
    }

    fn participant(&self) -> &str {
        self.owner.strip_prefix("people/").unwrap_or_default()
    }
}

impl Keyed for Balance {
    const KIND: OutcomeKind = OutcomeKind::Balance;

    fn key(&self) -> String {
        joined(&[self.participant.as_str(), &self.policy])
    }

    fn participant(&self) -> &str {
        self.participant.as_str()
    }
}

impl Keyed for Credit {
    const KIND: OutcomeKind = OutcomeKind::Credit;

    fn key(&self) -> String {
        joined(&[
            &self.policy,
            &self.list,
            &self.source,
            &self.external_id,
            self.participant.as_str(),
            &self.credited_as,
            &self.of,
        ])
    }

    fn participant(&self) -> &str {
        self.participant.as_str()
    }
}

impl Keyed for Finding {
    const KIND: OutcomeKind = OutcomeKind::Finding;

    fn key(&self) -> String {
        joined(&[&self.participant, self.kind.word(), &self.policy, &self.output, &indexable(&self.reason)])
    }

    fn participant(&self) -> &str {
        &self.participant
    }
}

impl Keyed for Line {
    const KIND: OutcomeKind = OutcomeKind::Line;

    fn key(&self) -> String {
        joined(&[self.participant.as_str(), &self.policy, &self.payout, &self.line, self.amount.currency.code()])
    }

    fn participant(&self) -> &str {
        self.participant.as_str()
    }
}

impl Keyed for Recognition {
    const KIND: OutcomeKind = OutcomeKind::Recognition;

    fn key(&self) -> String {
        joined(&[self.participant.as_str(), &self.policy, &self.title, &self.period])
    }

    fn participant(&self) -> &str {
        self.participant.as_str()
    }
}

impl Keyed for RosterEntry {
    const KIND: OutcomeKind = OutcomeKind::Roster;

    fn key(&self) -> String {
        joined(&[self.participant.as_str()])
    }

    fn participant(&self) -> &str {
        self.participant.as_str()
    }
}

impl Keyed for Score {
    const KIND: OutcomeKind = OutcomeKind::Score;

    fn key(&self) -> String {
        joined(&[self.participant.as_str(), &self.output, &self.policy, &self.period])
    }

    fn participant(&self) -> &str {
        self.participant.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stays_short_however_long_the_reason() {
        let of = |reason: String| {
            let (participant, policy, output) = ("ana".to_owned(), "Commission".to_owned(), "bonus".to_owned());
            Finding { kind: FindingKind::NotScored, participant, policy, output, reason }.key()
        };
        let long = "é is missing; ".repeat(1_000);
        assert!(of(long.clone()).len() < 700);
        assert_ne!(of(format!("{long}a")), of(format!("{long}b")));
        assert_eq!(of(long.clone()), of(long));
        assert!(of("`csat` is missing".to_owned()).ends_with("`csat` is missing"));
    }
}
