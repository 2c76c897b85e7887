//! The server's certificate and key, and whose certificates it takes from callers. Files that change are read again.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::{Duration, SystemTime};

use merit_core::{Error, Result};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Where the certificates are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The server's certificate and those up to its authority (PEM).
    pub certificate: PathBuf,
    /// The certificate's key (PEM).
    pub key: PathBuf,
    /// Authorities (PEM) whose certificates callers may show; none: callers show none.
    pub client_ca: Option<PathBuf>,
}

impl TlsFiles {
    /// Whether the files can be used.
    ///
    /// # Errors
    /// `TLS` when one can't be read, or they don't fit each other.
    pub fn check(&self) -> Result<()> {
        read(self).map(drop)
    }
}

/// Certificates as they are now. Cheap to clone.
#[derive(Clone)]
pub struct Certificates(Arc<Kept>);

struct Kept {
    files: TlsFiles,
    current: RwLock<(Arc<ServerConfig>, Option<Stamp>)>,
}

/// When each file was last written.
type Stamp = Vec<SystemTime>;

impl Certificates {
    /// Reads the files, and looks now and then whether they have changed. Has to be called inside a runtime.
    ///
    /// # Errors
    /// `TLS` when one can't be read, or they don't fit each other.
    pub fn watch(files: TlsFiles) -> Result<Self> {
        let stamp = stamp(&files);
        let kept = Arc::new(Kept { current: RwLock::new((read(&files)?, stamp)), files });
        let watched = Arc::downgrade(&kept);
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(LOOK);
            loop {
                ticks.tick().await;
                let Some(kept) = watched.upgrade() else { return };
                let _ = tokio::task::spawn_blocking(move || kept.look()).await;
            }
        });
        Ok(Self(kept))
    }

    /// Looks now whether the files have changed. New ones that can't be used leave the old ones in force.
    pub fn look(&self) {
        self.0.look();
    }

    /// What the next connection is served with.
    #[must_use]
    pub fn current(&self) -> Arc<ServerConfig> {
        let current = self.0.current.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(&current.0)
    }
}

impl Kept {
    fn look(&self) {
        let stamp = stamp(&self.files);
        let known = self.current.read().map(|current| current.1.clone()).unwrap_or_default();
        // A file that is not there is about to be: it is being replaced.
        if stamp.is_none() || stamp == known {
            return;
        }
        match read(&self.files) {
            Ok(config) => {
                if let Ok(mut current) = self.current.write() {
                    *current = (config, stamp);
                }
                tracing::info!("the certificates were read again");
            }
            Err(error) => {
                tracing::warn!(reason = %error.reason, "the certificates have changed and can't be used; the old ones stay")
            }
        }
    }
}

fn stamp(files: &TlsFiles) -> Option<Stamp> {
    let written = |path: &PathBuf| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    [Some(&files.certificate), Some(&files.key), files.client_ca.as_ref()].into_iter().flatten().map(written).collect()
}

fn read(files: &TlsFiles) -> Result<Arc<ServerConfig>> {
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| refused(&files.key, &error))?;
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(file) => {
            let mut roots = RootCertStore::empty();
            for root in certificates(file)? {
                roots.add(root).map_err(|error| refused(file, &error))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                // Who shows none has a token, or is refused by the layer that knows callers.
                .allow_unauthenticated()
                .build()
                .map_err(|error| refused(file, &error))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config = builder.with_single_cert(chain, key).map_err(|error| refused(&files.certificate, &error))?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

/// The certificates in a file (PEM), at least one.
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.map_err(|error| refused(file, &error))?;
    if read.is_empty() { Err(refused(file, &"it holds no certificate")) } else { Ok(read) }
}

/// Why a file is no good for TLS.
pub fn refused(file: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::precondition("TLS", format!("`{}` can't be used for TLS: {why}", file.display()))
}
