//! Operations on the wire.

use std::time::Duration;

use merit_core::{Error, Result};
use merit_platform::filter::{Field, Filter, Kind, Value};
use merit_platform::identity::Principal;
use merit_platform::once::asked;
use merit_platform::page::{Page, cut, fill, number};
use merit_platform::status::to_status;
use merit_proto::reviews::v1 as proto;
use tonic::Code;

use super::{Grpc, messages};
use crate::model::{CANCELLED, Operation};

const START_REVIEW: &str = "/merit.reviews.v1.ReviewsService/StartReview";

/// Longest wait, in seconds.
const LONGEST: u64 = 600;
/// What a caller waits who doesn't say, in seconds.
const WAIT: u64 = 60;

/// What operations can be filtered by.
const FIELDS: [Field; 4] = [
    Field { name: "cycle", kind: Kind::Text },
    Field { name: "done", kind: Kind::Word(&["yes", "no"]) },
    Field { name: "reason", kind: Kind::Text },
    Field { name: "started_by", kind: Kind::Text },
];

impl Grpc {
    pub(super) async fn start(
        &self,
        request: &proto::StartReviewRequest,
        caller: &Principal,
    ) -> Result<proto::StartReviewResponse> {
        let asked = asked(&request.request_id, START_REVIEW, caller, request)?;
        let operation = self.operations.start(&request.cycle, &caller.subject, asked).await?;
        Ok(proto::StartReviewResponse { operation: Some(self.told(operation).await?) })
    }

    pub(super) async fn operation(&self, name: &str) -> Result<proto::GetOperationResponse> {
        let operation = self.operations.get(seq(name)?).await?;
        Ok(proto::GetOperationResponse { operation: Some(self.told(operation).await?) })
    }

    pub(super) async fn list(&self, request: &proto::ListOperationsRequest) -> Result<proto::ListOperationsResponse> {
        let page = Page::of(request)?;
        let filter = Filter::parse(&request.filter, &FIELDS)?;
        let key = |operation: &Operation| operation.seq.to_string();
        let found = fill(&page, &filter, passes, key, |after, limit| async move {
            let before = number(after.as_deref())?;
            self.operations.list(before, limit).await
        });
        let (found, next_page_token) = cut(found.await?, &page, key);
        let mut operations = Vec::with_capacity(found.len());
        for operation in found {
            operations.push(self.told(operation).await?);
        }
        Ok(proto::ListOperationsResponse { operations, next_page_token })
    }

    pub(super) async fn wait(&self, request: &proto::WaitOperationRequest) -> Result<proto::WaitOperationResponse> {
        let seconds = match u64::try_from(request.timeout_seconds) {
            Ok(0) => WAIT,
            Ok(seconds @ 1..=LONGEST) => seconds,
            _ => {
                let message = format!("a wait is 1 to {LONGEST} seconds; leave it out for {WAIT}");
                return Err(Error::invalid("BAD_TIMEOUT", message));
            }
        };
        let operation = self.operations.wait(seq(&request.name)?, Duration::from_secs(seconds)).await?;
        Ok(proto::WaitOperationResponse { operation: Some(self.told(operation).await?) })
    }

    pub(super) async fn cancel(&self, name: &str) -> Result<proto::CancelOperationResponse> {
        let operation = self.operations.cancel(seq(name)?).await?;
        Ok(proto::CancelOperationResponse { operation: Some(self.told(operation).await?) })
    }

    /// An operation as a message, with the review that it came to.
    async fn told(&self, operation: Operation) -> Result<proto::Operation> {
        let review = self.operations.review(&operation).await?;
        let (ended_at, failure) = match &operation.end {
            Some(end) => (end.at.to_string(), end.outcome.as_ref().err()),
            None => (String::new(), None),
        };
        let result = match (failure, review) {
            (Some(error), _) => Some(proto::operation::Result::Error(proto::OperationError {
                code: code(error).into(),
                reason: error.reason.clone(),
                message: error.message.clone(),
            })),
            (None, review) => review.map(|review| proto::operation::Result::Review(messages::review(&review))),
        };
        Ok(proto::Operation {
            name: operation.name(),
            cycle: operation.cycle.name(),
            done: result.is_some(),
            progress: Some(proto::OperationProgress {
                stage: operation.progress.stage,
                done: operation.progress.done,
                total: operation.progress.total,
            }),
            result,
            started_by: operation.started_by,
            started_at: operation.started_at.to_string(),
            ended_at,
        })
    }
}

