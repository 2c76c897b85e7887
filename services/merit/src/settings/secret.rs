//! Settings that name a secret's file. Where there is no such file, somebody may have typed the secret itself: what stands
//! there is then told by nobody.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use merit_core::{Error, Result};

use super::Settings;

impl Settings {
    /// Whether the file that a setting names can be read. A file that isn't there is told by the setting alone.
    ///
    /// # Errors
    /// `BAD_SETTING` when it can't.
    pub fn secret_is_there(&self, key: &'static str, path: &Path) -> Result<()> {
        let Err(error) = File::open(path) else { return Ok(()) };
        if path.symlink_metadata().is_ok() {
            return Err(super::files::unread(key, path, &error));
        }
        let from = self.secrets.get(key).map(|from| format!(" ({from})")).unwrap_or_default();
        let why = if error.kind() == ErrorKind::NotFound { String::new() } else { format!(" ({error})") };
        let words = format!(
            "{key}{from} names no file that is there{why}; what it says is not shown, as it may be the secret itself: \
             name a file that holds the secret, and that only its owner may read"
        );
        Err(Error::precondition("BAD_SETTING", words))
    }

    /// What went wrong with TLS, unless it is the file of our own key that isn't there.
    pub fn about_own_key(&self, error: Error) -> Error {
        let key = self.trust.identity.as_ref().filter(|_| error.reason == "TLS");
        key.and_then(|(_, key)| self.secret_is_there("services.key_file", key).err()).unwrap_or(error)
    }
}
