//! The one place that knows every service's constructor and who talks to whom.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use merit_core::{Clock, Result};
use merit_platform::access::{DirectoryReach, Guard};
use merit_platform::client::{self, Bearer, Incoming, LIMIT, Link};
use merit_platform::data_folder::DataFolder;
use merit_platform::identity::{Keys, Principal, Role};
use merit_platform::server::Server;
use merit_platform::store::Place;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::goals::v1::goals_service_client::GoalsServiceClient;
use tonic::transport::Channel;

use crate::settings::Settings;

/// How often mails that are still on their way from reviews to notifications are tried again.
const RELAY_EVERY: Duration = Duration::from_secs(30);
/// Seconds that the services' token among themselves is good for: longer than a process lives without an update.
const SERVICE_TOKEN_SECONDS: i64 = 366 * 24 * 3600;

/// The services, each with a store of its own.
pub const SERVICES: [&str; 6] = ["directory", "goals", "feedback", "scoring", "notifications", "reviews"];

/// Where a data folder keeps the key that signs tokens.
#[must_use]
pub fn key_file(data: &Path) -> PathBuf {
    data.join("identity.key")
}

/// All services, ready to be served.
pub struct Assembly {
    /// The server, not yet listening.
    pub server: Server,
    /// A channel inside the process, without an identity.
    pub channel: Channel,
    /// What the channel's connections arrive at; give it to the server.
    pub incoming: Incoming,
    reviews: merit_reviews::ReviewsService,
}

impl Assembly {
    /// Opens every service on its own file in the data folder.
    ///
    /// # Errors
    /// `STORAGE` when a file can't be opened or was written by another version.
    pub async fn open(folder: &DataFolder, keys: &Keys, settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self> {
        let (channel, incoming) = client::in_process();
        let service = Principal::new("service", Role::Service);
        let token = keys.mint(&service, Timestamp::now(), SERVICE_TOKEN_SECONDS)?;
        let link = client::link(channel.clone(), Bearer::new(&token)?);
        let place = Place::folder(folder.path());

        let directory = merit_directory::open(&place, clock.clone()).await?;
        let goals = merit_goals::open(&place, link.clone(), clock.clone()).await?;
        let feedback =
            merit_feedback::FeedbackService::open(&place, directory_client(&link), goals_client(&link), clock.clone())
                .await?;
        let scoring = merit_scoring::open(&place, link.clone(), link.clone(), link.clone(), clock.clone()).await?;
        let relay = settings.relay.clone();
        let notifications =
            merit_notifications::NotificationsService::open(&place, directory_client(&link), relay, clock.clone())
                .await?;
        let reviews = merit_reviews::open(&place, merit_reviews::Links::all(&link), clock).await?;

        let mut server = Server::new(Guard::local(keys, Arc::new(DirectoryReach::new(link.clone())))?)?;
        server.add(directory.server());
        server.add(goals.server());
        server.add(feedback.server());
        server.add(scoring.server());
        server.add(notifications.server());
        server.add(reviews.server());
        Ok(Self { server, channel, incoming, reviews })
    }

    /// Hands on, now and then, what reviews still has to say to notifications.
    pub fn start_relay(&self) {
        let reviews = self.reviews.clone();
        tokio::spawn(async move { reviews.relay_forever(RELAY_EVERY).await });
    }
}

fn directory_client(link: &Link) -> DirectoryServiceClient<Link> {
    DirectoryServiceClient::new(link.clone()).max_decoding_message_size(LIMIT)
}

fn goals_client(link: &Link) -> GoalsServiceClient<Link> {
    GoalsServiceClient::new(link.clone()).max_decoding_message_size(LIMIT)
}
