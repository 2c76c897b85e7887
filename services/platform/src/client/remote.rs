//! Channels to servers on a network, with TLS where the address says so.

use std::path::PathBuf;
use std::time::Duration;

use merit_core::{Error, Kind, Result};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a connection may be silent before it is asked whether it still lives, and how long it may take to say so.
const KEEPALIVE: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(10));

/// What a caller trusts, and how it shows who it is, on a connection with TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// Certificates of authorities (PEM) to trust instead of the public ones.
    pub ca_file: Option<PathBuf>,
    /// The caller's own certificate and key (PEM).
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// A channel to a running server.
///
/// # Errors
/// `BAD_SERVER` when the address is not one, `SERVER_UNREACHABLE` when nobody answers there, `TLS` when a certificate file
/// can't be used.
pub async fn remote(url: &str, trust: &Trust) -> Result<Channel> {
    endpoint(url, trust)?.connect().await.map_err(|_| {
        Error::new(
            Kind::Unavailable,
            "SERVER_UNREACHABLE",
            format!("no Merit server answers at {url}; start one with `merit serve`, or leave out --server"),
        )
    })
}

/// A channel to a server that may not run yet: each call connects if it has to.
///
/// # Errors
/// As [`remote`], but for a server that doesn't answer.
pub fn lazy(url: &str, trust: &Trust) -> Result<Channel> {
    endpoint(url, trust).map(|endpoint| endpoint.connect_lazy())
}

fn endpoint(url: &str, trust: &Trust) -> Result<Endpoint> {
    let bad = || Error::invalid("BAD_SERVER", format!("`{url}` is not an address like http://127.0.0.1:50051"));
    let endpoint = Endpoint::from_shared(url.to_owned())
        .map_err(|_| bad())?
        .connect_timeout(CONNECT)
        .http2_keep_alive_interval(KEEPALIVE.0)
        .keep_alive_timeout(KEEPALIVE.1)
        .keep_alive_while_idle(true);
    if endpoint.uri().scheme_str() != Some("https") {
        return Ok(endpoint);
    }
    let mut tls = ClientTlsConfig::new();
    tls = match &trust.ca_file {
        Some(file) => tls.ca_certificate(Certificate::from_pem(read(file)?)),
        None => tls.trust_anchors(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    };
    if let Some((certificate, key)) = &trust.identity {
        tls = tls.identity(Identity::from_pem(read(certificate)?, read(key)?));
    }
    endpoint.tls_config(tls).map_err(|error| {
        Error::precondition("TLS", format!("the certificates for {url} can't be used: {}", whole(&error)))
    })
}

fn read(file: &PathBuf) -> Result<Vec<u8>> {
    std::fs::read(file)
        .map_err(|error| Error::precondition("TLS", format!("`{}` can't be read: {error}", file.display())))
}

/// An error with what caused it.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(&format!(": {next}"));
        cause = next.source();
    }
    text
}
