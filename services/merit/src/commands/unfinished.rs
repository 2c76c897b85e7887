//! What is filled beside its place and put there when it is whole. It is this run's own: nobody else's is written to,
//! replaced or removed.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use merit_core::{Error, Result};
use merit_platform::data_folder::make_folder;

/// A file under a name that nobody else has. It is gone when it isn't put in place.
#[derive(Debug)]
pub struct UnfinishedFile {
    place: PathBuf,
    beside: PathBuf,
    file: File,
}

impl UnfinishedFile {
    /// Makes it, readable by its owner only.
    ///
    /// # Errors
    /// `FILE` when there is no such folder or it can't be written.
    pub fn beside(place: &Path) -> Result<Self> {
        let process = std::process::id();
        // Another machine or container may have a process of that number, and one that was killed leaves its file.
        for number in 0_u32.. {
            let beside = named(place, &format!(".{process}-{number}.unfinished"))?;
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside) {
                Ok(file) => return Ok(Self { place: place.to_owned(), beside, file }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    return Err(failed(place.parent().unwrap_or(place), &error));
                }
                Err(error) => return Err(failed(&beside, &error)),
            }
        }
        Err(taken(place))
    }

    /// To write into.
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// Puts it in place, once all of it is on the disk.
    ///
    /// # Errors
    /// `FILE` when something has that name by now, and when it can't be done.
    pub fn put(self) -> Result<()> {
        self.file.sync_all().map_err(|error| failed(&self.beside, &error))?;
        self.put_by(|one, two| std::fs::hard_link(one, two))
    }

    /// By a second name, which is never given to two; where a drive knows no second names, by taking the name first.
    fn put_by(self, second: impl Fn(&Path, &Path) -> std::io::Result<()>) -> Result<()> {
        let refused = |error: std::io::Error| match error.kind() {
            ErrorKind::AlreadyExists => taken(&self.place),
            _ => failed(&self.place, &error),
        };
        match second(&self.beside, &self.place) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(refused(error)),
            Err(_) => {}
        }
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.place).map_err(refused)?;
        std::fs::rename(&self.beside, &self.place).map_err(|error| {
            let _ = std::fs::remove_file(&self.place);
            failed(&self.place, &error)
        })
    }
}

impl Drop for UnfinishedFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.beside);
    }
}

/// A folder called `DIR.unfinished`, which this run made. It is gone when it isn't put in place.
#[derive(Debug)]
pub struct UnfinishedFolder {
    place: PathBuf,
    beside: PathBuf,
}

impl UnfinishedFolder {
    /// Makes it, for its owner only, and the folders that it is to stand in.
    ///
    /// # Errors
    /// `UNFINISHED` when it is there already: it isn't ours then. `FILE` when it can't be made.
    pub fn beside(place: &Path) -> Result<Self> {
        let beside = named(place, ".unfinished")?;
        if let Some(parent) = beside.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            make_folder(parent)?;
        }
        match DirBuilder::new().mode(0o700).create(&beside) {
            Ok(()) => Ok(Self { place: place.to_owned(), beside }),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let words = format!(
                    "`{}` is there already: another restore is filling it, or one was interrupted; wait until the other ends, \
                     remove what is there if none runs, or name another folder with --data",
                    beside.display()
                );
                Err(Error::precondition("UNFINISHED", words))
            }
            Err(error) => Err(failed(&beside, &error)),
        }
    }

    /// Where it is until it is put in place.
    pub fn path(&self) -> &Path {
        &self.beside
    }

    /// Puts it in place. An empty folder that is there gives way.
    ///
    /// # Errors
    /// `FILE` when it can't be done.
    pub fn put(mut self) -> Result<()> {
        std::fs::rename(&self.beside, &self.place).map_err(|error| failed(&self.place, &error))?;
        // What may be called like it from now on is somebody else's.
        self.beside = PathBuf::new();
        Ok(())
    }
}

impl Drop for UnfinishedFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.beside);
    }
}

/// The refusal where a name is taken.
pub fn taken(place: &Path) -> Error {
    Error::exists("FILE", format!("`{}` is there already; choose another name", place.display()))
}

/// The words for what the system refused.
pub fn failed(path: &Path, error: &std::io::Error) -> Error {
    let words = match error.kind() {
        ErrorKind::NotFound => format!("there is no file or folder `{}`", path.display()),
        _ => format!("`{}`: {error}", path.display()),
    };
    Error::precondition("FILE", words)
}

/// A name in the same folder, whether or not a slash stands at the end.
fn named(place: &Path, end: &str) -> Result<PathBuf> {
    let Some(name) = place.file_name() else {
        let whole = std::path::absolute(place).ok();
        let words = format!(
            "`{}` can't be put in place from inside: go to another folder and name it in full{}",
            place.display(),
            whole.map(|path| format!(", such as {}", path.display())).unwrap_or_default()
        );
        return Err(Error::precondition("FILE", words));
    };
    let mut name = name.to_owned();
    name.push(end);
    Ok(place.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_without_a_name_is_asked_for_by_one() {
        for path in [".", "./", ".."] {
            let error = named(Path::new(path), ".unfinished").unwrap_err();
            assert!(error.message.contains("name it in full"), "{error}");
        }
        let named = |path| named(Path::new(path), ".unfinished").unwrap();
        assert_eq!(named("data/."), Path::new("data.unfinished"));
        assert_eq!(named("a/data//"), Path::new("a/data.unfinished"));
    }

    #[test]
    fn two_files_for_one_name_are_two_and_the_second_does_not_replace_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("backup");
        let (first, second) = (UnfinishedFile::beside(&place).unwrap(), UnfinishedFile::beside(&place).unwrap());
        first.file().write_all(b"first").unwrap();
        second.file().write_all(b"second").unwrap();
        first.put().unwrap();
        let error = second.put().unwrap_err();
        assert!(error.message.contains("/backup` is there already; choose another name"), "{error}");
        assert_eq!(
            (std::fs::read_to_string(&place).unwrap().as_str(), names(folder.path())),
            ("first", vec!["backup".to_owned()])
        );
    }

    #[test]
    fn a_drive_without_second_names_keeps_what_is_there_too() {
        let no_second = |_: &Path, _: &Path| Err(ErrorKind::Unsupported.into());
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("backup");
        let (first, second) = (UnfinishedFile::beside(&place).unwrap(), UnfinishedFile::beside(&place).unwrap());
        first.file().write_all(b"first").unwrap();
        first.put_by(no_second).unwrap();
        let error = second.put_by(no_second).unwrap_err();
        assert!(error.message.contains("is there already"), "{error}");
        assert_eq!(
            (std::fs::read_to_string(&place).unwrap().as_str(), names(folder.path())),
            ("first", vec!["backup".to_owned()])
        );
    }

    #[test]
    fn what_is_not_put_in_place_is_gone_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("backup.unfinished"), "somebody's").unwrap();
        drop(UnfinishedFile::beside(&folder.path().join("backup")).unwrap());
        drop(UnfinishedFolder::beside(&folder.path().join("data")).unwrap());
        assert_eq!(names(folder.path()), ["backup.unfinished"]);
        let error = UnfinishedFile::beside(&folder.path().join("no/backup")).unwrap_err();
        assert!(error.message.ends_with("/no`"), "{error}");
    }
}
