//! The words of the command line. Scripts rely on them.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::config::Config;
use crate::commands::migrate::Migrate;
use crate::commands::rules::{DiffArgs, ExplainArgs};
use crate::commands::serve::Serve;
use crate::import::ImportKind;

/// Merit: goals, results, rewards and quarterly reviews by policies that people can read.
#[derive(Debug, Parser)]
#[command(name = "merit", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 done, 1 problems in your input, 2 wrong use, 3 failed, 4 waiting for approval.")]
pub struct Cli {
    /// What works with every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What works with every command.
#[derive(Debug, Args)]
pub struct Global {
    /// The folder that holds everything; made at first use
    #[arg(long, global = true, value_name = "DIR", env = "MERIT_DATA", default_value = "merit-data")]
    pub data: PathBuf,
    /// Talk to a running server instead of the data folder, such as http://127.0.0.1:50051
    #[arg(long, global = true, value_name = "URL", env = "MERIT_SERVER")]
    pub server: Option<String>,
    /// A file with a token that `merit token` printed; without it the data folder's own operator acts
    #[arg(long, global = true, value_name = "FILE", env = "MERIT_TOKEN_FILE")]
    pub token: Option<PathBuf>,
    /// A file of settings; `merit config reference` lists them all
    #[arg(long, global = true, value_name = "FILE", env = "MERIT_CONFIG")]
    pub config: Option<PathBuf>,
    /// Print JSON for programs instead of tables for people
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Import a sample organisation, close a quarter and show what came of it
    Demo {
        /// Where the demo keeps its data and writes its scorecards
        #[arg(long, value_name = "DIR", default_value = "merit-demo")]
        out: PathBuf,
    },
    /// Run the services and answer gRPC
    Serve(Serve),
    /// Bring the services' records to this program's version
    Migrate(Migrate),
    /// Make a token that says who calls
    Token(Token),
    /// Take people, goals, results, ratings, events, opening balances, feedback or self-assessments from a CSV file
    Import(Import),
    /// Register the organisation's schema: choices, attributes, records and measures
    #[command(subcommand)]
    Schema(Schema),
    /// Open and set cycles
    #[command(subcommand)]
    Cycle(Cycle),
    /// Look at goals
    #[command(subcommand)]
    Goals(Goals),
    /// Show where a person stands: attainment, pace and forecast
    Standing(Standing),
    /// Check, test, publish and try policies
    #[command(subcommand)]
    Rules(Rules),
    /// Run, decide and export a cycle's review
    #[command(subcommand)]
    Review(Review),
    /// Send what is in the outbox
    #[command(subcommand)]
    Mail(Mail),
    /// Write everything on record at one point in time to one file
    Backup(BackupFile),
    /// Fill an empty place from a backup
    Restore(BackupFile),
    /// Show and check settings
    #[command(subcommand)]
    Config(Config),
    /// Write a deterministic synthetic organisation, for benchmarks
    Generate(Generate),
}

/// `merit backup` and `merit restore`.
#[derive(Debug, Args)]
pub struct BackupFile {
    /// The backup's file
    pub file: PathBuf,
}

/// `merit token`.
#[derive(Debug, Args)]
pub struct Token {
    /// The id of the person who will call
    #[arg(long = "as", value_name = "PERSON")]
    pub person: String,
    /// member, manager, executive, revenue-operations, compensation-administrator, auditor, operator or service
    #[arg(long, value_name = "ROLE")]
    pub role: String,
    /// How long it is good for
    #[arg(long, value_name = "DAYS", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub days: u16,
}

/// `merit import`.
#[derive(Debug, Args)]
pub struct Import {
    /// What the file holds
    #[arg(value_parser = kinds())]
    pub kind: ImportKind,
    /// The CSV file
    pub file: PathBuf,
    /// Which column is what: a built-in profile's name or a TOML file
    #[arg(long, value_name = "NAME|FILE")]
    pub profile: String,
    /// Show what would happen, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

fn kinds() -> impl clap::builder::TypedValueParser<Value = ImportKind> {
    PossibleValuesParser::new(ImportKind::ALL.map(ImportKind::word)).try_map(|word| word.parse::<ImportKind>())
}

/// `merit schema …`
#[derive(Debug, Subcommand)]
pub enum Schema {
    /// Register a schema file
    Apply {
        /// The schema file
        file: PathBuf,
    },
}

/// `merit cycle …`
#[derive(Debug, Subcommand)]
pub enum Cycle {
    /// Open a cycle, such as 2026-Q3
    Open {
        /// The cycle's id; a calendar quarter needs no days
        cycle: String,
        /// First day
        #[arg(long, value_name = "DATE")]
        starts: Option<String>,
        /// Last day
        #[arg(long, value_name = "LAST-DAY")]
        ends: Option<String>,
        /// Time zone, such as America/New_York; without it, the latest cycle's, or UTC for the first
        #[arg(long, value_name = "ZONE")]
        zone: Option<String>,
    },
    /// Change a cycle's settings
    Set {
        /// The cycle's id
        cycle: String,
        /// Whether a person must approve
        #[arg(long, value_enum)]
        approval: Option<Approval>,
        /// Whether managers see their team's pay
        #[arg(long, value_enum)]
        team_pay: Option<TeamPay>,
        /// Last day on which self-assessments are taken
        #[arg(long, value_name = "DATE")]
        self_assessment_until: Option<String>,
    },
    /// List all cycles
    List,
    /// Show one cycle
    Show {
        /// The cycle's id, or last-ended
        cycle: String,
    },
}

/// Whether a person must approve a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Approval {
    /// At once.
    Automatic,
    /// By a person.
    Required,
}

/// Whether managers see their team's pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TeamPay {
    /// No.
    Hidden,
    /// Yes.
    Shown,
}

/// `merit goals …`
#[derive(Debug, Subcommand)]
pub enum Goals {
    /// What share of people has goals, innovation goals, and goals that are SMART
    Coverage {
        /// The cycle's id
        #[arg(long)]
        cycle: String,
    },
}

/// `merit standing`.
#[derive(Debug, Args)]
pub struct Standing {
    /// The person's id
    pub person: String,
    /// The cycle's id; without it, the one that runs today or else the latest
    #[arg(long)]
    pub cycle: Option<String>,
    /// The day it is wanted for; without it, today
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
}

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
    /// Makes a repeated command do nothing
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

/// How a relay is set.
const RELAY: &str = "\
A relay is set by the settings of the process that holds the data (this one, or the server), in a file or as variables:
  MERIT_SMTP_HOST            the relay's name; without it, mails leave with --to only
  MERIT_MAIL_FROM            who sends, such as `Merit <scorecards@example.com>`
  MERIT_SMTP_SECURITY        starttls (default), tls or none
  MERIT_SMTP_PORT            by default 587, 465 or 25, by security
  MERIT_SMTP_USERNAME        who we are to the relay, where it asks
  MERIT_SMTP_PASSWORD_FILE   a file that holds the password
  MERIT_SMTP_CA_FILE         certificates to trust beside the public ones
  MERIT_MAIL_RESEND_UNCLEAR  no (default) or yes: whether a mail that may have arrived is sent again";

/// `merit mail …`
#[derive(Debug, Subcommand)]
pub enum Mail {
    /// Send what is waiting, and what failed before
    #[command(after_help = RELAY)]
    Send {
        /// Write each mail as an .eml file into this folder instead of handing it to a relay
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
}

/// `merit generate`.
#[derive(Debug, Args)]
pub struct Generate {
    /// How many people
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub participants: u32,
    /// How many results each
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub results: u32,
    /// The same seed gives the same organisation
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Where to write it
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}
