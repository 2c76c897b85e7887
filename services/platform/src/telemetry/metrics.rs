//! What is measured. The names are those of OpenTelemetry's conventions where they have one.

use std::sync::LazyLock;

use opentelemetry::metrics::{Gauge, Histogram, Meter, UpDownCounter};
use opentelemetry::{KeyValue, global};

static METER: LazyLock<Meter> = LazyLock::new(|| global::meter("merit"));

/// Bounds of the duration of calls, in seconds.
const SECONDS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];

/// Seconds from a call's arrival to its last byte, by service, method and status: rate, errors and duration in one.
pub(super) static CALLS: LazyLock<Histogram<f64>> = LazyLock::new(|| {
    METER
        .f64_histogram("rpc.server.call.duration")
        .with_unit("s")
        .with_description("Duration of calls, by service, method and status")
        .with_boundaries(SECONDS.to_vec())
        .build()
});

/// Calls at work.
pub(super) static ACTIVE: LazyLock<UpDownCounter<i64>> = LazyLock::new(|| {
    METER.i64_up_down_counter("rpc.server.active_calls").with_description("Calls at work, by service").build()
});

static DEPTH: LazyLock<Gauge<u64>> = LazyLock::new(|| {
    METER.u64_gauge("merit.queue.depth").with_description("What waits in a queue, by queue and state").build()
});

static PROGRESS: LazyLock<Gauge<u64>> = LazyLock::new(|| {
    METER
        .u64_gauge("merit.run.participants")
        .with_description("Participants of the run at work: done and in all, by stage")
        .build()
});

/// Says how much waits in a queue in a state: `outbox` and `waiting`.
pub fn queue_depth(queue: &'static str, state: &'static str, depth: u64) {
    DEPTH.record(depth, &[KeyValue::new("queue", queue), KeyValue::new("state", state)]);
}

/// Says how far a run's stage has come.
pub fn run_progress(stage: &'static str, done: u64, total: u64) {
    PROGRESS.record(done, &[KeyValue::new("stage", stage), KeyValue::new("count", "done")]);
    PROGRESS.record(total, &[KeyValue::new("stage", stage), KeyValue::new("count", "total")]);
}
