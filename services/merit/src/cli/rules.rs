//! The words of `merit rules`.

use std::path::PathBuf;

use clap::Subcommand;

use crate::commands::rules::{DiffArgs, ExplainArgs};

/// `merit rules …`
#[derive(Debug, Subcommand)]
pub enum Rules {
    /// Check policies and schemas: names, types, units, bands
    Check {
        /// Files or folders
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Check policies and run their tests
    Test {
        /// Files or folders
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Check, test and register policies
    Publish {
        /// Files or folders
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Explain a message's code, such as M0301, or list all codes
    Code {
        /// The code; without it, all are listed
        code: Option<String>,
    },
    /// Evaluate a policy for one person and say in words how each outcome came about
    Eval {
        /// The policy file
        file: PathBuf,
        /// What the policy reads, as JSON
        #[arg(long, value_name = "FILE.json")]
        input: PathBuf,
    },
    /// Put policies and schemas into their one form: white space, columns, the order of statements
    Fmt {
        /// Files or folders; `-` reads standard input and writes standard output
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Change nothing, and end with 1 if a file would change
        #[arg(long)]
        check: bool,
    },
    /// Take a policy's tables to a spreadsheet and back
    #[command(subcommand)]
    Table(crate::commands::rules::table::Command),
    /// Say why a person is paid what they are in a cycle, step by step, down to the results that counted
    Explain(ExplainArgs),
    /// Say what changed between two versions of a policy, and what the new one would have paid in a cycle
    Diff(DiffArgs),
}
