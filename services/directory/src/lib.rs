//! People, teams and reporting lines, all dated: who works here, in which role and team, for whom, since when.
//!
//! Files of people come in whole or not at all, and nothing on record is overwritten: a later day adds history, a
//! correction of the same day is a new version. What an attribute means is for the schema and the policies to say; only
//! the reporting line and the days of employment are understood here.

pub mod grpc;
pub mod model;
pub mod service;
pub mod store;

use std::path::Path;
use std::sync::Arc;

use merit_core::{Clock, Result};

pub use service::Directory;

/// The service's file in the data folder.
pub const FILE: &str = "directory.db";

/// Opens the service on its file in a data folder, which is made and migrated if it has to be.
///
/// # Errors
/// When the file can't be opened or holds something else.
pub async fn open(data: &Path, clock: Arc<dyn Clock>) -> Result<Directory> {
    let store = store::sqlite::SqliteStore::open(&data.join(FILE)).await?;
    Ok(Directory::new(Arc::new(store), clock))
}
