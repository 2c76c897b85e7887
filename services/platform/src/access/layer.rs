//! The layer in front of each service: who calls, whether they may, and no answer without a decision.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use merit_core::{Error, Result};
use tonic::Status;
use tonic::body::Body;
use tonic::server::NamedService;

use super::{Action, Decider, Permit, Reach, calls};
use crate::identity::{Acting, Authenticate, Keys, Role, Shown};
use crate::server::unknown_call;
use crate::status::to_status;

/// What stands in front of every service. Cheap to clone.
#[derive(Clone)]
pub struct Guard {
    authenticate: Authenticate,
    decider: Decider,
    reach: Arc<dyn Reach>,
}

impl Guard {
    /// Knows callers, decides, and asks for reporting lines.
    #[must_use]
    pub fn new(authenticate: Authenticate, decider: Decider, reach: Arc<dyn Reach>) -> Self {
        Self { authenticate, decider, reach }
    }

    /// With the key of a data folder and the policies that come with Merit.
    ///
    /// # Errors
    /// `ACCESS_POLICIES` when those can't be read back.
    pub fn local(keys: &Keys, reach: Arc<dyn Reach>) -> Result<Self> {
        Ok(Self::new(Authenticate::new(keys.clone()), Decider::embedded()?, reach))
    }

    /// The service behind the guard.
    #[must_use]
    pub fn protect<S>(&self, service: S) -> Guarded<S> {
        Guarded { guard: self.clone(), service }
    }

    async fn admit(&self, action: Action, shown: &Shown) -> Result<Permit> {
        let principal = self.authenticate.principal(shown).await?;
        let refused = || Error::denied("your role may not do this");
        let permit = Permit::new(principal, action, self.decider.clone(), self.reach.clone());
        if action.is_about_people() {
            // Whose role may do it about nobody is told so; it says nothing about the one whom the call names.
            if !self.decider.permits_about_anybody(permit.principal(), action) {
                permit.person()?;
                return Err(refused());
            }
            return Ok(permit);
        }
        permit.about_nobody();
        if self.decider.permits(permit.principal(), action) { Ok(permit) } else { Err(refused()) }
    }
}

/// A service that nobody reaches without identity and permission.
#[derive(Clone)]
pub struct Guarded<S> {
    guard: Guard,
    service: S,
}

impl<S: NamedService> NamedService for Guarded<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> tower::Service<http::Request<Body>> for Guarded<S>
where
    S: tower::Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        let guard = self.guard.clone();
        // The one that was asked whether it is ready is the one that is called.
        let next = self.service.clone();
        let mut service = std::mem::replace(&mut self.service, next);
        Box::pin(async move {
            // What has no row in the table is not there: nobody reaches it.
            let Some(action) = calls::action(request.uri().path()) else { return Ok(unknown_call().into_http()) };
            let shown = Shown::by(&request);
            let permit = match guard.admit(action, &shown).await {
                Ok(permit) => permit,
                Err(error) => return Ok(to_status(error).into_http()),
            };
            if permit.principal().roles.contains(&Role::Service)
                && let Some(acting) = request.extensions().get::<Acting>()
            {
                acting.set_for_others();
            }
            request.extensions_mut().insert(permit.clone());
            let answer = service.call(request).await?;
            if permit.is_decided() || refused(&answer) {
                return Ok(answer);
            }
            Ok(to_status(Error::internal("a handler answered without a decision about whom it may tell")).into_http())
        })
    }
}

/// Whether the answer is an error: those tell nothing that needs a decision.
fn refused(answer: &http::Response<Body>) -> bool {
    Status::from_header_map(answer.headers()).is_some_and(|status| status.code() != tonic::Code::Ok)
}
