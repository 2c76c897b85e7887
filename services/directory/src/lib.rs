//! People, teams and reporting lines, all dated: who works here, in which role and team, for whom, since when.
//!
//! Files of people come in whole or not at all, and nothing on record is overwritten: a later day adds history, a
//! correction of the same day is a new version. What an attribute means is for the schema and the policies to say; only
//! the reporting line and the days of employment are understood here.

pub mod grpc;
pub mod model;
pub mod service;
pub mod store;

use std::sync::Arc;

use merit_core::{Clock, Result};
use merit_platform::store::Place;

pub use service::Directory;

/// The service's name: of its schema and, with `.db`, of its file.
pub const NAME: &str = "directory";

/// Opens the service where it keeps its record: a file in a data folder is made and migrated if it has to be, a schema has
/// to be at this program's version.
///
/// # Errors
/// When the store can't be opened, or holds something else.
pub async fn open(place: &Place, clock: Arc<dyn Clock>) -> Result<Directory> {
    let store: Arc<dyn store::Store> = match place {
        Place::Folder(data) => Arc::new(store::sqlite::open(&data.join(format!("{NAME}.db"))).await?),
        Place::Postgres(server) => Arc::new(store::postgres::open(server).await?),
    };
    Ok(Directory::new(store, clock))
}
