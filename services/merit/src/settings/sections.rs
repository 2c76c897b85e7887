//! From checked values to what each part of a process takes.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use merit_platform::client::Trust;
use merit_platform::identity::{Named, Source, Terms};
use merit_platform::server::{Limits, TlsFiles};
use merit_platform::telemetry;

use super::Layers;
use crate::placement::Service;

/// Where records are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// In the data folder.
    Folder,
    /// In a PostgreSQL database.
    Postgres {
        /// Its address.
        url: String,
        /// A file with the password.
        password_file: Option<PathBuf>,
        /// Connections of each service.
        connections: u32,
        /// What stands before each schema's name.
        prefix: String,
    },
}

/// How callers are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The file with the key that signs our tokens; none: the data folder's own.
    pub key_file: Option<PathBuf>,
    /// Who else issues tokens.
    pub provider: Option<Provider>,
    /// Whom certificates name.
    pub certificates: Named,
}

/// An identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// What its tokens have to be like.
    pub terms: Terms,
    /// Where its keys are.
    pub keys: Source,
}

/// Where to listen.
#[must_use]
pub fn listen(layers: &Layers) -> SocketAddr {
    let text = layers.text("server.listen");
    text.and_then(|text| text.parse().ok()).unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 50051))
}

/// A time in whole seconds.
pub fn seconds(layers: &Layers, key: &'static str, otherwise: u64) -> Duration {
    Duration::from_secs(layers.number(key).unwrap_or(otherwise))
}

fn count(layers: &Layers, key: &'static str, otherwise: usize) -> usize {
    layers.number(key).and_then(|number| usize::try_from(number).ok()).unwrap_or(otherwise)
}

/// What callers get at most.
pub fn limits(layers: &Layers) -> Limits {
    let known = Limits::default();
    let seconds = |key, known: Duration| seconds(layers, key, known.as_secs());
    Limits {
        call: seconds("server.call_seconds", known.call),
        calls: count(layers, "server.calls", known.calls),
        connections: count(layers, "server.connections", known.connections),
        streams: layers.number("server.streams").and_then(|number| u32::try_from(number).ok()).unwrap_or(known.streams),
        message: count(layers, "server.message_size", known.message),
        large_message: count(layers, "server.large_message_size", known.large_message),
        handshake: seconds("server.handshake_seconds", known.handshake),
        age: seconds("server.age_seconds", known.age),
        age_grace: seconds("server.age_grace_seconds", known.age_grace),
        drain: seconds("server.drain_seconds", known.drain),
    }
}

/// The server's certificates.
pub fn tls(layers: &mut Layers) -> Option<TlsFiles> {
    let pair = pair(layers, "server.tls_cert_file", "server.tls_key_file");
    let client_ca = layers.path("server.client_ca_file");
    if client_ca.is_some() && pair.is_none() {
        layers.missing("server.tls_cert_file", "with server.client_ca_file");
    }
    pair.map(|(certificate, key)| TlsFiles { certificate, key, client_ca })
}

/// What is trusted at other addresses, and shown there.
pub fn trust(layers: &mut Layers) -> Trust {
    let identity = pair(layers, "services.cert_file", "services.key_file");
    Trust { ca_file: layers.path("services.ca_file"), identity }
}

/// Two files of which neither is anything without the other.
fn pair(layers: &mut Layers, one: &'static str, two: &'static str) -> Option<(PathBuf, PathBuf)> {
    match (layers.path(one), layers.path(two)) {
        (Some(one), Some(two)) => Some((one, two)),
        (Some(_), None) => {
            layers.missing(two, &format!("with {one}"));
            None
        }
        (None, Some(_)) => {
            layers.missing(one, &format!("with {two}"));
            None
        }
        (None, None) => None,
    }
}

/// Where records are kept.
pub fn storage(layers: &mut Layers) -> Storage {
    let (url, password_file) = (layers.text("storage.url"), layers.path("storage.password_file"));
    let connections = layers.number("storage.connections").and_then(|number| u32::try_from(number).ok()).unwrap_or(10);
    let prefix = layers.text("storage.schema_prefix").unwrap_or_default();
    if layers.text("storage.kind").as_deref() != Some("postgres") {
        for key in ["storage.url", "storage.password_file"] {
            if let Some(source) = layers.source(key) {
                layers.wrong(format!(
                    "{key} is set ({source}), and storage.kind is folder: nothing would be kept there; set storage.kind to \
                     postgres, or leave {key} out"
                ));
            }
        }
        return Storage::Folder;
    }
    if url.is_none() {
        layers.missing("storage.url", "with storage.kind = postgres");
    }
    Storage::Postgres { url: url.unwrap_or_default(), password_file, connections, prefix }
}

/// Where services are.
pub fn services(layers: &Layers) -> BTreeMap<Service, String> {
    Service::ALL.into_iter().filter_map(|service| Some((service, layers.text(service.key())?))).collect()
}

/// How callers are known.
pub fn identity(layers: &mut Layers, storage: &Storage) -> Identity {
    let key_file = layers.path("identity.key_file");
    if key_file.is_none() && *storage != Storage::Folder {
        layers.missing("identity.key_file", "with storage.kind = postgres");
    }
    let terms = Terms {
        issuer: layers.text("identity.issuer").unwrap_or_default(),
        audience: layers.text("identity.audience").unwrap_or_default(),
        algorithms: layers.words("identity.algorithms"),
        leeway: layers.number("identity.leeway_seconds").unwrap_or_default(),
        role_claim: layers.text("identity.role_claim").unwrap_or_default(),
    };
    let ca_file = layers.path("identity.jwks_ca_file");
    let keys = match layers.text("identity.jwks") {
        Some(url) if url.contains("://") => Some(Source::Address { url, ca_file }),
        Some(_) => layers.path("identity.jwks").map(Source::File),
        None => None,
    };
    if keys.is_some() {
        for (key, value) in [("identity.issuer", &terms.issuer), ("identity.audience", &terms.audience)] {
            if value.is_empty() {
                layers.missing(key, "with identity.jwks");
            }
        }
    }
    if keys.is_none() {
        for key in ["identity.issuer", "identity.audience", "identity.jwks_ca_file"] {
            if layers.source(key).is_some() {
                layers.missing("identity.jwks", &format!("with {key}"));
            }
        }
    }
    let certificates = Named::read(&layers.names("identity.certificates")).unwrap_or_else(|error| {
        layers.wrong(error.message);
        Named::default()
    });
    if layers.source("identity.certificates").is_some() && layers.source("server.client_ca_file").is_none() {
        layers.missing("server.client_ca_file", "with identity.certificates");
    }
    Identity { key_file, provider: keys.map(|keys| Provider { terms, keys }), certificates }
}

/// What the process tells of itself. A value that makes no sense counts as none here; reading the settings tells of it.
#[must_use]
pub fn telemetry(layers: &Layers, serving: bool) -> telemetry::Settings {
    let filter = layers.text("telemetry.log").unwrap_or_else(|| if serving { "info" } else { "error" }.to_owned());
    let json = layers.text("telemetry.log_format").map_or(serving, |format| format == "json");
    telemetry::Settings {
        otlp: layers.text("telemetry.otlp"),
        // Asked for by every kind of process, so that one file can say it to all; only a server listens.
        prometheus: layers.text("telemetry.prometheus").filter(|_| serving).and_then(|text| text.parse().ok()),
        ..telemetry::Settings::logs(&filter, json)
    }
}
