//! Feedback with replies, self-assessments and ratings: what people say of each other's work and of their own.
//!
//! Notes are answered and acknowledged by the two people they concern; self-assessments have a window that ends after the
//! cycle; ratings are the values of measures that no record gives. Nothing here computes a score.

mod grpc;
pub mod model;
pub mod neighbours;
pub mod service;
pub mod store;

use std::sync::Arc;

use merit_core::{Clock, Result};
use merit_platform::client::{LIMIT, Link};
use merit_platform::store::Place;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::feedback::v1::feedback_service_server::FeedbackServiceServer;
use merit_proto::goals::v1::goals_service_client::GoalsServiceClient;

pub use grpc::Grpc;

/// The service's name: of its schema and, with `.db`, of its file.
pub const NAME: &str = "feedback";

/// The feedback service, ready to be mounted.
#[derive(Clone)]
pub struct FeedbackService {
    feedback: Arc<service::Feedback>,
}

impl FeedbackService {
    /// Opens the service where it keeps its record: a file in a data folder is made and migrated if it has to be, a schema
    /// has to be at this program's version.
    ///
    /// # Errors
    /// When the store can't be opened, or holds something else.
    pub async fn open(
        place: &Place,
        directory: DirectoryServiceClient<Link>,
        goals: GoalsServiceClient<Link>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let store: Arc<dyn store::Store> = match place {
            Place::Folder(data) => Arc::new(store::sqlite::open(&data.join(format!("{NAME}.db"))).await?),
            Place::Postgres(server) => Arc::new(store::postgres::open(server).await?),
        };
        let neighbours = Arc::new(neighbours::Clients::new(directory, goals));
        Ok(Self { feedback: Arc::new(service::Feedback::new(store, neighbours, clock)) })
    }

    /// The tonic service.
    #[must_use]
    pub fn server(&self) -> FeedbackServiceServer<Grpc> {
        FeedbackServiceServer::new(Grpc::new(self.feedback.clone())).max_decoding_message_size(LIMIT)
    }
}
