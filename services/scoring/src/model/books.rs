//! A cycle's ledger row by row, as it is kept.

use super::Line;

/// All that the ledger keeps of a cycle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Books {
    /// Ids of the cycle's posted runs in the order of posting.
    pub runs: Vec<String>,
    /// The cycle's lines in the order of posting, adjustments included.
    pub rows: Vec<BookRow>,
    /// The entries of these lines, by line.
    pub entries: Vec<BookEntry>,
    /// Entries of lines that are nowhere, whatever the cycle.
    pub strays: Vec<BookEntry>,
    /// How many adjustments were taken on record, whatever the cycle.
    pub adjustments: i64,
    /// How many lines are adjustments, whatever the cycle.
    pub adjustment_rows: i64,
}

/// A row of the ledger's lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookRow {
    /// Its number.
    pub id: i64,
    /// The id of the run that posted it; empty for an adjustment.
    pub run: String,
    /// The line's key.
    pub key: String,
    /// Who is paid.
    pub participant: String,
    /// The currency's code.
    pub currency: String,
    /// In minor units, what is held back included.
    pub amount: i64,
    /// In minor units.
    pub held: i64,
    /// The line itself; none when what is kept can't be read.
    pub line: Option<Line>,
}

/// A row of the ledger's entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookEntry {
    /// Of which line.
    pub line_id: i64,
    /// The account's word.
    pub account: String,
    /// The currency's code.
    pub currency: String,
    /// In minor units.
    pub amount: i64,
}
