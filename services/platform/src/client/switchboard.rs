//! Where each service is reached: inside the process, or at an address. Callers don't know which.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use merit_core::error::causes;
use merit_core::{Error, Kind};
use tonic::body::Body;
use tonic::transport::Channel;
use tower::ServiceExt as _;

use crate::status::to_status;

/// A channel to every service, chosen by the service that a call is for. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Switchboard {
    rest: Option<Channel>,
    elsewhere: Arc<BTreeMap<String, Channel>>,
}

impl Switchboard {
    /// Services that have a channel of their own, by name (`goals`), and the channel for all others, if they are anywhere.
    #[must_use]
    pub fn new(elsewhere: BTreeMap<String, Channel>, rest: Option<Channel>) -> Self {
        Self { rest, elsewhere: Arc::new(elsewhere) }
    }
}

impl From<Channel> for Switchboard {
    fn from(channel: Channel) -> Self {
        Self { rest: Some(channel), elsewhere: Arc::default() }
    }
}

impl tower::Service<http::Request<Body>> for Switchboard {
    type Response = http::Response<Body>;
    type Error = tonic::transport::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let service = service(request.uri().path()).unwrap_or_default().to_owned();
        let channel = self.elsewhere.get(&service).cloned();
        match (channel, self.rest.clone()) {
            (Some(channel), _) => Box::pin(async move {
                // A service that is down is told of by its name, and the caller can try again.
                let answer = channel.oneshot(request).await;
                Ok(answer.unwrap_or_else(|fault| silent(&service, &fault)))
            }),
            (None, Some(rest)) => Box::pin(rest.oneshot(request)),
            (None, None) => Box::pin(async move { Ok(unknown(&service)) }),
        }
    }
}

/// The service that a call is for: `goals` of `/merit.goals.v1.GoalsService/GetCycle`.
fn service(path: &str) -> Option<&str> {
    path.strip_prefix("/merit.")?.split('.').next()
}

fn silent(service: &str, fault: &tonic::transport::Error) -> http::Response<Body> {
    let why = causes(fault);
    tracing::warn!(service, why, "a service doesn't answer");
    let words = if why.contains("certificate") || why.contains("CorruptMessage") {
        format!(
            "the service `{service}` and this one don't trust each other's certificates, or only one of them speaks TLS; see the log, services.ca_file and its address"
        )
    } else {
        format!("the service `{service}` doesn't answer; see whether it runs, and try again")
    };
    to_status(Error::new(Kind::Unavailable, "SERVICE_UNREACHABLE", words)).into_http()
}

fn unknown(service: &str) -> http::Response<Body> {
    let words = format!("the service `{service}` has no address; add it to the settings under [services]");
    to_status(Error::precondition("SERVICE_ADDRESS", words)).into_http()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_for_the_service_in_its_path() {
        assert_eq!(service("/merit.goals.v1.GoalsService/GetCycle"), Some("goals"));
        assert_eq!(service("/grpc.health.v1.Health/Check"), None);
    }

    #[tokio::test]
    async fn a_service_without_an_address_is_named() {
        let request =
            http::Request::builder().uri("/merit.goals.v1.GoalsService/GetCycle").body(Body::empty()).unwrap();
        let answer = Switchboard::new(BTreeMap::new(), None).oneshot(request).await.unwrap();
        let status = tonic::Status::from_header_map(answer.headers()).unwrap();
        assert!(status.message().contains("`goals`") && status.message().contains("[services]"), "{status:?}");
    }
}
