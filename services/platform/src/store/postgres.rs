//! PostgreSQL: one schema a service. Writes that number changes take the schema's lock, so that a change's number follows
//! the order of commits and a cut-off falls clearly on one side of each. Readers carry the scope of their caller, which the
//! database holds too (row-level security).

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use merit_core::{Error, Result, Scope};
use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool, QueryBuilder, Transaction};
use tokio::time::timeout;

use super::columns::{IF_NEW, Rows, Values};
use super::entrance::{closed, newer, newest, not_migrated, silent, unheld};
use super::storage;

pub use sqlx::PgConnection as Connection;
pub use sqlx::Postgres as Db;
pub use sqlx::postgres::PgRow as Row;

#[expect(clippy::duplicate_mod, reason = "the same statements, compiled for the other kind of database")]
#[path = "requests.rs"]
pub mod requests;

/// How long a call waits for a connection before it says that the store doesn't answer.
const ACQUIRE: Duration = Duration::from_secs(5);
/// How long the first connection may take.
const ENTER: Duration = Duration::from_secs(10);
/// A connection that was at work less than this ago is taken to live. One that then doesn't makes its call `UNAVAILABLE`.
const SURELY_ALIVE: Duration = Duration::from_secs(1);
/// How a claim passes over rows that another transaction holds.
pub const PASS_OVER_HELD: &str = "FOR UPDATE SKIP LOCKED";
/// How a reader begins whose statements all have to see the same moment.
pub const ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// The setting that row-level security reads, and what it holds for everybody.
const SCOPE: &str = "merit.scope";
const EVERYONE: &str = "*";

/// A transaction that writes.
pub type Writer = Transaction<'static, Db>;

/// A database on a server.
#[derive(Clone)]
pub struct Server {
    options: PgConnectOptions,
    connections: u32,
    prefix: String,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The options hold a password.
        f.debug_struct("Server").field("connections", &self.connections).field("prefix", &self.prefix).finish()
    }
}

impl Server {
    /// From an address such as `postgres://merit@db/merit`, with the password in it or given apart; at most so many
    /// connections a service.
    ///
    /// # Errors
    /// `BAD_SETTING` when the address is none.
    pub fn new(url: &str, password: Option<&str>, connections: u32) -> Result<Self> {
        let mut options: PgConnectOptions = url.parse().map_err(|_| {
            Error::invalid("BAD_SETTING", "the database's address is not like postgres://merit@host:5432/merit")
        })?;
        if let Some(password) = password {
            options = options.password(password);
        }
        Ok(Self { options: options.application_name("merit"), connections, prefix: String::new() })
    }

    /// The same database, with a prefix before each schema's name.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// The schema of a service.
    #[must_use]
    pub fn schema(&self, service: &str) -> String {
        format!("{}{service}", self.prefix)
    }

    /// A connection of its own that reads and writes everybody's rows.
    pub(super) async fn connect(&self) -> Result<PgConnection> {
        enter(&self.options.clone().options([(SCOPE, EVERYONE)])).await
    }

    pub(super) fn options(&self, service: &str) -> PgConnectOptions {
        self.options.clone().options([("search_path", self.schema(service).as_str())])
    }
}

/// A service's own schema.
#[derive(Debug, Clone)]
pub struct Database {
    // Each connection of this pool may read everybody; one of the other reads nobody until it says whom.
    whole: PgPool,
    scoped: PgPool,
    lock: i64,
}

/// A connection that only reads.
#[derive(Debug)]
pub enum Reader {
    /// Everybody's rows.
    Whole(PoolConnection<Db>),
    /// Only the rows of some.
    Scoped(Transaction<'static, Db>),
}

impl Deref for Reader {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match self {
            Self::Whole(connection) => connection,
            Self::Scoped(transaction) => transaction,
        }
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match self {
            Self::Whole(connection) => connection,
            Self::Scoped(transaction) => transaction,
        }
    }
}

