//! A connection that is served: read in turns, at its pace, and given up when nothing is asked on it.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::greeting::GREETING;
use super::pace::Pace;
use super::turn::Turn;
use crate::identity::Peer;

/// Where a call comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Who is at the other end.
    pub peer: Peer,
    /// How fast the connection is read.
    pub pace: Pace,
}

/// One connection on which HTTP/2 was greeted.
pub struct Connection {
    wire: Wire,
    origin: Origin,
    // What is still to be handed on of the greeting that was read.
    greeting: &'static [u8],
    // Gone once a call was made on the connection.
    patience: Option<Pin<Box<Sleep>>>,
    rest: Option<Pin<Box<Sleep>>>,
    turn: Turn,
    // Done once all others that were to be served have been.
    others: Option<JoinHandle<()>>,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    /// From somebody who has greeted, and has to call before `until`. Needs a runtime.
    #[must_use]
    pub fn new(wire: Wire, peer: Peer, until: Instant, place: OwnedSemaphorePermit) -> Self {
        Self {
            wire,
            origin: Origin { peer, pace: Pace::new() },
            greeting: GREETING,
            patience: Some(Box::pin(sleep_until(until))),
            rest: None,
            turn: Turn::new(),
            others: None,
            _place: place,
        }
    }
}

/// What a connection's bytes go over.
pub enum Wire {
    /// As they are.
    Plain(TcpStream),
    /// Encrypted.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Wire {
    /// Reads what there is, up to a buffer's end.
    pub fn poll_read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(context, buffer),
        }
    }

    /// What has gone wrong with the connection, such as that the other end has broken it off.
    fn broken(&self) -> io::Result<()> {
        let stream = match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        };
        stream.take_error()?.map_or(Ok(()), Err)
    }
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
        if let Some(until) = self.origin.pace.rests_until() {
            let rest = self.rest.get_or_insert_with(|| Box::pin(sleep_until(until)));
            // It may have become longer meanwhile.
            rest.as_mut().reset(until);
            ready!(rest.as_mut().poll(context));
        }
        if self.rest.take().is_some() {
            // There may be a lot to read still, and nobody who waits for any of it.
            self.wire.broken()?;
        }
        if !self.greeting.is_empty() {
            let (now, later) = self.greeting.split_at(self.greeting.len().min(buffer.remaining()));
            buffer.put_slice(now);
            self.greeting = later;
            return Poll::Ready(Ok(()));
        }
        // What was read is worked at before more is: a connection with a thousand calls in it is one of many. Whoever reads asks
        // again after each call, without giving way; a task of its own comes to its end only when the others had their turn.
        if self.turn.is_over() {
            self.others = Some(tokio::spawn(yield_now()));
        }
        if let Some(others) = self.others.as_mut() {
            let _ = ready!(Pin::new(others).poll(context));
            self.others = None;
        }
        let calls = self.origin.pace.calls();
        let most = self.turn.left(calls).min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
        let read = self.wire.poll_read(context, &mut part);
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

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::sync::Semaphore;

    use super::*;

    /// A connection on which so many bytes wait to be read, and its other end.
    async fn waiting(bytes: usize) -> (Connection, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut other = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        other.write_all(&vec![7; bytes]).await.unwrap();
        stream.readable().await.unwrap();
        let place = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
        let until = Instant::now() + Duration::from_secs(600);
        (Connection::new(Wire::Plain(stream), Peer::default(), until, place), other)
    }

    #[tokio::test]
    async fn whoever_reads_on_without_giving_way_has_one_turn() {
        let (mut connection, _other) = waiting(10_000).await;
        let mut greeting = [0; 24];
        connection.read_exact(&mut greeting).await.unwrap();
        assert_eq!(greeting, GREETING);
        // As HTTP/2 does: once more after each call that came.
        let read = poll_fn(|context| {
            let mut bytes = [0; 4096];
            let mut read = 0;
            for _ in 0..100 {
                let mut buffer = ReadBuf::new(&mut bytes);
                let _ = Pin::new(&mut connection).poll_read(context, &mut buffer);
                read += buffer.filled().len();
            }
            Poll::Ready(read)
        });
        assert_eq!(read.await, 1024);
        connection.read_exact(&mut [0; 10_000 - 1024]).await.unwrap();
    }

    #[tokio::test]
    async fn whoever_is_gone_when_their_connection_has_rested_is_not_read_on() {
        for (gone, read) in [(true, Err(io::ErrorKind::ConnectionReset)), (false, Ok(100))] {
            let (mut connection, other) = waiting(10_000).await;
            connection.read_exact(&mut [0; 24]).await.unwrap();
            connection.origin.pace.slow_down();
            let other = Some(other).filter(|other| {
                other.set_zero_linger().unwrap();
                !gone
            });
            assert_eq!(connection.read(&mut [0; 100]).await.map_err(|error| error.kind()), read);
            drop(other);
        }
    }
}
