//! The one binary: the command line, and `merit serve`.
//!
//! `wiring` alone knows every service's constructor; each command stands in a file of its name under `commands`.

pub mod cli;
mod commands;
pub mod exit;
pub mod generate;
pub mod import;
mod pages;
pub mod placement;
pub mod session;
pub mod settings;
mod show;
pub mod wiring;

use std::process::ExitCode;

use merit_core::{Error, Kind, Result};
use merit_platform::telemetry::{self, Telemetry};
use serde_json::json;
use tracing::Instrument as _;

use crate::cli::{Cli, Command};
use crate::exit::Outcome;
use crate::settings::Settings;
use crate::show::Screen;

/// Runs the command line to its end.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::read();
    let json = cli.global.json;
    let told = told(&cli);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = runtime.map_err(Error::internal).and_then(|runtime| runtime.block_on(watched(cli, told)));
    match ended {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            tell(&error, json);
            ExitCode::from(exit::failure(&error))
        }
    }
}

/// What the process tells of itself, by the settings, by what it runs and by where it runs.
fn told(cli: &Cli) -> telemetry::Settings {
    let layers = Settings::layers(cli.global.config.as_deref());
    let Command::Serve(args) = &cli.command else { return settings::telemetry(&layers, false) };
    let host = std::env::var("HOSTNAME").ok();
    telemetry::Settings {
        role: args.role(),
        instance: args.instance(host.as_deref(), settings::listen(&layers)),
        ..settings::telemetry(&layers, true)
    }
}

/// Runs a command while telling of it, and sends what was told before the process ends.
async fn watched(cli: Cli, told: telemetry::Settings) -> Result<Outcome> {
    let mut telemetry = Telemetry::start(&told)?;
    if let Some((address, scrape)) = telemetry.scrape.take() {
        let listener = tokio::net::TcpListener::bind(address).await.map_err(|error| {
            Error::new(
                Kind::Unavailable,
                "LISTEN",
                format!("{address} can't be listened on for metrics: {error}; choose another in telemetry.prometheus"),
            )
        })?;
        tokio::spawn(scrape.serve(listener));
    }
    // A job that a scheduler started belongs to the trace that it names (W3C, `TRACEPARENT`).
    let command = telemetry::command(std::env::var("TRACEPARENT").ok().as_deref());
    let ended = dispatch(cli).instrument(command).await;
    tokio::task::spawn_blocking(move || telemetry.flush()).await.map_err(Error::internal)?;
    ended
}

async fn dispatch(cli: Cli) -> Result<Outcome> {
    let global = cli.global;
    match cli.command {
        Command::Demo { out } => commands::demo::run(&global, &out).await,
        Command::Serve(args) => commands::serve::run(&global, &args).await,
        Command::Migrate(args) => commands::migrate::run(&global, &args).await,
        Command::Token(args) => commands::token::run(&global, &args),
        Command::Import(args) => commands::import::run(&global, &args).await,
        Command::Schema(args) => commands::schema::run(&global, args).await,
        Command::Cycle(args) => commands::cycle::run(&global, args).await,
        Command::Goals(args) => commands::goals::run(&global, args).await,
        Command::Standing(args) => commands::standing::run(&global, &args).await,
        Command::Rules(args) => commands::rules::run(&global, args).await,
        Command::Review(args) => commands::review::run(&global, args).await,
        Command::Mail(args) => commands::mail::run(&global, args).await,
        Command::Reads(args) => commands::reads::run(&global, &args).await,
        Command::Backup(args) => commands::backup::back_up(&global, &args).await,
        Command::Restore(args) => commands::backup::restore(&global, &args).await,
        Command::Config(command) => commands::config::run(&global, &command),
        Command::Generate(args) => commands::generate::run(&global, &args),
    }
}

/// Says on standard error what went wrong and what to do.
fn tell(error: &Error, json: bool) {
    let screen = Screen::new(json);
    if json {
        let document =
            json!({ "error": { "reason": error.reason, "message": error.message, "problems": error.problems } });
        screen.warn(document.to_string());
    } else {
        let red = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
        screen.warn(format!("{red}error{red:#}: {error}"));
    }
}
