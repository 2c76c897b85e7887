//! Takes connections, so many at a time, and gives up those on which nothing is asked.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Sleep, sleep, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::Limits;
use super::pace::Pace;
use super::tls::Certificates;
use super::turn::Turn;
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
            tokio::spawn(async move {
                let opened = match certificates {
                    None => Ok((Wire::Plain(stream), Peer::default())),
                    Some(certificates) => match timeout(patience, encrypted(stream, &certificates)).await {
                        Ok(opened) => opened,
                        Err(_) => return,
                    },
                };
                let connection = opened.map(|(wire, peer)| Connection {
                    wire,
                    origin: Origin { peer, pace: Pace::new() },
                    patience: Some(Box::pin(sleep(patience))),
                    rest: None,
                    turn: Turn::new(),
                    _place: place,
                });
                let _ = sender.send(connection).await;
            });
        }
    });
    ReceiverStream::new(receiver)
}

async fn encrypted(stream: TcpStream, certificates: &Certificates) -> io::Result<(Wire, Peer)> {
    let stream = TlsAcceptor::from(certificates.current()).accept(stream).await?;
    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let peer = shown.map(Peer::of).unwrap_or_default();
    Ok((Wire::Tls(Box::new(stream)), peer))
}

/// Where a call comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Who is at the other end.
    pub peer: Peer,
    /// How fast the connection is read.
    pub pace: Pace,
}

/// One connection.
pub struct Connection {
    wire: Wire,
    origin: Origin,
    // Gone once a call was made on the connection.
    patience: Option<Pin<Box<Sleep>>>,
    rest: Option<Pin<Box<Sleep>>>,
    turn: Turn,
    _place: OwnedSemaphorePermit,
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Connected for Connection {
    type ConnectInfo = Origin;

    fn connect_info(&self) -> Origin {
        self.origin.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(until) = self.origin.pace.rests_until() {
            ready!(self.rest.get_or_insert_with(|| Box::pin(sleep_until(until))).as_mut().poll(context));
            self.rest = None;
        }
        // What was read is worked at before more is: a connection with a thousand calls in it is one of many.
        if self.turn.is_over() {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let calls = self.origin.pace.calls();
        let most = self.turn.left(calls).min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
        let read = match &mut self.wire {
            Wire::Plain(stream) => Pin::new(stream).poll_read(context, &mut part),
            Wire::Tls(stream) => Pin::new(stream.as_mut()).poll_read(context, &mut part),
        };
        let taken = part.filled().len();
        buffer.advance(taken);
        if read.is_pending() {
            self.turn.waited();
        } else {
            self.turn.read(taken);
        }
        if calls > 0 {
            self.patience = None;
        }
        if let Some(patience) = self.patience.as_mut()
            && patience.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.wire {
            Wire::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Wire::Tls(stream) => Pin::new(stream.as_mut()).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.wire {
            Wire::Plain(stream) => Pin::new(stream).poll_write_vectored(context, parts),
            Wire::Tls(stream) => Pin::new(stream.as_mut()).poll_write_vectored(context, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        matches!(self.wire, Wire::Plain(_))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.wire {
            Wire::Plain(stream) => Pin::new(stream).poll_flush(context),
            Wire::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.wire {
            Wire::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Wire::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(context),
        }
    }
}
