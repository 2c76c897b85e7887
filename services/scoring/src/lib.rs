//! Results, credits, scores, traces and the reward ledger: what was achieved, what it scores and what it pays.
//!
//! Files of results come in whole or not at all, and nothing on record is overwritten. A run's inputs are pinned before
//! anything is computed from them; the computation itself is pure (`compute`). The ledger only grows.

pub mod compute;
pub mod grpc;
pub mod model;
pub mod neighbours;
pub mod service;
pub mod store;

use std::path::Path;
use std::sync::Arc;

use merit_core::{Clock, Result};
use merit_platform::client::Link;

pub use service::{Scoring, Settings};

/// The service's file in the data folder.
pub const FILE: &str = "scoring.db";

/// Opens the service on its file in a data folder, which is made and migrated if it has to be. The links are where it
/// asks the directory, goals and feedback; they are not used before the first call that needs them.
///
/// # Errors
/// When the file can't be opened or holds something else.
pub async fn open(data: &Path, directory: Link, goals: Link, feedback: Link, clock: Arc<dyn Clock>) -> Result<Scoring> {
    let store = store::sqlite::SqliteStore::open(&data.join(FILE)).await?;
    let neighbours = neighbours::Clients::new(directory, goals, feedback);
    Ok(Scoring::new(Arc::new(store), Arc::new(neighbours), clock, Settings::default()))
}
