//! The server's side of an import: a header, then rows; a file is taken whole or not at all.

use merit_core::{Error, Kind, Problem, Result};
use merit_proto::r#type::v1::{ImportHeader, ImportSummary};
use tonic::{Status, Streaming};

use crate::server::reasoned;
use crate::{status, wire};

/// Most rows of one file.
pub const MAX_ROWS: usize = 2_000_000;

/// Rows at fault that are told of, of each kind: as many as fit in a message of the size that callers take by default.
const TOLD: usize = 10_000;

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
/// `BAD_IMPORT` when the header is missing, comes late or twice or names no source, or there are more than [`MAX_ROWS`] rows; what
/// broke the stream, if it broke.
pub async fn collect<M, R>(
    mut stream: Streaming<M>,
    split: impl Fn(M) -> (Option<ImportHeader>, Vec<R>),
) -> Result<Import<R>> {
    let mut header: Option<ImportHeader> = None;
    let mut rows = Vec::new();
    while let Some(message) = stream.message().await.map_err(|broken| unread(&broken))? {
        let (this_header, mut these) = split(message);
        // In the first message and in no other.
        if this_header.is_some() == header.is_some() {
            return Err(Error::invalid("BAD_IMPORT", "an import has one header, in its first message"));
        }
        header = header.or(this_header);
        rows.append(&mut these);
        if rows.len() > MAX_ROWS {
            return Err(Error::invalid("BAD_IMPORT", format!("a file has at most {MAX_ROWS} rows; split it")));
        }
    }
    let header =
        header.ok_or_else(|| Error::invalid("BAD_IMPORT", "an import begins with a message that has its header"))?;
    merit_core::ids::check("an import's source", &header.source)?;
    Ok(Import { source: header.source, file_name: header.file_name, validate_only: header.validate_only, rows })
}

/// Why a message can't be read: what is wrong with it is its sender's, and the reason is the one that any other call gives.
fn unread(broken: &Status) -> Error {
    if !broken.details().is_empty() || std::error::Error::source(broken).is_some() {
        return status::from_status(broken);
    }
    let told = status::from_status(&reasoned(broken.code(), broken.message()));
    Error::new(Kind::InvalidArgument, told.reason, told.message)
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
    /// For the wire, problems by line: the first ones, and how many more there are.
    #[must_use]
    pub fn to_wire(&self) -> ImportSummary {
        let sorted = |problems: &[Problem]| {
            let mut problems = problems.to_vec();
            problems.sort();
            let more = problems.len().saturating_sub(TOLD);
            problems.truncate(TOLD);
            if more > 0 {
                problems.push(Problem::row(0, format!("and {more} more rows, not told of here; mend these first")));
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_very_many_bad_rows_is_told_of_in_a_message_that_callers_take() {
        let problem =
            |line| Problem::cell(line, "amount", "`12 dollars` is not an amount like 1234.50 with its currency");
        let tally = Tally { problems: (2..60_002).rev().map(problem).collect(), ..Tally::default() };
        let told = tally.to_wire();
        assert_eq!((told.problems.len(), told.problems[0].line), (TOLD + 1, 2));
        assert!(told.problems[TOLD].message.starts_with("and 50000 more rows"), "{:?}", told.problems[TOLD]);
        assert!(prost::Message::encoded_len(&told) < 4 * 1024 * 1024);
    }
}
