//! One thing wrong with one row of somebody's file.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A row that can't be taken, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Line in the file, from 1 (the header is line 1); 0 when the whole file is meant.
    pub line: u32,
    /// The column's name in the file, or empty when the whole row is meant.
    pub column: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Problem {
    /// A problem with a whole row.
    pub fn row(line: u32, message: impl Into<String>) -> Self {
        Self { line, column: String::new(), message: message.into() }
    }

    /// A problem with one cell.
    pub fn cell(line: u32, column: impl Into<String>, message: impl Into<String>) -> Self {
        Self { line, column: column.into(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}", self.line)?;
            if !self.column.is_empty() {
                write!(f, ", column `{}`", self.column)?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}
