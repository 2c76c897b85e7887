//! A synthetic organisation for measurements: any number of people with quotas, results and ratings in the cycle 2026-Q3.
//! The same numbers and seed give the same bytes.

mod goals;
mod people;
mod random;
mod ratings;
mod results;

#[cfg(test)]
mod tests;

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use merit_core::{Error, Result};

use people::Organisation;

/// The cycle that everything is about.
const CYCLE: &str = "2026-Q3";

/// How much was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Rows of `people.csv`.
    pub people: u64,
    /// Rows of `goals.csv`.
    pub goals: u64,
    /// Rows of `results.csv`.
    pub results: u64,
    /// Rows of `ratings.csv`.
    pub ratings: u64,
}

/// The schema and the policies that ship, and the profiles for the files written here.
const TEXTS: &[(&str, &str)] = &[
    ("schema.merit", include_str!("../../../../rules/policies/schema.merit")),
    // Beside the policies once more, where checking them looks for it.
    ("policies/schema.merit", include_str!("../../../../rules/policies/schema.merit")),
    ("policies/ae_commission.merit", include_str!("../../../../rules/policies/ae_commission.merit")),
    ("policies/recognition.merit", include_str!("../../../../rules/policies/recognition.merit")),
    ("policies/review_score.merit", include_str!("../../../../rules/policies/review_score.merit")),
    ("profiles/people.toml", include_str!("profiles/people.toml")),
    ("profiles/goals.toml", include_str!("profiles/goals.toml")),
    ("profiles/results.toml", include_str!("profiles/results.toml")),
    ("profiles/ratings.toml", include_str!("profiles/ratings.toml")),
];

/// Writes `people.csv`, `goals.csv`, `results.csv`, `ratings.csv`, their profiles, the schema and the policies to a folder.
/// `results` is for each of the `participants`. Files of an earlier call are replaced.
///
/// # Errors
/// `OUT_FOLDER` when the folder can't be made or written.
pub fn generate(participants: u32, results: u32, seed: u64, out: &Path) -> Result<Summary> {
    for folder in ["profiles", "policies"] {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(out.join(folder));
        made.map_err(|error| refused(out, &error))?;
    }
    for (name, text) in TEXTS {
        let path = out.join(name);
        create(&path)?.write_all(text.as_bytes()).map_err(|error| refused(&path, &error))?;
    }
    let organisation = Organisation { people: participants, seed };
    Ok(Summary {
        people: table(&out.join("people.csv"), |rows| people::write(&organisation, rows))?,
        goals: table(&out.join("goals.csv"), |rows| goals::write(&organisation, results, rows))?,
        results: table(&out.join("results.csv"), |rows| results::write(&organisation, results, rows))?,
        ratings: table(&out.join("ratings.csv"), |rows| ratings::write(&organisation, rows))?,
    })
}

/// A CSV file on its way to the disk.
type Rows = csv::Writer<File>;

/// Writes one file; how many rows it has.
fn table(path: &Path, fill: impl FnOnce(&mut Rows) -> csv::Result<u64>) -> Result<u64> {
    let mut rows = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(create(path)?);
    let count = fill(&mut rows).map_err(|error| refused(path, &error.into()))?;
    rows.flush().map_err(|error| refused(path, &error))?;
    Ok(count)
}

/// A file that only its owner reads, as real ones would be.
fn create(path: &Path) -> Result<File> {
    let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    opened.map_err(|error| refused(path, &error))
}

fn refused(path: &Path, error: &std::io::Error) -> Error {
    Error::precondition(
        "OUT_FOLDER",
        format!("`{}` can't be written: {error}; name another folder with --out", path.display()),
    )
}

/// An amount for a file: `1234.50`.
fn amount(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
