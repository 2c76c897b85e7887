//! Cycles, measures, goals, targets and progress: what is to be reached, by whom, in which cycle.
//!
//! The registered schema is kept here as text. Files of goals come in whole or not at all, and nothing on record is
//! overwritten. Whether a goal was reached is for scoring to say.

pub mod grpc;
pub mod model;
pub mod people;
pub mod schema;
pub mod service;
pub mod store;

use std::path::Path;
use std::sync::Arc;

use merit_core::{Clock, Result};
use merit_platform::client::Link;

pub use service::Goals;

/// The service's file in the data folder.
pub const FILE: &str = "goals.db";

/// Opens the service on its file in a data folder, which is made and migrated if it has to be. `directory` is where it
/// asks who works here; it is not asked before the first import of goals.
///
/// # Errors
/// When the file can't be opened or holds something else.
pub async fn open(data: &Path, directory: Link, clock: Arc<dyn Clock>) -> Result<Goals> {
    let store = store::sqlite::SqliteStore::open(&data.join(FILE)).await?;
    let people = people::DirectoryPeople::new(directory);
    Ok(Goals::new(Arc::new(store), Arc::new(people), Arc::new(schema::RulesSchemas), clock))
}
