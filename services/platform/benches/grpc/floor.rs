//! The floor: tonic, a pool, and one prepared statement that reads one row by its key. It stands on the same pools, the same
//! runtime and the same settings of HTTP/2 as Merit, and returns as many bytes; it knows no caller, no permission and no
//! telemetry.

use std::convert::Infallible;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::uri::PathAndQuery;
use merit_core::{Error, Scope};
use merit_platform::status::to_status;
use merit_platform::store::{postgres, sqlite, storage};
use sqlx::migrate::Migrator;
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Request, Response, Status};

use super::Failed;
use super::load::Asked;
use super::wire::AsItIs;

/// The word by which this program runs as the floor.
pub const WORD: &str = "floor";
/// Connections to PostgreSQL: as many as a service of Merit keeps.
const CONNECTIONS: u32 = 10;
/// Bytes on their way to the server, per call and per connection: as Merit's server has it.
const WINDOW: u32 = 4 * 1024 * 1024;
const PATH: &str = "/bare.Floor/Read";
const READ: &str = "SELECT content FROM answers WHERE key = $1";
/// The floor's own table comes with its rows.
static NO_MIGRATIONS: Migrator = Migrator::DEFAULT;

/// The calls of the floor: the same number, each by its row's key.
pub fn asked(calls: &[Asked]) -> Vec<Asked> {
    let call = |(at, asked): (usize, &Asked)| {
        // As long a message as the real one, token and all, so that as much is sent.
        let message = Bytes::from(format!("{at:0>width$}", width = asked.message.len()));
        Asked { path: PathAndQuery::from_static(PATH), message, token: asked.token.clone() }
    };
    calls.iter().enumerate().map(call).collect()
}

#[derive(Clone)]
enum Store {
    Sqlite(sqlite::Database),
    Postgres(postgres::Database),
}

impl Store {
    async fn open(place: &str) -> Result<Self, Failed> {
        if place.starts_with("postgres://") {
            let server = postgres::Server::new(place, None, CONNECTIONS)?.with_prefix("bare_");
            postgres::migrate(&server, WORD, &NO_MIGRATIONS).await?;
            return Ok(Self::Postgres(postgres::Database::open(&server, WORD, &NO_MIGRATIONS).await?));
        }
        Ok(Self::Sqlite(sqlite::Database::open(Path::new(place), &NO_MIGRATIONS).await?))
    }

    async fn read(&self, key: i64) -> merit_core::Result<Bytes> {
        let content: Result<Vec<u8>, sqlx::Error> = match self {
            Self::Sqlite(database) => {
                sqlx::query_scalar(READ).bind(key).fetch_one(&mut *database.read(&Scope::Everyone).await?).await
            }
            Self::Postgres(database) => {
                sqlx::query_scalar(READ).bind(key).fetch_one(&mut *database.read(&Scope::Everyone).await?).await
            }
        };
        content.map(Bytes::from).map_err(storage)
    }
}

/// Puts the rows in place of those that are there.
pub async fn fill(place: &str, rows: &[Bytes]) -> Result<(), Failed> {
    macro_rules! fill {
        ($database:expr, $bytes:literal) => {{
            let mut write = $database.write().await?;
            sqlx::query("DROP TABLE IF EXISTS answers").execute(&mut *write).await?;
            sqlx::query(concat!("CREATE TABLE answers (key BIGINT PRIMARY KEY, content ", $bytes, " NOT NULL)"))
                .execute(&mut *write)
                .await?;
            for (key, content) in (0_i64..).zip(rows) {
                sqlx::query("INSERT INTO answers (key, content) VALUES ($1, $2)")
                    .bind(key)
                    .bind(content.as_ref())
                    .execute(&mut *write)
                    .await?;
            }
            write.commit().await?;
        }};
    }
    match Store::open(place).await? {
        Store::Sqlite(database) => fill!(database, "BLOB"),
        Store::Postgres(database) => fill!(database, "BYTEA"),
    }
    Ok(())
}

/// Serves the rows at a place, a file or a database, until the process is ended. Prints where it listens.
pub async fn serve(mut words: impl Iterator<Item = String>) -> Result<(), Failed> {
    let store = Store::open(&words.next().ok_or("the floor needs to know where its rows are")?).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("the floor serves on {}; it has no other words", listener.local_addr()?);
    let incoming = tonic::transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
    tonic::transport::Server::builder()
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW * 4)
        .add_service(Floor(store))
        .serve_with_incoming(incoming)
        .await?;
    Ok(())
}

#[derive(Clone)]
struct Floor(Store);

impl NamedService for Floor {
    const NAME: &'static str = "bare.Floor";
}

impl UnaryService<Bytes> for Floor {
    type Response = Bytes;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Bytes>, Status>> + Send>>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let store = self.0.clone();
        Box::pin(async move {
            let key = std::str::from_utf8(request.get_ref()).ok().and_then(|key| key.parse().ok());
            let key = key.ok_or_else(|| to_status(Error::invalid("BAD_KEY", "a key is a number")))?;
            store.read(key).await.map(Response::new).map_err(to_status)
        })
    }
}

impl tower::Service<http::Request<Body>> for Floor {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let floor = self.clone();
        Box::pin(async move { Ok(Grpc::new(AsItIs).unary(floor, request).await) })
    }
}
