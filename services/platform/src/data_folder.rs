//! The folder that holds everything of an embedded Merit: one file a service, the key, the lock.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use merit_core::{Error, Result};

/// An opened data folder. The lock is held as long as this lives.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Opens or makes the folder (mode 0700) and takes its lock. `holder` says who we are to the next one who tries, such
    /// as `merit serve on 127.0.0.1:50051`.
    ///
    /// # Errors
    /// `DATA_FOLDER` when it can't be made or written; `DATA_FOLDER_LOCKED` when another process holds it, with what to do.
    pub fn open(path: &Path, holder: &str) -> Result<Self> {
        make_folder(path)?;
        let refused = |error| refused(path, &error);
        let mut lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path.join("lock"))
            .map_err(refused)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut other = String::new();
                let _ = lock.read_to_string(&mut other);
                return Err(held_by(path, other.trim()));
            }
            Err(TryLockError::Error(error)) => return Err(refused(error)),
        }
        lock.set_len(0).map_err(refused)?;
        lock.rewind().map_err(refused)?;
        lock.write_all(holder.as_bytes()).map_err(refused)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Where a service keeps its file.
    #[must_use]
    pub fn database(&self, service: &str) -> PathBuf {
        self.path.join(format!("{service}.db"))
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes the folder, readable by its owner only, unless it is there.
///
/// # Errors
/// `DATA_FOLDER` when it can't be made.
pub fn make_folder(path: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| refused(path, &error))
}

fn refused(path: &Path, error: &std::io::Error) -> Error {
    Error::precondition(
        "DATA_FOLDER",
        format!("the data folder `{}` can't be used: {error}; name another with --data", path.display()),
    )
}

fn held_by(path: &Path, other: &str) -> Error {
    let advice = match other.strip_prefix("merit serve on ") {
        Some(address) => format!(
            "a server holds it; talk to it with `--server http://{address} --token FILE` (`merit token` makes one), or stop it first"
        ),
        None => "another merit command is at work in it; wait until it ends".to_owned(),
    };
    Error::precondition("DATA_FOLDER_LOCKED", format!("the data folder `{}` is in use: {advice}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_second_process_is_told_whom_to_ask() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data");
        let first = DataFolder::open(&path, "merit serve on 127.0.0.1:50051").unwrap();
        let error = DataFolder::open(&path, "merit import").unwrap_err();
        assert_eq!(error.reason, "DATA_FOLDER_LOCKED");
        assert!(error.message.contains("--server http://127.0.0.1:50051"), "{error}");
        drop(first);
        let _second = DataFolder::open(&path, "merit import").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
