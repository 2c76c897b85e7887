//! The service on the wire: translation, and whose scorecards somebody may read. No rule lives here.

mod cards;
mod export;
mod messages;
mod operations;
mod preview;
mod reads;
mod sight;

use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use merit_platform::access::Permit;
use merit_platform::answers::Answers;
use merit_platform::page::{Page, cut, number};
use merit_platform::status::to_status;
use merit_proto::kept::{ExportScorecardsResponse, ListScorecardsResponse};
use merit_proto::reviews::v1 as proto;
use merit_proto::reviews::v1::reviews_service_server::ReviewsService;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use crate::model::Progress;
use crate::neighbours::Links;
use crate::operations::Operations;
use crate::service::Reviews;

/// Messages of progress on their way to a caller. What a slow caller can't take is left out: it is only progress.
const WAITING: usize = 64;

/// The service on the wire.
#[derive(Clone)]
pub struct Grpc {
    reviews: Arc<Reviews>,
    operations: Operations,
    links: Links,
    cards: Arc<Answers<ListScorecardsResponse>>,
}

impl Grpc {
    /// Over the rules; previews come straight from scoring.
    #[must_use]
    pub fn new(reviews: Arc<Reviews>, operations: Operations, links: Links) -> Self {
        Self { reviews, operations, links, cards: Arc::default() }
    }

    /// A real run. It goes on when the caller goes away: what it has done is kept, and asking again tells how it ended.
    fn close(&self, cycle: String) -> BoxStream<'static, Result<proto::RunReviewResponse, Status>> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let reviews = Arc::clone(&self.reviews);
        tokio::spawn(async move {
            let progress = sender.clone();
            let tell = move |step: Progress| {
                let _ = progress.try_send(Ok(messages::progress(step)));
            };
            let last = match reviews.run(&cycle, &tell).await {
                Ok(ran) => Ok(proto::RunReviewResponse {
                    stage: "done".to_owned(),
                    unchanged: ran.unchanged,
                    review: Some(messages::review(&ran.review)),
                    ..Default::default()
                }),
                Err(error) => Err(to_status(error)),
            };
            let _ = sender.send(last).await;
        });
        ReceiverStream::new(receiver).boxed()
    }
}

#[tonic::async_trait]
impl ReviewsService for Grpc {
    type RunReviewStream = BoxStream<'static, Result<proto::RunReviewResponse, Status>>;
    type ExportScorecardsStream = BoxStream<'static, Result<ExportScorecardsResponse, Status>>;

    async fn run_review(
        &self,
        request: Request<proto::RunReviewRequest>,
    ) -> Result<Response<Self::RunReviewStream>, Status> {
        if request.get_ref().dry_run {
            let permit = Permit::of(&request)?;
            return self.preview(&request.get_ref().cycle, &permit).await.map(Response::new);
        }
        Ok(Response::new(self.close(request.into_inner().cycle)))
    }

    async fn start_review(
        &self,
        request: Request<proto::StartReviewRequest>,
    ) -> Result<Response<proto::StartReviewResponse>, Status> {
        let permit = Permit::of(&request)?;
        self.start(&request.into_inner(), permit.principal()).await.map(Response::new).map_err(to_status)
    }

    async fn get_operation(
        &self,
        request: Request<proto::GetOperationRequest>,
    ) -> Result<Response<proto::GetOperationResponse>, Status> {
        self.operation(&request.into_inner().name).await.map(Response::new).map_err(to_status)
    }

    async fn list_operations(
        &self,
        request: Request<proto::ListOperationsRequest>,
    ) -> Result<Response<proto::ListOperationsResponse>, Status> {
        self.list(&request.into_inner()).await.map(Response::new).map_err(to_status)
    }

    async fn wait_operation(
        &self,
        request: Request<proto::WaitOperationRequest>,
    ) -> Result<Response<proto::WaitOperationResponse>, Status> {
        self.wait(&request.into_inner()).await.map(Response::new).map_err(to_status)
    }

    async fn cancel_operation(
        &self,
        request: Request<proto::CancelOperationRequest>,
    ) -> Result<Response<proto::CancelOperationResponse>, Status> {
        self.cancel(&request.into_inner().name).await.map(Response::new).map_err(to_status)
    }

    async fn get_review(
        &self,
        request: Request<proto::GetReviewRequest>,
    ) -> Result<Response<proto::GetReviewResponse>, Status> {
        let request = request.into_inner();
        let review = self.reviews.review(&request.cycle, &request.run).await.map_err(to_status)?;
        Ok(Response::new(proto::GetReviewResponse { review: Some(messages::review(&review)) }))
    }

    async fn list_reviews(
        &self,
        request: Request<proto::ListReviewsRequest>,
    ) -> Result<Response<proto::ListReviewsResponse>, Status> {
        let request = request.into_inner();
        let page = Page::of(&request).map_err(to_status)?;
        let before = number(page.after.as_deref()).map_err(to_status)?;
        let reviews = self.reviews.reviews(&request.cycle, before, page.size + 1).await.map_err(to_status)?;
        let (reviews, next_page_token) = cut(reviews, &page, |review| review.seq.to_string());
        let reviews = reviews.iter().map(messages::review).collect();
        Ok(Response::new(proto::ListReviewsResponse { reviews, next_page_token }))
    }

