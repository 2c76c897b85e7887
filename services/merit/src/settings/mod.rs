//! What a process is told: by a file and by the environment. Read and checked whole before a port is bound.

mod files;
mod kind;
mod layers;
mod reference;
mod secret;
mod sections;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use merit_core::Result;
use merit_notifications::{Relay, Security};
use merit_platform::client::Trust;
use merit_platform::server::{Limits, TlsFiles};

use crate::placement::Service;

pub use layers::Layers;
pub use reference::{document, page};
pub use sections::{Identity, Provider, Storage, listen, telemetry};

/// Settings of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What callers get at most.
    pub limits: Limits,
    /// The server's certificates; none: it speaks without TLS.
    pub tls: Option<TlsFiles>,
    /// Where records are kept.
    pub storage: Storage,
    /// Where services are that run elsewhere.
    pub services: BTreeMap<Service, String>,
    /// What is trusted there, and what is shown.
    pub trust: Trust,
    /// How often mails that notifications has not taken are tried again.
    pub relay_every: Duration,
    /// How callers are known.
    pub identity: Identity,
    /// A file with access policies in place of our own.
    pub policies_file: Option<PathBuf>,
    /// The relay that mail leaves through; none: mail leaves as files only.
    pub relay: Option<Relay>,
    /// Where the settings that name a secret's file come from.
    pub secrets: BTreeMap<&'static str, String>,
}

impl Settings {
    /// From a file, if one is named, and the environment.
    ///
    /// # Errors
    /// `BAD_SETTING` with every mistake, each naming the setting and what it takes.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        Self::read(&mut Self::layers(file))
    }

    /// The layers that settings are read from.
    #[must_use]
    pub fn layers(file: Option<&Path>) -> Layers {
        let variables = std::env::vars_os();
        Layers::read(
            file,
            variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// From layers.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn read(layers: &mut Layers) -> Result<Self> {
        let relay = relay(layers);
        let storage = sections::storage(layers);
        let identity = sections::identity(layers, &storage);
        let settings = Self {
            listen: listen(layers),
            limits: sections::limits(layers),
            tls: sections::tls(layers),
            storage,
            services: sections::services(layers),
            trust: sections::trust(layers),
            relay_every: sections::seconds(layers, "services.relay_seconds", 30),
            identity,
            policies_file: layers.path("access.policies_file"),
            relay,
            secrets: layers.secrets(),
        };
        // Read before everything else, by the part that runs commands; asked for here so that a mistake is told.
        let _ = telemetry(layers, true);
        layers.verdict()?;
        Ok(settings)
    }
}

fn relay(layers: &mut Layers) -> Option<Relay> {
    let (security, port) = match layers.text("smtp.security").as_deref() {
        Some("tls") => (Security::Tls, 465),
        Some("none") => (Security::None, 25),
        _ => (Security::StartTls, 587),
    };
    let port = layers.number("smtp.port").and_then(|port| u16::try_from(port).ok()).unwrap_or(port);
    let relay = Relay {
        host: layers.text("smtp.host").unwrap_or_default(),
        port,
        security,
        username: layers.text("smtp.username"),
        password_file: layers.path("smtp.password_file"),
        ca_file: layers.path("smtp.ca_file"),
        sender: layers.text("mail.from").unwrap_or_default(),
        resend_unclear: layers.text("mail.resend_unclear").as_deref() == Some("yes"),
    };
    // Told first of what is wrong with a relay, and good for mail that leaves as files, too.
    if !relay.sender.is_empty()
        && let Some(error) = relay.check().err().filter(|error| error.reason == "BAD_SENDER")
    {
        let from = layers.source("mail.from").unwrap_or_default();
        layers.wrong(format!("the setting mail.from ({from}): {}", error.message));
    }
    if relay.host.is_empty() {
        for key in ["smtp.port", "smtp.username", "smtp.password_file", "smtp.ca_file"] {
            if layers.source(key).is_some() {
                layers.missing("smtp.host", &format!("with {key}"));
            }
        }
        return None;
    }
    if relay.username.is_some() != relay.password_file.is_some() {
        let (has, lacks) = if relay.username.is_some() {
            ("smtp.username", "smtp.password_file")
        } else {
            ("smtp.password_file", "smtp.username")
        };
        layers.missing(lacks, &format!("with {has}"));
    }
    if relay.username.is_some() && relay.security == Security::None {
        layers.wrong(
            "smtp.username is set, and smtp.security is none: the password would travel for everybody to read; set \
             smtp.security to starttls or tls, or leave the user out"
                .to_owned(),
        );
    }
    if relay.sender.is_empty() {
        layers.missing("mail.from", "with a relay");
    }
    Some(relay)
}
