//! Turns the token of a request into a [`super::Principal`], or refuses the request.

use merit_core::{Error, Kind, Result};
use tonic::body::Body;

use super::keys::Keys;
use super::principal::Principal;

/// Knows who calls.
#[derive(Clone)]
pub struct Authenticate {
    keys: Keys,
}

impl Authenticate {
    /// Verifies by these keys.
    #[must_use]
    pub const fn new(keys: Keys) -> Self {
        Self { keys }
    }

    /// Who makes a request.
    ///
    /// # Errors
    /// `NO_IDENTITY` without a token, `BAD_TOKEN` with one that is not good.
    pub fn principal(&self, request: &http::Request<Body>) -> Result<Principal> {
        let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(|| {
            Error::new(
                Kind::Unauthenticated,
                "NO_IDENTITY",
                "this call needs a token; make one with `merit token` and pass it with --token",
            )
        })?;
        self.keys.verify(token)
    }
}
