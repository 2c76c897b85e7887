//! The gRPC server: health, reflection and identity around whatever services are given, with limits set by us because
//! tonic leaves most of them off.

mod accept;
mod admission;
mod connection;
mod greeting;
mod limits;
mod messages;
mod pace;
mod reasons;
mod room;
#[cfg(test)]
mod tests;
mod tls;
mod turn;
mod wanted;

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use merit_core::{Error, Result};
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::{Routes, RoutesBuilder};
use tonic::transport::server::Router;
use tonic_health::ServingStatus;
use tonic_health::server::{HealthReporter, health_reporter};
use tower::layer::util::{Identity, Stack};

use self::admission::Admission;
use self::reasons::{Reasoned, Reasons};
use crate::access::Guard;
use crate::client::Incoming;
use crate::telemetry::Observe;

pub use self::limits::Limits;
pub(crate) use self::reasons::{reasoned, unknown_call};
pub use self::tls::{Certificates, TlsFiles};
pub(crate) use self::tls::{certificates, refused};

/// How long a quiet connection goes unasked whether it still lives, and how long it may take to say so.
const KEEPALIVE: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(10));
/// Bytes on their way to us before we must have read them, per call: enough for an import to flow.
const WINDOW: u32 = 4 * 1024 * 1024;
/// Bytes of a call's headers.
const HEADERS: u32 = 16 * 1024;
/// Calls that a caller took back before anybody looked at them; a connection with more is closed.
const RESETS: usize = 64;

/// What stands around all services, the outermost innermost in the type.
type Layers = Stack<Admission, Stack<Observe, Stack<Reasons, Identity>>>;

/// A server before it listens.
pub struct Server {
    routes: RoutesBuilder,
    health: HealthReporter,
    guard: Guard,
    names: Vec<&'static str>,
    limits: Limits,
    certificates: Option<Certificates>,
}

impl Server {
    /// A server whose services stand behind a guard. Health and reflection answer anybody.
    ///
    /// # Errors
    /// `INTERNAL` when the compiled contracts can't be read back.
    pub fn new(guard: Guard) -> Result<Self> {
        let (health, health_service) = health_reporter();
        let reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(merit_proto::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .build_v1()
            .map_err(Error::internal)?;
        let mut routes = Routes::builder();
        routes.add_service(health_service).add_service(reflection);
        Ok(Self { routes, health, guard, names: Vec::new(), limits: Limits::default(), certificates: None })
    }

    /// The same server with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same server, speaking TLS on its socket.
    #[must_use]
    pub fn with_tls(mut self, certificates: Certificates) -> Self {
        self.certificates = Some(certificates);
        self
    }

    /// Adds a service. No request reaches it without a verified identity and a permission.
    pub fn add<S>(&mut self, service: S)
    where
        S: tower::Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        self.names.push(S::NAME);
        self.routes.add_service(Reasoned(self.guard.protect(service)));
    }

    /// Serves connections from inside the process until the other ends are gone.
    ///
    /// # Errors
    /// `INTERNAL` when the transport fails.
    pub async fn serve_in_process(self, incoming: Incoming) -> Result<()> {
        let admission = Admission::inside(&self.limits);
        let router = self.router(admission).await;
        router.serve_with_incoming(incoming).await.map_err(Error::internal)
    }

    /// Serves a listening socket and connections from inside the process until `stop` resolves, then lets open calls end
    /// for as long as the limits say, while new connections are refused.
    ///
    /// # Errors
    /// `INTERNAL` when the transport fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        incoming: Incoming,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let (health, names, limits) = (self.health.clone(), self.names.clone(), self.limits.clone());
        let connections = accept::accept(listener, &limits, self.certificates.clone());
        let ours = self.router(Admission::inside(&limits)).await;
        let router = self.router(Admission::outside(&limits)).await;
        let inside = tokio::spawn(ours.serve_with_incoming(incoming));
        let (stopped, stopping) = tokio::sync::oneshot::channel();
        let stop = async move {
            stop.await;
            for name in names {
                health.set_service_status(name, ServingStatus::NotServing).await;
            }
            let _ = stopped.send(());
        };
        let late = async move {
            if stopping.await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(limits.drain).await;
        };
        let served = tokio::select! {
            served = router.serve_with_incoming_shutdown(connections, stop) => served.map_err(Error::internal),
            () = late => {
                tracing::warn!("calls were still open when the time to stop had come; they were cut");
                Ok(())
            }
        };
        inside.abort();
        served
    }

    async fn router(&self, admission: Admission) -> Router<Layers> {
        for name in &self.names {
            self.health.set_service_status(*name, ServingStatus::Serving).await;
        }
        tonic::transport::Server::builder()
            .concurrency_limit_per_connection(usize::try_from(self.limits.streams).unwrap_or(usize::MAX))
            .max_concurrent_streams(self.limits.streams)
            .http2_keepalive_interval(Some(KEEPALIVE.0))
            .http2_keepalive_timeout(Some(KEEPALIVE.1))
            .http2_max_header_list_size(HEADERS)
            .http2_max_pending_accept_reset_streams(Some(RESETS))
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW * 4)
            .max_connection_age(self.limits.age)
            .max_connection_age_grace(self.limits.age_grace)
            .layer(Reasons)
            .layer(Observe)
            .layer(admission)
            .add_routes(self.routes.clone().routes().prepare())
    }
}
