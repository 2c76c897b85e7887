//! Tokens whose signatures were found good. A signature takes longer to verify than most calls take to answer, and a caller
//! shows the same token again and again. What was found holds for the keys that it was found by, and as long as the token
//! itself: with other keys, each is verified again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use merit_core::digest::sha256;
use serde_json::{Map, Value};

use super::principal::Principal;

/// Tokens kept. When there are more, all are verified again.
const KEPT: usize = 10_000;

/// Tokens found good by keys, by their digests: the tokens themselves are kept nowhere.
pub struct Verified<K>(Mutex<Kept<K>>);

struct Kept<K> {
    keys: Option<Arc<K>>,
    tokens: HashMap<String, (Times, Principal)>,
}

impl<K> Default for Verified<K> {
    fn default() -> Self {
        Self(Mutex::new(Kept { keys: None, tokens: HashMap::new() }))
    }
}

/// The first and the last second at which a token is good, the leeway between two clocks included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    from: i64,
    until: i64,
}

impl Times {
    /// Until a second, which the leeway comes after.
    pub fn until(last: i64, leeway: u64) -> Self {
        Self { from: i64::MIN, until: last.saturating_add_unsigned(leeway) }
    }

    /// Of a token's claims; none where they are no whole seconds.
    pub fn of(claims: &Map<String, Value>, leeway: u64) -> Option<Self> {
        let leeway = i64::try_from(leeway).ok()?;
        let from = match claims.get("nbf") {
            None => i64::MIN,
            Some(first) => first.as_i64()?.saturating_sub(leeway),
        };
        Some(Self { from, until: claims.get("exp")?.as_i64()?.saturating_add(leeway) })
    }

    const fn hold(self, now: i64) -> bool {
        self.from <= now && now <= self.until
    }
}

impl<K> Verified<K> {
    /// Whose token it is, if it was found good by these keys and still is at this second.
    pub fn principal(&self, token: &str, keys: &Arc<K>, now: i64) -> Option<Principal> {
        let digest = sha256(token.as_bytes());
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (times, principal) = kept.tokens.get(&digest)?;
        let same = kept.keys.as_ref().is_some_and(|known| Arc::ptr_eq(known, keys));
        (same && times.hold(now)).then(|| principal.clone())
    }

    /// Keeps whose token it is.
    pub fn keep(&self, token: &str, keys: Arc<K>, times: Times, principal: &Principal) {
        let digest = sha256(token.as_bytes());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = kept.keys.as_ref().is_some_and(|known| Arc::ptr_eq(known, &keys));
        if !same || kept.tokens.len() >= KEPT {
            *kept = Kept { keys: Some(keys), tokens: HashMap::new() };
        }
        kept.tokens.insert(digest, (times, principal.clone()));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::identity::Role;

    /// Keys, which differ from others by where they are.
    fn keys() -> Arc<u8> {
        Arc::new(0)
    }

    fn times(claims: Value) -> Option<Times> {
        Times::of(claims.as_object().unwrap(), 5)
    }

    #[test]
    fn a_token_is_known_by_the_same_keys_and_in_its_time() {
        let (verified, keys, ana) = (Verified::default(), keys(), Principal::new("ana", Role::Member));
        verified.keep("a token", keys.clone(), times(json!({ "nbf": 100, "exp": 200 })).unwrap(), &ana);
        let known = |token, keys: &Arc<u8>, now| verified.principal(token, keys, now).is_some();
        assert_eq!(verified.principal("a token", &keys, 150), Some(ana));
        assert_eq!([94, 95, 205, 206].map(|now| known("a token", &keys, now)), [false, true, true, false]);
        assert!(!known("another", &keys, 150));
        assert!(!known("a token", &self::keys(), 150), "the provider's keys were read again");
    }

    #[test]
    fn so_many_are_kept_and_no_more() {
        let (verified, keys, ana) = (Verified::default(), keys(), Principal::new("ana", Role::Member));
        for at in 0..=KEPT {
            verified.keep(&at.to_string(), keys.clone(), times(json!({ "exp": 200 })).unwrap(), &ana);
            assert!(verified.principal(&at.to_string(), &keys, 150).is_some());
        }
        assert_eq!(verified.0.lock().unwrap().tokens.len(), 1);
    }

    #[test]
    fn times_that_are_no_seconds_are_not_kept() {
        for claims in [json!({}), json!({ "exp": 1.5 }), json!({ "exp": 200, "nbf": "soon" })] {
            assert_eq!(times(claims), None);
        }
    }
}
