//! Tokens of an identity provider: verified by its public keys, by algorithms that the settings fix, for one issuer and one
//! audience.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use merit_core::ids::PersonId;
use merit_core::text::shown;
use merit_core::{Error, Kind, Result};
use serde_json::{Map, Value};

use super::jwks::KeySet;
use super::principal::{Principal, Role};
use super::verified::{Times, Verified};

/// Algorithms that can be chosen, by name. None of them knows a secret that both sides share.
pub const ALGORITHMS: &[&str] = &["RS256", "PS256", "ES256", "EdDSA"];
/// Bytes of a token; a longer one is refused unread.
const LONGEST: usize = 16 * 1024;

/// What an identity provider's tokens have to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The `iss` that they have.
    pub issuer: String,
    /// The `aud` that is among theirs.
    pub audience: String,
    /// Names out of [`ALGORITHMS`].
    pub algorithms: Vec<String>,
    /// Seconds by which the provider's clock and ours may differ.
    pub leeway: u64,
    /// The claim that holds roles, such as `roles` or `realm_access.roles`.
    pub role_claim: String,
}

/// An identity provider.
pub struct Issuer {
    terms: Terms,
    algorithms: Vec<Algorithm>,
    keys: KeySet,
    verified: Verified<JwkSet>,
}

impl Issuer {
    /// On these terms, by these keys.
    ///
    /// # Errors
    /// `BAD_SETTING` where an algorithm is none of [`ALGORITHMS`].
    pub fn new(terms: Terms, keys: KeySet) -> Result<Arc<Self>> {
        let algorithms = terms
            .algorithms
            .iter()
            .map(|name| {
                name.parse().ok().filter(|_| ALGORITHMS.contains(&name.as_str())).ok_or_else(|| {
                    let known = ALGORITHMS.join(", ");
                    Error::invalid(
                        "BAD_SETTING",
                        format!("`{}` is no algorithm for tokens; take of {known}", shown(name)),
                    )
                })
            })
            .collect::<Result<_>>()?;
        Ok(Arc::new(Self { terms, algorithms, keys, verified: Verified::default() }))
    }

    /// The principal that a token names.
    ///
    /// # Errors
    /// `BAD_TOKEN` when it is not good; `IDENTITY_KEYS_UNAVAILABLE` while no keys can be had.
    pub async fn verify(&self, token: &str) -> Result<Principal> {
        if token.len() > LONGEST {
            return Err(bad("the token is too long"));
        }
        let header = decode_header(token).map_err(|_| bad("the token is none that can be read"))?;
        if !self.algorithms.contains(&header.alg) {
            let names = self.terms.algorithms.join(", ");
            return Err(bad(&format!("the token is signed by an algorithm that is not taken here; taken are {names}")));
        }
        let set = self.keys.with(header.kid.as_deref()).await?;
        if let Some(principal) = self.verified.principal(token, &set, Timestamp::now().as_second()) {
            return Ok(principal);
        }
        let key = choose(&set, header.kid.as_deref(), header.alg)
            .ok_or_else(|| bad("the token is signed by a key that the identity provider doesn't publish"))?;
        let key = DecodingKey::from_jwk(key).map_err(|_| bad("the identity provider's key can't be used"))?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&self.terms.issuer]);
        validation.set_audience(&[&self.terms.audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation.validate_nbf = true;
        validation.leeway = self.terms.leeway;
        let claims =
            decode::<Map<String, Value>>(token, &key, &validation).map_err(|error| bad(why(error.kind())))?.claims;
        let principal = self.principal(&claims)?;
        if let Some(times) = Times::of(&claims, self.terms.leeway) {
            self.verified.keep(token, set, times, &principal);
        }
        Ok(principal)
    }

    fn principal(&self, claims: &Map<String, Value>) -> Result<Principal> {
        let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
        let person = PersonId::new(subject).map_err(|_| bad("the token's subject is no person's id"))?;
        let name = &self.terms.role_claim;
        let words = roles(claims, name);
        if words.is_empty() {
            return Err(bad(&format!("the token names no role in `{}`", shown(name))));
        }
        let roles: Result<BTreeSet<Role>> = words.iter().map(|word| Role::from_word(word)).collect();
        let roles = roles.map_err(|error| bad(&format!("in the token's `{}`, {}", shown(name), error.message)))?;
        let principal = Principal { subject: person.as_str().to_owned(), roles };
        // A provider may well give somebody a role of that name; it doesn't mean ours.
        if principal.is_ours() {
            return Err(bad(&format!(
                "in the token's `{}`, `operator` and `service` are for Merit's own parts, whose tokens `merit token` makes",
                shown(name)
            )));
        }
        Ok(principal)
    }
}

/// The key that a token names, or the only one that fits where it names none.
fn choose<'a>(set: &'a JwkSet, kid: Option<&str>, algorithm: Algorithm) -> Option<&'a Jwk> {
    let mut fitting = set.keys.iter().filter(|key| fits(key, algorithm));
    match kid {
        Some(kid) => fitting.find(|key| key.common.key_id.as_deref() == Some(kid)),
        None => fitting.next().filter(|_| fitting.next().is_none()),
    }
}

fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let family = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256 | Algorithm::PS256) => true,
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES256) => curve.curve == EllipticCurve::P256,
        (AlgorithmParameters::OctetKeyPair(curve), Algorithm::EdDSA) => curve.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    let same = key.common.key_algorithm.is_none_or(|named| named.to_string() == format!("{algorithm:?}"));
    let signs = !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
    family && same && signs
}

/// The words in a claim, which may stand inside others: a list, or one text with spaces between.
fn roles(claims: &Map<String, Value>, name: &str) -> Vec<String> {
    let found = claims.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        rest.split('.').try_fold(claims.get(first)?, |value, part| value.get(part))
    });
    match found {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        // What is no text is no role's word, and is refused as one.
        Some(Value::Array(values)) => {
            values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

fn bad(message: &str) -> Error {
    Error::new(Kind::Unauthenticated, "BAD_TOKEN", message)
}

const fn why(kind: &jsonwebtoken::errors::ErrorKind) -> &'static str {
    use jsonwebtoken::errors::ErrorKind;
    match kind {
        ErrorKind::ExpiredSignature => "the token has expired; get a new one",
        ErrorKind::ImmatureSignature => "the token is not good yet; see whether the clocks agree",
        ErrorKind::InvalidIssuer => "the token is another issuer's",
        ErrorKind::InvalidAudience => "the token is for somebody else",
        ErrorKind::MissingRequiredClaim(_) => "the token lacks one of iss, aud, sub and exp",
        _ => "the token's signature is not good",
    }
}
