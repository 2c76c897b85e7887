//! Metrics for Prometheus: `GET /metrics` over HTTP, on an address of its own.

use std::convert::Infallible;

use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use merit_core::{Error, Result};
use opentelemetry_prometheus::PrometheusExporter;
use prometheus::{Encoder as _, Registry, TextEncoder};
use tokio::net::TcpListener;

/// Answers Prometheus. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Scrape(Registry);

impl Scrape {
    /// What the meters write into, and what answers from it.
    pub(super) fn new() -> Result<(PrometheusExporter, Self)> {
        let registry = Registry::new();
        let reader =
            opentelemetry_prometheus::exporter().with_registry(registry.clone()).build().map_err(Error::internal)?;
        Ok((reader, Self(registry)))
    }

    /// Answers on a listening socket as long as the process lives.
    pub async fn serve(self, listener: TcpListener) {
        loop {
            // A peer that was gone before it was accepted is no reason to stop.
            let Ok((stream, _)) = listener.accept().await else { continue };
            let this = self.clone();
            tokio::spawn(async move {
                let answers = hyper::service::service_fn(move |request| {
                    let answer = this.answer(&request);
                    async move { Ok::<_, Infallible>(answer) }
                });
                let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answers);
                if let Err(error) = served.await {
                    tracing::debug!("a scrape broke off: {error}");
                }
            });
        }
    }

    fn answer<B>(&self, request: &Request<B>) -> Response<Full<bytes::Bytes>> {
        let plain = |status, text: Vec<u8>| {
            let mut response = Response::new(Full::from(text));
            *response.status_mut() = status;
            response
        };
        if request.method() != Method::GET || request.uri().path() != "/metrics" {
            return plain(StatusCode::NOT_FOUND, b"GET /metrics\n".to_vec());
        }
        let mut text = Vec::new();
        match TextEncoder::new().encode(&self.0.gather(), &mut text) {
            Ok(()) => plain(StatusCode::OK, text),
            Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, b"the metrics can't be written down\n".to_vec()),
        }
    }
}
