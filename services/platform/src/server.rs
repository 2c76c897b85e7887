//! The gRPC server: health, reflection and identity around whatever services are given, with limits set by us because
//! tonic leaves most of them off.

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use merit_core::{Error, Result};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::{Routes, RoutesBuilder};
use tonic::transport::server::Router;
use tonic_health::ServingStatus;
use tonic_health::server::{HealthReporter, health_reporter};

use crate::access::Guard;
use crate::client::Incoming;
use crate::telemetry::Observed;

/// Requests at work on one connection at a time.
const CONCURRENT_PER_CONNECTION: usize = 256;
/// Streams open on one connection at a time.
const STREAMS_PER_CONNECTION: u32 = 256;
/// How long a quiet connection goes unasked whether it still lives.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// Bytes on their way to us before we must have read them, per stream: enough for an import to flow.
const WINDOW: u32 = 4 * 1024 * 1024;

/// A server before it listens.
pub struct Server {
    routes: RoutesBuilder,
    health: HealthReporter,
    guard: Guard,
    names: Vec<&'static str>,
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
        Ok(Self { routes, health, guard, names: Vec::new() })
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
        self.routes.add_service(Observed(self.guard.protect(service)));
    }

    /// Serves connections from inside the process until the other ends are gone.
    ///
    /// # Errors
    /// `INTERNAL` when the transport fails.
    pub async fn serve_in_process(self, incoming: Incoming) -> Result<()> {
        let router = self.router().await;
        router.serve_with_incoming(incoming).await.map_err(Error::internal)
    }

    /// Serves a listening socket and connections from inside the process until `stop` resolves, then lets open calls end.
    ///
    /// # Errors
    /// `INTERNAL` when the transport fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        incoming: Incoming,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let health = self.health.clone();
        let names = self.names.clone();
        let router = self.router().await;
        let inside = tokio::spawn(router.clone().serve_with_incoming(incoming));
        let stopping = async move {
            stop.await;
            for name in names {
                health.set_service_status(name, ServingStatus::NotServing).await;
            }
        };
        let served = router.serve_with_incoming_shutdown(TcpListenerStream::new(listener), stopping).await;
        inside.abort();
        served.map_err(Error::internal)
    }

    async fn router(self) -> Router {
        for name in &self.names {
            self.health.set_service_status(*name, ServingStatus::Serving).await;
        }
        tonic::transport::Server::builder()
            .concurrency_limit_per_connection(CONCURRENT_PER_CONNECTION)
            .max_concurrent_streams(STREAMS_PER_CONNECTION)
            .http2_keepalive_interval(Some(KEEPALIVE))
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW * 4)
            .tcp_nodelay(true)
            .add_routes(self.routes.routes().prepare())
    }
}
