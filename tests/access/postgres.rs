//! All services over PostgreSQL, where row-level security is a second wall behind the filters.

use std::sync::Arc;

use jiff::Timestamp;
use merit_core::Clock;
use merit_platform::access::{DirectoryReach, Guard};
use merit_platform::client::{Bearer, LIMIT, in_process, link};
use merit_platform::identity::{Keys, Principal, Role};
use merit_platform::server::Server;
use merit_platform::store::{Place, scratch};
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::goals::v1::goals_service_client::GoalsServiceClient;
use tonic::transport::Channel;

/// A channel to them, with schemas that nobody else uses.
pub async fn serve(keys: &Keys, clock: Arc<dyn Clock>) -> Channel {
    let (channel, incoming) = in_process();
    let token = keys.mint(&Principal::new("service", Role::Service), Timestamp::now(), 3600).unwrap();
    let own = link(channel.clone(), Bearer::new(&token).unwrap());
    let people = DirectoryServiceClient::new(own.clone()).max_decoding_message_size(LIMIT);
    let goals = GoalsServiceClient::new(own.clone()).max_decoding_message_size(LIMIT);

    let server = scratch::server();
    merit_directory::store::postgres::migrate(&server).await.unwrap();
    merit_goals::store::postgres::migrate(&server).await.unwrap();
    merit_feedback::store::postgres::migrate(&server).await.unwrap();
    merit_scoring::store::postgres::migrate(&server).await.unwrap();
    merit_notifications::store::postgres::migrate(&server).await.unwrap();
    merit_reviews::store::postgres::migrate(&server).await.unwrap();
    let place = Place::Postgres(server);

    let mut server = Server::new(Guard::local(keys, Arc::new(DirectoryReach::new(own.clone()))).unwrap()).unwrap();
    server.add(merit_directory::open(&place, clock.clone()).await.unwrap().server());
    server.add(merit_goals::open(&place, own.clone(), clock.clone()).await.unwrap().server());
    let feedback = merit_feedback::FeedbackService::open(&place, people.clone(), goals, clock.clone());
    server.add(feedback.await.unwrap().server());
    let scoring = merit_scoring::open(&place, own.clone(), own.clone(), own.clone(), clock.clone());
    server.add(scoring.await.unwrap().server());
    let notifications = merit_notifications::NotificationsService::open(&place, people, None, clock.clone());
    server.add(notifications.await.unwrap().server());
    let reviews = merit_reviews::open(&place, merit_reviews::Links::all(&own), clock);
    server.add(reviews.await.unwrap().server());
    tokio::spawn(server.serve_in_process(incoming));
    channel
}
