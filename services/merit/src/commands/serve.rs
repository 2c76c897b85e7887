//! `merit serve`: services behind one socket until the process is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use clap::builder::PossibleValuesParser;
use merit_core::{Error, Kind, Result, SystemClock};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::Global;
use crate::exit::Outcome;
use crate::placement::{self, Service};
use crate::settings::Settings;
use crate::show::Screen;
use crate::wiring::{self, Assembly, Ground};

/// `merit serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Which services this process runs, with commas between; the settings say where the others are
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = placement::ALL, value_parser = PossibleValuesParser::new(placement::words()))]
    pub services: Vec<String>,
    /// Where to listen, instead of where the settings say (127.0.0.1:50051)
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
}

pub async fn run(global: &Global, args: &Serve) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let settings = Settings::load(global.config.as_deref())?;
    let listen = args.listen.unwrap_or(settings.listen);
    let services = placement::chosen(&args.services)?;
    settings.look_at_files(&services)?;
    let ground = Ground::take(&settings, &global.data, &format!("merit serve on {listen}"))?;
    let keys = wiring::keys(&settings, &global.data)?;
    let assembly = Assembly::open(&ground.place, &services, &keys, &settings, Arc::new(SystemClock)).await?;
    let assembly = assembly.with_tls(&settings)?;
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Error::new(
            Kind::Unavailable,
            "LISTEN",
            format!("{listen} can't be listened on: {error}; choose another with --listen"),
        )
    })?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::internal)?;
    let what = if services.len() == Service::ALL.len() {
        ground.name.clone()
    } else {
        let names: Vec<_> = services.iter().map(|service| service.word()).collect();
        format!("{} of {}", names.join(", "), ground.name)
    };
    screen.line(format!("merit serves {what} on {address}; stop it with Ctrl-C"));
    let stop = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    };
    assembly.start_relay();
    assembly.start_measuring();
    let Assembly { server, incoming, .. } = assembly;
    server.serve(listener, incoming, stop).await?;
    Ok(Outcome::Done)
}
