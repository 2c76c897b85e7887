//! Takes connections, so many at a time, and hands on those that speak HTTP/2.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;

use super::Limits;
use super::connection::{Connection, Wire};
use super::greeting::greeted;
use super::tls::Certificates;
use crate::identity::Peer;

/// Connections that were taken and are not served yet.
const WAITING: usize = 64;
/// How long to wait when the machine has no room for one more connection.
const PAUSE: Duration = Duration::from_millis(50);
/// The connections of a listener. It stops to listen when the receiver is dropped.
#[must_use]
pub fn accept(
    listener: TcpListener,
    limits: &Limits,
    certificates: Option<Certificates>,
) -> ReceiverStream<io::Result<Connection>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let room = Arc::new(Semaphore::new(limits.connections));
    let patience = limits.handshake;
    tokio::spawn(async move {
        loop {
            let taken = tokio::select! {
                () = sender.closed() => return,
                taken = listener.accept() => taken,
            };
            let Ok((stream, _)) = taken else {
                // Out of files, mostly: what is open has to end first.
                sleep(PAUSE).await;
                continue;
            };
            let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
                tracing::warn!("a connection was closed: as many are open as this server takes");
                continue;
            };
            let _ = stream.set_nodelay(true);
            let (sender, certificates) = (sender.clone(), certificates.clone());
            let until = Instant::now() + patience;
            tokio::spawn(async move {
                // Whoever doesn't greet in time, or says something else, is closed.
                if let Ok(Ok((wire, peer))) = timeout_at(until, open(stream, certificates)).await {
                    let _ = sender.send(Ok(Connection::new(wire, peer, until, place))).await;
                }
            });
            // However many come at once, those who are there already have their turn, too.
            yield_now().await;
        }
    });
    ReceiverStream::new(receiver)
}

/// Waits for the other end to say that it speaks HTTP/2: until then a connection costs next to nothing.
async fn open(stream: TcpStream, certificates: Option<Certificates>) -> io::Result<(Wire, Peer)> {
    let (mut wire, peer) = match certificates {
        None => (Wire::Plain(stream), Peer::default()),
        Some(certificates) => encrypted(stream, &certificates).await?,
    };
    greeted(&mut wire).await?;
    Ok((wire, peer))
}

async fn encrypted(stream: TcpStream, certificates: &Certificates) -> io::Result<(Wire, Peer)> {
    let stream = TlsAcceptor::from(certificates.current()).accept(stream).await?;
    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let peer = shown.map(Peer::of).unwrap_or_default();
    Ok((Wire::Tls(Box::new(stream)), peer))
}
