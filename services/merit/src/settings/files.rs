//! Whether the files that settings name are there, can be used, and are closed to others where they hold a secret. Nobody is
//! asked over a network.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use merit_core::{Error, Problem, Result};
use merit_platform::access::Decider;
use merit_platform::identity::{Keys, Source};

use super::{Settings, Storage};
use crate::placement::Service;

/// Who else may do anything with a secret: a group may read it, as with one that a cluster mounts.
const CLOSED: u32 = 0o037;

impl Settings {
    /// Looks at the files of a process that runs these services.
    ///
    /// # Errors
    /// That of the one file that is no good, or `BAD_SETTING` with all of them.
    pub fn look_at_files(&self, services: &BTreeSet<Service>) -> Result<()> {
        let mut faults = Vec::new();
        let mut note = |looked: Result<()>| faults.extend(looked.err());
        if let Some(files) = &self.tls {
            let there = readable("server.tls_cert_file", &files.certificate)
                .and_then(|()| self.secret("server.tls_key_file", &files.key))
                .and_then(|()| {
                    files.client_ca.as_deref().map_or(Ok(()), |file| readable("server.client_ca_file", file))
                });
            note(there.and_then(|()| files.check()));
        }
        let there =
            self.trust.ca_file.as_deref().map_or(Ok(()), |file| readable("services.ca_file", file)).and_then(|()| {
                self.trust.identity.as_ref().map_or(Ok(()), |(certificate, key)| {
                    readable("services.cert_file", certificate).and_then(|()| self.secret("services.key_file", key))
                })
            });
        note(there.and_then(|()| self.trust.check()));
        if let Storage::Postgres { password_file: Some(file), .. } = &self.storage {
            note(self.secret("storage.password_file", file));
        }
        if let Some(file) = &self.identity.key_file {
            note(
                self.secret("identity.key_file", file)
                    .and_then(|()| Keys::load(file).map(drop).map_err(|_| no_key(file))),
            );
        }
        if let Some(provider) = &self.identity.provider {
            let there = match &provider.keys {
                Source::File(file) => readable("identity.jwks", file),
                Source::Address { ca_file, .. } => {
                    ca_file.as_deref().map_or(Ok(()), |file| readable("identity.jwks_ca_file", file))
                }
            };
            note(there.and_then(|()| provider.keys.check()));
        }
        if let Some(file) = &self.policies_file {
            note(readable("access.policies_file", file).and_then(|()| Decider::from_file(file).map(drop)));
        }
        // Only the outbox sends mail.
        if let Some(relay) = self.relay.as_ref().filter(|_| services.contains(&Service::Notifications)) {
            if let Some(file) = &relay.password_file {
                note(self.secret("smtp.password_file", file));
            }
            if let Some(file) = &relay.ca_file {
                note(readable("smtp.ca_file", file));
            }
        }
        together(faults)
    }

    /// Whether a file with a secret is there, and closed to others.
    fn secret(&self, key: &'static str, path: &Path) -> Result<()> {
        self.secret_is_there(key, path)?;
        let mode = std::fs::metadata(path).map_err(|error| unread(key, path, &error))?.permissions().mode();
        if mode & CLOSED == 0 {
            return Ok(());
        }
        let file = path.display();
        let words = format!(
            "others can read `{file}`, which {key} names: run `chmod 600 {file}`, and change the secret if anyone may have seen it"
        );
        Err(Error::precondition("BAD_SETTING", words))
    }
}

fn together(mut faults: Vec<Error>) -> Result<()> {
    match faults.len() {
        0 => Ok(()),
        1 => Err(faults.remove(0)),
        several => {
            let rows = faults.into_iter().flat_map(|fault| {
                let told = Problem::row(0, fault.message);
                std::iter::once(told).chain(fault.problems.into_iter().map(|row| Problem::row(0, format!("  {row}"))))
            });
            Err(Error::invalid("BAD_SETTING", format!("{several} settings can't be used"))
                .with_problems(rows.collect()))
        }
    }
}

fn no_key(path: &Path) -> Error {
    let words = format!(
        "`{}`, which identity.key_file names, holds no key: that is 64 hexadecimal digits, as `openssl rand -hex 32` makes them",
        path.display()
    );
    Error::precondition("IDENTITY_KEY", words)
}

fn readable(key: &str, path: &Path) -> Result<()> {
    std::fs::File::open(path).map(drop).map_err(|error| unread(key, path, &error))
}

/// Why a file that a setting names can't be read.
pub(super) fn unread(key: &str, path: &Path, error: &std::io::Error) -> Error {
    let file = path.display();
    let words = match error.kind() {
        std::io::ErrorKind::NotFound => format!("there is no file `{file}`, which {key} names"),
        _ => format!("`{file}`, which {key} names, can't be read: {error}"),
    };
    Error::precondition("BAD_SETTING", words)
}
