//! Around every call of a service: a span and a measurement, from its arrival to the last byte of its answer. What is refused
//! before it reaches its service, and what takes too long, is told of like the rest.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use http_body::{Frame, SizeHint};
use opentelemetry::KeyValue;
use tonic::body::Body;
use tonic::{Code, Status};
use tracing::Instrument as _;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::context::arrived;
use super::metrics::{ACTIVE, CALLS};
use crate::access::calls;
use crate::status::word;

/// Lays [`Observed`] around what answers calls.
#[derive(Debug, Clone, Copy)]
pub struct Observe;

impl<S> tower::Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed(inner)
    }
}

/// What answers calls, and tells of those of our services.
#[derive(Debug, Clone)]
pub struct Observed<S>(S);

impl<S> tower::Service<http::Request<Body>> for Observed<S>
where
    S: tower::Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let Some((service, method)) = calls::names(request.uri().path()) else {
            return Box::pin(self.0.call(request));
        };
        // Whatever else somebody calls must not make a series of its own.
        let watch = Watch::new(service, method.unwrap_or("unknown"));
        let span = watch.span.clone();
        if let Some(context) = arrived(request.headers()) {
            let _ = span.set_parent(context);
        }
        let answer = span.in_scope(|| self.0.call(request));
        Box::pin(
            async move {
                let answer = answer.await?;
                let mut watch = watch;
                if let Some(status) = Status::from_header_map(answer.headers()) {
                    watch.code = Some(status.code());
                }
                Ok(answer.map(|body| Body::new(Watched { body, watch })))
            }
            .instrument(span),
        )
    }
}

/// One call being watched. When it is dropped, the call has ended or its caller has gone.
struct Watch {
    service: &'static str,
    method: &'static str,
    began: Instant,
    code: Option<Code>,
    span: tracing::Span,
}

impl Watch {
    fn new(service: &'static str, method: &'static str) -> Self {
        let span = tracing::info_span!(
            target: "merit::call",
            "call",
            otel.name = format!("{service}/{method}"),
            otel.kind = "server",
            rpc.system = "grpc",
            rpc.service = service,
            rpc.method = method,
        );
        ACTIVE.add(1, &[KeyValue::new("rpc.service", service)]);
        Self { service, method, began: Instant::now(), code: None, span }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let code = word(self.code.unwrap_or(Code::Cancelled));
        // For the trace alone: a field of the span would be written out for logs that nobody writes any more.
        self.span.set_attribute("rpc.response.status_code", code);
        ACTIVE.add(-1, &[KeyValue::new("rpc.service", self.service)]);
        let labels = [
            KeyValue::new("rpc.service", self.service),
            KeyValue::new("rpc.method", self.method),
            KeyValue::new("rpc.response.status_code", code),
        ];
        CALLS.record(self.began.elapsed().as_secs_f64(), &labels);
    }
}

struct Watched {
    body: Body,
    watch: Watch,
}

impl http_body::Body for Watched {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        let this = &mut *self;
        // Whatever the answer's stream does is part of the call.
        let _entered = this.watch.span.enter();
        let polled = Pin::new(&mut this.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(status) = frame.trailers_ref().and_then(Status::from_header_map) {
                    this.watch.code = Some(status.code());
                }
            }
            Poll::Ready(Some(Err(status))) => this.watch.code = Some(status.code()),
            Poll::Ready(None) if this.watch.code.is_none() => this.watch.code = Some(Code::Ok),
            Poll::Ready(None) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
