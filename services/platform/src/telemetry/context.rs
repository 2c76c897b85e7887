//! Trace context on the wire: `traceparent` (W3C) in a call's metadata.

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector};
use tonic::metadata::{MetadataKey, MetadataMap};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The header that names a trace, and the span in it that calls.
const PARENT: &str = "traceparent";

struct Outgoing<'a>(&'a mut MetadataMap);

impl Injector for Outgoing<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(key), Ok(value)) = (MetadataKey::from_bytes(key.as_bytes()), value.parse()) {
            self.0.insert(key, value);
        }
    }
}

struct Incoming<'a>(&'a http::HeaderMap);

impl Extractor for Incoming<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

/// Puts the context of the span that is at work on an outgoing call.
pub fn carry(metadata: &mut MetadataMap) {
    let context = tracing::Span::current().context();
    opentelemetry::global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&context, &mut Outgoing(metadata));
    });
}

/// Makes a span a part of the trace that a `traceparent` names. Another text changes nothing.
pub(super) fn join(span: &tracing::Span, traceparent: &str) {
    let mut headers = http::HeaderMap::new();
    if let Ok(value) = traceparent.parse() {
        headers.insert(PARENT, value);
    }
    if let Some(context) = arrived(&headers) {
        let _ = span.set_parent(context);
    }
}

/// The context that a call came with, if it came with one.
pub(super) fn arrived(headers: &http::HeaderMap) -> Option<Context> {
    let extract =
        || opentelemetry::global::get_text_map_propagator(|propagator| propagator.extract(&Incoming(headers)));
    headers.contains_key(PARENT).then(extract)
}
