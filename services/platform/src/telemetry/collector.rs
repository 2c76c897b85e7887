//! On the way to a collector. What doesn't reach it is lost, and whoever reads the log is told: once when that begins, and
//! once when it is over.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// What sends, and tells whether it arrives.
#[derive(Debug)]
pub struct Sent<E> {
    exporter: E,
    what: &'static str,
    lost: AtomicBool,
}

impl<E> Sent<E> {
    /// Sends so, what is called so: `spans`.
    pub const fn by(exporter: E, what: &'static str) -> Self {
        Self { exporter, what, lost: AtomicBool::new(false) }
    }

    fn heard(&self, sent: OTelSdkResult) -> OTelSdkResult {
        // The last ones of a process that ends.
        if matches!(sent, Err(OTelSdkError::AlreadyShutdown)) {
            return sent;
        }
        let (what, lost) = (self.what, sent.is_err());
        if self.lost.swap(lost, Ordering::Relaxed) == lost {
            return sent;
        }
        match &sent {
            Ok(()) => tracing::info!("{what} reach the collector again"),
            Err(error) => tracing::warn!(
                "{what} don't reach the collector that `telemetry.otlp` names, and are lost until it answers: {error}"
            ),
        }
        sent
    }
}

impl<E: SpanExporter> SpanExporter for Sent<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.heard(self.exporter.export(batch).await)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

impl<E: PushMetricExporter> PushMetricExporter for Sent<E> {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        self.heard(self.exporter.export(metrics).await)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.exporter.temporality()
    }
}
