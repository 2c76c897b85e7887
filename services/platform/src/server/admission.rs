//! What a call passes before anything is done for it: is there room, how much time has it, how large are its messages.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};
use tonic::body::Body;
use tonic::codegen::Bytes;
use tonic::{Code, Status};

use super::Limits;
use super::connection::Origin;
use super::messages::{Measured, may_be_large};
use super::room::{Place, Room};
use crate::deadline;
use crate::status::with_reason;

/// An answer that is late leaves this much before its caller gives up, at most, so that it arrives.
const WAY_BACK: Duration = Duration::from_millis(50);
/// Longer than anything takes.
const FOREVER: Duration = Duration::from_secs(366 * 24 * 3600);

/// Admits calls. Health and reflection are always answered.
#[derive(Debug, Clone)]
pub struct Admission {
    limits: Arc<Limits>,
    // Calls from inside the process belong to a call that was admitted.
    room: Option<Arc<Room>>,
}

impl Admission {
    /// For calls that come over a network.
    #[must_use]
    pub fn outside(limits: &Limits) -> Self {
        Self { limits: Arc::new(limits.clone()), room: Some(Room::new(limits.calls)) }
    }

    /// For calls from inside the process: only the time that they were given is held.
    #[must_use]
    pub fn inside(limits: &Limits) -> Self {
        Self { limits: Arc::new(limits.clone()), room: None }
    }
}

impl<S> tower::Layer<S> for Admission {
    type Service = Admitted<S>;

    fn layer(&self, inner: S) -> Admitted<S> {
        Admitted { admission: self.clone(), inner }
    }
}

/// Services behind an admission.
#[derive(Debug, Clone)]
pub struct Admitted<S> {
    admission: Admission,
    inner: S,
}

impl<S> tower::Service<http::Request<Body>> for Admitted<S>
where
    S: tower::Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        if request.uri().path().starts_with("/grpc.") {
            if let Some(origin) = request.extensions().get::<Origin>() {
                origin.pace.called();
            }
            return Box::pin(self.inner.call(request));
        }
        let limits = Arc::clone(&self.admission.limits);
        let place = match &self.admission.room {
            Some(room) => match room.enter(&request) {
                Some(place) => Some(place),
                None => return Box::pin(std::future::ready(Ok(overloaded()))),
            },
            None => None,
        };
        if let Some(origin) = request.extensions_mut().remove::<Origin>() {
            request.extensions_mut().insert(origin.peer);
        }
        let asked = deadline::asked(request.headers());
        let patience = asked.map(|asked| asked.saturating_sub(WAY_BACK.min(asked / 10)));
        let now = Instant::now();
        // A command that works inside its own process waits as long as it likes.
        let most = if place.is_some() { limits.call } else { FOREVER };
        let until = now + patience.unwrap_or(most).min(most);
        let request = match &place {
            Some(_) => {
                let size = if may_be_large(request.uri().path()) { limits.large_message } else { limits.message };
                request.map(|body| Body::new(Measured::new(body, size)))
            }
            None => request,
        };
        let work = self.inner.call(request);
        Box::pin(async move {
            let Ok(answer) = timeout_at(until, deadline::within(until, work)).await else {
                return Ok(late().into_http());
            };
            // A stream may take longer than a call, unless its caller says how long.
            let end = patience.map(|patience| Box::pin(sleep_until(now + patience)));
            answer.map(|answer| answer.map(|body| Body::new(Held { body, end, ended: false, _place: place })))
        })
    }
}

/// An answer that keeps its call's place until it is told to the end.
struct Held {
    body: Body,
    end: Option<Pin<Box<Sleep>>>,
    ended: bool,
    _place: Option<Place>,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame);
        }
        let Some(end) = self.end.as_mut() else { return Poll::Pending };
        ready!(end.as_mut().poll(context));
        self.ended = true;
        let mut trailers = HeaderMap::new();
        Poll::Ready(Some(late().add_header(&mut trailers).map(|()| Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Written once: whoever asks for more than is taken on should cost little.
fn overloaded() -> http::Response<Body> {
    static HEADERS: LazyLock<HeaderMap> = LazyLock::new(|| full().into_http::<Body>().headers().clone());
    let mut answer = http::Response::new(Body::empty());
    HEADERS.clone_into(answer.headers_mut());
    answer
}

fn full() -> Status {
    let words = "the server has as much to do as it takes on, or as it does for one caller; nothing was done, so try again in a moment";
    with_reason(Code::ResourceExhausted, "OVERLOADED", words)
}

fn late() -> Status {
    let words = "the call took longer than it was given; see what became of it, and give it more time";
    with_reason(Code::DeadlineExceeded, "DEADLINE_EXCEEDED", words)
}
