//! Dry runs: scoring's preview, passed on message by message. It tells everybody's pay, and reviews asks for it in its own
//! name: so who asked reviews is put on record here.

use futures::StreamExt as _;
use futures::stream::{BoxStream, once};
use merit_core::Error;
use merit_core::ids::RunId;
use merit_platform::access::Permit;
use merit_platform::status::to_status;
use merit_proto::reviews::v1 as proto;
use merit_proto::scoring::v1::{PreviewRunRequest, PreviewRunResponse};
use tonic::Status;

use super::Grpc;
use crate::neighbours::cutoffs_to_wire;
use crate::service::Reader;

/// What a dry run answers.
type Answers = BoxStream<'static, Result<proto::RunReviewResponse, Status>>;

impl Grpc {
    pub(super) async fn preview(&self, cycle: &str, permit: &Permit) -> Result<Answers, Status> {
        let reader = self.reader(permit, "RunReview").await.map_err(to_status)?;
        let (cycle, cutoffs) = self.reviews.dry_run(cycle).await.map_err(to_status)?;
        let request = PreviewRunRequest { cycle: cycle.name(), cutoffs: Some(cutoffs_to_wire(cutoffs)) };
        let pieces = self.links.scoring().preview_run(request).await?.into_inner();
        self.passed_on(&reader, pieces.boxed()).await
    }

    /// A preview on its way to its reader. Its first piece says which run it would be, and the read of that is on record before
    /// any piece leaves.
    async fn passed_on(
        &self,
        reader: &Reader,
        mut pieces: BoxStream<'static, Result<PreviewRunResponse, Status>>,
    ) -> Result<Answers, Status> {
        let unnamed = || to_status(Error::internal("scoring's preview lacks its run"));
        let first = pieces.next().await.transpose()?.ok_or_else(unnamed)?;
        let run = RunId::from_name(&first.run.as_ref().ok_or_else(unnamed)?.name).map_err(to_status)?;
        self.reviews.record_read(reader, &run, None).await.map_err(to_status)?;
        let answer = |piece: Result<PreviewRunResponse, Status>| {
            let preview = Some(piece?);
            Ok(proto::RunReviewResponse { stage: "previewing".to_owned(), preview, ..Default::default() })
        };
        Ok(once(async { Ok(first) }).chain(pieces).map(answer).boxed())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use merit_core::reads::ReadsPart;
    use merit_platform::access::{Action, Decider, NoReach};
    use merit_platform::identity::{Principal, Role};
    use merit_proto::scoring::v1::{Line, Run};

    use super::*;
    use crate::grpc::tests::over;
    use crate::service::fakes::bench;

    /// What scoring answers: the run that it would be, then its lines.
    fn pieces() -> BoxStream<'static, Result<PreviewRunResponse, Status>> {
        let run = Some(Run { name: "runs/2026-q3-dry".to_owned(), ..Run::default() });
        let named = PreviewRunResponse { run, ..Default::default() };
        let lines = PreviewRunResponse { lines: vec![Line::default()], ..Default::default() };
        futures::stream::iter([Ok(named), Ok(lines)]).boxed()
    }

    #[tokio::test]
    async fn a_dry_run_is_on_record_before_its_lines_leave() {
        let bench = bench().await;
        let store = Arc::clone(&bench.store);
        let grpc = over(bench.reviews, bench.operations.clone());
        let roma = Principal::new("roma", Role::RevenueOperations);
        let permit = Permit::new(roma, Action::RunReviews, Decider::embedded().unwrap(), Arc::new(NoReach));
        let reader = grpc.reader(&permit, "RunReview").await.unwrap();
        let answers = grpc.passed_on(&reader, pieces()).await.unwrap();
        let by_roma = ReadsPart { reader: Some("roma".to_owned()), limit: 10, ..ReadsPart::default() };
        let [(_, read)] = store.reads(&by_roma).await.unwrap().try_into().unwrap();
        assert_eq!((read.method.as_str(), read.run.as_str(), read.person), ("RunReview", "2026-q3-dry", None));
        assert_eq!(read.roles, ["revenue-operations"]);
        let previews: Vec<_> = answers.map(|answer| answer.unwrap().preview.unwrap()).collect().await;
        assert_eq!(previews.iter().map(|piece| piece.lines.len()).collect::<Vec<_>>(), [0, 1], "nothing is left out");
    }

    /// What can't be put on record doesn't leave.
    #[tokio::test]
    async fn a_preview_that_names_no_run_is_not_passed_on() {
        let bench = bench().await;
        let grpc = over(bench.reviews, bench.operations.clone());
        let roma = Principal::new("roma", Role::RevenueOperations);
        let permit = Permit::new(roma, Action::RunReviews, Decider::embedded().unwrap(), Arc::new(NoReach));
        let reader = grpc.reader(&permit, "RunReview").await.unwrap();
        for unnamed in [pieces().skip(1).boxed(), futures::stream::empty().boxed()] {
            assert!(grpc.passed_on(&reader, unnamed).await.is_err());
        }
    }
}
