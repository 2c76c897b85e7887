//! The quarterly close from freeze to publish, and the scorecards. It asks scoring to run, composes what scoring and feedback
//! say into scorecards, keeps what people decide, and hands mails on; it computes no score and no pay itself.

mod encoding;
mod grpc;
pub mod model;
mod neighbours;
mod relay;
pub mod service;
pub mod store;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use merit_core::{Clock, Result};
use merit_platform::client::LIMIT;
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

/// Opens the service on `reviews.db` in the data folder. Calls no neighbour: [`ReviewsService::relay_once`] does, once all
/// are up.
///
/// # Errors
/// `STORAGE` when the file can't be opened.
pub async fn open(data: &Path, links: Links, clock: Arc<dyn Clock>) -> Result<ReviewsService> {
    let store: Arc<dyn store::Store> = Arc::new(store::Sqlite::open(&data.join("reviews.db")).await?);
    let neighbours = Arc::new(links.clone());
    let relay = Arc::new(Relay::new(Arc::clone(&store), neighbours.clone(), Arc::clone(&clock)));
    let reviews = service::Reviews::new(store, neighbours, Arc::clone(&relay), clock);
    Ok(ReviewsService { grpc: Grpc::new(Arc::new(reviews), links), relay })
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
