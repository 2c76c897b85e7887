//! What a server tells of itself: one trace through every service that a call reaches, metrics, and nothing personal.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::trace::v1::Span;
use tonic::{Request, Response, Status};

use crate::merit::Merit;
use crate::server::{Server, token};

/// Keeps what arrives.
#[derive(Clone, Default)]
struct Collector {
    traces: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
    metrics: Arc<Mutex<Vec<ExportMetricsServiceRequest>>>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.traces.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.metrics.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

impl Collector {
    /// Listens on loopback as long as the runtime lives.
    fn start(runtime: &tokio::runtime::Runtime) -> (Self, SocketAddr) {
        let collector = Self::default();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let incoming = tokio_stream::wrappers::TcpListenerStream::new(listener);
        let router = tonic::transport::Server::builder()
            .add_service(TraceServiceServer::new(collector.clone()))
            .add_service(MetricsServiceServer::new(collector.clone()));
        runtime.spawn(router.serve_with_incoming(incoming));
        (collector, address)
    }

    fn spans(&self) -> Vec<Span> {
        let batches = self.traces.lock().unwrap();
        let scopes = batches.iter().flat_map(|batch| &batch.resource_spans).flat_map(|spans| &spans.scope_spans);
        scopes.flat_map(|scope| scope.spans.clone()).collect()
    }
}

/// A port that nobody listens on just now.
fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn scrape(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: merit\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    text
}

#[test]
fn a_call_is_one_trace_through_every_service_and_is_counted() {
    let merit = Merit::composed();
    merit.approve();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (collector, address) = Collector::start(&runtime);
    let metrics = free_port();
    let otlp = format!("http://{address}");
    let server = Server::start_with(
        &merit,
        &[("MERIT_TELEMETRY_OTLP", otlp.as_str()), ("MERIT_TELEMETRY_PROMETHEUS", &metrics.to_string())],
    );
    let ana = token(&merit, "ana", "member");
    let asked = ["standing", "ana", "--cycle", "2026-Q3", "--server", &server.url, "--token", &ana];
    // As a scheduler starts it, with a trace of its own.
    let mut job = merit.command(&asked);
    job.env("TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .env("MERIT_TELEMETRY_OTLP", &otlp);
    assert!(job.output().unwrap().status.success());
    let refused = ["review", "status", "--cycle", "2026-Q3", "--server", &server.url, "--token", &ana];
    merit.run(&refused).expect(3);

    let page = scrape(metrics);
    let counted = |method: &str, status: &str| {
        page.lines().any(|line| {
            line.starts_with("rpc_server_call_duration_seconds_count{")
                && line.contains(&format!("rpc_method=\"{method}\""))
                && line.contains(&format!("rpc_response_status_code=\"{status}\""))
        })
    };
    assert!(counted("GetStanding", "OK"), "{page}");
    assert!(counted("GetReview", "PERMISSION_DENIED"), "{page}");

    // What was told has left by the time the process has ended.
    server.stop();
    let spans = collector.spans();
    let standing = spans.iter().find(|span| span.name.ends_with("ScoringService/GetStanding")).unwrap();
    let reached: BTreeSet<&str> = spans
        .iter()
        .filter(|span| span.trace_id == standing.trace_id)
        .filter_map(|span| span.name.split('.').nth(1))
        .collect();
    assert_eq!(reached, BTreeSet::from(["directory", "feedback", "goals", "scoring"]));
    assert!(standing.trace_id.starts_with(&[0x0a, 0xf7, 0x65, 0x19]), "the job's own trace");
    assert!(spans.iter().any(|span| span.name == "command" && span.trace_id == standing.trace_id));
    assert!(!collector.metrics.lock().unwrap().is_empty());
    let all = format!("{:?}{:?}{page}", spans, collector.metrics.lock().unwrap());
    for personal in ["people/ana", "\"ana\"", "Ana", "2026-Q3", "eyJ"] {
        assert!(!all.contains(personal), "`{personal}` was told");
    }
}

#[test]
fn a_collector_that_is_away_is_told_of_and_holds_nothing_up() {
    let merit = Merit::composed();
    let mut status = merit.command(&["review", "status", "--cycle", "2026-Q3"]);
    status.env("MERIT_LOG", "warn");
    let away = status.env("MERIT_TELEMETRY_OTLP", format!("http://{}", free_port())).output().unwrap();
    assert!(away.status.success());
    assert_eq!(String::from_utf8(away.stdout).unwrap(), merit.ok(&["review", "status", "--cycle", "2026-Q3"]));
    let told = String::from_utf8(away.stderr).unwrap();
    for what in ["spans", "metrics"] {
        let words = format!("{what} don't reach the collector that `telemetry.otlp` names");
        assert_eq!(told.matches(&words).count(), 1, "{told}");
    }
}
