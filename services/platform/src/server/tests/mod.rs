//! A server on loopback with a directory that does as a test wants.

mod greeting;
mod imports;
mod limits;
mod refusals;
mod stop;
mod taken_back;
mod tls;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::directory::v1::directory_service_server::{DirectoryService, DirectoryServiceServer};
use merit_proto::directory::v1::{self as proto, GetCutoffRequest, ListReportsRequest};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_stream::Stream;
use tonic::transport::Channel;
use tonic::{Request, Response, Status};

use super::*;
use crate::access::{NoReach, Permit};
use crate::client::{self, Bearer, LIMIT, Link, Trust};
use crate::identity::{Keys, Principal, Role};
use crate::status::to_status;
use crate::telemetry::{Settings, Telemetry};
use crate::{deadline, import};

/// A directory whose answers wait for a permit where a test closes the gate.
#[derive(Clone)]
struct Directory {
    gate: Arc<Semaphore>,
    entered: mpsc::UnboundedSender<()>,
}

/// Longer than anything here takes on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[tonic::async_trait]
impl DirectoryService for Directory {
    async fn import_people(
        &self,
        request: Request<tonic::Streaming<proto::ImportPeopleRequest>>,
    ) -> Result<Response<proto::ImportPeopleResponse>, Status> {
        Permit::of(&request)?;
        let split = |message: proto::ImportPeopleRequest| (message.header, message.rows);
        import::collect(request.into_inner(), split).await.map_err(to_status)?;
        Ok(Response::new(proto::ImportPeopleResponse::default()))
    }

    async fn get_person(
        &self,
        request: Request<proto::GetPersonRequest>,
    ) -> Result<Response<proto::GetPersonResponse>, Status> {
        Permit::of(&request)?;
        Err(Status::unimplemented(""))
    }

    async fn list_people(
        &self,
        request: Request<proto::ListPeopleRequest>,
    ) -> Result<Response<proto::ListPeopleResponse>, Status> {
        let caller = Permit::of(&request)?.principal().subject.clone();
        Ok(Response::new(proto::ListPeopleResponse { next_page_token: caller, ..Default::default() }))
    }

    async fn create_person(
        &self,
        _: Request<proto::CreatePersonRequest>,
    ) -> Result<Response<proto::CreatePersonResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn update_person(
        &self,
        _: Request<proto::UpdatePersonRequest>,
    ) -> Result<Response<proto::UpdatePersonResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_teams(
        &self,
        _: Request<proto::ListTeamsRequest>,
    ) -> Result<Response<proto::ListTeamsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    /// Tells how many seconds the call has left.
    async fn list_reports(
        &self,
        request: Request<ListReportsRequest>,
    ) -> Result<Response<proto::ListReportsResponse>, Status> {
        Permit::of(&request)?;
        let left = deadline::left().unwrap_or_default().as_secs().to_string();
        Ok(Response::new(proto::ListReportsResponse { people: vec![left] }))
    }

    type SnapshotPeopleStream = Pin<Box<dyn Stream<Item = Result<proto::SnapshotPeopleResponse, Status>> + Send>>;

    async fn snapshot_people(
        &self,
        request: Request<proto::SnapshotPeopleRequest>,
    ) -> Result<Response<Self::SnapshotPeopleStream>, Status> {
        Permit::of(&request)?;
        Ok(Response::new(Box::pin(tokio_stream::pending())))
    }

    /// Waits at the gate.
    async fn get_cutoff(
        &self,
        request: Request<GetCutoffRequest>,
    ) -> Result<Response<proto::GetCutoffResponse>, Status> {
        Permit::of(&request)?;
        let _ = self.entered.send(());
        let _passed = self.gate.acquire().await.map_err(|_| Status::internal(""))?;
        Ok(Response::new(proto::GetCutoffResponse { cutoff: 7 }))
    }
}

/// A server that runs.
struct Running {
    url: String,
    address: std::net::SocketAddr,
    gate: Arc<Semaphore>,
    entered: mpsc::UnboundedReceiver<()>,
    keys: Keys,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<Result<()>>,
}

impl Running {
    async fn start(limits: Limits) -> Self {
        let keys = Keys::from_secret(&[7; 32]);
        let guard = Guard::local(&keys, Arc::new(NoReach)).unwrap();
        Self::behind(guard, limits, None).await
    }

    async fn behind(guard: Guard, limits: Limits, certificates: Option<Certificates>) -> Self {
        let gate = Arc::new(Semaphore::new(0));
        let (sender, entered) = mpsc::unbounded_channel();
        let directory = Directory { gate: gate.clone(), entered: sender };
        let mut server = Server::new(guard).unwrap().with_limits(limits);
        server.add(DirectoryServiceServer::new(directory).max_decoding_message_size(LIMIT));
        let scheme = if certificates.is_some() { "https" } else { "http" };
        if let Some(certificates) = certificates {
            server = server.with_tls(certificates);
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = oneshot::channel::<()>();
        let (_, incoming) = client::in_process();
        let stopping = async move {
            let _ = stopping.await;
        };
        let served = tokio::spawn(server.serve(listener, incoming, stopping));
        let url = format!("{scheme}://localhost:{}", address.port());
        Self { url, address, gate, entered, keys: Keys::from_secret(&[7; 32]), stop: Some(stop), served }
    }

    fn token(&self) -> Bearer {
        let operator = Principal::new("operator", Role::Operator);
        Bearer::new(&self.keys.mint(&operator, Timestamp::now(), 600).unwrap()).unwrap()
    }

    async fn channel(&self) -> Channel {
        let url = self.url.replace("localhost", "127.0.0.1");
        client::remote(&url, &Trust::default()).await.unwrap()
    }

    async fn client(&self) -> DirectoryServiceClient<Link> {
        DirectoryServiceClient::new(client::link(self.channel().await, self.token())).max_encoding_message_size(LIMIT)
    }
}

/// The stable reason in a status.
fn reason(status: &Status) -> String {
    crate::status::from_status(status).reason
}

/// What a process tells of its calls, as those who watch it see it.
struct Watched(std::net::SocketAddr);

impl Watched {
    async fn start() -> Self {
        let prometheus = Some("127.0.0.1:0".parse().unwrap());
        let telemetry = Telemetry::start(&Settings { prometheus, ..Settings::logs("off", false) }).unwrap();
        let (_, scrape) = telemetry.scrape.clone().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(scrape.serve(listener));
        Self(address)
    }

    /// How often a method ended with a code.
    async fn calls(&self, method: &str, code: &str) -> u64 {
        let mut page = TcpStream::connect(self.0).await.unwrap();
        page.write_all(b"GET /metrics HTTP/1.1\r\nhost: merit\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut text = String::new();
        page.read_to_string(&mut text).await.unwrap();
        let counted = text.lines().find(|line| {
            line.starts_with("rpc_server_call_duration_seconds_count") && line.contains(method) && line.contains(code)
        });
        counted.map_or(0, |line| line.rsplit(' ').next().unwrap().parse().unwrap())
    }
}
