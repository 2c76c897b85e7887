//! `merit rules table export · import`: a policy's tables to a spreadsheet and back.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use merit_core::{Error, Result};
use merit_rules::{Source, TableError};
use serde_json::json;

use super::fmt::replace;
use crate::commands::{policies, read_text};
use crate::exit::Outcome;
use crate::show::Screen;

/// `merit rules table …`
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a table as CSV
    Export {
        /// The policy file
        file: PathBuf,
        /// The table's name
        table: String,
        /// Where to; without it, standard output
        #[arg(long, value_name = "FILE.csv")]
        out: Option<PathBuf>,
    },
    /// Replace a table's rows by those of a sheet: comma, semicolon or tab separated, with the table's head row
    Import {
        /// The policy file, which is changed
        file: PathBuf,
        /// The table's name
        table: String,
        /// The sheet
        #[arg(value_name = "FILE.csv")]
        sheet: PathBuf,
    },
}

pub(super) fn run(screen: Screen, command: Command) -> Result<Outcome> {
    match command {
        Command::Export { file, table, out } => export(screen, &file, &table, out.as_deref()),
        Command::Import { file, table, sheet } => import(screen, &file, &table, &sheet),
    }
}

fn export(screen: Screen, file: &Path, table: &str, out: Option<&Path>) -> Result<Outcome> {
    let source = policies::source(file)?;
    let csv = match merit_rules::table_to_csv(&source, table) {
        Ok(csv) => csv,
        Err(error) => return refused(screen, &source, error),
    };
    match out {
        None => {
            use std::io::Write as _;
            std::io::stdout().write_all(csv.as_bytes()).map_err(|error| Error::invalid("FILE", error.to_string()))?;
        }
        Some(out) => {
            replace(out, &csv)?;
            screen.line(format!("{}: {} rows of `{table}`", out.display(), rows(&csv)));
            screen.json(&json!({ "file": out.display().to_string(), "table": table, "rows": rows(&csv) }));
        }
    }
    Ok(Outcome::Done)
}

fn import(screen: Screen, file: &Path, table: &str, sheet: &Path) -> Result<Outcome> {
    let source = policies::source(file)?;
    let new = match merit_rules::table_from_csv(&source, table, &read_text(sheet)?) {
        Ok(new) => new,
        Err(error) => return refused(screen, &source, error),
    };
    let changed = new != source.text;
    if changed {
        replace(file, &new)?;
    }
    let name = file.display().to_string();
    let done = if changed { "has the sheet's rows" } else { "has these rows already" };
    screen.line(format!("{name}: `{table}` {done}; check it with `merit rules test {name}`"));
    screen.json(&json!({ "file": name, "table": table, "changed": changed }));
    Ok(Outcome::Done)
}

/// Lines below the head row. No cell of a policy's table has a line break in it.
fn rows(csv: &str) -> usize {
    csv.lines().count().saturating_sub(1)
}

fn refused(screen: Screen, source: &Source, error: TableError) -> Result<Outcome> {
    match error {
        TableError::Policy(said) => {
            screen.warn(merit_rules::render(&said, source, policies::colour()));
            Ok(Outcome::Problems)
        }
        TableError::Table(message) => Err(Error::invalid("TABLE", message)),
        TableError::Cells(problems) => {
            let count = problems.len();
            let cells = if count == 1 { "1 place".to_owned() } else { format!("{count} places") };
            let message = format!("the sheet can't be taken: {cells} to mend, and `{}` is as it was", source.name);
            Err(Error { problems, ..Error::invalid("TABLE_CELLS", message) })
        }
    }
}
