//! Scoring over gRPC: translation. Calls about the organisation are decided before they come here; those about people ask
//! their permit.

mod adjust;
mod calls;
mod diagnostics;
mod explain;
mod export;
mod filter;
mod forgetting;
mod imports;
mod messages;
mod pages;
mod pay;
mod scores;
mod standing;
#[cfg(test)]
mod tests;

use std::pin::Pin;

use futures::Stream;
use merit_core::Result;
use merit_platform::access::Permit;
use merit_platform::client::LIMIT;
use merit_platform::status::to_status;
use merit_proto::scoring::v1 as proto;
use merit_proto::scoring::v1::scoring_service_server::{ScoringService, ScoringServiceServer};
use tonic::{Request, Response, Status, Streaming};

use crate::service::Scoring;

impl Scoring {
    /// The gRPC service.
    #[must_use]
    pub fn server(&self) -> ScoringServiceServer<Grpc> {
        ScoringServiceServer::new(Grpc { scoring: self.clone(), forgetting: forgetting::Forgetting::default() })
            .max_decoding_message_size(LIMIT)
            .max_encoding_message_size(LIMIT)
    }
}

/// Scoring behind its contract.
#[derive(Clone)]
pub struct Grpc {
    scoring: Scoring,
    forgetting: forgetting::Forgetting,
}

/// A stream of answers.
type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

fn answer<T>(result: Result<T>) -> Result<Response<T>, Status> {
    result.map(Response::new).map_err(to_status)
}

#[tonic::async_trait]
impl ScoringService for Grpc {
    type ExecuteRunStream = Answers<proto::ExecuteRunResponse>;
    type PreviewRunStream = Answers<proto::PreviewRunResponse>;
    type CompareImpactStream = Answers<proto::CompareImpactResponse>;
    type ExportLedgerStream = Answers<proto::ExportLedgerResponse>;
    type ExportScoresStream = Answers<proto::ExportScoresResponse>;

    async fn import_results(
        &self,
        request: Request<Streaming<proto::ImportResultsRequest>>,
    ) -> Result<Response<proto::ImportResultsResponse>, Status> {
        answer(self.take_results(request.into_inner()).await)
    }

