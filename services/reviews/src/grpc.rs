//! The service on the wire: who may call, and translation. No rule lives here.

mod messages;

use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use merit_core::ids::PersonId;
use merit_core::{Error, Result};
use merit_platform::identity::{ADMINISTER, ANYONE, Principal, READ_ALL, Role, require};
use merit_platform::page::{Page, cut};
use merit_platform::status::to_status;
use merit_proto::reviews::v1 as proto;
use merit_proto::reviews::v1::reviews_service_server::ReviewsService;
use merit_proto::scoring::v1::PreviewRunRequest;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use crate::encoding::decode;
use crate::model::Progress;
use crate::neighbours::{Links, cutoffs_to_wire};
use crate::service::{CardPage, Reader, Reviews};

/// Who may accept or refuse pay.
const APPROVE: &[Role] =
    &[Role::RevenueOperations, Role::CompensationAdministrator, Role::Executive, Role::Operator];
/// Who may make approved scorecards visible.
const PUBLISH: &[Role] = &[
    Role::RevenueOperations,
    Role::CompensationAdministrator,
    Role::Executive,
    Role::Operator,
    Role::Service,
];
/// Messages of progress on their way to a caller. What a slow caller can't take is left out: it is only progress.
const WAITING: usize = 64;

/// The service on the wire.
#[derive(Clone)]
pub struct Grpc {
    reviews: Arc<Reviews>,
    links: Links,
}

impl Grpc {
    /// Over the rules; previews come straight from scoring.
    #[must_use]
    pub fn new(reviews: Arc<Reviews>, links: Links) -> Self {
        Self { reviews, links }
    }

    /// A dry run: scoring's preview, passed on message by message.
    async fn preview(&self, cycle: &str) -> Result<BoxStream<'static, Result<proto::RunReviewResponse, Status>>, Status> {
        let (cycle, cutoffs) = self.reviews.dry_run(cycle).await.map_err(to_status)?;
        let request = PreviewRunRequest { cycle: cycle.name(), cutoffs: Some(cutoffs_to_wire(cutoffs)) };
        let pieces = self.links.scoring().preview_run(request).await?.into_inner();
        let passed_on = pieces.map(|piece| {
            let preview = Some(piece?);
            Ok(proto::RunReviewResponse { stage: "previewing".to_owned(), preview, ..Default::default() })
        });
        Ok(passed_on.boxed())
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

    async fn run_review(&self, request: Request<proto::RunReviewRequest>) -> Result<Response<Self::RunReviewStream>, Status> {
        require(&request, ADMINISTER)?;
        let request = request.into_inner();
        let stream = if request.dry_run { self.preview(&request.cycle).await? } else { self.close(request.cycle) };
        Ok(Response::new(stream))
    }

    async fn get_review(&self, request: Request<proto::GetReviewRequest>) -> Result<Response<proto::GetReviewResponse>, Status> {
        require(&request, READ_ALL)?;
        let request = request.into_inner();
        let review = self.reviews.review(&request.cycle, &request.run).await.map_err(to_status)?;
        Ok(Response::new(proto::GetReviewResponse { review: Some(messages::review(&review)) }))
    }

    async fn list_reviews(
        &self,
        request: Request<proto::ListReviewsRequest>,
    ) -> Result<Response<proto::ListReviewsResponse>, Status> {
        require(&request, READ_ALL)?;
        let request = request.into_inner();
        let page = Page::parse(request.page_size, &request.page_token).map_err(to_status)?;
        let before = page.after.as_deref().map(sequence).transpose().map_err(to_status)?;
        let reviews = self.reviews.reviews(&request.cycle, before, page.size + 1).await.map_err(to_status)?;
        let (reviews, next_page_token) = cut(reviews, &page, |review| review.seq.to_string());
        let reviews = reviews.iter().map(messages::review).collect();
        Ok(Response::new(proto::ListReviewsResponse { reviews, next_page_token }))
    }

    async fn approve_review(
        &self,
        request: Request<proto::ApproveReviewRequest>,
    ) -> Result<Response<proto::ApproveReviewResponse>, Status> {
        let principal = require(&request, APPROVE)?;
        let request = request.into_inner();
        let approved = self
            .reviews
            .approve(&request.cycle, &request.run, &principal.subject, &request.reason)
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
        let principal = require(&request, APPROVE)?;
        let request = request.into_inner();
        let review = self
            .reviews
            .reject(&request.cycle, &request.run, &principal.subject, &request.reason)
            .await
            .map_err(to_status)?;
        Ok(Response::new(proto::RejectReviewResponse { review: Some(messages::review(&review)) }))
    }

    async fn publish_review(
        &self,
        request: Request<proto::PublishReviewRequest>,
    ) -> Result<Response<proto::PublishReviewResponse>, Status> {
        let principal = require(&request, PUBLISH)?;
        let request = request.into_inner();
        let published =
            self.reviews.publish(&request.cycle, &request.run, &principal.subject).await.map_err(to_status)?;
        Ok(Response::new(proto::PublishReviewResponse {
            review: Some(messages::review(&published.review)),
            enqueued: published.enqueued,
        }))
    }

    async fn verify_review(
        &self,
        request: Request<proto::VerifyReviewRequest>,
    ) -> Result<Response<proto::VerifyReviewResponse>, Status> {
        require(&request, READ_ALL)?;
        let request = request.into_inner();
        let verified = self.reviews.verify(&request.cycle, &request.run).await.map_err(to_status)?;
        Ok(Response::new(proto::VerifyReviewResponse {
            run: verified.review.run.name(),
            scorecards_match: verified.scorecards_match,
            result: Some(messages::verification(verified.run)),
        }))
    }

    async fn list_scorecards(
        &self,
        request: Request<proto::ListScorecardsRequest>,
    ) -> Result<Response<proto::ListScorecardsResponse>, Status> {
        let reader = reader(&require(&request, ANYONE)?);
        let request = request.into_inner();
        let page = Page::parse(request.page_size, &request.page_token).map_err(to_status)?;
        let person = match request.person.as_str() {
            "" => None,
            name => Some(PersonId::from_name(name).map_err(to_status)?),
        };
        let wanted = CardPage { person, after: page.after.clone(), limit: page.size + 1 };
        let cards =
            self.reviews.scorecards(&reader, &request.cycle, &request.run, wanted).await.map_err(to_status)?;
        let (cards, next_page_token) = cut(cards, &page, |card| format!("{}/{}", card.person, card.kind.word()));
        let scorecards =
            cards.iter().map(|card| decode(&card.bytes)).collect::<Result<_>>().map_err(to_status)?;
        Ok(Response::new(proto::ListScorecardsResponse { scorecards, next_page_token }))
    }
}

fn reader(principal: &Principal) -> Reader {
    Reader { subject: principal.subject.clone(), person: principal.person(), reads_all: principal.has_any(READ_ALL) }
}

fn sequence(key: &str) -> Result<i64> {
    key.parse().map_err(|_| Error::invalid("BAD_PAGE", "the page token is not one of ours; start again without it"))
}
