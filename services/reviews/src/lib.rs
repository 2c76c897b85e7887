//! The quarterly close from freeze to publish, and the scorecards. It asks scoring to run, composes what scoring and feedback
//! say into scorecards, keeps what people decide, and hands mails on; it computes no score and no pay itself.

mod encoding;
mod grpc;
pub mod model;
mod neighbours;
mod operations;
mod relay;
pub mod service;
pub mod store;

use std::sync::Arc;
use std::time::Duration;

use merit_core::{Clock, Result};
use merit_platform::client::LIMIT;
use merit_platform::store::Place;
use merit_proto::reviews::v1::reviews_service_server::ReviewsServiceServer;

pub use grpc::Grpc;
pub use neighbours::Links;
pub use relay::{Relay, Relayed};

/// The service, ready to be mounted.
#[derive(Clone)]
pub struct ReviewsService {
    grpc: Grpc,
    relay: Arc<Relay>,
}

/// The service's name: of its schema and, with `.db`, of its file.
pub const NAME: &str = "reviews";

/// Opens the service where it keeps its record: a file in a data folder is made and migrated if it has to be, a schema has
/// to be at this program's version. Calls no neighbour: [`ReviewsService::relay_once`] does, once all are up.
///
/// # Errors
/// When the store can't be opened, or holds something else.
pub async fn open(place: &Place, links: Links, clock: Arc<dyn Clock>) -> Result<ReviewsService> {
    let (store, kept) = match place {
        Place::Folder(data) => both(store::sqlite::open(&data.join(format!("{NAME}.db"))).await?),
        Place::Postgres(server) => both(store::postgres::open(server).await?),
    };
    let neighbours = Arc::new(links.clone());
    let relay = Arc::new(Relay::new(Arc::clone(&store), neighbours.clone(), Arc::clone(&clock)));
    let reviews = Arc::new(service::Reviews::new(store, neighbours, Arc::clone(&relay), Arc::clone(&clock)));
    let operations = operations::Operations::new(Arc::clone(&reviews), kept, clock);
    if let Place::Folder(_) = place {
        // The folder is this process's alone, so whoever left something at work is gone.
        operations.settle_interrupted().await?;
    }
    Ok(ReviewsService { grpc: Grpc::new(reviews, operations, links), relay })
}

/// One store as what keeps reviews and as what keeps operations.
fn both<S: store::Store + store::OperationStore + 'static>(
    store: S,
) -> (Arc<dyn store::Store>, Arc<dyn store::OperationStore>) {
    let store = Arc::new(store);
    (store.clone(), store)
}

impl ReviewsService {
    /// The tonic service.
    #[must_use]
    pub fn server(&self) -> ReviewsServiceServer<Grpc> {
        ReviewsServiceServer::new(self.grpc.clone()).max_decoding_message_size(LIMIT).max_encoding_message_size(LIMIT)
    }

    /// Hands on the mails that wait since an earlier publication.
    ///
    /// # Errors
    /// Those of the store. When notifications does not answer, [`Relayed::silent`] says so.
    pub async fn relay_once(&self) -> Result<Relayed> {
        self.relay.once().await
    }

    /// Hands on waiting mails now and then every so often, until it is dropped.
    pub async fn relay_forever(&self, every: Duration) {
        self.relay.forever(every).await;
    }
}