/// Makes a service's schema where there is none and brings it to the newest migration. Others that do the same wait.
///
/// # Errors
/// `STORE_VERSION` when another program has worked on it, `STORE_REFUSED` when the server doesn't let us, `STORE_UNAVAILABLE`
/// when it doesn't answer, `STORAGE` when it can't be done.
pub async fn migrate(server: &Server, service: &str, migrator: &'static Migrator) -> Result<()> {
    // A migration may change rows of everybody.
    let options = server.options(service).options([(SCOPE, EVERYONE)]);
    let mut connection = enter(&options).await?;
    check_user(&mut connection, &options).await?;
    // sqlx's own lock comes after the schema has to be there.
    let lock = lock_key(&server.schema(service));
    sqlx::query("SELECT pg_advisory_lock($1)").bind(lock).execute(&mut connection).await.map_err(storage)?;
    let schema = server.schema(service);
    sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(&schema))))
        .execute(&mut connection)
        .await
        .map_err(|error| closed(&options, error))?;
    let outcome = migrator.run(&mut connection).await;
    let outcome = outcome.map_err(|error| not_migrated(&format!("the database schema `{schema}`"), migrator, error));
    // Closing gives the lock back.
    connection.close().await.map_err(storage)?;
    outcome
}

/// Makes `migrate` and `open` of a service's own schema, over its `SqlStore`, by its name and the migrations in
/// `migrations/postgres`.
#[macro_export]
macro_rules! in_postgres {
    ($store:ident, $name:expr) => {
        static MIGRATOR: ::sqlx::migrate::Migrator = ::sqlx::migrate!("migrations/postgres");

        /// Makes and migrates the schema if it has to be.
        ///
        /// # Errors
        /// Those of [`merit_platform::store::postgres::migrate`].
        pub async fn migrate(server: &$crate::store::postgres::Server) -> ::merit_core::Result<()> {
            $crate::store::postgres::migrate(server, $name, &MIGRATOR).await
        }

        /// Opens the schema, which has to be at this program's version. Needs a runtime.
        ///
        /// # Errors
        /// Those of [`merit_platform::store::postgres::Database::open`].
        pub async fn open(server: &$crate::store::postgres::Server) -> ::merit_core::Result<$store> {
            Ok($store::new($crate::store::postgres::Database::open(server, $name, &MIGRATOR).await?))
        }
    };
}
pub use in_postgres;

impl Database {
    /// Opens a schema that is at exactly the version that this program knows.
    ///
    /// # Errors
    /// `STORE_VERSION` when it is at another, `STORE_REFUSED` when the server doesn't let us in, `STORE_UNAVAILABLE` when it
    /// doesn't answer.
    pub async fn open(server: &Server, service: &str, migrator: &'static Migrator) -> Result<Self> {
        let options = server.options(service);
        let everybody = options.clone().options([(SCOPE, EVERYONE)]);
        // A pool would only say that it has waited in vain.
        let mut first = enter(&everybody).await?;
        check_user(&mut first, &options).await?;
        check_version(&mut first, &server.schema(service), migrator).await?;
        first.close().await.map_err(storage)?;
        let pool = || {
            PgPoolOptions::new()
                .max_connections(server.connections)
                .acquire_timeout(ACQUIRE)
                .test_before_acquire(false)
                .before_acquire(|connection, known| {
                    Box::pin(async move {
                        if known.idle_for >= SURELY_ALIVE {
                            connection.ping().await?;
                        }
                        Ok(true)
                    })
                })
        };
        let (whole, scoped) = (pool().connect_lazy_with(everybody), pool().connect_lazy_with(options));
        Ok(Self { whole, scoped, lock: lock_key(&server.schema(service)) })
    }

    /// Begins a write that numbers a change. Others that do wait.
    ///
    /// # Errors
    /// Those of [`storage`].
    pub async fn write(&self) -> Result<Writer> {
        let mut tx = self.write_beside().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(self.lock).execute(&mut *tx).await.map_err(storage)?;
        Ok(tx)
    }

    /// Begins a write that numbers no change, such as a worker's on its shard. Others run beside it.
    ///
    /// # Errors
    /// Those of [`storage`].
    pub async fn write_beside(&self) -> Result<Writer> {
        self.whole.begin().await.map_err(storage)
    }

    /// A reader of the rows that are in a scope: the database itself shows no others.
    ///
    /// # Errors
    /// Those of [`storage`].
    pub async fn read(&self, scope: &Scope) -> Result<Reader> {
        let Scope::People(people) = scope else {
            return self.whole.acquire().await.map(Reader::Whole).map_err(storage);
        };
        let people: Vec<&str> = people.iter().map(merit_core::ids::PersonId::as_str).collect();
        // Both in one message, because each on its own would be a round trip before the first row. An id holds neither a
        // quote nor a backslash.
        let begin = format!("BEGIN READ ONLY; SET LOCAL {SCOPE} = '{}'", people.join(","));
        self.scoped.begin_with(AssertSqlSafe(begin)).await.map(Reader::Scoped).map_err(storage)
    }
}

