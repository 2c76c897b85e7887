//! Logs. No secrets, names, addresses, texts or amounts belong in them.

use tracing_subscriber::EnvFilter;

/// Starts logging to standard error: for people, or a JSON object a line. `filter` is as in `RUST_LOG`, such as `warn` or
/// `merit_scoring=debug`. A second call does nothing.
pub fn start(filter: &str, json: bool) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = if json { builder.json().try_init() } else { builder.with_target(false).try_init() };
}
