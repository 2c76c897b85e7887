//! Policy files on disk: finding them, their schema, checking and testing them.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use merit_core::{Error, Result};
use merit_rules::{Diagnostics, Located, Program, Schema, Source};

use crate::show::Screen;

/// Whether diagnostics are coloured: when a person reads them on a terminal.
pub(crate) fn colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// A schema file's source.
///
/// # Errors
/// `FILE` when it can't be read, `NOT_A_POLICY_FILE` when it is not a text that the language takes.
pub(crate) fn schema_file(path: &Path) -> Result<Source> {
    source(path)
}

/// What a file turned out to be.
pub(crate) enum Checked {
    /// A schema without mistakes.
    Schema(Box<Schema>),
    /// A policy without mistakes.
    Policy(Box<Program>),
    /// Mistakes, already told.
    Refused(Vec<Located>),
}

/// All `.merit` files under the paths, folders included, in the order of their names.
///
/// # Errors
/// `FILE` when a path is not there, `NO_POLICIES` when nothing was found.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = std::fs::read_dir(path).map_err(|error| unreadable(path, &error))?;
            let mut inside: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
            inside.retain(|file| file.extension().is_some_and(|extension| extension == "merit"));
            inside.sort();
            files.append(&mut inside);
        } else if path.exists() {
            files.push(path.clone());
        } else {
            return Err(Error::invalid("FILE", format!("`{}` is not there", path.display())));
        }
    }
    if files.is_empty() {
        return Err(Error::invalid("NO_POLICIES", "no policy was found there; policy files end in `.merit`"));
    }
    Ok(files)
}

/// A file's text, with its name as the user typed it.
///
/// # Errors
/// As [`schema_file`].
pub(crate) fn source(path: &Path) -> Result<Source> {
    bytes(path)?.map_err(|(diagnostics, unread)| {
        let first = diagnostics.0.first().map(|d| d.title.clone()).unwrap_or_default();
        Error::invalid("NOT_A_POLICY_FILE", format!("`{}`: {first}", unread.name))
    })
}

/// Checks one file: a schema for itself, a policy against the schema file that it names, found beside it. What is wrong is
/// told on standard error.
///
/// # Errors
/// As [`source`], and `NO_SCHEMA_FILE` when the named schema is not there.
pub(crate) fn check(path: &Path, screen: Screen) -> Result<Checked> {
    let text = match bytes(path)? {
        Ok(text) => text,
        Err((diagnostics, unread)) => return Ok(refused(screen, &diagnostics, &unread)),
    };
    let Some(named) = merit_rules::schema_reference(&text) else {
        return Ok(match merit_rules::load_schema(&text) {
            Ok(schema) => Checked::Schema(Box::new(schema)),
            Err(diagnostics) => refused(screen, &diagnostics, &text),
        });
    };
    let beside = path.parent().unwrap_or_else(|| Path::new("")).join(&named);
    if !beside.exists() {
        return Err(Error::invalid(
            "NO_SCHEMA_FILE",
            format!("`{}` uses schema \"{named}\", but there is no `{}`", path.display(), beside.display()),
        ));
    }
    let schema_text = source(&beside)?;
    let schema = match merit_rules::load_schema(&schema_text) {
        Ok(schema) => schema,
        Err(diagnostics) => return Ok(refused(screen, &diagnostics, &schema_text)),
    };
    Ok(match merit_rules::load_policy(&text, &schema) {
        Ok(program) => Checked::Policy(Box::new(program)),
        Err(diagnostics) => refused(screen, &diagnostics, &text),
    })
}

/// Tells what is wrong.
fn refused(screen: Screen, diagnostics: &Diagnostics, text: &Source) -> Checked {
    screen.warn(merit_rules::render(diagnostics, text, colour()));
    Checked::Refused(merit_rules::located(diagnostics, text))
}

/// A file's text, or what is wrong with its bytes.
fn bytes(path: &Path) -> Result<std::result::Result<Source, (Diagnostics, Source)>> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    Ok(Source::from_bytes(&name, &bytes).map_err(|diagnostics| (diagnostics, Source { name, text: String::new() })))
}

/// The policies (not the schemas) among files, by the file's name, for publishing.
///
/// # Errors
/// As [`source`].
pub(crate) fn publishable(files: &[PathBuf]) -> Result<BTreeMap<String, String>> {
    let mut policies = BTreeMap::new();
    for file in files {
        let text = source(file)?;
        if merit_rules::schema_reference(&text).is_some() || !is_schema(&text) {
            policies.insert(text.name, text.text);
        }
    }
    Ok(policies)
}

/// Whether the first word that is not in a comment is `schema`.
fn is_schema(source: &Source) -> bool {
    let first = source.text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| line.starts_with("schema"))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::invalid("FILE", format!("`{}` can't be read: {error}", path.display()))
}
