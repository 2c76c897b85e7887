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

use std::path::Path;
use std::sync::Arc;

use merit_core::{Clock, Result};
use merit_platform::client::{LIMIT, Link};
use merit_platform::store::sqlite::Database;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::notifications::v1::notifications_service_server::NotificationsServiceServer;

pub use delivery::{Relay, Security};
pub use grpc::Grpc;

use delivery::{Carrier, Patience, SmtpCarrier};

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// The notifications service, ready to be mounted.
#[derive(Clone)]
pub struct NotificationsService {
    outbox: Arc<service::Outbox>,
}

impl NotificationsService {
    /// Opens `notifications.db` in the data folder. Without a relay, mails leave as files only.
    ///
    /// # Errors
    /// `STORAGE` when the file can't be opened or brought to this version; `BAD_RELAY` or `BAD_SENDER` when the relay's
    /// settings can't work.
    pub async fn open(
        data: &Path,
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
        let database = Database::open(&data.join("notifications.db"), &MIGRATOR).await?;
        let outbox = service::Outbox::new(
            Arc::new(store::SqliteStore::new(database)),
            Arc::new(neighbours::DirectoryClient::new(directory)),
            Arc::new(composer::Letters::new(sender)),
            carrier,
            resend_unclear,
            clock,
        );
        Ok(Self { outbox: Arc::new(outbox) })
    }

    /// The tonic service.
    #[must_use]
    pub fn server(&self) -> NotificationsServiceServer<Grpc> {
        NotificationsServiceServer::new(Grpc::new(self.outbox.clone()))
            .max_decoding_message_size(LIMIT)
            .max_encoding_message_size(LIMIT)
    }
}
