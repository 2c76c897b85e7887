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

use std::sync::Arc;

use merit_core::{Clock, Result};
use merit_platform::client::Link;
use merit_platform::store::Place;

pub use service::Goals;

/// The service's name: of its schema and, with `.db`, of its file.
pub const NAME: &str = "goals";

/// Opens the service where it keeps its record: a file in a data folder is made and migrated if it has to be, a schema has
/// to be at this program's version. `directory` is where it asks who works here; it is not asked before the first import
/// of goals.
///
/// # Errors
/// When the store can't be opened, or holds something else.
pub async fn open(place: &Place, directory: Link, clock: Arc<dyn Clock>) -> Result<Goals> {
    let store: Arc<dyn store::Store> = match place {
        Place::Folder(data) => Arc::new(store::sqlite::open(&data.join(format!("{NAME}.db"))).await?),
        Place::Postgres(server) => Arc::new(store::postgres::open(server).await?),
    };
    let people = people::DirectoryPeople::new(directory);
    Ok(Goals::new(store, Arc::new(people), Arc::new(schema::RulesSchemas), clock))
}
