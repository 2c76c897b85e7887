//! Gives every refusal a stable reason. Ours have one; tonic, its health service and its reflection refuse in words only.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::body::Body;
use tonic::codegen::Bytes;
use tonic::server::NamedService;
use tonic::{Code, Status};

use crate::status::{with_reason, word};

/// Where a status stands in headers and trailers, and what there is to it besides words.
const STATUS: &str = "grpc-status";
const DETAILS: &str = "grpc-status-details-bin";

/// Lays [`Reasoned`] around services.
#[derive(Debug, Clone, Copy)]
pub struct Reasons;

impl<S> tower::Layer<S> for Reasons {
    type Service = Reasoned<S>;

    fn layer(&self, inner: S) -> Reasoned<S> {
        Reasoned(inner)
    }
}

/// A service whose every refusal has a reason.
#[derive(Debug, Clone)]
pub struct Reasoned<S>(pub S);

impl<S: NamedService> NamedService for Reasoned<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> tower::Service<http::Request<Body>> for Reasoned<S>
where
    S: tower::Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let answer = self.0.call(request);
        Box::pin(async move {
            let mut answer = answer.await?;
            if answer.headers().contains_key(STATUS) {
                give_reason(answer.headers_mut());
                return Ok(answer);
            }
            Ok(answer.map(|body| Body::new(Ending(body))))
        })
    }
}

/// An answer whose status comes at its end.
struct Ending(Body);

impl HttpBody for Ending {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let mut frame = Pin::new(&mut self.0).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &mut frame
            && let Some(trailers) = frame.trailers_mut()
        {
            give_reason(trailers);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// Puts a reason to a refusal that has none.
fn give_reason(headers: &mut HeaderMap) {
    // Nobody but us gives details, and the reason is always among them: to look would take longer than most refusals.
    if headers.contains_key(DETAILS) || headers.get(STATUS).is_none_or(|status| status == "0") {
        return;
    }
    let Some(status) = Status::from_header_map(headers) else { return };
    // Words that can't be a header's are those of a fault of ours, which the log has.
    let _ = reasoned(status.code(), status.message()).add_header(headers);
}

/// What tonic means, with a reason. A message that can't be read is its sender's fault, which tonic takes for ours.
pub fn reasoned(code: Code, words: &str) -> Status {
    let says = |known: &[&str]| known.iter().any(|known| words.starts_with(known));
    let unreadable =
        ["failed to decode", "protocol error", "Missing request message", "Unexpected EOF", "Error decompressing"];
    match code {
        Code::Unimplemented if words.is_empty() => unknown_call(),
        Code::Unimplemented if says(&["Content is compressed"]) => {
            with_reason(code, "UNSUPPORTED_COMPRESSION", &format!("{words}; send messages without compression"))
        }
        Code::OutOfRange if says(&["Error, decoded"]) => {
            with_reason(Code::ResourceExhausted, "MESSAGE_TOO_LARGE", words)
        }
        Code::OutOfRange if says(&["Error, encoded"]) => {
            let words = "the answer is larger than an answer may be; ask for less at a time, by page_size or a filter";
            with_reason(Code::ResourceExhausted, "ANSWER_TOO_LARGE", words)
        }
        Code::Internal if says(&unreadable) => {
            // gRPC's own rules ask for this code where a message is marked as compressed and no encoding was named.
            let code = if words.contains("compressed-flag") { Code::Internal } else { Code::InvalidArgument };
            // What follows may hold a part of the message.
            let words =
                "the message can't be read as what this call takes; see whether both sides have the same contract";
            with_reason(code, "UNREADABLE_MESSAGE", words)
        }
        _ => with_reason(code, word(code), words),
    }
}

/// A call that no service has.
pub fn unknown_call() -> Status {
    let words = "there is no such call here; the server's reflection, or proto/reference, lists those that there are";
    with_reason(Code::Unimplemented, "UNKNOWN_CALL", words)
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt as _;

    use super::*;

    #[test]
    fn every_code_has_its_name_as_a_reason_and_ours_stay() {
        for number in 1..=16 {
            let code = Code::from_i32(number);
            let mut headers = HeaderMap::new();
            Status::new(code, "a fault: \u{00fc}\n").add_header(&mut headers).unwrap();
            give_reason(&mut headers);
            let status = Status::from_header_map(&headers).unwrap();
            let info = status.get_details_error_info().unwrap();
            assert_eq!((status.code(), info.reason.as_str(), info.domain.as_str()), (code, word(code), "merit"));
            assert_eq!(status.message(), "a fault: \u{00fc}\n");
            let mut ours = HeaderMap::new();
            with_reason(code, "OVERLOADED", "no").add_header(&mut ours).unwrap();
            let before = ours.clone();
            give_reason(&mut ours);
            assert_eq!(ours, before);
        }
        let mut good = HeaderMap::from_iter([(http::HeaderName::from_static(STATUS), "0".parse().unwrap())]);
        give_reason(&mut good);
        assert_eq!(good.len(), 1);
    }
}
