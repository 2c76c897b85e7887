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
use super::pace::Pace;
use super::room::{Place, Room};
use super::wanted::{Begun, Wanted};
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

    /// Gives a call that comes over a network its place, if it needs one.
    fn admit(
        &self,
        request: http::Request<Body>,
        pace: Option<&Pace>,
    ) -> Result<(http::Request<Body>, Option<Place>), Refusal> {
        let Some(room) = &self.room else { return Ok((request, None)) };
        let place = if always_answered(&request) {
            if let Some(pace) = pace {
                pace.called();
            }
            None
        } else {
            Some(room.enter(&request).ok_or(Refusal::Overloaded)?)
        };
        let (head, body) = request.into_parts();
        let body = Begun::of(body, pace).ok_or(Refusal::TakenBack)?;
        Ok((http::Request::from_parts(head, Body::new(body)), place))
    }
}

/// Why nothing is done for a call.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    Overloaded,
    /// Its caller is gone; whoever watches the server is told.
    TakenBack,
}

impl Refusal {
    /// Written once: whoever asks for more than is taken on should cost little.
    fn answer(self) -> http::Response<Body> {
        static HEADERS: LazyLock<[HeaderMap; 2]> = LazyLock::new(|| {
            let words = "its caller took the call back before anything was done for it";
            [full(), with_reason(Code::Cancelled, "CANCELLED", words)]
                .map(|status| status.into_http::<Body>().headers().clone())
        });
        let [overloaded, taken_back] = &*HEADERS;
        let headers = match self {
            Self::Overloaded => overloaded,
            Self::TakenBack => taken_back,
        };
        let mut answer = http::Response::new(Body::empty());
        headers.clone_into(answer.headers_mut());
        answer
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

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let pace = request.extensions().get::<Origin>().map(|origin| origin.pace.clone());
        let (mut request, place) = match self.admission.admit(request, pace.as_ref()) {
            Ok(admitted) => admitted,
            Err(refusal) => return Box::pin(std::future::ready(Ok(refusal.answer()))),
        };
        if always_answered(&request) {
            return Box::pin(self.inner.call(request));
        }
        let limits = Arc::clone(&self.admission.limits);
        if let Some(origin) = request.extensions_mut().remove::<Origin>() {
            request.extensions_mut().insert(origin.peer);
            request.extensions_mut().insert(origin.pace.acting().clone());
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
        let mut wanted = Wanted::on(pace);
        let work = self.inner.call(request);
        Box::pin(async move {
            let Ok(answer) = timeout_at(until, deadline::within(until, work)).await else {
                wanted.no_more();
                return Ok(late().into_http());
            };
            // A stream may take longer than a call, unless its caller says how long.
            let end = patience.map(|patience| Box::pin(sleep_until(now + patience)));
            answer.map(|answer| answer.map(|body| Body::new(Held::new(body, end, wanted, place))))
        })
    }
}

/// An answer that keeps its call's place until it is told to the end.
struct Held {
    body: Body,
    end: Option<Pin<Box<Sleep>>>,
    ended: bool,
    wanted: Wanted,
    _place: Option<Place>,
}

impl Held {
    fn new(body: Body, end: Option<Pin<Box<Sleep>>>, mut wanted: Wanted, place: Option<Place>) -> Self {
        // Whether an answer without a body was waited for can't be seen.
        if body.is_end_stream() {
            wanted.no_more();
        }
        Self { body, end, ended: false, wanted, _place: place }
    }
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            if !frame.as_ref().is_some_and(|frame| frame.as_ref().is_ok_and(Frame::is_data)) {
                self.wanted.told();
            }
            return Poll::Ready(frame);
        }
        let Some(end) = self.end.as_mut() else { return Poll::Pending };
        ready!(end.as_mut().poll(context));
        self.ended = true;
        self.wanted.told();
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

/// Health and reflection.
fn always_answered<T>(request: &http::Request<T>) -> bool {
    request.uri().path().starts_with("/grpc.")
}

fn full() -> Status {
    let words = "the server has as much to do as it takes on, or as it does for one caller; nothing was done, so try again in a moment";
    with_reason(Code::ResourceExhausted, "OVERLOADED", words)
}

fn late() -> Status {
    let words = "the call took longer than it was given; see what became of it, and give it more time";
    with_reason(Code::DeadlineExceeded, "DEADLINE_EXCEEDED", words)
}
