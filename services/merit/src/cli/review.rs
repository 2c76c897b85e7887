//! The words of `merit review`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Which review is meant.
#[derive(Debug, Args)]
pub struct Which {
    /// The cycle's id, or last-ended
    #[arg(long)]
    pub cycle: String,
    /// A run's id; without it, the cycle's present one
    #[arg(long)]
    pub run: Option<String>,
}

/// `merit review …`
#[derive(Debug, Subcommand)]
pub enum Review {
    /// Compute a cycle's review
    Run {
        /// The cycle's id, or last-ended
        #[arg(long)]
        cycle: String,
        /// Check, test and publish the policies in this folder first
        #[arg(long, value_name = "DIR")]
        policies: Option<PathBuf>,
        /// Work on an open cycle too, and leave nothing behind
        #[arg(long)]
        dry_run: bool,
    },
    /// Show a review's state, totals and findings
    Status(Which),
    /// Approve a review: its lines are posted to the ledger
    Approve {
        /// Which review.
        #[command(flatten)]
        which: Which,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Reject a review; it stays on record
    Reject {
        /// Which review.
        #[command(flatten)]
        which: Which,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Publish an approved review: scorecards become visible and their mails are queued
    Publish(Which),
    /// Compute a review again from its pins and compare
    Verify(Which),
    /// Add a manual entry to the ledger
    Adjust(Adjust),
    /// Write a review's lines, scores, credits, payees or scorecards
    Export(Export),
}

/// `merit review adjust`.
#[derive(Debug, Args)]
pub struct Adjust {
    /// The cycle's id
    #[arg(long)]
    pub cycle: String,
    /// The person's id
    #[arg(long)]
    pub participant: String,
    /// The amount with its currency, such as "USD 250.00" or "$-12.50"
    #[arg(long, allow_hyphen_values = true)]
    pub amount: String,
    /// Why
    #[arg(long)]
    pub reason: String,
    /// Your own id for this command, such as a UUID: the same command again with it does nothing
    #[arg(long, default_value = "")]
    pub request_id: String,
}

/// What to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// One row per ledger line.
    Ledger,
    /// One row per participant and outcome.
    Scores,
    /// One row per share of a result.
    Credits,
    /// One row per payee and currency.
    Payees,
    /// Whole scorecards.
    Scorecards,
}

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// JSON.
    Json,
}

/// `merit review export`.
#[derive(Debug, Args)]
pub struct Export {
    /// Which review.
    #[command(flatten)]
    pub which: Which,
    /// What to export
    #[arg(long, value_enum)]
    pub what: What,
    /// In which form
    #[arg(long, value_enum)]
    pub format: Format,
    /// Lines of a run that is not approved yet
    #[arg(long)]
    pub proposed: bool,
    /// Write to this file, readable by you only, instead of the screen
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
