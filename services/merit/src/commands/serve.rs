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

impl Serve {
    /// What the process is to those who read what it tells: `all`, or the services that it runs.
    pub fn role(&self) -> String {
        match placement::chosen(&self.services) {
            Ok(services) if services.len() < Service::ALL.len() => {
                services.into_iter().map(Service::word).collect::<Vec<_>>().join(",")
            }
            _ => placement::ALL.to_owned(),
        }
    }

    /// What the process is called among those like it: the host and the port, where both are known beforehand.
    pub fn instance(&self, host: Option<&str>, otherwise: SocketAddr) -> Option<String> {
        let host = host.filter(|host| !host.is_empty())?;
        let port = self.listen.unwrap_or(otherwise).port();
        (port != 0).then(|| format!("{host}:{port}"))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn serve(services: &[&str], listen: Option<&str>) -> Serve {
        Serve {
            services: services.iter().map(|&word| word.to_owned()).collect(),
            listen: listen.map(|address| address.parse().unwrap()),
        }
    }

    #[test]
    fn a_server_tells_what_it_runs_and_where() {
        assert_eq!(serve(&["all"], None).role(), "all");
        assert_eq!(serve(&["scoring", "goals"], None).role(), "goals,scoring");
        let otherwise = "0.0.0.0:50051".parse().unwrap();
        let instance = |listen, host| serve(&["goals"], listen).instance(host, otherwise);
        assert_eq!(instance(None, Some("merit-goals-1")).as_deref(), Some("merit-goals-1:50051"));
        assert_eq!(instance(Some("127.0.0.1:7"), Some("host")).as_deref(), Some("host:7"));
        assert_eq!(instance(None, None), None);
        assert_eq!(instance(None, Some("")), None);
        assert_eq!(instance(Some("127.0.0.1:0"), Some("host")), None, "the port isn't known yet");
    }
}
