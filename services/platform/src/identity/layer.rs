//! Turns the token of every request into a [`super::Principal`], or refuses the request.

use merit_core::{Error, Kind};
use tonic::service::Interceptor;
use tonic::{Request, Status};

use super::keys::Keys;
use crate::status::to_status;

/// The layer in front of each service.
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
}

impl Interceptor for Authenticate {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let header = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
        let Some(token) = header.and_then(|value| value.strip_prefix("Bearer ")) else {
            return Err(to_status(Error::new(
                Kind::Unauthenticated,
                "NO_IDENTITY",
                "this call needs a token; make one with `merit token` and pass it with --token",
            )));
        };
        let principal = self.keys.verify(token).map_err(to_status)?;
        request.extensions_mut().insert(principal);
        Ok(request)
    }
}
