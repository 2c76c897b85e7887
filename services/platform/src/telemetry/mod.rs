//! What a process tells of itself: logs, traces and metrics. No secrets, names, addresses, texts or amounts belong in them.
//!
//! Logs go to standard error. Spans and metrics leave by OTLP when an endpoint is set; a trace follows a call through
//! every service that it reaches (W3C trace context). Metrics are also offered to Prometheus over HTTP.

mod collector;
mod context;
pub mod metrics;
mod observe;
mod prometheus;

use std::net::SocketAddr;
use std::time::Duration;

use merit_core::{Error, Result};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use self::collector::Sent;

pub use context::carry;
pub use observe::Observe;
pub use prometheus::Scrape;

/// How long the last spans and metrics may take to leave when a process ends.
const FLUSH: Duration = Duration::from_secs(5);

/// What is told, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What is logged, as in `RUST_LOG`: `warn`, or `merit_scoring=debug`.
    pub filter: String,
    /// A JSON object a line, instead of lines for people.
    pub json: bool,
    /// Where an OpenTelemetry collector takes OTLP over gRPC: `http://127.0.0.1:4317`.
    pub otlp: Option<String>,
    /// Where Prometheus may ask for metrics.
    pub prometheus: Option<SocketAddr>,
    /// What this process is: the services that it runs, or `command-line`.
    pub role: String,
    /// What this process is called among those like it; none: an id made when it starts.
    pub instance: Option<String>,
}

impl Settings {
    /// Logs only.
    #[must_use]
    pub fn logs(filter: &str, json: bool) -> Self {
        Self {
            filter: filter.to_owned(),
            json,
            otlp: None,
            prometheus: None,
            role: "command-line".to_owned(),
            instance: None,
        }
    }
}

/// Whether a text can be a filter of what is logged.
#[must_use]
pub fn is_filter(text: &str) -> bool {
    EnvFilter::try_new(text).is_ok()
}

/// The span of a whole command, a part of the trace that a `traceparent` names if one is given.
#[must_use]
pub fn command(traceparent: Option<&str>) -> tracing::Span {
    let span = tracing::info_span!(target: "merit::command", "command");
    if let Some(parent) = traceparent {
        context::join(&span, parent);
    }
    span
}

/// What was started. Keep it until the process ends, then [`Telemetry::flush`].
#[derive(Debug)]
pub struct Telemetry {
    tracer: Option<SdkTracerProvider>,
    meter: Option<SdkMeterProvider>,
    /// What Prometheus is answered from, and where it asks.
    pub scrape: Option<(SocketAddr, Scrape)>,
}

impl Telemetry {
    /// Starts what the settings say. Has to be called inside the runtime that the exporters will use. A second call in one
    /// process leaves the first one's logs as they are.
    ///
    /// # Errors
    /// `BAD_SETTING` when the collector's address is none, or the filter of what is logged is none.
    pub fn start(settings: &Settings) -> Result<Self> {
        opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
        let resource = resource(settings)?;
        let (meter, scrape) = meter(settings, &resource)?;
        let tracer = settings.otlp.as_deref().map(|endpoint| tracer(endpoint, resource)).transpose()?;
        let filter = EnvFilter::try_new(&settings.filter).map_err(|_| {
            let shown = merit_core::text::shown(&settings.filter);
            Error::invalid("BAD_SETTING", format!("`{shown}` says nothing about what is logged; `info` would"))
        })?;
        let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        let lines = if settings.json { lines.json().boxed() } else { lines.with_target(false).boxed() };
        // Spans go out at one level whatever is logged; what others' crates call spans does not.
        let spans = tracer.as_ref().map(|provider| {
            tracing_opentelemetry::layer()
                .with_tracer(provider.tracer("merit"))
                .with_location(false)
                .with_threads(false)
                .with_filter(tracing_subscriber::filter::filter_fn(|data| {
                    data.is_span() && data.target().starts_with("merit")
                }))
        });
        let _ = tracing_subscriber::registry().with(spans).with(lines.with_filter(filter)).try_init();
        Ok(Self { tracer, meter, scrape })
    }

