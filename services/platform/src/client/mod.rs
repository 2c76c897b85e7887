//! How services, and the command line, reach a service: always through the generated clients, over a channel inside the
//! process or over the network, so that both ways share the codec and the error path.

mod remote;
mod switchboard;

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

use crate::{deadline, telemetry};

pub use remote::{Trust, lazy, remote};
pub use switchboard::Switchboard;

/// Largest message taken, in bytes.
pub const LIMIT: usize = 64 * 1024 * 1024;
/// Bytes on their way between the two ends of a connection inside the process.
const DUPLEX: usize = 1024 * 1024;

/// A way to every service that proves who calls. Cheap to clone.
pub type Link = InterceptedService<Switchboard, Bearer>;

/// Puts a token on every request.
#[derive(Debug, Clone)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Bearer {
    /// From a token.
    ///
    /// # Errors
    /// `BAD_TOKEN` when it holds a character that no token has.
    pub fn new(token: &str) -> Result<Self> {
        format!("Bearer {token}")
            .parse()
            .map(|token| Self(Some(token)))
            .map_err(|_| Error::invalid("BAD_TOKEN", "the token is not one that `merit token` printed"))
    }

    /// No token: the caller is known by a certificate.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert("authorization", token.clone());
        }
        // A call that is made for another has no more time than that one has left.
        if let Some(left) = deadline::left() {
            request.set_timeout(left);
        }
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

/// A channel with a token on it.
#[must_use]
pub fn link(channel: impl Into<Switchboard>, bearer: Bearer) -> Link {
    InterceptedService::new(channel.into(), bearer)
}
