//! Feedback with replies, self-assessments and ratings: what people say of each other's work and of their own.
//!
//! Notes are answered and acknowledged by the two people they concern; self-assessments have a window that ends after the
//! cycle; ratings are the values of measures that no record gives. Nothing here computes a score.

mod grpc;
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
use merit_proto::feedback::v1::feedback_service_server::FeedbackServiceServer;
use merit_proto::goals::v1::goals_service_client::GoalsServiceClient;

pub use grpc::Grpc;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// The feedback service, ready to be mounted.
#[derive(Clone)]
pub struct FeedbackService {
    feedback: Arc<service::Feedback>,
}

impl FeedbackService {
    /// Opens `feedback.db` in the data folder.
    ///
    /// # Errors
    /// `STORAGE` when the file can't be opened or brought to this version.
    pub async fn open(
        data: &Path,
        directory: DirectoryServiceClient<Link>,
        goals: GoalsServiceClient<Link>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let database = Database::open(&data.join("feedback.db"), &MIGRATOR).await?;
        let store = Arc::new(store::SqliteStore::new(database));
        let neighbours = Arc::new(neighbours::Clients::new(directory, goals));
        Ok(Self { feedback: Arc::new(service::Feedback::new(store, neighbours, clock)) })
    }

    /// The tonic service.
    #[must_use]
    pub fn server(&self) -> FeedbackServiceServer<Grpc> {
        FeedbackServiceServer::new(Grpc::new(self.feedback.clone())).max_decoding_message_size(LIMIT)
    }
}
