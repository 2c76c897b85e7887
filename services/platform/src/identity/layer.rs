//! Turns what a request shows (a token, a certificate, or both) into a [`super::Principal`], or refuses it.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, decode_header};
use merit_core::{Error, Kind, Result};

use super::issuer::Issuer;
use super::keys::Keys;
use super::peer::{Named, Peer, agree};
use super::principal::Principal;

/// Knows who calls. Cheap to clone.
#[derive(Clone)]
pub struct Authenticate {
    keys: Keys,
    issuer: Option<Arc<Issuer>>,
    named: Arc<Named>,
}

/// The token that a request shows.
#[must_use]
pub fn bearer(headers: &http::HeaderMap) -> Option<&str> {
    let (word, token) = headers.get("authorization")?.to_str().ok()?.split_once(' ')?;
    // The word's case says nothing (RFC 9110 section 11.1).
    word.eq_ignore_ascii_case("bearer").then_some(token)
}

/// What a request shows of its caller.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    token: Option<String>,
    peer: Peer,
}

impl Shown {
    /// By a request.
    #[must_use]
    pub fn by<T>(request: &http::Request<T>) -> Self {
        let token = bearer(request.headers()).map(str::to_owned);
        Self { token, peer: request.extensions().get::<Peer>().cloned().unwrap_or_default() }
    }
}

impl Authenticate {
    /// Verifies tokens by these keys.
    #[must_use]
    pub fn new(keys: Keys) -> Self {
        Self { keys, issuer: None, named: Arc::default() }
    }

    /// People's tokens are another issuer's; ours are then only for our own parts.
    #[must_use]
    pub fn with_issuer(mut self, issuer: Arc<Issuer>) -> Self {
        self.issuer = Some(issuer);
        self
    }

    /// Certificates name callers, too.
    #[must_use]
    pub fn with_certificates(mut self, named: Named) -> Self {
        self.named = Arc::new(named);
        self
    }

    /// Who makes a request.
    ///
    /// # Errors
    /// `NO_IDENTITY` without a token or a known certificate, `BAD_TOKEN` with a token that is not good,
    /// `IDENTITIES_DIFFER` where token and certificate name two, `IDENTITY_KEYS_UNAVAILABLE` while the issuer's keys can't
    /// be had.
    pub async fn principal(&self, shown: &Shown) -> Result<Principal> {
        let certificate = self.named.principal(&shown.peer);
        let Some(token) = &shown.token else {
            return certificate.cloned().ok_or_else(|| nobody(shown.peer.names().is_some()));
        };
        let principal = self.verify(token).await?;
        match certificate {
            Some(certificate) => agree(&principal, certificate).map(|()| principal),
            None => Ok(principal),
        }
    }

    async fn verify(&self, token: &str) -> Result<Principal> {
        let Some(issuer) = &self.issuer else { return self.keys.verify(token) };
        // The algorithm only says whose token it may be; each side verifies by its own fixed ones.
        if decode_header(token).is_ok_and(|header| header.alg != Algorithm::HS256) {
            return issuer.verify(token).await;
        }
        let principal = self.keys.verify(token)?;
        if principal.is_ours() {
            return Ok(principal);
        }
        let words = "people's tokens come from the identity provider here; get one there";
        Err(Error::new(Kind::Unauthenticated, "BAD_TOKEN", words))
    }
}

fn nobody(has_certificate: bool) -> Error {
    let words = if has_certificate {
        "the certificate names nobody whom the settings know; add it under [identity.certificates], or send a token"
    } else {
        "this call needs a token; make one with `merit token` and pass it with --token"
    };
    Error::new(Kind::Unauthenticated, "NO_IDENTITY", words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_shown_whatever_the_words_case() {
        for (header, token) in [
            ("Bearer x.y.z", Some("x.y.z")),
            ("bearer x.y.z", Some("x.y.z")),
            ("BEARER x.y.z", Some("x.y.z")),
            ("Basic x.y.z", None),
            ("Bearer", None),
            ("x.y.z", None),
        ] {
            let request = http::Request::builder().header("authorization", header).body(()).unwrap();
            assert_eq!(Shown::by(&request).token.as_deref(), token, "{header}");
        }
    }
}
