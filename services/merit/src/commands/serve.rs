//! `merit serve`: all services behind one socket until the process is told to stop.

use std::sync::Arc;

use merit_core::{Error, Kind, Result, SystemClock};
use merit_platform::data_folder::DataFolder;
use merit_platform::identity::Keys;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{Global, Serve};
use crate::exit::Outcome;
use crate::settings::Settings;
use crate::show::Screen;
use crate::wiring::{self, Assembly};

pub async fn run(global: &Global, args: &Serve) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let settings = Settings::from_environment()?;
    let folder = DataFolder::open(&global.data, &format!("merit serve on {}", args.listen))?;
    let keys = Keys::load_or_create(&wiring::key_file(&global.data))?;
    let assembly = Assembly::open(&folder, &keys, &settings, Arc::new(SystemClock)).await?;
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        Error::new(
            Kind::Unavailable,
            "LISTEN",
            format!("{} can't be listened on: {error}; choose another with --listen", args.listen),
        )
    })?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::internal)?;
    screen.line(format!("merit serves {} on {address}; stop it with Ctrl-C", folder.path().display()));
    let stop = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    };
    assembly.start_relay();
    let Assembly { server, incoming, .. } = assembly;
    server.serve(listener, incoming, stop).await?;
    Ok(Outcome::Done)
}
