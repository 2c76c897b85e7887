//! The record of who read whose scorecards, and what else is put on it.

use merit_core::ids::PersonId;
use merit_core::{Result, Scope};
use merit_platform::access::{Action, Permit};
use merit_platform::reads::{cut_reads, wanted};
use merit_proto::reviews::v1 as proto;

use super::{Grpc, messages};
use crate::model::Read;

impl Grpc {
    pub(super) async fn reads(
        &self,
        request: &proto::ListScorecardReadsRequest,
    ) -> Result<proto::ListScorecardReadsResponse> {
        let (page, part) = wanted(request)?;
        let (found, next_page_token) = cut_reads(self.reviews.reads(&part).await?, &page);
        let reads = found.into_iter().map(message).collect();
        Ok(proto::ListScorecardReadsResponse { reads, next_page_token })
    }

    /// What differs may tell anybody's pay: amounts are for who sees everybody's, and on record then.
    pub(super) async fn verification(
        &self,
        request: &proto::VerifyReviewRequest,
        permit: &Permit,
    ) -> Result<proto::VerifyReviewResponse> {
        let amounts = permit.to(Action::ReadPay).scope().await? == Scope::Everyone;
        let verified = self.reviews.verify(&request.cycle, &request.run, amounts).await?;
        if verified.run.amounts_told {
            let reader = self.reader(permit, "VerifyReview").await?;
            self.reviews.record_read(&reader, &verified.review.run, None).await?;
        }
        Ok(proto::VerifyReviewResponse {
            run: verified.review.run.name(),
            scorecards_match: verified.scorecards_match,
            result: Some(messages::verification(verified.run)),
        })
    }
}

