//! Metrics for Prometheus: `GET /metrics` over HTTP, on an address of its own.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper_util::rt::{TokioIo, TokioTimer};
use merit_core::{Error, Result};
use opentelemetry_prometheus::PrometheusExporter;
use prometheus::{Encoder as _, Registry, TextEncoder};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// Connections at a time. One more waits until another ends.
const CONNECTIONS: usize = 16;
/// How long a connection may take until it has asked.
const ASK: Duration = Duration::from_secs(5);
/// How long a connection may take in all: Prometheus gives up a scrape after ten seconds, unless it is told otherwise.
const WHOLE: Duration = Duration::from_secs(30);
/// How long to wait when the machine has no room for one more connection.
const PAUSE: Duration = Duration::from_millis(50);

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
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        while let Ok(place) = Arc::clone(&room).acquire_owned().await {
            let Ok((stream, _)) = listener.accept().await else {
                // Out of files, mostly: what is open has to end first.
                sleep(PAUSE).await;
                continue;
            };
            let this = self.clone();
            tokio::spawn(async move {
                match timeout(WHOLE, this.converse(stream)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::debug!("a scrape broke off: {error}"),
                    Err(_) => tracing::debug!("a scrape took too long"),
                }
                drop(place);
            });
        }
    }

    /// One question and its answer. A connection that waited for the next question would keep another's place.
    async fn converse(self, stream: TcpStream) -> hyper::Result<()> {
        let answers = hyper::service::service_fn(move |request| {
            let answer = self.answer(&request);
            async move { Ok::<_, Infallible>(answer) }
        });
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(ASK).keep_alive(false);
        http.serve_connection(TokioIo::new(stream), answers).await
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

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Instant;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    async fn started() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(Scrape::new().unwrap().1.serve(listener));
        address
    }

    async fn asked(address: SocketAddr) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: merit\r\n\r\n").await.unwrap();
        let mut text = String::new();
        timeout(PATIENCE, stream.read_to_string(&mut text)).await.expect("an answer and its end").unwrap();
        text
    }

    #[tokio::test]
    async fn a_scrape_is_answered_and_its_connection_closed() {
        let text = asked(started().await).await;
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    }

    #[tokio::test]
    async fn who_says_nothing_is_closed_and_the_next_one_has_the_place() {
        let address = started().await;
        let began = Instant::now();
        let mut silent = Vec::new();
        for _ in 0..CONNECTIONS {
            silent.push(TcpStream::connect(address).await.unwrap());
        }
        // Of those that came before, none has spoken: the answer waits until they are closed.
        assert!(asked(address).await.starts_with("HTTP/1.1 200 OK\r\n"));
        assert!(began.elapsed() >= ASK, "{:?}", began.elapsed());
        for mut stream in silent {
            let mut rest = Vec::new();
            timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("the connection is closed").unwrap();
        }
    }
}
