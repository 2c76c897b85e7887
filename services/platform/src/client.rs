//! How services, and the command line, reach a service: always through the generated clients, over a channel inside the
//! process or over the network, so that both ways share the codec and the error path.

use std::time::Duration;

use hyper_util::rt::TokioIo;
use merit_core::{Error, Result};
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use crate::telemetry;

/// Largest message taken, in bytes.
pub const LIMIT: usize = 64 * 1024 * 1024;
/// Bytes on their way between the two ends of a connection inside the process.
const DUPLEX: usize = 1024 * 1024;

/// A channel that proves who calls. Cheap to clone.
pub type Link = InterceptedService<Channel, Bearer>;

/// Puts a token on every request.
#[derive(Debug, Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    /// From a token.
    ///
    /// # Errors
    /// `BAD_TOKEN` when it holds a character that no token has.
    pub fn new(token: &str) -> Result<Self> {
        format!("Bearer {token}")
            .parse()
            .map(Self)
            .map_err(|_| Error::invalid("BAD_TOKEN", "the token is not one that `merit token` printed"))
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        telemetry::carry(request.metadata_mut());
        Ok(request)
    }
}

/// Connections inside the process, for [`crate::server::Server::serve_in_process`].
pub type Incoming = UnboundedReceiverStream<std::io::Result<DuplexStream>>;

/// A channel inside the process and the connections that it opens.
#[must_use]
pub fn in_process() -> (Channel, Incoming) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let connector = tower::service_fn(move |_: http::Uri| {
        let sender = sender.clone();
        async move {
            let (near, far) = tokio::io::duplex(DUPLEX);
            sender.send(Ok(far)).map_err(|_| std::io::Error::other("the services have stopped"))?;
            Ok::<_, std::io::Error>(TokioIo::new(near))
        }
    });
    let channel = Endpoint::from_static("http://in-process").connect_with_connector_lazy(connector);
    (channel, UnboundedReceiverStream::new(receiver))
}

/// A channel to a running server.
///
/// # Errors
/// `BAD_SERVER` when the address is not one, `SERVER_UNREACHABLE` when nobody answers there.
pub async fn remote(url: &str) -> Result<Channel> {
    let endpoint = Endpoint::from_shared(url.to_owned())
        .map_err(|_| Error::invalid("BAD_SERVER", format!("`{url}` is not an address like http://127.0.0.1:50051")))?
        .connect_timeout(Duration::from_secs(5));
    endpoint.connect().await.map_err(|_| {
        Error::new(
            merit_core::Kind::Unavailable,
            "SERVER_UNREACHABLE",
            format!("no Merit server answers at {url}; start one with `merit serve`, or leave out --server"),
        )
    })
}

/// A channel with a token on it.
#[must_use]
pub fn link(channel: Channel, bearer: Bearer) -> Link {
    InterceptedService::new(channel, bearer)
}
