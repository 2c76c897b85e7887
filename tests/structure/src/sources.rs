//! The files of the repository, without what is built or kept by tools.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;

/// One file, by its path from the repository's root.
#[derive(Debug)]
pub struct Source {
    /// Such as `services/goals/src/model.rs`.
    pub path: PathBuf,
    /// The whole text; empty for what isn't Rust.
    pub text: String,
}

/// Every file under a folder of the repository, sorted by path; the text of the Rust files only.
///
/// # Errors
/// When a file or folder can't be read.
pub fn sources(root: &Path, folder: &str) -> Result<Vec<Source>, Error> {
    let mut found = Vec::new();
    let mut open = vec![root.join(folder)];
    while let Some(folder) = open.pop() {
        let unread = |error| Error::Read(folder.display().to_string(), error);
        for entry in fs::read_dir(&folder).map_err(unread)? {
            let path = entry.map_err(unread)?.path();
            if path.is_dir() {
                if !is_left_out(&path) {
                    open.push(path);
                }
            } else {
                let rust = path.extension().is_some_and(|extension| extension == "rs");
                let text = if rust { fs::read_to_string(&path).map_err(unread)? } else { String::new() };
                found.push(Source { path: path.strip_prefix(root).unwrap_or(&path).to_owned(), text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// Built files, and hidden folders such as git's.
fn is_left_out(folder: &Path) -> bool {
    folder.file_name().is_none_or(|name| name == "target" || name.to_string_lossy().starts_with('.'))
}