/// Writes many rows by one array a column.
///
/// # Errors
/// Those of [`storage`]; then none are written.
pub async fn insert(connection: &mut PgConnection, rows: &Rows) -> Result<()> {
    if rows.count == 0 {
        return Ok(());
    }
    let mut query = QueryBuilder::<Db>::new(rows.head());
    query.push("SELECT ");
    let mut arrays = Vec::new();
    for (at, (name, values)) in rows.columns.iter().enumerate() {
        if at > 0 {
            query.push(", ");
        }
        match values {
            Values::SameText(value) => {
                query.push_bind(value.as_str()).push("::text");
            }
            Values::SameNumber(value) => {
                query.push_bind(*value).push("::bigint");
            }
            _ => {
                query.push("given.").push(*name);
                arrays.push((*name, values));
            }
        }
    }
    query.push(" FROM UNNEST(");
    for (at, (_, values)) in arrays.iter().enumerate() {
        if at > 0 {
            query.push(", ");
        }
        match values {
            Values::Text(values) => query.push_bind(values.as_slice()).push("::text[]"),
            Values::OptionalText(values) => query.push_bind(values.as_slice()).push("::text[]"),
            Values::Number(values) => query.push_bind(values.as_slice()).push("::bigint[]"),
            Values::OptionalNumber(values) => query.push_bind(values.as_slice()).push("::bigint[]"),
            Values::Bytes(values) => query.push_bind(values.as_slice()).push("::bytea[]"),
            Values::SameText(_) | Values::SameNumber(_) => &mut query,
        };
    }
    query.push(") AS given (");
    query.push(arrays.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "));
    query.push(")");
    if rows.if_new {
        query.push(IF_NEW);
    }
    query.build().execute(connection).await.map_err(storage)?;
    Ok(())
}

/// A connection, or why there is none.
async fn enter(options: &PgConnectOptions) -> Result<PgConnection> {
    match timeout(ENTER, PgConnection::connect_with(options)).await {
        Ok(entered) => entered.map_err(|error| closed(options, error)),
        Err(late) => Err(silent(&format!("PostgreSQL at {}:{}", options.get_host(), options.get_port()), &late)),
    }
}

/// That row-level security holds the user whom we connect as.
async fn check_user(connection: &mut PgConnection, options: &PgConnectOptions) -> Result<()> {
    let free: bool = sqlx::query_scalar("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        .fetch_one(connection)
        .await
        .map_err(storage)?;
    if free { Err(unheld(options)) } else { Ok(()) }
}

async fn check_version(connection: &mut PgConnection, schema: &str, migrator: &Migrator) -> Result<()> {
    let wrong = |what: &str| {
        Error::precondition(
            "STORE_VERSION",
            format!("the database schema `{schema}` {what}; bring it up with `merit migrate` of this version"),
        )
    };
    let there: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await
        .map_err(storage)?;
    if !there {
        return Err(wrong("is not there yet"));
    }
    let done: Vec<(i64, Vec<u8>, bool)> =
        sqlx::query_as("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version")
            .fetch_all(&mut *connection)
            .await
            .map_err(storage)?;
    let known: Vec<_> = migrator.iter().filter(|migration| !migration.migration_type.is_down_migration()).collect();
    let same = done.len() == known.len()
        && done.iter().zip(&known).all(|((version, checksum, success), migration)| {
            *success && *version == migration.version && checksum.as_slice() == &*migration.checksum
        });
    if same {
        return Ok(());
    }
    let (has, needs) = (done.last().map_or(0, |row| row.0), newest(migrator));
    if has > needs {
        return Err(newer(&format!("the database schema `{schema}`"), has, needs));
    }
    Err(wrong(&format!("is at version {has}, and this program needs exactly {needs}")))
}

/// A number for a schema's lock: the same in every process.
fn lock_key(schema: &str) -> i64 {
    // FNV-1a, 64 bits.
    let hash = schema
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash.cast_signed()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
