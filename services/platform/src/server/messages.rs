//! Holds the messages of a call to their size, by the five bytes that gRPC puts before each: a message that is too large is
//! refused before it is read.

use std::pin::Pin;
use std::task::{Context, Poll};

use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::body::Body;
use tonic::codegen::Bytes;
use tonic::{Code, Status};

use crate::status::with_reason;

/// Bytes before each message: a flag, and the message's length.
const HEAD: usize = 5;

/// Methods whose messages carry a whole file, or many people: they may be as large as [`super::Limits::large_message`].
#[must_use]
pub fn may_be_large(path: &str) -> bool {
    let method = path.rsplit('/').next().unwrap_or_default();
    method.starts_with("Import")
        || ["ApplySchema", "PublishPolicies", "CompareImpact", "Enqueue", "ConfirmMails", "RenderScorecard"]
            .contains(&method)
}

/// Where in the stream of messages we are.
#[derive(Debug)]
struct Messages {
    limit: usize,
    head: Vec<u8>,
    left: usize,
}

impl Messages {
    /// Sees the next bytes pass.
    ///
    /// # Errors
    /// The size of a message that is beyond the limit.
    fn see(&mut self, mut bytes: &[u8]) -> Result<(), usize> {
        while !bytes.is_empty() {
            let (now, rest) = if self.left > 0 {
                let (now, rest) = bytes.split_at(self.left.min(bytes.len()));
                self.left -= now.len();
                (&[][..], rest)
            } else {
                bytes.split_at((HEAD - self.head.len()).min(bytes.len()))
            };
            self.head.extend_from_slice(now);
            bytes = rest;
            if let [_, a, b, c, d] = *self.head.as_slice() {
                self.left = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
                self.head.clear();
                if self.left > self.limit {
                    return Err(self.left);
                }
            }
        }
        Ok(())
    }
}

/// A request's body whose messages are held to a size.
#[derive(Debug)]
pub struct Measured {
    body: Body,
    messages: Messages,
}

impl Measured {
    /// No message beyond so many bytes.
    #[must_use]
    pub fn new(body: Body, limit: usize) -> Self {
        Self { body, messages: Messages { limit, head: Vec::with_capacity(HEAD), left: 0 } }
    }
}

impl HttpBody for Measured {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => frame,
            other => return other,
        };
        if let Some(bytes) = frame.data_ref()
            && let Err(size) = self.messages.see(bytes)
        {
            return Poll::Ready(Some(Err(too_large(size, self.messages.limit))));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn too_large(size: usize, limit: usize) -> Status {
    let words = format!("the message has {size} bytes, and {limit} are taken at most; send less at a time");
    with_reason(Code::ResourceExhausted, "MESSAGE_TOO_LARGE", &words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sees(chunks: &[&[u8]], limit: usize) -> Result<(), usize> {
        let mut messages = Messages { limit, head: Vec::new(), left: 0 };
        chunks.iter().try_for_each(|chunk| messages.see(chunk))
    }

    #[test]
    fn a_message_is_measured_however_it_is_cut() {
        let stream: Vec<u8> = [&[0, 0, 0, 0, 3][..], b"abc", &[0, 0, 0, 0, 0], &[0, 0, 0, 0, 4], b"defg"].concat();
        for cut in 0..=stream.len() {
            let (one, two) = stream.split_at(cut);
            assert_eq!(sees(&[one, two], 4), Ok(()), "{cut}");
            assert_eq!(sees(&[one, two], 3), Err(4), "{cut}");
        }
        let single: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(sees(&single, 3), Err(4));
    }

    #[test]
    fn files_may_be_large_and_questions_may_not() {
        assert!(may_be_large("/merit.goals.v1.GoalsService/ImportGoals"));
        assert!(!may_be_large("/merit.goals.v1.GoalsService/ListGoals"));
    }
}
