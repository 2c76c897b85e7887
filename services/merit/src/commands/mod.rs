//! One file a command.

pub mod backup;
mod codes;
pub mod config;
pub mod cycle;
pub mod demo;
pub mod generate;
pub mod goals;
pub mod import;
pub mod mail;
pub mod migrate;
mod policies;
pub mod reads;
pub mod review;
pub mod rules;
pub mod schema;
pub mod serve;
pub mod standing;
pub mod token;
mod unfinished;

use merit_core::ids::CycleId;
use merit_core::{Error, Result};
use merit_platform::status::from_status;
use tonic::{Response, Status};

use crate::cli::Global;

/// What a call answered, or its error as ours.
pub(crate) fn answer<T>(response: Result<Response<T>, Status>) -> Result<T> {
    response.map(Response::into_inner).map_err(|status| from_status(&status))
}

/// Refuses a command that works on the records themselves where the command line names a server.
///
/// # Errors
/// `RECORDS_ELSEWHERE`.
pub(crate) fn without_server(global: &Global, command: &str) -> Result<()> {
    let Some(url) = &global.server else { return Ok(()) };
    let words = format!(
        "`merit {command}` works on the records themselves, not through {}; run it where they are, without --server and MERIT_SERVER",
        merit_core::text::shown(url)
    );
    Err(Error::precondition("RECORDS_ELSEWHERE", words))
}

/// A cycle's resource name from what the user typed: `2026-Q3`, `cycles/2026-Q3` or `last-ended`.
pub(crate) fn cycle_name(typed: &str) -> Result<String> {
    let id = typed.strip_prefix("cycles/").unwrap_or(typed);
    CycleId::new(id).map(|cycle| cycle.name())
}

/// The id in a resource name: what stands after the last slash.
pub(crate) fn id(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// A file's text.
pub(crate) fn read_text(path: &std::path::Path) -> Result<String> {
    let bytes = std::fs::read(path)
        .map_err(|error| Error::invalid("FILE", format!("`{}` can't be read: {error}", path.display())))?;
    String::from_utf8(bytes)
        .map_err(|_| Error::invalid("NOT_UTF8", format!("`{}` is not UTF-8 text; save it as UTF-8", path.display())))
}
