//! Whether a call's answer is still wanted. A caller may take a call back at any time (RFC 9113 section 6.4). One that was taken
//! back before its message had come costs next to nothing; of one that was being worked at, the work ends, too. The connection's
//! pace takes note of both.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::Bytes;

use super::pace::Pace;

/// A call's body, of which the first part may have been read.
#[derive(Debug)]
pub struct Begun {
    first: Option<Frame<Bytes>>,
    rest: Body,
    pace: Option<Pace>,
}

impl Begun {
    /// What has come of a call by now; nothing when its caller took it back before its message had come.
    #[must_use]
    pub fn of(mut body: Body, pace: Option<&Pace>) -> Option<Self> {
        // Nobody waits for it here: whoever reads the body next says whom to wake.
        let first = match Pin::new(&mut body).poll_frame(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => None,
            Poll::Ready(Some(Ok(frame))) => Some(frame),
            Poll::Ready(None) if body.is_end_stream() => None,
            Poll::Ready(None | Some(Err(_))) => {
                if let Some(pace) = pace {
                    pace.taken_back();
                }
                return None;
            }
        };
        Some(Self { first, rest: body, pace: pace.cloned() })
    }
}

impl HttpBody for Begun {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Some(frame) = self.first.take() {
            return Poll::Ready(Some(Ok(frame)));
        }
        let polled = Pin::new(&mut self.rest).poll_frame(context);
        if matches!(polled, Poll::Ready(Some(Err(_))))
            && let Some(pace) = self.pace.take()
        {
            pace.taken_back();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // What was read of it is no longer part of what the rest says.
        if self.first.is_none() { self.rest.size_hint() } else { SizeHint::default() }
    }
}

/// An answer that its caller waits for. When this is dropped before it was told to the end, they have taken the call back.
#[derive(Debug)]
pub struct Wanted(Option<Pace>);

impl Wanted {
    /// On a connection with a pace, if it has one.
    #[must_use]
    pub const fn on(pace: Option<Pace>) -> Self {
        Self(pace)
    }

    /// It was told to its end.
    pub fn told(&mut self) {
        if let Some(pace) = self.0.take() {
            pace.answered();
        }
    }

    /// Nobody can say whether it was wanted.
    pub fn no_more(&mut self) {
        self.0 = None;
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        if let Some(pace) = &self.0 {
            pace.taken_back();
        }
    }
}
