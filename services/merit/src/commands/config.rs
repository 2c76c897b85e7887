//! `merit config`: what is in force, whether it is good, and the reference.

use clap::Subcommand;
use merit_core::Result;
use serde_json::json;

use crate::cli::Global;
use crate::exit::Outcome;
use crate::placement::Service;
use crate::settings::{self, Settings};
use crate::show::Screen;

/// `merit config …`
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Show every setting in force and where it comes from
    Show,
    /// Say what is wrong with the settings and the files that they name, and nothing else
    Check,
    /// Print the reference page of all settings, in Markdown, or with --json as data
    Reference,
}

pub fn run(global: &Global, command: &Config) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    match command {
        Config::Reference => {
            screen.line(settings::page().trim_end());
            screen.json(&settings::document());
        }
        Config::Show => {
            let mut layers = Settings::layers(global.config.as_deref());
            let rows = layers.rows();
            let table: Vec<_> = rows
                .iter()
                .map(|(setting, value)| {
                    let (value, from) = value.clone().unwrap_or_else(|| ("(not set)".to_owned(), String::new()));
                    vec![setting.key.to_owned(), value, from]
                })
                .collect();
            screen.table(&["setting", "value", "from"], &table);
            let document = rows.iter().map(|(setting, value)| {
                let (value, from) = value.clone().unzip();
                json!({ "setting": setting.key, "value": value, "from": from })
            });
            screen.json(&json!({ "settings": document.collect::<Vec<_>>() }));
            // What is shown is what was understood; what was not is told, too.
            Settings::read(&mut layers)?;
        }
        Config::Check => {
            let mut layers = Settings::layers(global.config.as_deref());
            Settings::read(&mut layers)?.look_at_files(&Service::ALL.into())?;
            let set = layers
                .rows()
                .iter()
                .filter(|(_, value)| value.as_ref().is_some_and(|(_, from)| from != "default"))
                .count();
            screen.line(format!(
                "the settings are good: {set} set, the others as compiled in; nobody was asked over the network"
            ));
            screen.json(&json!({ "good": true, "set": set }));
        }
    }
    Ok(Outcome::Done)
}