    async fn approve_review(
        &self,
        request: Request<proto::ApproveReviewRequest>,
    ) -> Result<Response<proto::ApproveReviewResponse>, Status> {
        let permit = Permit::of(&request)?;
        let request = request.into_inner();
        let approved = self
            .reviews
            .approve(&request.cycle, &request.run, &permit.principal().subject, &request.reason)
            .await
            .map_err(to_status)?;
        Ok(Response::new(proto::ApproveReviewResponse {
            review: Some(messages::review(&approved.review)),
            needs_second: approved.needs_second,
            posted: approved.posted,
        }))
    }

    async fn reject_review(
        &self,
        request: Request<proto::RejectReviewRequest>,
    ) -> Result<Response<proto::RejectReviewResponse>, Status> {
        let permit = Permit::of(&request)?;
        let request = request.into_inner();
        let review = self
            .reviews
            .reject(&request.cycle, &request.run, &permit.principal().subject, &request.reason)
            .await
            .map_err(to_status)?;
        Ok(Response::new(proto::RejectReviewResponse { review: Some(messages::review(&review)) }))
    }

    async fn publish_review(
        &self,
        request: Request<proto::PublishReviewRequest>,
    ) -> Result<Response<proto::PublishReviewResponse>, Status> {
        let permit = Permit::of(&request)?;
        let request = request.into_inner();
        let published =
            self.reviews.publish(&request.cycle, &request.run, &permit.principal().subject).await.map_err(to_status)?;
        Ok(Response::new(proto::PublishReviewResponse {
            review: Some(messages::review(&published.review)),
            enqueued: published.enqueued,
        }))
    }

    async fn verify_review(
        &self,
        request: Request<proto::VerifyReviewRequest>,
    ) -> Result<Response<proto::VerifyReviewResponse>, Status> {
        let permit = Permit::of(&request)?;
        self.verification(&request.into_inner(), &permit).await.map(Response::new).map_err(to_status)
    }

    async fn list_scorecards(
        &self,
        request: Request<proto::ListScorecardsRequest>,
    ) -> Result<Response<ListScorecardsResponse>, Status> {
        let permit = Permit::of(&request)?;
        let request = request.into_inner();
        self.scorecards(&request, &permit).await.map(Response::new).map_err(to_status)
    }

    async fn export_scorecards(
        &self,
        request: Request<proto::ExportScorecardsRequest>,
    ) -> Result<Response<Self::ExportScorecardsStream>, Status> {
        let permit = Permit::of(&request)?;
        self.export(request.into_inner(), &permit).await.map(Response::new).map_err(to_status)
    }

    async fn list_scorecard_reads(
        &self,
        request: Request<proto::ListScorecardReadsRequest>,
    ) -> Result<Response<proto::ListScorecardReadsResponse>, Status> {
        self.reads(&request.into_inner()).await.map(Response::new).map_err(to_status)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use merit_platform::client::{Bearer, Link, link};
    use tonic::transport::Endpoint;

    use super::*;
    use crate::service::fakes::{CYCLE, bench};
    use crate::store::OperationStore;

    /// Nobody listens there: a call that gets past the role check and needs scoring itself is unavailable.
    fn nowhere() -> Link {
        link(Endpoint::from_static("http://127.0.0.1:1").connect_lazy(), Bearer::new("x").unwrap())
    }

    /// The bench stays with the test: its folder goes with it.
    pub(super) fn over(reviews: Reviews, operations: Arc<dyn OperationStore>) -> Grpc {
        let clock = Arc::new(merit_core::FixedClock("2026-10-12T08:00:00Z".parse().unwrap()));
        let reviews = Arc::new(reviews);
        Grpc::new(reviews.clone(), Operations::new(reviews, operations, clock), Links::all(&nowhere()))
    }

    #[tokio::test]
    async fn a_run_tells_its_stages_and_ends_with_the_review() {
        let bench = bench().await;
        let grpc = over(bench.reviews, bench.operations.clone());
        let request = proto::RunReviewRequest { cycle: CYCLE.to_owned(), dry_run: false };
        let stream = grpc.run_review(Request::new(request)).await.unwrap().into_inner();
        let messages: Vec<_> = stream.map(Result::unwrap).collect().await;
        let stages: Vec<_> = messages.iter().map(|message| message.stage.as_str()).collect();
        assert_eq!(stages, ["freezing", "crediting", "scoring", "ranking", "settling", "composing", "done"]);
        let review = messages.last().and_then(|message| message.review.as_ref()).unwrap();
        assert_eq!((review.run.as_str(), review.state()), ("runs/2026-q3-aaa", proto::ReviewState::Composed));
    }

    /// A caller that hangs up doesn't stop the close.
    #[tokio::test]
    async fn a_run_goes_on_when_its_caller_goes_away() {
        let bench = bench().await;
        let store = Arc::clone(&bench.store);
        let grpc = over(bench.reviews, bench.operations.clone());
        let request = proto::RunReviewRequest { cycle: CYCLE.to_owned(), dry_run: false };
        let mut stream = grpc.run_review(Request::new(request)).await.unwrap().into_inner();
        assert!(stream.next().now_or_never().flatten().is_none());
        drop(stream);
        let run = merit_core::ids::RunId::new("2026-q3-aaa").unwrap();
        for _ in 0..500 {
            if store.review(&run).await.unwrap().is_some_and(|review| review.state == crate::model::State::Composed) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the run did not go on");
    }
}
