//! `merit rules fmt`: policy and schema files in their one form.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use merit_core::{Error, Result};
use merit_rules::Source;
use serde_json::json;

use crate::commands::policies;
use crate::exit::Outcome;
use crate::show::Screen;

/// Formats files in place, or only says which would change.
pub(super) fn run(screen: Screen, paths: &[PathBuf], check: bool) -> Result<Outcome> {
    if paths.iter().any(|path| path == Path::new("-")) {
        return match paths {
            [_] => standard_input(screen, check),
            _ => {
                Err(Error::invalid("USAGE", "`-` reads standard input and stands alone; name files in another command"))
            }
        };
    }
    let (mut changed, mut refused) = (0_usize, 0_usize);
    let mut documents = Vec::new();
    for path in policies::find(paths)? {
        let name = path.display().to_string();
        let source = policies::source(&path)?;
        let state = match merit_rules::format(&source) {
            Err(said) => {
                screen.warn(merit_rules::render(&said, &source, policies::colour()));
                refused += 1;
                "refused"
            }
            Ok(text) if text == source.text && !starts_with_mark(&path)? => "unchanged",
            Ok(text) => {
                if !check {
                    replace(&path, &text)?;
                }
                screen.line(format!("{name}: {}", if check { "would change" } else { "formatted" }));
                changed += 1;
                "changed"
            }
        };
        documents.push(json!({ "file": name, "state": state }));
    }
    let count = documents.len();
    if check && changed > 0 {
        screen.warn(format!("{changed} of {count} would change; run `merit rules fmt` on them"));
    } else if !check || refused == 0 {
        screen.line(format!("{changed} of {count} changed"));
    }
    screen.json(&json!(documents));
    Ok(if refused > 0 || check && changed > 0 { Outcome::Problems } else { Outcome::Done })
}

/// From standard input to standard output.
fn standard_input(screen: Screen, check: bool) -> Result<Outcome> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| Error::invalid("FILE", format!("standard input can't be read: {error}")))?;
    let source = Source::from_bytes("standard input", &bytes).map_err(|said| {
        let title = said.0.first().map(|one| one.title.clone()).unwrap_or_default();
        Error::invalid("NOT_A_POLICY_FILE", format!("standard input: {title}"))
    })?;
    match merit_rules::format(&source) {
        Err(said) => {
            screen.warn(merit_rules::render(&said, &source, policies::colour()));
            Ok(Outcome::Problems)
        }
        Ok(text) if check => {
            let same = text.as_bytes() == bytes.as_slice();
            screen.line(if same { "standard input: nothing to change" } else { "standard input: would change" });
            Ok(if same { Outcome::Done } else { Outcome::Problems })
        }
        Ok(text) => {
            // Nothing but the text, whatever reads it.
            std::io::stdout().write_all(text.as_bytes()).map_err(|error| Error::invalid("FILE", error.to_string()))?;
            Ok(Outcome::Done)
        }
    }
}

/// Whether a file begins with a byte order mark, which the one form doesn't have.
fn starts_with_mark(path: &Path) -> Result<bool> {
    let bytes = std::fs::read(path)
        .map_err(|error| Error::invalid("FILE", format!("`{}` can't be read: {error}", path.display())))?;
    Ok(bytes.starts_with(b"\xef\xbb\xbf"))
}

/// Writes a whole file or none: beside it first, under another name, then renamed. Its permissions stay.
pub(super) fn replace(path: &Path, text: &str) -> Result<()> {
    // A link stays one: what it points to is replaced.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let part = target.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = std::fs::write(&part, text)
        .and_then(|()| match std::fs::metadata(&target) {
            Ok(old) => std::fs::set_permissions(&part, old.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| std::fs::File::open(&part)?.sync_all())
        .and_then(|()| std::fs::rename(&part, &target));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&part);
        Error::invalid("FILE", format!("`{}` can't be written: {error}", path.display()))
    })
}