/// Ours have no kind for what somebody ended; `google.rpc.Code` has.
fn code(error: &Error) -> Code {
    if error.reason == CANCELLED { Code::Cancelled } else { to_status(error.clone()).code() }
}

/// The number in a name.
fn seq(name: &str) -> Result<i64> {
    let number: Option<i64> = name.strip_prefix("operations/").and_then(|number| number.parse().ok());
    // Each has one name.
    number.filter(|number| name == format!("operations/{number}")).ok_or_else(|| {
        let name = merit_core::text::shown(name);
        Error::invalid("BAD_NAME", format!("`{name}` is not an operation's name like operations/7"))
    })
}

fn passes(filter: &Filter, operation: &Operation) -> bool {
    let word = |yes: bool| Value::Text(if yes { "yes" } else { "no" }.to_owned());
    filter.passes(&|field: &str| match field {
        "cycle" => Some(Value::Text(operation.cycle.name())),
        "done" => Some(word(operation.end.is_some())),
        "started_by" => Some(Value::Text(operation.started_by.clone())),
        "reason" => operation.end.as_ref()?.outcome.as_ref().err().map(|error| Value::Text(error.reason.clone())),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use merit_platform::identity::Role;

    use super::*;
    use crate::grpc::tests::over;
    use crate::service::fakes::{CYCLE, bench};

    #[tokio::test]
    async fn a_request_id_starts_one_review() {
        let bench = bench().await;
        let grpc = over(bench.reviews, bench.operations.clone());
        let request = proto::StartReviewRequest { cycle: CYCLE.to_owned(), request_id: "r-1".to_owned() };
        let quy = Principal::new("quy", Role::Operator);
        let first = grpc.start(&request, &quy).await.unwrap().operation.unwrap();
        let again = grpc.start(&request, &quy).await.unwrap().operation.unwrap();
        assert_eq!((again.name, again.started_by.as_str()), (first.name, "quy"));
        let other = proto::StartReviewRequest { cycle: "cycles/2026-Q4".to_owned(), ..request.clone() };
        assert_eq!(grpc.start(&other, &quy).await.unwrap_err().reason, "REQUEST_ID_REUSED");
        let bad = proto::StartReviewRequest { request_id: "an id".to_owned(), ..request };
        assert_eq!(grpc.start(&bad, &quy).await.unwrap_err().reason, "BAD_REQUEST_ID");
    }

    #[tokio::test]
    async fn one_that_somebody_ended_says_so_by_its_code() {
        let bench = bench().await;
        bench.set(|world| world.hangs = true);
        let grpc = over(bench.reviews, bench.operations.clone());
        let request = proto::StartReviewRequest { cycle: CYCLE.to_owned(), ..Default::default() };
        let begun = grpc.start(&request, &Principal::new("quy", Role::Operator)).await.unwrap().operation.unwrap();
        let ended = grpc.cancel(&begun.name).await.unwrap().operation.unwrap();
        let Some(proto::operation::Result::Error(error)) = ended.result else { panic!("no error: {ended:?}") };
        assert_eq!((error.code, error.reason.as_str()), (1, "CANCELLED"), "1 is google.rpc.Code's");
    }

    #[test]
    fn an_operation_has_one_name() {
        assert_eq!(seq("operations/7").unwrap(), 7);
        for other in ["operations/07", "operations/+7", "operations/7 ", "operations/", "operations/x", "7"] {
            assert_eq!(seq(other).unwrap_err().reason, "BAD_NAME", "{other}");
        }
    }
}
