//! The laws of every store, and what only PostgreSQL can hold: that a record isn't emptied, and the wall between people.

use async_trait::async_trait;
use merit_core::Scope;
use merit_core::ids::PersonId;
use merit_platform::store::postgres::Server;
use merit_platform::store::scratch;
use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use super::*;
use crate::store::conformance::{Behind, lists, records};

struct Schema(PgPool);

#[async_trait]
impl Behind for Schema {
    async fn run(&self, statement: &'static str) -> Result<(), String> {
        sqlx::query(statement).execute(&self.0).await.map(drop).map_err(|error| error.to_string())
    }

    async fn rows(&self, statement: &'static str) -> Vec<(String, i64)> {
        sqlx::query_as(statement).fetch_all(&self.0).await.unwrap()
    }
}

fn address() -> String {
    std::env::var("MERIT_TEST_POSTGRES").unwrap()
}

async fn raw(address: &str, server: &Server, scope: &str) -> PgPool {
    let options: PgConnectOptions = address.parse().unwrap();
    let schema = server.schema(crate::NAME);
    let options = options.options([("search_path", schema.as_str()), ("merit.scope", scope)]);
    PgPoolOptions::new().max_connections(2).connect_with(options).await.unwrap()
}

async fn fresh() -> (Schema, PostgresStore) {
    let server = scratch::server();
    migrate(&server).await.unwrap();
    let store = open(&server).await.unwrap();
    (Schema(raw(&address(), &server, "*").await), store)
}

crate::store::conformance::holds!(fresh());

#[tokio::test]
async fn a_record_is_not_emptied_either() {
    let (behind, _store) = fresh().await;
    for (statement, words) in [
        ("TRUNCATE ledger_lines CASCADE", "append-only"),
        ("TRUNCATE ledger_entries", "the ledger is append-only"),
        ("TRUNCATE results", "results are append-only"),
        ("TRUNCATE events", "events are append-only"),
        ("TRUNCATE openings", "opening balances are append-only"),
        ("TRUNCATE policies", "a registered policy is never changed"),
    ] {
        let refused = behind.run(statement).await.expect_err(statement);
        assert!(refused.contains(words), "{statement}: {refused}");
    }
}

#[tokio::test]
async fn a_schema_at_another_version_is_refused() {
    let server = scratch::server();
    assert_eq!(open(&server).await.unwrap_err().reason, "STORE_VERSION");
    migrate(&server).await.unwrap();
    migrate(&server).await.unwrap();
    open(&server).await.unwrap();
}

/// The address of a role that is no superuser: row-level security holds nobody who is.
async fn plain_role(prefix: &str) -> String {
    let pool = PgPool::connect(&address()).await.unwrap();
    let superuser: bool = sqlx::query_scalar("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        .fetch_one(&pool)
        .await
        .unwrap();
    if !superuser {
        return address();
    }
    let role = format!("{prefix}plain");
    let make = format!("CREATE ROLE {role} LOGIN PASSWORD 'plain'; GRANT CREATE ON DATABASE postgres TO {role}");
    sqlx::raw_sql(AssertSqlSafe(make)).execute(&pool).await.unwrap();
    let (_, server) = address().split_once('@').map(|(user, server)| (user.to_owned(), server.to_owned())).unwrap();
    format!("postgres://{role}:plain@{server}")
}

/// Whose rows each table shows, by what says whose they are.
const WHOSE: [(&str, &str); 8] = [
    ("outcomes", "participant"),
    ("traces", "participant"),
    ("ledger_lines", "participant"),
    ("ledger_entries", "(SELECT participant FROM ledger_lines AS l WHERE l.line_id = ledger_entries.line_id)"),
    ("openings", "participant"),
    ("results", "belongs_to"),
    ("events", "participant"),
    ("frozen", "key"),
];

fn whose(table: &str, column: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("SELECT DISTINCT {column} AS whose FROM {table} ORDER BY whose"))
}

#[tokio::test]
async fn a_scoped_reader_sees_its_people_even_without_a_filter() {
    let prefix = scratch::server().schema("");
    let role = plain_role(&prefix).await;
    let server = Server::new(&role, None, 4).unwrap().with_prefix(&prefix);
    migrate(&server).await.unwrap();
    let store = open(&server).await.unwrap();
    lists::filled(&store).await;
    lists::traced(&store).await;
    for who in ["a", "a_1", "b"] {
        records::filled(&store, who).await;
    }
    let everyone = dialect::Database::open(&server, crate::NAME, &MIGRATOR).await.unwrap();
    let id = |id| PersonId::new(id).unwrap();
    let one = Scope::only(&id("a"));
    let two = Scope::of(["a_1", "b"].map(id));
    let expected: [(&Scope, &[&str]); 3] = [(&one, &["a"]), (&two, &["a_1", "b"]), (&Scope::nobody(), &[])];
    for (scope, people) in expected {
        for (table, column) in WHOSE {
            let mut reader = everyone.read(scope).await.unwrap();
            let seen: Vec<Option<String>> =
                sqlx::query_scalar(whose(table, column)).fetch_all(&mut *reader).await.unwrap();
            let seen: Vec<&str> = seen.iter().map(|seen| seen.as_deref().unwrap_or("NULL")).collect();
            assert_eq!(seen, people, "{table} for {scope:?}");
        }
    }
    for (table, column) in WHOSE {
        let mut reader = everyone.read(&Scope::Everyone).await.unwrap();
        let all: Vec<Option<String>> = sqlx::query_scalar(whose(table, column)).fetch_all(&mut *reader).await.unwrap();
        assert!(all.len() >= 3, "{table}: {all:?}");
    }
    // Somebody who got hold of the service's own login, and says no scope, or writes under one.
    let bare = PgPool::connect_with(role.parse::<PgConnectOptions>().unwrap()).await.unwrap();
    let theirs = raw(&role, &server, "a").await;
    for (table, _) in WHOSE {
        let count = format!("SELECT count(*) FROM {}.{table}", server.schema(crate::NAME));
        let seen: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&bare).await.unwrap();
        assert_eq!(seen, 0, "{table} without a scope");
        let copy = format!("INSERT INTO {table} SELECT * FROM {table} LIMIT 1");
        let refused = sqlx::query(AssertSqlSafe(copy)).execute(&theirs).await.expect_err(table).to_string();
        assert!(refused.contains("row-level security"), "{table}: {refused}");
    }
    let changed = sqlx::query("UPDATE outcomes SET content = ''").execute(&theirs).await.unwrap();
    assert_eq!(changed.rows_affected(), 0);
}