    /// Sends what is still here. A short job would lose its spans without.
    pub fn flush(self) {
        if let Some(tracer) = self.tracer {
            let _ = tracer.shutdown_with_timeout(FLUSH);
        }
        if let Some(meter) = self.meter {
            let _ = meter.shutdown_with_timeout(FLUSH);
        }
    }
}

/// Who tells. Two processes of one kind would otherwise send the same series, and each would look like the other.
fn resource(settings: &Settings) -> Result<Resource> {
    let instance = settings.instance.clone().map_or_else(made_up, Ok)?;
    let attributes = [
        opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        opentelemetry::KeyValue::new("service.instance.id", instance),
        opentelemetry::KeyValue::new("merit.role", settings.role.clone()),
    ];
    Ok(Resource::builder().with_service_name("merit").with_attributes(attributes).build())
}

/// An id that no other process has.
fn made_up() -> Result<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(Error::internal)?;
    Ok(format!("{:032x}", u128::from_be_bytes(random)))
}

fn tracer(endpoint: &str, resource: Resource) -> Result<SdkTracerProvider> {
    let exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build().map_err(|_| bad(endpoint))?;
    Ok(SdkTracerProvider::builder().with_batch_exporter(Sent::by(exporter, "spans")).with_resource(resource).build())
}

type Metered = (Option<SdkMeterProvider>, Option<(SocketAddr, Scrape)>);

fn meter(settings: &Settings, resource: &Resource) -> Result<Metered> {
    if settings.otlp.is_none() && settings.prometheus.is_none() {
        return Ok((None, None));
    }
    let mut builder = SdkMeterProvider::builder().with_resource(resource.clone());
    if let Some(endpoint) = settings.otlp.as_deref() {
        let exporter = MetricExporter::builder().with_tonic().with_endpoint(endpoint).build();
        let exporter = Sent::by(exporter.map_err(|_| bad(endpoint))?, "metrics");
        builder = builder.with_periodic_exporter(exporter);
    }
    let mut scrape = None;
    if let Some(listen) = settings.prometheus {
        let (reader, answers) = Scrape::new()?;
        builder = builder.with_reader(reader);
        scrape = Some((listen, answers));
    }
    let provider = builder.build();
    opentelemetry::global::set_meter_provider(provider.clone());
    Ok((Some(provider), scrape))
}

fn bad(endpoint: &str) -> Error {
    let shown = merit_core::text::shown(endpoint);
    Error::invalid("BAD_SETTING", format!("`{shown}` is no address of a collector; one is like http://127.0.0.1:4317"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_what_it_runs_and_apart_from_its_like() {
        let settings = Settings { role: "goals".to_owned(), ..Settings::logs("off", false) };
        let told = |settings: &Settings, name: &'static str| {
            resource(settings).unwrap().get(&opentelemetry::Key::new(name)).unwrap().to_string()
        };
        assert_eq!((told(&settings, "service.name"), told(&settings, "merit.role")), ("merit".into(), "goals".into()));
        let one = told(&settings, "service.instance.id");
        assert_eq!(one.len(), 32, "{one}");
        assert_ne!(one, told(&settings, "service.instance.id"), "a second process");
        let named = Settings { instance: Some("merit-goals-0:50051".to_owned()), ..settings };
        assert_eq!(told(&named, "service.instance.id"), "merit-goals-0:50051");
    }

    #[test]
    fn what_is_no_filter_stops_the_start() {
        let error = Telemetry::start(&Settings::logs("merit=loud", false)).unwrap_err();
        assert_eq!((error.reason.as_str(), error.message.contains("`merit=loud`")), ("BAD_SETTING", true));
    }
}
