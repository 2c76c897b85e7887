//! A server that is told to stop.

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::*;

#[tokio::test]
async fn an_open_call_is_finished_and_nobody_else_comes_in() {
    let mut server = Running::start(Limits::default()).await;
    let mut client = server.client().await;
    let open = tokio::spawn(async move { client.get_cutoff(GetCutoffRequest {}).await });
    server.entered.recv().await.unwrap();
    server.stop.take().unwrap().send(()).unwrap();
    let address = server.address;
    let closed = async { while TcpStream::connect(address).await.is_ok() {} };
    timeout(PATIENCE, closed).await.unwrap();
    assert!(!server.served.is_finished());
    server.gate.add_permits(1);
    assert_eq!(open.await.unwrap().unwrap().into_inner().cutoff, 7);
    timeout(PATIENCE, server.served).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_call_that_never_ends_holds_nobody_up() {
    let mut server = Running::start(Limits { drain: Duration::from_millis(50), ..Limits::default() }).await;
    let mut client = server.client().await;
    let open = tokio::spawn(async move { client.get_cutoff(GetCutoffRequest {}).await });
    server.entered.recv().await.unwrap();
    server.stop.take().unwrap().send(()).unwrap();
    timeout(PATIENCE, server.served).await.unwrap().unwrap().unwrap();
    open.abort();
}
