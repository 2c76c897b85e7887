//! Every refusal has a code and a stable reason, whoever refuses: walked over the wire, byte by byte where a client of ours
//! would not send such a thing.

use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message as _;
use tokio::net::TcpStream;
use tonic::body::Body;
use tonic::codegen::{Bytes, Service as _};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::*;

const LIST: &str = "/merit.directory.v1.DirectoryService/ListReports";
const WAIT: &str = "/merit.directory.v1.DirectoryService/GetCutoff";
const IMPORT: &str = "/merit.directory.v1.DirectoryService/ImportPeople";

/// A call as it goes over the wire.
struct Call {
    path: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Call {
    fn new(path: &'static str) -> Self {
        Self { path, headers: Vec::new(), body: framed(0, &[]) }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn carrying(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }
}

/// A message with the five bytes before it.
fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    [&[flag][..], &u32::try_from(message.len()).unwrap().to_be_bytes(), message].concat()
}

impl Running {
    fn operator(&self) -> String {
        let operator = Principal::new("operator", Role::Operator);
        format!("Bearer {}", self.keys.mint(&operator, Timestamp::now(), 600).unwrap())
    }

    /// Sends the bytes and gives what came back, from the head or the end.
    async fn send(&self, call: Call) -> Status {
        let mut request = http::Request::post(format!("{}{}", self.url, call.path))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(call.body))).unwrap();
        let stream = TokioIo::new(TcpStream::connect(self.address).await.unwrap());
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
        tokio::spawn(connection);
        let (head, body) = sender.send_request(request).await.unwrap().into_parts();
        if let Some(status) = Status::from_header_map(&head.headers) {
            return status;
        }
        let body = body.collect().await.unwrap();
        Status::from_header_map(body.trailers().unwrap()).unwrap()
    }
}

/// Holds a status to its code and reason.
#[track_caller]
fn says(what: &str, status: &Status, code: Code, reason: &str) {
    let info = status.get_details_error_info().unwrap_or_else(|| panic!("{what}: no reason in {status}"));
    assert_eq!(
        (status.code(), info.reason.as_str(), info.domain.as_str()),
        (code, reason, "merit"),
        "{what}: {status}"
    );
    assert!(!status.message().is_empty(), "{what}: nothing is said");
}

