//! The outbox, the words of scorecards, and the delivery of mail.
//!
//! A scorecard waits as data. Names, addresses, HTML and text are made when it is sent, to a relay or into files. Each mail
//! leaves at least once, each attempt is on record, and one that may have arrived is told from one that did not.

pub mod composer;
pub mod delivery;
mod grpc;
mod letter;
mod message;
pub mod model;
pub mod neighbours;
pub mod service;
pub mod store;

use std::sync::Arc;
use std::time::Duration;

use merit_core::{Clock, Result};
use merit_platform::client::{LIMIT, Link};
use merit_platform::store::Place;
use merit_platform::telemetry::metrics;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::notifications::v1::notifications_service_server::NotificationsServiceServer;

pub use delivery::{Relay, Security};
pub use grpc::Grpc;

use delivery::{Carrier, Patience, SmtpCarrier};
use model::State;

/// The service's name: of its schema and, with `.db`, of its file.
pub const NAME: &str = "notifications";

/// The notifications service, ready to be mounted.
#[derive(Clone)]
pub struct NotificationsService {
    outbox: Arc<service::Outbox>,
}

impl NotificationsService {
    /// Opens the service where it keeps its record: a file in a data folder is made and migrated if it has to be, a schema
    /// has to be at this program's version. Without a relay, mails leave as files only.
    ///
    /// # Errors
    /// When the store can't be opened, or holds something else; `BAD_RELAY` or `BAD_SENDER` when the relay's settings can't
    /// work.
    pub async fn open(
        place: &Place,
        directory: DirectoryServiceClient<Link>,
        relay: Option<Relay>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let sender = message::sender(relay.as_ref().map_or(message::DEFAULT_SENDER, |relay| &relay.sender))?;
        let resend_unclear = relay.as_ref().is_some_and(|relay| relay.resend_unclear);
        let carrier = match relay {
            Some(relay) => Some(Arc::new(SmtpCarrier::new(relay, Patience::default())?) as Arc<dyn Carrier>),
            None => None,
        };
        let store: Arc<dyn store::Store> = match place {
            Place::Folder(data) => Arc::new(store::sqlite::open(&data.join(format!("{NAME}.db"))).await?),
            Place::Postgres(server) => Arc::new(store::postgres::open(server).await?),
        };
        let outbox = service::Outbox::new(
            store,
            Arc::new(neighbours::DirectoryClient::new(directory)),
            Arc::new(composer::Letters::new(sender)),
            carrier,
            resend_unclear,
            clock,
        );
        Ok(Self { outbox: Arc::new(outbox) })
    }

    /// Measures what waits in the outbox, by state, now and then until it is dropped. For a server.
    pub async fn measure_forever(&self, every: Duration) {
        const WATCHED: [(State, &str); 3] =
            [(State::Waiting, "waiting"), (State::Failed, "failed"), (State::Unclear, "unclear")];
        loop {
            for (state, word) in WATCHED {
                match self.outbox.count(state).await {
                    Ok(mails) => metrics::queue_depth("outbox", word, mails),
                    Err(error) => tracing::warn!(reason = %error.reason, "the outbox could not be counted"),
                }
            }
            tokio::time::sleep(every).await;
        }
    }

    /// The tonic service.
    #[must_use]
    pub fn server(&self) -> NotificationsServiceServer<Grpc> {
        NotificationsServiceServer::new(Grpc::new(self.outbox.clone()))
            .max_decoding_message_size(LIMIT)
            .max_encoding_message_size(LIMIT)
    }
}
