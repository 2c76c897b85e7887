//! Calls that their callers take back.

use tokio::time::{Instant, timeout};
use tower::ServiceExt as _;

use super::super::greeting::GREETING;
use super::*;
use crate::identity::Acting;

const CUTOFF: &str = "/merit.directory.v1.DirectoryService/GetCutoff";
const SNAPSHOT: &str = "/merit.directory.v1.DirectoryService/SnapshotPeople";
const HEALTH: &str = "/grpc.health.v1.Health/Check";

/// A frame of HTTP/2 (RFC 9113 section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// What a caller shows on all calls of a connection.
fn shown(server: &Running) -> String {
    server.keys.mint(&Principal::new("operator", Role::Operator), Timestamp::now(), 600).unwrap()
}

/// The head of a call, on a stream.
fn call(token: &str, path: &str, stream: u32) -> Vec<u8> {
    let token = format!("Bearer {token}");
    let fields =
        [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "merit"), ("te", "trailers")];
    let fields = fields.into_iter().chain([("content-type", "application/grpc"), ("authorization", token.as_str())]);
    // As it is (RFC 7541 section 6.2.2), with lengths of up to two bytes.
    let length = |text: &str| match text.len() {
        short @ 0..=126 => vec![u8::try_from(short).unwrap()],
        long => {
            let rest = long - 127;
            vec![127, u8::try_from(rest % 128 + 128).unwrap(), u8::try_from(rest / 128).unwrap()]
        }
    };
    let literal = |(name, value): (&str, &str)| {
        [&[0][..], &length(name), name.as_bytes(), &length(value), value.as_bytes()].concat()
    };
    frame(1, 4, stream, &fields.flat_map(literal).collect::<Vec<_>>())
}

/// Takes back the call on a stream: it is no longer wanted.
fn back(stream: u32) -> Vec<u8> {
    frame(3, 0, stream, &[0, 0, 0, 8])
}

#[tokio::test]
async fn nothing_is_done_for_a_call_that_was_taken_back_before_its_turn() {
    let watched = Watched::start().await;
    let server = Running::start(Limits::default()).await;
    let token = shown(&server);
    let mut hasty = TcpStream::connect(server.address).await.unwrap();
    let said = [GREETING, &frame(4, 0, 0, &[]), &call(&token, CUTOFF, 1), &back(1)].concat();
    hasty.write_all(&said).await.unwrap();
    let counted = async {
        while watched.calls("GetCutoff", "").await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        watched.calls("GetCutoff", "CANCELLED").await
    };
    assert_eq!(timeout(PATIENCE, counted).await.unwrap(), 1, "a call without its message would be an invalid one");
}

/// Says something on a connection and gives how long it took until a ping behind it was answered.
async fn until_read(connection: &mut TcpStream, said: &[u8]) -> Duration {
    let began = Instant::now();
    connection.write_all(said).await.unwrap();
    ping(connection).await;
    began.elapsed()
}

/// A connection that was greeted.
async fn greeted(server: &Running) -> TcpStream {
    let mut connection = TcpStream::connect(server.address).await.unwrap();
    connection.set_nodelay(true).unwrap();
    until_read(&mut connection, &[GREETING, &frame(4, 0, 0, &[])].concat()).await;
    connection
}

/// Numbers of streams.
fn streams(calls: u32) -> impl Iterator<Item = u32> {
    (0..calls).map(|at| at * 2 + 1)
}

#[tokio::test]
async fn who_takes_back_what_they_ask_for_is_read_more_slowly() {
    let server = Running::start(Limits::default()).await;
    let token = shown(&server);
    for path in [CUTOFF, HEALTH] {
        let mut hasty = greeted(&server).await;
        let said: Vec<u8> =
            streams(100).flat_map(|stream| [call(&token, path, stream), back(stream)].concat()).collect();
        let took = until_read(&mut hasty, &said).await;
        assert!(took >= SLOWLY, "{path}: {took:?}");
    }
}

/// Five milliseconds for each of a hundred calls but the first few, less what a slow machine takes anyway.
const SLOWLY: Duration = Duration::from_millis(300);

#[tokio::test]
async fn who_takes_back_what_is_being_done_is_read_more_slowly() {
    let server = Running::start(Limits::default()).await;
    let token = shown(&server);
    for path in [CUTOFF, SNAPSHOT] {
        let mut hasty = greeted(&server).await;
        let began = Instant::now();
        for stream in streams(100) {
            let whole = [call(&token, path, stream), frame(0, 1, stream, &[0; 5])].concat();
            until_read(&mut hasty, &whole).await;
            until_read(&mut hasty, &back(stream)).await;
        }
        assert!(began.elapsed() >= SLOWLY, "{path}: {:?}", began.elapsed());
    }
}

/// What is done to a service's connection is done to everybody on whose behalf it calls.
#[tokio::test]
async fn a_service_is_known_to_act_for_others() {
    let keys = Keys::from_secret(&[7; 32]);
    let guard = Guard::local(&keys, Arc::new(NoReach)).unwrap();
    for (role, for_others) in [(Role::Service, true), (Role::Operator, false)] {
        let directory = Directory { gate: Arc::new(Semaphore::new(1)), entered: mpsc::unbounded_channel().0 };
        let service = guard.protect(DirectoryServiceServer::new(directory));
        let token = keys.mint(&Principal::new("caller", role), Timestamp::now(), 600).unwrap();
        let request = http::Request::post(CUTOFF).header("authorization", format!("Bearer {token}"));
        let acting = Acting::default();
        let request = request.extension(acting.clone()).body(Body::empty()).unwrap();
        service.oneshot(request).await.unwrap();
        assert_eq!(acting.for_others(), for_others, "{role:?}");
    }
}

async fn ping(connection: &mut TcpStream) {
    connection.write_all(&frame(6, 0, 0, &[7; 8])).await.unwrap();
    let answered = async {
        loop {
            let mut head = [0; 9];
            connection.read_exact(&mut head).await.unwrap();
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            connection.read_exact(&mut payload).await.unwrap();
            if head[3] == 6 && head[4] == 1 {
                return;
            }
        }
    };
    timeout(PATIENCE, answered).await.unwrap();
}
