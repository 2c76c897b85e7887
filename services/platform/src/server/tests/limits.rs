//! Size, number and time of calls and connections.

use http_body_util::{BodyExt as _, Empty};
use prost::Message as _;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tonic::Code;
use tonic::body::Body;
use tower::{Layer as _, ServiceExt as _};

use super::*;

/// A question of so many bytes.
fn question(bytes: usize) -> ListReportsRequest {
    let mut request = ListReportsRequest { manager: "x".repeat(bytes), on: String::new() };
    request.manager.truncate(bytes - (request.encoded_len() - bytes));
    assert_eq!(request.encoded_len(), bytes);
    request
}

#[tokio::test]
async fn a_message_of_four_mebibytes_is_taken_and_one_byte_more_is_not() {
    let server = Running::start(Limits::default()).await;
    let mut client = server.client().await;
    let most = Limits::default().message;
    client.list_reports(question(most)).await.unwrap();
    let refused = client.list_reports(question(most + 1)).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::ResourceExhausted, "MESSAGE_TOO_LARGE"));
    assert!(refused.message().contains("4194305 bytes"), "{refused}");
    // The connection goes on, and a file may be larger.
    client.list_reports(question(10)).await.unwrap();
    let header = merit_proto::r#type::v1::ImportHeader { source: "hr".to_owned(), ..Default::default() };
    let row = proto::PersonRow { display_name: "x".repeat(most + 1), ..Default::default() };
    let file = proto::ImportPeopleRequest { header: Some(header), rows: vec![row] };
    client.import_people(tokio_stream::once(file)).await.unwrap();
}

#[tokio::test]
async fn a_call_beyond_those_at_work_is_refused_at_once() {
    let mut server = Running::start(Limits { calls: 1, ..Limits::default() }).await;
    let (mut first, mut second) = (server.client().await, server.client().await);
    let waiting = tokio::spawn(async move { first.get_cutoff(GetCutoffRequest {}).await });
    server.entered.recv().await.unwrap();
    let refused = second.list_reports(question(10)).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::ResourceExhausted, "OVERLOADED"));
    // Whoever asks whether the server lives is always answered.
    let mut health = tonic_health::pb::health_client::HealthClient::new(server.channel().await);
    health.check(tonic_health::pb::HealthCheckRequest::default()).await.unwrap();
    server.gate.add_permits(1);
    waiting.await.unwrap().unwrap();
    second.list_reports(question(10)).await.unwrap();
}

#[tokio::test]
async fn who_asks_for_more_than_their_share_is_read_more_slowly() {
    let mut server = Running::start(Limits { calls: 8, ..Limits::default() }).await;
    let token = server.token();
    let own = |channel| DirectoryServiceClient::new(client::link(channel, token.clone()));
    let (mut first, mut second) = (own(server.channel().await), own(server.channel().await));
    let mut more = own(server.channel().await);
    let waiting = tokio::spawn(async move { first.get_cutoff(GetCutoffRequest {}).await });
    let another = tokio::spawn(async move { more.get_cutoff(GetCutoffRequest {}).await });
    for _ in 0..2 {
        server.entered.recv().await.unwrap();
    }
    let began = std::time::Instant::now();
    for _ in 0..2 {
        assert_eq!(reason(&second.list_reports(question(10)).await.unwrap_err()), "OVERLOADED");
    }
    assert!(began.elapsed() >= Duration::from_millis(990), "the second is read a second later");
    server.gate.add_permits(2);
    for call in [waiting, another] {
        call.await.unwrap().unwrap();
    }
    second.list_reports(question(10)).await.unwrap();
}

#[tokio::test]
async fn a_stream_keeps_its_place_until_it_ends() {
    let server = Running::start(Limits { calls: 1, ..Limits::default() }).await;
    let mut client = server.client().await;
    let stream = client.snapshot_people(proto::SnapshotPeopleRequest::default()).await.unwrap();
    assert_eq!(reason(&client.list_reports(question(10)).await.unwrap_err()), "OVERLOADED");
    drop(stream);
    // The server learns of it when the other end's message arrives.
    let freed = async {
        while client.list_reports(question(10)).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, freed).await.unwrap();
}

