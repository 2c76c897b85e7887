//! TLS to the relay. The public roots are trusted, and what the settings add.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::{AsyncTokioStream, Certificate, CertificateStore, TlsParameters};
use merit_core::{Error, Result};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::Relay;

/// For a connection that turns to TLS after its greeting.
///
/// # Errors
/// `BAD_RELAY` when the certificates of the settings can't be read.
pub fn parameters(relay: &Relay) -> Result<TlsParameters> {
    let mut builder = TlsParameters::builder(relay.host.clone()).certificate_store(CertificateStore::WebpkiRoots);
    for certificate in own_roots(relay)? {
        let certificate = Certificate::from_der(certificate.to_vec()).map_err(|_| bad_certificates(relay))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(|_| bad_certificates(relay))
}

/// Makes a connection a TLS one, from its first byte.
///
/// # Errors
/// `BAD_RELAY` as [`parameters`]; `RELAY_REFUSED` when the relay can't prove who it is.
pub async fn wrap(relay: &Relay, stream: TcpStream) -> Result<Box<dyn AsyncTokioStream>> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in own_roots(relay)? {
        roots.add(certificate).map_err(|_| bad_certificates(relay))?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(relay.host.clone())
        .map_err(|_| Error::invalid("BAD_RELAY", format!("the relay's host `{}` is not a name", relay.host)))?;
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    let stream = connected.map_err(|error| {
        Error::new(
            merit_core::Kind::Unavailable,
            "RELAY_REFUSED",
            format!("no TLS with the relay {}:{}: {error}; look at `security` and `ca_file`", relay.host, relay.port),
        )
    })?;
    Ok(Box::new(Wrapped(stream)))
}

fn own_roots(relay: &Relay) -> Result<Vec<CertificateDer<'static>>> {
    let Some(file) = &relay.ca_file else { return Ok(Vec::new()) };
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    read.ok().filter(|found| !found.is_empty()).ok_or_else(|| bad_certificates(relay))
}

fn bad_certificates(relay: &Relay) -> Error {
    let file = relay.ca_file.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
    Error::precondition(
        "BAD_RELAY",
        format!("the relay's `ca_file` `{file}` holds no certificates (PEM) that can be read"),
    )
}

/// A TLS stream as lettre wants one.
#[derive(Debug)]
struct Wrapped(TlsStream<TcpStream>);

impl AsyncTokioStream for Wrapped {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Wrapped {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wrapped {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
