//! An import's messages: its header comes first, and once.

use merit_proto::r#type::v1::ImportHeader;

use super::*;

#[tokio::test]
async fn a_header_that_is_missing_late_or_there_twice_is_refused() {
    let server = Running::start(Limits::default()).await;
    let header = || Some(ImportHeader { source: "hr".to_owned(), ..ImportHeader::default() });
    let rows = || vec![proto::PersonRow { person_id: "ana".to_owned(), ..proto::PersonRow::default() }];
    let first = proto::ImportPeopleRequest { header: header(), rows: rows() };
    let next = proto::ImportPeopleRequest { header: None, rows: rows() };
    for (messages, taken) in [
        (vec![first.clone()], true),
        (vec![first.clone(), next.clone(), next.clone()], true),
        (vec![], false),
        (vec![next.clone()], false),
        (vec![next, first.clone()], false),
        (vec![proto::ImportPeopleRequest::default(), first.clone()], false),
        (vec![first.clone(), first], false),
    ] {
        let answer = server.client().await.import_people(tokio_stream::iter(messages.clone())).await;
        let reason = answer.as_ref().err().map(reason);
        assert_eq!(reason.as_deref(), (!taken).then_some("BAD_IMPORT"), "{messages:?}");
    }
}
