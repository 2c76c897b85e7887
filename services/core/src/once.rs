//! Writes that may come twice. A caller that doesn't hear an answer sends the request again with the same id (AIP-155): it
//! is done once, and both get the same answer. What was asked is kept in the transaction that does it, so neither a crash
//! nor two at the same time do it twice.
//!
//! Ids are each caller's own. They are kept for good: an old one never does something anew.

use crate::{Error, Result, digest};

/// Most characters of a request's id.
const LONGEST: usize = 64;

/// What a caller asked for under an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The id.
    pub id: String,
    /// Which call.
    pub method: &'static str,
    /// The caller's subject.
    pub principal: String,
    /// The SHA-256 of what was asked, lower-case hexadecimal.
    pub body: String,
}

impl Asked {
    /// From an encoded request and the id in it; none where the caller gave no id. `principal` is the caller's subject.
    ///
    /// # Errors
    /// `BAD_REQUEST_ID` when the id is not like a UUID: up to 64 letters, digits and hyphens.
    pub fn new(id: &str, method: &'static str, principal: &str, message: &[u8]) -> Result<Option<Self>> {
        if id.is_empty() {
            return Ok(None);
        }
        if id.len() > LONGEST || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(Error::invalid(
                "BAD_REQUEST_ID",
                "a request's id is a UUID or like one: up to 64 letters, digits and hyphens",
            ));
        }
        let body = digest::sha256(message);
        Ok(Some(Self { id: id.to_owned(), method, principal: principal.to_owned(), body }))
    }

    /// That the id was used for the same.
    ///
    /// # Errors
    /// `REQUEST_ID_REUSED` when it was used for something else.
    pub fn check(&self, method: &str, body: &str) -> Result<()> {
        if method == self.method && body == self.body {
            return Ok(());
        }
        Err(Error::exists(
            "REQUEST_ID_REUSED",
            format!("the request id `{}` was used for something else; make a new id for each request", self.id),
        ))
    }
}

/// A write that may come twice, and how its outcome is answered.
pub struct Once<'a, T> {
    /// What was asked.
    pub asked: &'a Asked,
    /// The encoded answer to an outcome.
    pub answer: &'a (dyn Fn(&T) -> Vec<u8> + Sync),
}

impl<T> std::fmt::Debug for Once<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Once").field(self.asked).finish()
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It was done now.
    Done(T),
    /// It was done before; the encoded answer that it got then.
    Before(Vec<u8>),
}

/// The answer to a write whose outcome is read again from a record that only grows: the number of its change.
#[must_use]
pub fn numbered(change: &i64) -> Vec<u8> {
    change.to_string().into_bytes()
}

impl<T> Outcome<T> {
    /// What was done now; none where it was done before.
    #[must_use]
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(done) => Some(done),
            Self::Before(_) => None,
        }
    }
}

impl Outcome<i64> {
    /// The number of the change, now or before, where the answer was [`numbered`].
    ///
    /// # Errors
    /// When the answer that was kept is no number.
    pub fn change(self) -> Result<i64> {
        match self {
            Self::Done(change) => Ok(change),
            Self::Before(answer) => std::str::from_utf8(&answer)
                .ok()
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| Error::internal("the answer kept for a request is not the number of a change")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(id: &str) -> Result<Option<Asked>> {
        Asked::new(id, "/m", "ana", b"one")
    }

    #[test]
    fn a_change_is_found_again_by_its_number() {
        for outcome in [Outcome::Done(42), Outcome::Before(numbered(&42))] {
            assert_eq!(outcome.change(), Ok(42));
        }
        assert!(Outcome::<i64>::Before(b"an answer".to_vec()).change().is_err());
    }

    #[test]
    fn ids_are_like_uuids() {
        assert_eq!(asked("").unwrap(), None);
        for good in ["6f1c0d1e-4a5b-4c6d-8e9f-001122334455", "A", &"a".repeat(64)] {
            assert!(asked(good).unwrap().is_some(), "{good}");
        }
        for bad in [&"a".repeat(65), "a b", "a/b", "{6f1c}", "é", "a\n", "a_b"] {
            assert_eq!(asked(bad).unwrap_err().reason, "BAD_REQUEST_ID", "{bad}");
        }
    }
}
