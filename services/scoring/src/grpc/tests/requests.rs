//! A request that comes twice is done once, and both get the same answer.

use merit_core::{Error, Kind};
use merit_platform::identity::Role;
use merit_platform::status::from_status;
use merit_proto::scoring::v1 as proto;
use merit_proto::r#type::v1::Money;
use tonic::Status;

use super::{Wire, World, settled};
use crate::service::tests::{COMMISSION, SPIF};

fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> Error {
    from_status(&answer.unwrap_err())
}

#[tokio::test]
async fn policies_are_published_once_and_told_as_new_again() {
    let wire = Wire::over(World::new().await);
    let mut rita = wire.client("rita", Role::RevenueOperations);
    let ask = |text: &str, request_id: &str| proto::PublishPoliciesRequest {
        sources: vec![proto::PolicySource { file_name: "p.merit".to_owned(), text: text.to_owned() }],
        request_id: request_id.to_owned(),
        ..Default::default()
    };
    let first = rita.publish_policies(ask(SPIF, "q-1")).await.unwrap().into_inner();
    assert!(first.policies[0].created);
    assert_eq!(rita.publish_policies(ask(SPIF, "q-1")).await.unwrap().into_inner(), first);
    let nameless = rita.publish_policies(ask(SPIF, "")).await.unwrap().into_inner();
    assert!(!nameless.policies[0].created);
    assert_eq!(refused(rita.publish_policies(ask(COMMISSION, "q-1")).await).reason, "REQUEST_ID_REUSED");
    assert_eq!(refused(rita.publish_policies(ask(SPIF, "q 1")).await).reason, "BAD_REQUEST_ID");
    // What was refused and what was only checked keeps no answer: it may be mended under the same id.
    let wrong = rita.publish_policies(ask("policy", "q-2")).await.unwrap().into_inner();
    assert_eq!(wrong.failures.len(), 1);
    let checked = proto::PublishPoliciesRequest { validate_only: true, ..ask(COMMISSION, "q-2") };
    rita.publish_policies(checked).await.unwrap();
    assert!(rita.publish_policies(ask(COMMISSION, "q-2")).await.unwrap().into_inner().policies[0].created);
}

#[tokio::test]
async fn a_run_is_posted_once_and_told_so_again() {
    let (wire, run) = settled().await;
    let mut reviews = wire.client("service", Role::Service);
    let mut other = wire.client("service", Role::Service);
    let approved_at = "2026-10-06T10:00:00Z".to_owned();
    let ask = proto::PostRunRequest { run: run.id.name(), approved_at, request_id: "q-1".to_owned() };
    let (one, two) = tokio::join!(reviews.post_run(ask.clone()), other.post_run(ask.clone()));
    let (one, two) = (one.unwrap().into_inner(), two.unwrap().into_inner());
    assert!(one.posted > 0);
    assert_eq!(one, two);
    let nameless = proto::PostRunRequest { request_id: String::new(), ..ask.clone() };
    assert_eq!(reviews.post_run(nameless).await.unwrap().into_inner().posted, 0);
    let reused = proto::PostRunRequest { approved_at: String::new(), ..ask };
    let reused = refused(reviews.post_run(reused).await);
    assert_eq!((reused.kind, reused.reason.as_str()), (Kind::AlreadyExists, "REQUEST_ID_REUSED"));
}

#[tokio::test]
async fn an_adjustment_is_made_once() {
    let (wire, _run) = settled().await;
    let mut cora = wire.client("cora", Role::CompensationAdministrator);
    let ask = |minor_units, request_id: &str| proto::CreateAdjustmentRequest {
        cycle: "cycles/2026-Q3".to_owned(),
        participant: "people/ana".to_owned(),
        amount: Some(Money { currency_code: "USD".to_owned(), minor_units }),
        reason: "a dispute".to_owned(),
        request_id: request_id.to_owned(),
        ..Default::default()
    };
    // Checking it first takes the same id for nothing.
    let check = proto::CreateAdjustmentRequest { validate_only: true, ..ask(100, "q-1") };
    cora.create_adjustment(check).await.unwrap();
    let first = cora.create_adjustment(ask(100, "q-1")).await.unwrap().into_inner();
    assert_eq!(first.line.as_ref().map(|line| line.line.as_str()), Some("adjustment-1"));
    assert_eq!(cora.create_adjustment(ask(100, "q-1")).await.unwrap().into_inner(), first);
    assert_eq!(refused(cora.create_adjustment(ask(200, "q-1")).await).reason, "REQUEST_ID_REUSED");
    let mut cy = wire.client("cy", Role::CompensationAdministrator);
    let theirs = cy.create_adjustment(ask(100, "q-1")).await.unwrap().into_inner().line.unwrap();
    assert_eq!(theirs.line, "adjustment-2");
}
