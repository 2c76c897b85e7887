//! `merit migrate`: brings the services' records to this program's version, one after the other. Others that do the same
//! wait for each other.

use std::sync::Arc;

use clap::Args;
use clap::builder::PossibleValuesParser;
use merit_core::{Result, SystemClock};
use merit_platform::store::Place;
use serde_json::json;

use crate::cli::Global;
use crate::exit::Outcome;
use crate::placement::{self, Service};
use crate::settings::Settings;
use crate::show::Screen;
use crate::wiring::{self, Assembly, Ground};

/// `merit migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Whose records, with commas between
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = placement::ALL, value_parser = PossibleValuesParser::new(placement::words()))]
    pub services: Vec<String>,
}

pub async fn run(global: &Global, args: &Migrate) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    super::without_server(global, "migrate")?;
    let settings = Settings::load(global.config.as_deref())?;
    let services = placement::chosen(&args.services)?;
    let ground = Ground::take(&settings, &global.data, "merit migrate")?;
    match &ground.place {
        Place::Postgres(server) => {
            for service in &services {
                wiring::migrate(server, *service).await?;
                screen.line(format!("{}: at this version", service.word()));
            }
        }
        // A file is brought up whenever its service opens it.
        Place::Folder(data) => {
            let keys = wiring::keys(&settings, data)?;
            // Where services run apart, each has a folder with its own file and no other's.
            let here = if settings.services.is_empty() { Service::ALL.into() } else { services.clone() };
            Assembly::open(&ground.place, &here, &keys, &settings, Arc::new(SystemClock)).await?;
            screen.line(format!("{}: at this version", ground.name));
        }
    }
    let names: Vec<_> = services.iter().map(|service| service.word()).collect();
    screen.json(&json!({ "services": names, "place": ground.name }));
    Ok(Outcome::Done)
}