#[tokio::test]
async fn each_refusal_has_a_code_and_a_reason() {
    let server = Running::start(Limits::default()).await;
    let good = || ("authorization", server.operator());
    let known = |path| Call::new(path).with(good().0, good().1);
    let large = u32::try_from(Limits::default().message + 1).unwrap().to_be_bytes();
    let health = tonic_health::pb::HealthCheckRequest { service: "merit.nowhere".to_owned() }.encode_to_vec();
    let cases = [
        ("no token", Call::new(LIST), Code::Unauthenticated, "NO_IDENTITY"),
        ("a bad token", Call::new(LIST).with("authorization", "Bearer x.y.z"), Code::Unauthenticated, "BAD_TOKEN"),
        ("another scheme", Call::new(LIST).with("authorization", "Basic eDp5"), Code::Unauthenticated, "NO_IDENTITY"),
        ("an unknown service", known("/merit.nowhere.v1.Nowhere/Get"), Code::Unimplemented, "UNKNOWN_CALL"),
        (
            "a service that runs elsewhere",
            known("/merit.goals.v1.GoalsService/ListGoals"),
            Code::Unimplemented,
            "UNKNOWN_CALL",
        ),
        (
            "an unknown method",
            known("/merit.directory.v1.DirectoryService/Nothing"),
            Code::Unimplemented,
            "UNKNOWN_CALL",
        ),
        ("no method", known("/"), Code::Unimplemented, "UNKNOWN_CALL"),
        (
            "bytes that are no message",
            known(LIST).carrying(framed(0, b"\xff\xff\xff")),
            Code::InvalidArgument,
            "UNREADABLE_MESSAGE",
        ),
        ("no message", known(LIST).carrying(Vec::new()), Code::InvalidArgument, "UNREADABLE_MESSAGE"),
        ("half a message", known(LIST).carrying(vec![0, 0, 0, 0, 9, 1]), Code::InvalidArgument, "UNREADABLE_MESSAGE"),
        ("a strange flag", known(LIST).carrying(framed(7, &[])), Code::InvalidArgument, "UNREADABLE_MESSAGE"),
        ("a flag without compression", known(LIST).carrying(framed(1, &[])), Code::Internal, "UNREADABLE_MESSAGE"),
        (
            "half a message in a stream",
            known(IMPORT).carrying(vec![0, 0, 0, 0, 9, 1]),
            Code::InvalidArgument,
            "UNREADABLE_MESSAGE",
        ),
        (
            "compression",
            known(LIST).with("grpc-encoding", "gzip").carrying(framed(1, b"x")),
            Code::Unimplemented,
            "UNSUPPORTED_COMPRESSION",
        ),
        ("unknown compression", known(LIST).with("grpc-encoding", "x"), Code::Unimplemented, "UNSUPPORTED_COMPRESSION"),
        (
            "a message that is too large",
            known(LIST).carrying([&[0][..], &large, b"x"].concat()),
            Code::ResourceExhausted,
            "MESSAGE_TOO_LARGE",
        ),
        ("no time", known(WAIT).with("grpc-timeout", "1n"), Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
        ("too little time", known(WAIT).with("grpc-timeout", "20m"), Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
        (
            "a call that its service leaves out",
            known("/merit.directory.v1.DirectoryService/CreatePerson"),
            Code::Unimplemented,
            "UNKNOWN_CALL",
        ),
        (
            "health of a stranger",
            Call::new("/grpc.health.v1.Health/Check").carrying(framed(0, &health)),
            Code::NotFound,
            "NOT_FOUND",
        ),
        (
            "health without a message",
            Call::new("/grpc.health.v1.Health/Check").carrying(Vec::new()),
            Code::InvalidArgument,
            "UNREADABLE_MESSAGE",
        ),
        ("an unknown call of health", Call::new("/grpc.health.v1.Health/Heal"), Code::Unimplemented, "UNKNOWN_CALL"),
        (
            "another version of reflection",
            Call::new("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"),
            Code::Unimplemented,
            "UNKNOWN_CALL",
        ),
    ];
    for (what, call, code, reason) in cases {
        says(what, &server.send(call).await, code, reason);
    }
}

#[tokio::test]
async fn a_call_beyond_those_that_are_taken_has_a_reason() {
    let mut server = Running::start(Limits { calls: 1, ..Limits::default() }).await;
    let mut first = server.client().await;
    let waiting = tokio::spawn(async move { first.get_cutoff(GetCutoffRequest {}).await });
    server.entered.recv().await.unwrap();
    let call = Call::new(LIST).with("authorization", server.operator());
    says("one call too many", &server.send(call).await, Code::ResourceExhausted, "OVERLOADED");
    server.gate.add_permits(1);
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_answer_that_is_too_large_and_a_stream_that_breaks_off_have_a_reason() {
    // Only a service of one's own can answer so: the status comes at the end of a stream that has begun.
    let breaking = tower::service_fn(async |request: http::Request<Body>| {
        let status = match request.uri().path() {
            "/large" => {
                Status::out_of_range("Error, encoded message length too large: found 9 bytes, the limit is: 4 bytes")
            }
            _ => Status::cancelled("client cancelled"),
        };
        let mut trailers = http::HeaderMap::new();
        status.add_header(&mut trailers).unwrap();
        let frames = [
            Ok::<_, Status>(http_body::Frame::data(Bytes::from_static(b"x"))),
            Ok(http_body::Frame::trailers(trailers)),
        ];
        let body = http_body_util::StreamBody::new(tokio_stream::iter(frames));
        Ok::<_, Infallible>(http::Response::new(Body::new(body)))
    });
    let cases = [("/large", Code::ResourceExhausted, "ANSWER_TOO_LARGE"), ("/broken", Code::Cancelled, "CANCELLED")];
    for (path, code, reason) in cases {
        let request = http::Request::builder().uri(path).body(Body::empty()).unwrap();
        let answer = tower::Layer::layer(&Reasons, breaking).call(request).await.unwrap();
        let body = answer.into_body().collect().await.unwrap();
        says(path, &Status::from_header_map(body.trailers().unwrap()).unwrap(), code, reason);
    }
}
