//! The server's side of an import: a header, then rows; a file is taken whole or not at all.

use merit_core::{Error, Problem, Result};
use merit_proto::r#type::v1::{ImportHeader, ImportSummary};
use tonic::Streaming;

use crate::{status, wire};

/// Most rows of one file.
pub const MAX_ROWS: usize = 2_000_000;

/// A whole file as it arrived.
#[derive(Debug, Clone)]
pub struct Import<R> {
    /// Where the rows come from.
    pub source: String,
    /// The file's name, for messages.
    pub file_name: String,
    /// Check everything, write nothing.
    pub validate_only: bool,
    /// All rows, in the file's order.
    pub rows: Vec<R>,
}

/// Reads an import's stream to its end.
///
/// # Errors
/// `BAD_IMPORT` when the header is missing, comes twice or names no source, or there are more than [`MAX_ROWS`] rows; what
/// broke the stream, if it broke.
pub async fn collect<M, R>(
    mut stream: Streaming<M>,
    split: impl Fn(M) -> (Option<ImportHeader>, Vec<R>),
) -> Result<Import<R>> {
    let mut header: Option<ImportHeader> = None;
    let mut rows = Vec::new();
    while let Some(message) = stream.message().await.map_err(|broken| status::from_status(&broken))? {
        let (this_header, mut these) = split(message);
        match (this_header, header.is_some()) {
            (Some(first), false) => header = Some(first),
            (Some(_), true) => {
                return Err(Error::invalid("BAD_IMPORT", "an import has one header, in its first message"));
            }
            (None, _) => {}
        }
        rows.append(&mut these);
        if rows.len() > MAX_ROWS {
            return Err(Error::invalid("BAD_IMPORT", format!("a file has at most {MAX_ROWS} rows; split it")));
        }
    }
    let header = header.ok_or_else(|| Error::invalid("BAD_IMPORT", "the import's first message has no header"))?;
    merit_core::ids::check("an import's source", &header.source)?;
    Ok(Import { source: header.source, file_name: header.file_name, validate_only: header.validate_only, rows })
}

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that are new.
    pub added: u32,
    /// Rows that made a new version.
    pub changed: u32,
    /// Rows that were on record.
    pub unchanged: u32,
    /// Rows that can't be taken; if there is one, nothing was written.
    pub problems: Vec<Problem>,
    /// Rows that were put aside.
    pub quarantined: Vec<Problem>,
}

impl Tally {
    /// For the wire, problems by line.
    #[must_use]
    pub fn to_wire(&self) -> ImportSummary {
        let sorted = |problems: &[Problem]| {
            let mut problems = problems.to_vec();
            problems.sort();
            problems.iter().map(wire::problem).collect()
        };
        ImportSummary {
            added: self.added,
            changed: self.changed,
            unchanged: self.unchanged,
            problems: sorted(&self.problems),
            quarantined: sorted(&self.quarantined),
        }
    }
}
