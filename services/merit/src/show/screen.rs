//! Standard output: sentences and tables for people, or one JSON document for programs.

use std::io::Write as _;

use comfy_table::{CellAlignment, Table, presets};
use serde_json::Value;

use super::wrap::{terminal_columns, wrapped};

/// Where a command writes what it has to say.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    json: bool,
    quiet: bool,
}

impl Screen {
    /// For people, or JSON for programs.
    #[must_use]
    pub const fn new(json: bool) -> Self {
        Self { json, quiet: false }
    }

    /// Says nothing but warnings: for a step inside a command that prints its own document.
    #[must_use]
    pub const fn quiet() -> Self {
        Self { json: false, quiet: true }
    }

    /// Whether programs are reading.
    #[must_use]
    pub const fn is_json(self) -> bool {
        self.json
    }

    /// A line for people.
    pub fn line(self, text: impl AsRef<str>) {
        if !self.json && !self.quiet {
            let _ = writeln!(anstream::stdout(), "{}", text.as_ref());
        }
    }

    /// A line for people behind an indent; on a terminal it is broken between words.
    pub fn wrapped(self, indent: usize, text: impl AsRef<str>) {
        self.line(wrapped(text.as_ref(), indent, terminal_columns()));
    }

    /// A heading for people.
    pub fn heading(self, text: &str) {
        let bold = anstyle::Style::new().bold();
        self.line(format!("\n{bold}{text}{bold:#}"));
    }

    /// A table for people. Columns whose name begins with `#` are right-aligned, and the mark is not shown.
    pub fn table(self, head: &[&str], rows: &[Vec<String>]) {
        if self.json || rows.is_empty() {
            return;
        }
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(head.iter().map(|name| name.trim_start_matches('#')));
        for row in rows {
            table.add_row(row);
        }
        for (index, name) in head.iter().enumerate() {
            if let Some(column) = table.column_mut(index) {
                column.set_padding((if index == 0 { 0 } else { 1 }, 1));
                if name.starts_with('#') {
                    column.set_cell_alignment(CellAlignment::Right);
                }
            }
        }
        let text: Vec<_> = table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
        self.line(text.join("\n"));
    }

    /// The one document for programs.
    pub fn json(self, document: &Value) {
        if self.json {
            let text = serde_json::to_string_pretty(document).unwrap_or_default();
            let _ = writeln!(anstream::stdout(), "{text}");
        }
    }

    /// A warning for people, on standard error, whatever the form.
    pub fn warn(self, text: impl AsRef<str>) {
        let _ = writeln!(anstream::stderr(), "{}", text.as_ref());
    }
}