    async fn publish_policies(
        &self,
        request: Request<proto::PublishPoliciesRequest>,
    ) -> Result<Response<proto::PublishPoliciesResponse>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.publish(permit.principal(), request.into_inner()).await)
    }

    async fn list_policies(
        &self,
        request: Request<proto::ListPoliciesRequest>,
    ) -> Result<Response<proto::ListPoliciesResponse>, Status> {
        answer(self.policies(&request.into_inner()).await)
    }

    async fn get_policy(
        &self,
        request: Request<proto::GetPolicyRequest>,
    ) -> Result<Response<proto::GetPolicyResponse>, Status> {
        answer(self.policy(&request.into_inner()).await)
    }

    async fn explain_person(
        &self,
        request: Request<proto::ExplainPersonRequest>,
    ) -> Result<Response<proto::ExplainPersonResponse>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.explain(&request.into_inner(), &permit).await)
    }

    async fn compare_impact(
        &self,
        request: Request<proto::CompareImpactRequest>,
    ) -> Result<Response<Self::CompareImpactStream>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.compare(request.into_inner(), &permit).await)
    }

    async fn get_standing(
        &self,
        request: Request<proto::GetStandingRequest>,
    ) -> Result<Response<proto::GetStandingResponse>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.standing(&request.into_inner(), &permit).await)
    }

    async fn freeze_run(
        &self,
        request: Request<proto::FreezeRunRequest>,
    ) -> Result<Response<proto::FreezeRunResponse>, Status> {
        answer(self.freeze(&request.into_inner()).await)
    }

    async fn execute_run(
        &self,
        request: Request<proto::ExecuteRunRequest>,
    ) -> Result<Response<Self::ExecuteRunStream>, Status> {
        answer(self.execute(&request.into_inner()))
    }

    async fn preview_run(
        &self,
        request: Request<proto::PreviewRunRequest>,
    ) -> Result<Response<Self::PreviewRunStream>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.preview(&request.into_inner(), &permit).await)
    }

    async fn get_run(&self, request: Request<proto::GetRunRequest>) -> Result<Response<proto::GetRunResponse>, Status> {
        answer(self.run(&request.into_inner()).await)
    }

    async fn post_run(
        &self,
        request: Request<proto::PostRunRequest>,
    ) -> Result<Response<proto::PostRunResponse>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.post(permit.principal(), &request.into_inner()).await)
    }

    async fn verify_run(
        &self,
        request: Request<proto::VerifyRunRequest>,
    ) -> Result<Response<proto::VerifyRunResponse>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.verify(&request.into_inner(), &permit).await)
    }

    async fn create_adjustment(
        &self,
        request: Request<proto::CreateAdjustmentRequest>,
    ) -> Result<Response<proto::CreateAdjustmentResponse>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.adjust(request.into_inner(), &permit).await)
    }

    async fn list_lines(
        &self,
        request: Request<proto::ListLinesRequest>,
    ) -> Result<Response<proto::ListLinesResponse>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.lines(&request.into_inner(), &permit).await)
    }

    async fn list_scores(
        &self,
        request: Request<proto::ListScoresRequest>,
    ) -> Result<Response<proto::ListScoresResponse>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.scores(&request.into_inner(), &permit).await)
    }

    async fn list_credits(
        &self,
        request: Request<proto::ListCreditsRequest>,
    ) -> Result<Response<proto::ListCreditsResponse>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.credits(&request.into_inner(), &permit).await)
    }

    async fn list_findings(
        &self,
        request: Request<proto::ListFindingsRequest>,
    ) -> Result<Response<proto::ListFindingsResponse>, Status> {
        answer(self.findings(&request.into_inner()).await)
    }

    async fn list_recognitions(
        &self,
        request: Request<proto::ListRecognitionsRequest>,
    ) -> Result<Response<proto::ListRecognitionsResponse>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.recognitions(&request.into_inner(), &permit).await)
    }

    async fn list_attainments(
        &self,
        request: Request<proto::ListAttainmentsRequest>,
    ) -> Result<Response<proto::ListAttainmentsResponse>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.attainments(&request.into_inner(), &permit).await)
    }

    async fn list_roster(
        &self,
        request: Request<proto::ListRosterRequest>,
    ) -> Result<Response<proto::ListRosterResponse>, Status> {
        answer(self.roster(&request.into_inner()).await)
    }

    async fn get_cutoff(
        &self,
        _: Request<proto::GetCutoffRequest>,
    ) -> Result<Response<proto::GetCutoffResponse>, Status> {
        let cutoff = self.scoring.cutoff().await;
        answer(cutoff.map(|cutoff| proto::GetCutoffResponse { cutoff }))
    }

    async fn import_events(
        &self,
        request: Request<Streaming<proto::ImportEventsRequest>>,
    ) -> Result<Response<proto::ImportEventsResponse>, Status> {
        answer(self.take_events(request.into_inner()).await)
    }

    async fn import_balances(
        &self,
        request: Request<Streaming<proto::ImportBalancesRequest>>,
    ) -> Result<Response<proto::ImportBalancesResponse>, Status> {
        answer(self.take_balances(request.into_inner()).await)
    }

    async fn list_runs(
        &self,
        request: Request<proto::ListRunsRequest>,
    ) -> Result<Response<proto::ListRunsResponse>, Status> {
        answer(self.runs(&request.into_inner()).await)
    }

    async fn get_line(
        &self,
        request: Request<proto::GetLineRequest>,
    ) -> Result<Response<proto::GetLineResponse>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.line(&request.into_inner(), &permit).await)
    }

    async fn export_ledger(
        &self,
        request: Request<proto::ExportLedgerRequest>,
    ) -> Result<Response<Self::ExportLedgerStream>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.ledger_export(request.into_inner(), &permit).await)
    }

    async fn export_scores(
        &self,
        request: Request<proto::ExportScoresRequest>,
    ) -> Result<Response<Self::ExportScoresStream>, Status> {
        let permit = Permit::of(&request)?;
        answer(self.scores_export(request.into_inner(), &permit).await)
    }

    async fn list_pay_reads(
        &self,
        request: Request<proto::ListPayReadsRequest>,
    ) -> Result<Response<proto::ListPayReadsResponse>, Status> {
        answer(self.pay_reads(&request.into_inner()).await)
    }
}
