//! What the environment says. Read and checked before a port is bound.

use merit_core::Result;

/// Settings of a process.
#[derive(Debug, Clone)]
pub struct Settings {}

impl Settings {
    /// From the environment.
    ///
    /// # Errors
    /// `BAD_SETTING`, naming the variable and what it takes.
    pub fn from_environment() -> Result<Self> {
        Ok(Self {})
    }
}
