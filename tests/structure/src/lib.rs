//! The workspace as its tests see it: packages and what they depend on, source files and what they import. The rules
//! that hold over it stand in `tests/shape`.

mod imports;
mod packages;
mod sources;

pub use imports::{imports, test_modules};
pub use packages::{Package, Workspace};
pub use sources::{Source, sources};

/// Why the workspace could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read, or `cargo` not be run.
    #[error("reading {0}: {1}")]
    Read(String, std::io::Error),
    /// `cargo` failed; what it printed.
    #[error("cargo: {0}")]
    Cargo(String),
    /// A file holds something else than expected.
    #[error("{0}")]
    Form(String),
}
