//! Connections on which HTTP/2 is greeted, or not.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::super::greeting::GREETING;
use super::*;

/// A server that waits for a greeting longer than any test does.
async fn patient() -> Running {
    Running::start(Limits { handshake: PATIENCE * 10, ..Limits::default() }).await
}

#[tokio::test]
async fn who_speaks_anything_else_is_closed_at_once_and_gets_no_word() {
    let server = patient().await;
    for said in
        ["GET / HTTP/1.0\r\n\r\n", "GET /metrics HTTP/1.1\r\nHost: merit\r\n\r\n", "\u{16}\u{3}\u{1}", "PRI * HTTP/2.1"]
    {
        let mut stranger = TcpStream::connect(server.address).await.unwrap();
        stranger.write_all(said.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        // What was left unread makes a reset of the end.
        let _ = timeout(PATIENCE, stranger.read_to_end(&mut heard)).await.unwrap();
        assert_eq!(heard, b"", "{said:?}");
    }
}

#[tokio::test]
async fn a_greeting_may_come_in_pieces_and_is_answered_once_it_is_whole() {
    let server = patient().await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    slow.set_nodelay(true).unwrap();
    let (last, first) = GREETING.split_last().unwrap();
    for byte in first {
        slow.write_all(&[*byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    // Whoever comes later and speaks is served meanwhile, and by then nothing was said to the first.
    server.client().await.list_people(proto::ListPeopleRequest::default()).await.unwrap();
    assert_eq!(slow.try_read(&mut [0; 1]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    slow.write_all(&[&[*last][..], b"\0\0\0\x04\0\0\0\0\0"].concat()).await.unwrap();
    let mut settings = [0; 9];
    timeout(PATIENCE, slow.read_exact(&mut settings)).await.unwrap().unwrap();
    assert_eq!(settings[3], 4, "the server's settings");
}
