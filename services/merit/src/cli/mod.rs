//! The words of the command line. Scripts rely on them.

mod cycle;
mod mail;
mod reads;
mod review;
mod rules;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::commands::config::Config;
use crate::commands::migrate::Migrate;
use crate::commands::serve::Serve;
use crate::import::ImportKind;

pub use cycle::{Approval, Cycle, TeamPay};
pub use mail::Mail;
pub use reads::Reads;
pub use review::{Adjust, Export, Format, Review, What, Which};
pub use rules::Rules;

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

impl Cli {
    /// The words of this process's command line. Ends the process where they can't be understood.
    #[must_use]
    pub fn read() -> Self {
        let mut matches = without_empty(Self::command()).get_matches();
        Self::from_arg_matches_mut(&mut matches).unwrap_or_else(|error| error.exit())
    }
}

/// Lets an empty variable count as not set, as it does for settings.
fn without_empty(command: clap::Command) -> clap::Command {
    command.mut_args(|arg| {
        let empty = arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
        if empty { arg.env(None::<&str>) } else { arg }
    })
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
    /// Show who read whose pay and scorecards, and to whom mails were handed out
    Reads(Reads),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Each command that a text puts between backticks, with what follows it.
    fn commands(text: &str) -> Vec<Vec<&str>> {
        let quoted = text.split('`').skip(1).step_by(2);
        quoted.filter_map(|quoted| Some(quoted.strip_prefix("merit ")?.split_whitespace().collect())).collect()
    }

    #[test]
    fn alerts_advise_commands_that_there_are() {
        let advised = commands(include_str!("../../../../charts/merit/monitoring/alerts.yaml"));
        assert!(!advised.is_empty());
        for words in advised {
            let mut command = &Cli::command();
            for word in words.iter().take_while(|word| !word.starts_with('-')) {
                let Some(found) = command.find_subcommand(word) else {
                    panic!("there is no `merit {}`", words.join(" "));
                };
                command = found;
            }
        }
    }
}