#[tokio::test]
async fn a_call_has_the_time_that_its_caller_gives_and_no_more_than_ours() {
    let server = Running::start(Limits { call: Duration::from_secs(100), ..Limits::default() }).await;
    let mut client = server.client().await;
    let mut left = async |asked: Option<u64>| {
        let mut request = Request::new(question(10));
        if let Some(seconds) = asked {
            request.set_timeout(Duration::from_secs(seconds));
        }
        let answer = client.list_reports(request).await.unwrap().into_inner();
        answer.people[0].parse::<u64>().unwrap()
    };
    for (asked, most) in [(None, 100), (Some(50), 50), (Some(5000), 100)] {
        let left = left(asked).await;
        assert!(left <= most && left + 45 > most, "{asked:?}: {left}");
    }
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_told_so() {
    let server = Running::start(Limits { call: Duration::from_millis(50), ..Limits::default() }).await;
    let late = server.client().await.get_cutoff(GetCutoffRequest {}).await.unwrap_err();
    assert_eq!((late.code(), reason(&late).as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
}

/// Those who watch a server see what it turns away, too.
#[tokio::test]
async fn what_is_refused_and_what_is_late_is_counted() {
    let watched = Watched::start().await;
    let call = Duration::from_millis(500);
    let mut server = Running::start(Limits { calls: 1, call, ..Limits::default() }).await;
    let (mut first, mut second) = (server.client().await, server.client().await);
    let late = tokio::spawn(async move { first.get_cutoff(GetCutoffRequest {}).await });
    server.entered.recv().await.unwrap();
    assert_eq!(reason(&second.list_reports(question(10)).await.unwrap_err()), "OVERLOADED");
    assert_eq!(late.await.unwrap().unwrap_err().code(), Code::DeadlineExceeded);
    for (method, code) in [("ListReports", "RESOURCE_EXHAUSTED"), ("GetCutoff", "DEADLINE_EXCEEDED")] {
        assert_eq!(watched.calls(method, code).await, 1, "{method} {code}");
    }
}

#[tokio::test]
async fn a_stream_ends_when_its_caller_said() {
    let forever = tower::service_fn(async |_: http::Request<Body>| {
        let silent = http_body_util::StreamBody::new(tokio_stream::pending::<Result<_, Status>>());
        Ok::<_, Infallible>(http::Response::new(Body::new(silent)))
    });
    let request = http::Request::builder().uri("/merit.x/Y").header("grpc-timeout", "20m");
    let request = request.body(Body::new(Empty::new())).unwrap();
    let answer = Admission::outside(&Limits::default()).layer(forever).oneshot(request).await.unwrap();
    let trailers = timeout(PATIENCE, answer.into_body().collect()).await.unwrap().unwrap().trailers().cloned().unwrap();
    assert_eq!(Status::from_header_map(&trailers).unwrap().code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn what_is_left_of_a_calls_time_goes_on_to_the_calls_that_it_makes() {
    use tonic::service::Interceptor as _;
    let mut bearer = Bearer::none();
    assert!(bearer.call(Request::new(())).unwrap().metadata().get("grpc-timeout").is_none());
    let until = tokio::time::Instant::now() + Duration::from_secs(90);
    let request = deadline::within(until, async { bearer.call(Request::new(())).unwrap() }).await;
    let given = deadline::asked(&request.into_parts().0.into_headers()).unwrap();
    assert!(given <= Duration::from_secs(90) && given > Duration::from_secs(30), "{given:?}");
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let server = Running::start(Limits { handshake: Duration::from_millis(50), ..Limits::default() }).await;
    // The whole of how HTTP/2 begins, too: a connection without a call takes the place of one that has some.
    for said in [&b""[..], b"PRI * HTTP", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"] {
        let mut silent = TcpStream::connect(server.address).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut silent, said).await.unwrap();
        // What the server says to begin with, and then the end: long before a ping that nobody answers would be one.
        let _ = timeout(KEEPALIVE.0 / 2, silent.read_to_end(&mut Vec::new())).await.unwrap();
    }
    // Whoever speaks stays.
    server.client().await.list_reports(question(10)).await.unwrap();
}

#[tokio::test]
async fn a_connection_beyond_those_that_are_open_is_closed() {
    let server = Running::start(Limits { connections: 1, ..Limits::default() }).await;
    let mut first = server.client().await;
    first.list_reports(question(10)).await.unwrap();
    let mut second = TcpStream::connect(server.address).await.unwrap();
    let said = timeout(PATIENCE, second.read(&mut [0; 16])).await.unwrap();
    assert!(matches!(said, Ok(0) | Err(_)), "{said:?}");
    first.list_reports(question(10)).await.unwrap();
}

#[tokio::test]
async fn an_old_connection_is_cut_once_its_calls_have_had_their_time() {
    let young = Duration::from_millis(20);
    let server = Running::start(Limits { age: young, age_grace: young, ..Limits::default() }).await;
    let mut client = server.client().await;
    let cut = timeout(PATIENCE, client.get_cutoff(GetCutoffRequest {})).await.unwrap();
    assert!(cut.is_err(), "{cut:?}");
    // The same client goes on, over a new connection; each is cut as soon.
    let answered = async { while client.list_reports(question(10)).await.is_err() {} };
    timeout(PATIENCE, answered).await.unwrap();
}
