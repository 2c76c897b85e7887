//! Channels to servers on a network, with TLS where the address says so.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use merit_core::error::causes;
use merit_core::{Error, Kind, Result};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tonic::transport::{Channel, Endpoint};

use crate::server::{certificates, refused};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a connection may be silent before it is asked whether it still lives, and how long it may take to say so.
const KEEPALIVE: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(10));

/// What a caller trusts, and how it shows who it is, on a connection with TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// Certificates of authorities (PEM) to trust instead of the public ones.
    pub ca_file: Option<PathBuf>,
    /// The caller's own certificate and key (PEM). Like the authorities, read again for each connection.
    pub identity: Option<(PathBuf, PathBuf)>,
}

impl Trust {
    /// Whether its files can be used, without asking anybody.
    ///
    /// # Errors
    /// `TLS` when one can't.
    pub fn check(&self) -> Result<()> {
        self.config().map(drop)
    }

    /// What a connection is made with. Read for each, so that renewed certificates are taken up.
    fn config(&self) -> Result<Arc<ClientConfig>> {
        let mut roots = RootCertStore::empty();
        match &self.ca_file {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(file) => {
                for root in certificates(file)? {
                    roots.add(root).map_err(|error| refused(file, &error))?;
                }
            }
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(Error::internal)?
            .with_root_certificates(roots);
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let private = PrivateKeyDer::from_pem_file(key).map_err(|error| refused(key, &error))?;
                let chain = certificates(certificate)?;
                builder.with_client_auth_cert(chain, private).map_err(|error| refused(certificate, &error))?
            }
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Arc::new(config))
    }
}

/// A channel to a running server.
///
/// # Errors
/// `BAD_SERVER` when the address is not one, `SERVER_UNREACHABLE` when nobody answers there, `TLS` when a certificate file
/// can't be used.
pub async fn remote(url: &str, trust: &Trust) -> Result<Channel> {
    let unreachable = |error: tonic::transport::Error| {
        let why = causes(&error);
        let words = if why.contains("certificate") {
            format!("the server at {url} can't be trusted from here, or doesn't trust us ({why}); see services.ca_file")
        } else {
            format!("no Merit server answers at {url}; start one with `merit serve`, or leave out --server")
        };
        Error::new(Kind::Unavailable, "SERVER_UNREACHABLE", words)
    };
    match way(url, trust)? {
        Way::Plain(endpoint) => endpoint.connect().await.map_err(unreachable),
        Way::Tls(endpoint, secure) => {
            let connect = tower::service_fn(move |_: http::Uri| secure.clone().connect());
            endpoint.connect_with_connector(connect).await.map_err(unreachable)
        }
    }
}

/// A channel to a server that may not run yet: each call connects if it has to.
///
/// # Errors
/// As [`remote`], but for a server that doesn't answer.
pub fn lazy(url: &str, trust: &Trust) -> Result<Channel> {
    Ok(match way(url, trust)? {
        Way::Plain(endpoint) => endpoint.connect_lazy(),
        Way::Tls(endpoint, secure) => {
            endpoint.connect_with_connector_lazy(tower::service_fn(move |_: http::Uri| secure.clone().connect()))
        }
    })
}

/// How a server is connected to.
enum Way {
    Plain(Endpoint),
    Tls(Endpoint, Secure),
}

/// Makes connections with TLS.
#[derive(Clone)]
struct Secure {
    host: String,
    port: u16,
    trust: Trust,
}

impl Secure {
    async fn connect(self) -> Result<TokioIo<TlsStream<TcpStream>>> {
        let config = self.trust.config()?;
        let failed = |error: &dyn std::error::Error| {
            let words = format!("{}:{}: {error}", self.host, self.port);
            Error::new(Kind::Unavailable, "SERVER_UNREACHABLE", words)
        };
        let host = self.host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host.clone()).map_err(|error| failed(&error))?;
        let stream = TcpStream::connect((host.as_str(), self.port)).await.map_err(|error| failed(&error))?;
        let _ = stream.set_nodelay(true);
        let stream = TlsConnector::from(config).connect(name, stream).await.map_err(|error| failed(&error))?;
        Ok(TokioIo::new(stream))
    }
}

fn way(url: &str, trust: &Trust) -> Result<Way> {
    let bad = || Error::invalid("BAD_SERVER", format!("`{url}` is not an address like http://127.0.0.1:50051"));
    let settled = |endpoint: Endpoint| {
        endpoint
            .connect_timeout(CONNECT)
            .http2_keep_alive_interval(KEEPALIVE.0)
            .keep_alive_timeout(KEEPALIVE.1)
            .keep_alive_while_idle(true)
    };
    let endpoint = Endpoint::from_shared(url.to_owned()).map_err(|_| bad())?;
    let uri = endpoint.uri().clone();
    if uri.scheme_str() != Some("https") {
        return Ok(Way::Plain(settled(endpoint)));
    }
    // A mistake in the files is told now, not with the first call.
    trust.check()?;
    let authority = uri.authority().ok_or_else(bad)?;
    let secure =
        Secure { host: authority.host().to_owned(), port: authority.port_u16().unwrap_or(443), trust: trust.clone() };
    // tonic reads certificates once and for all: to it this is a plain connection, over a stream that is ours.
    let plain = Endpoint::from_shared(format!("http://{authority}")).map_err(|_| bad())?.origin(uri);
    Ok(Way::Tls(settled(plain), secure))
}