fn message(read: Read) -> proto::ScorecardRead {
    proto::ScorecardRead {
        reader: read.reader,
        roles: read.roles,
        person: read.person.as_ref().map(PersonId::name).unwrap_or_default(),
        run: read.run.name(),
        method: read.method,
        read_at: read.at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use merit_platform::access::{Decider, NoReach};
    use merit_platform::identity::{Principal, Role};

    use super::*;
    use crate::grpc::tests::over;
    use crate::service::fakes::{CYCLE, FakeNeighbours, bench};

    fn permit(who: &str, role: Role, action: Action) -> Permit {
        Permit::new(Principal::new(who, role), action, Decider::embedded().unwrap(), Arc::new(NoReach))
    }

    /// A published quarter; its folder goes with the first.
    async fn published() -> (tempfile::TempDir, Arc<FakeNeighbours>, Grpc) {
        let bench = bench().await;
        bench.reviews.run(CYCLE, &|_| {}).await.unwrap();
        bench.reviews.approve(CYCLE, "", "operator", "").await.unwrap();
        bench.reviews.publish(CYCLE, "", "operator").await.unwrap();
        (bench.folder, bench.world, over(bench.reviews, bench.operations))
    }

    async fn reads(grpc: &Grpc, request: proto::ListScorecardReadsRequest) -> Vec<String> {
        let answer = grpc.reads(&request).await.unwrap();
        let words = |read: proto::ScorecardRead| {
            format!("{} {} {} {} {}", read.reader, read.roles.join("+"), read.method, read.person, read.run)
        };
        answer.reads.into_iter().map(words).collect()
    }

    #[tokio::test]
    async fn each_read_of_anothers_scorecard_is_listed() {
        let (_folder, _world, grpc) = published().await;
        let list = |person: &str| {
            let (cycle, person) = (CYCLE.to_owned(), person.to_owned());
            proto::ListScorecardsRequest { cycle, person, ..Default::default() }
        };
        let eva = permit("eva", Role::Executive, Action::ReadScorecards);
        grpc.scorecards(&list("people/ana"), &eva).await.unwrap();
        grpc.scorecards(&list(""), &eva).await.unwrap();
        let ana = permit("ana", Role::Member, Action::ReadScorecards);
        grpc.scorecards(&list("people/ana"), &ana).await.unwrap();
        let export = proto::ExportScorecardsRequest { cycle: CYCLE.to_owned(), ..Default::default() };
        let audrey = permit("audrey", Role::Auditor, Action::ReadScorecards);
        let mut pieces = grpc.export(export, &audrey).await.unwrap();
        while let Some(piece) = futures::StreamExt::next(&mut pieces).await {
            piece.unwrap();
        }
        let all = [
            "audrey auditor ExportScorecards  runs/2026-q3-aaa",
            "eva executive ListScorecards  runs/2026-q3-aaa",
            "eva executive ListScorecards people/ana runs/2026-q3-aaa",
        ];
        assert_eq!(reads(&grpc, proto::ListScorecardReadsRequest::default()).await, all);
        let of_ana = proto::ListScorecardReadsRequest { person: "people/ana".to_owned(), ..Default::default() };
        assert_eq!(reads(&grpc, of_ana).await, all[2..]);
        let by_eva = proto::ListScorecardReadsRequest { reader: "eva".to_owned(), ..Default::default() };
        assert_eq!(reads(&grpc, by_eva).await, all[1..]);
        let first = proto::ListScorecardReadsRequest { page_size: 2, ..Default::default() };
        let page_token = grpc.reads(&first).await.unwrap().next_page_token;
        let rest = proto::ListScorecardReadsRequest { page_token, ..first };
        assert_eq!(reads(&grpc, rest).await, all[2..]);
        for (since, page_token, reason) in [("yesterday", "", "BAD_TIME"), ("", "x", "BAD_PAGE")] {
            let (since, page_token) = (since.to_owned(), page_token.to_owned());
            let request = proto::ListScorecardReadsRequest { since, page_token, ..Default::default() };
            assert_eq!(grpc.reads(&request).await.unwrap_err().reason, reason);
        }
    }

    /// A page of one tells of one person, although there are more behind it; of the reader's own nothing is kept.
    #[tokio::test]
    async fn a_page_with_one_persons_scorecards_is_on_record_as_theirs() {
        let (_folder, _world, grpc) = published().await;
        let page = async |who: &str, page_size, page_token: String| {
            let audrey = permit(who, Role::Auditor, Action::ReadScorecards);
            let request =
                proto::ListScorecardsRequest { cycle: CYCLE.to_owned(), page_size, page_token, ..Default::default() };
            grpc.scorecards(&request, &audrey).await.unwrap().next_page_token
        };
        let rest = page("audrey", 1, String::new()).await;
        page("audrey", 1, rest).await;
        page("audrey", 2, String::new()).await;
        page("ana", 1, String::new()).await;
        page("ana", 2, String::new()).await;
        let all = [
            "ana auditor ListScorecards people/bo runs/2026-q3-aaa",
            "audrey auditor ListScorecards  runs/2026-q3-aaa",
            "audrey auditor ListScorecards people/bo runs/2026-q3-aaa",
            "audrey auditor ListScorecards people/ana runs/2026-q3-aaa",
        ];
        assert_eq!(reads(&grpc, proto::ListScorecardReadsRequest::default()).await, all);
    }

    #[tokio::test]
    async fn a_verification_tells_amounts_to_those_who_see_everybodys_pay_and_says_so_on_record() {
        let (_folder, world, grpc) = published().await;
        world.0.lock().unwrap().wrong_ledger = true;
        let request = proto::VerifyReviewRequest { cycle: CYCLE.to_owned(), run: String::new() };
        for (who, role, amounts) in [("eva", Role::Executive, false), ("audrey", Role::Auditor, true)] {
            let answer = grpc.verification(&request, &permit(who, role, Action::ReadRuns)).await.unwrap();
            let found = answer.result.unwrap();
            assert_eq!(found.differences.iter().any(|told| told.contains('$')), amounts, "{who}: {found:?}");
        }
        let on_record = reads(&grpc, proto::ListScorecardReadsRequest::default()).await;
        assert_eq!(on_record, ["audrey auditor VerifyReview  runs/2026-q3-aaa"]);
    }
}
