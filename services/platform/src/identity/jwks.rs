//! An identity provider's public keys (RFC 7517), from a file or an address: read at start, now and then, and when a token
//! names a key that is not known. Reading that fails leaves the old keys in force.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock, Weak};
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jsonwebtoken::jwk::JwkSet;
use merit_core::error::causes;
use merit_core::{Error, Kind, Result};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tonic::codegen::Bytes;

use super::pace::{Machine, Pace, Timer};

/// How long the provider may take to answer, and how much it may say.
const PATIENCE: Duration = Duration::from_secs(5);
const LARGEST: usize = 1024 * 1024;

/// Where keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// At an address that begins with `https://`, whose certificate is one of the public authorities' or of those in a
    /// file (PEM).
    Address {
        /// The address.
        url: String,
        /// The file.
        ca_file: Option<PathBuf>,
    },
}

impl Source {
    /// Whether what is on this machine can be used: the file with the keys, or the authorities to trust at the address.
    ///
    /// # Errors
    /// `IDENTITY_KEYS` when it can't.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::File(path) => {
                let bytes = std::fs::read(path).map_err(|error| refused(&path.display(), &error))?;
                parse(&path.display(), &bytes).map(drop)
            }
            Self::Address { ca_file, .. } => fetcher(ca_file.as_deref()).map(drop),
        }
    }
}

/// Keys as they are now. Cheap to clone.
#[derive(Clone)]
pub struct KeySet(Arc<Kept>);

struct Kept {
    source: Source,
    fetcher: Option<Fetcher>,
    pace: Pace,
    timer: Arc<dyn Timer>,
    current: RwLock<Option<Arc<JwkSet>>>,
    // When somebody last asked for a key that was not known; never, if the first reading failed and nobody has asked since.
    asked: Mutex<Option<Duration>>,
}

type Fetcher = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

impl KeySet {
    /// Reads the keys, and goes on to read them. A provider that doesn't answer yet is asked again later. Has to be called
    /// inside a runtime.
    ///
    /// # Errors
    /// `IDENTITY_KEYS` when the file holds no keys, or the certificates to trust can't be read.
    pub async fn start(source: Source, pace: Pace) -> Result<Self> {
        Self::timed(source, pace, Arc::new(Machine::new())).await
    }

    /// As [`KeySet::start`], by a timer of the caller's.
    pub(super) async fn timed(source: Source, pace: Pace, timer: Arc<dyn Timer>) -> Result<Self> {
        let fetcher = match &source {
            Source::File(_) => None,
            Source::Address { ca_file, .. } => Some(fetcher(ca_file.as_deref())?),
        };
        let kept = Arc::new(Kept {
            source,
            fetcher,
            pace,
            timer: Arc::clone(&timer),
            current: RwLock::default(),
            asked: Mutex::new(Some(timer.now())),
        });
        match kept.read().await {
            Ok(keys) => kept.keep(keys),
            Err(error) if matches!(kept.source, Source::File(_)) => return Err(error),
            Err(error) => {
                kept.failed(&error);
                *kept.asked.lock().await = None;
            }
        }
        tokio::spawn(again(Arc::downgrade(&kept), timer.now() + pace.every, timer));
        Ok(Self(kept))
    }

    /// The keys, read again if this one is not among them and the last time was not just now.
    ///
    /// # Errors
    /// `IDENTITY_KEYS_UNAVAILABLE` where there have never been any.
    pub async fn with(&self, kid: Option<&str>) -> Result<Arc<JwkSet>> {
        let known = self.0.keys().filter(|keys| kid.is_none_or(|kid| keys.find(kid).is_some()));
        if let Some(keys) = known {
            return Ok(keys);
        }
        // Whoever comes meanwhile waits here, and then finds what the first one read.
        let mut asked = self.0.asked.lock().await;
        let now = self.0.timer.now();
        let often = if self.0.keys().is_some() { self.0.pace.unknown } else { self.0.pace.first };
        if asked.is_none_or(|asked| now.saturating_sub(asked) >= often) {
            *asked = Some(now);
            self.0.refresh().await;
        }
        self.0.keys().ok_or_else(|| {
            Error::new(
                Kind::Unavailable,
                "IDENTITY_KEYS_UNAVAILABLE",
                "the identity provider's keys can't be had now; try again in a moment",
            )
        })
    }
}

/// Reads the keys at a time and again and again after it, as long as somebody uses them.
async fn again(kept: Weak<Kept>, mut next: Duration, timer: Arc<dyn Timer>) {
    loop {
        timer.until(next).await;
        let Some(kept) = kept.upgrade() else { return };
        kept.refresh().await;
        next = (next + kept.pace.every).max(timer.now());
    }
}

impl Kept {
    fn keys(&self) -> Option<Arc<JwkSet>> {
        self.current.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn keep(&self, keys: JwkSet) {
        *self.current.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(Arc::new(keys));
    }

    async fn refresh(&self) {
        match self.read().await {
            Ok(keys) => self.keep(keys),
            Err(error) => self.failed(&error),
        }
    }

    fn failed(&self, error: &Error) {
        let (reason, message) = (&error.reason, &error.message);
        match self.keys() {
            Some(_) => tracing::warn!(%reason, "{message}; the ones that were read before stay"),
            None => {
                tracing::warn!(%reason, "{message}; they are asked for again, and no token of the provider is taken until then")
            }
        }
    }

    async fn read(&self) -> Result<JwkSet> {
        let bytes = match (&self.source, &self.fetcher) {
            (Source::File(path), _) => {
                std::fs::read(path).map(Bytes::from).map_err(|error| refused(&path.display(), &error))?
            }
            (Source::Address { url, .. }, Some(fetcher)) => {
                timeout(PATIENCE, fetch(fetcher, url)).await.map_err(|_| refused(url, &"it doesn't answer"))??
            }
            (Source::Address { url, .. }, None) => return Err(refused(url, &"it can't be asked")),
        };
        match &self.source {
            Source::File(path) => parse(&path.display(), &bytes),
            Source::Address { url, .. } => parse(url, &bytes),
        }
    }
}

fn parse(name: &(impl std::fmt::Display + ?Sized), bytes: &[u8]) -> Result<JwkSet> {
    let keys: JwkSet = serde_json::from_slice(bytes).map_err(|error| refused(name, &error))?;
    if keys.keys.is_empty() { Err(refused(name, &"it holds no key")) } else { Ok(keys) }
}

fn fetcher(ca_file: Option<&Path>) -> Result<Fetcher> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let certificates = CertificateDer::pem_file_iter(file).map_err(|error| refused(&file.display(), &error))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| refused(&file.display(), &error))?;
                roots.add(certificate).map_err(|error| refused(&file.display(), &error))?;
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new().with_tls_config(config).https_only().enable_http1().build();
    Ok(Client::builder(TokioExecutor::new()).build(connector))
}

async fn fetch(fetcher: &Fetcher, url: &str) -> Result<Bytes> {
    let uri = url.parse().map_err(|error| refused(url, &error))?;
    let answer = fetcher.get(uri).await.map_err(|error| refused(url, &causes(&error)))?;
    if !answer.status().is_success() {
        return Err(refused(url, &answer.status()));
    }
    let body = Limited::new(answer.into_body(), LARGEST).collect().await;
    body.map(http_body_util::Collected::to_bytes).map_err(|error| refused(url, &causes(&*error)))
}

fn refused(name: &(impl std::fmt::Display + ?Sized), why: &dyn std::fmt::Display) -> Error {
    Error::precondition("IDENTITY_KEYS", format!("the identity provider's keys can't be read from `{name}`: {why}"))
}
