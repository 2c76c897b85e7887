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

use std::sync::Arc;

use merit_core::{Clock, Result};
use merit_platform::client::Link;
use merit_platform::store::Place;

pub use service::{Scoring, Settings};

/// The service's name: of its schema and, with `.db`, of its file.
pub const NAME: &str = "scoring";

/// Opens the service where it keeps its record: a file in a data folder is made and migrated if it has to be, a schema has
/// to be at this program's version. The links are where it asks the directory, goals and feedback; they are not used
/// before the first call that needs them.
///
/// # Errors
/// When the store can't be opened, or holds something else.
pub async fn open(
    place: &Place,
    directory: Link,
    goals: Link,
    feedback: Link,
    clock: Arc<dyn Clock>,
) -> Result<Scoring> {
    let store: Arc<dyn store::Store> = match place {
        Place::Folder(data) => Arc::new(store::sqlite::open(&data.join(format!("{NAME}.db"))).await?),
        Place::Postgres(server) => Arc::new(store::postgres::open(server).await?),
    };
    let neighbours = neighbours::Clients::new(directory, goals, feedback);
    Ok(Scoring::new(store, Arc::new(neighbours), clock, Settings::default()))
}
