//! Stores for tests: a schema of its own for each, on the PostgreSQL server that the test runner started.

use std::fmt::Write as _;
use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::postgres::Server;
use super::{Place, archive};

/// The variable that holds the server's address. `tests/postgres/start` sets it, which nextest runs first.
const ADDRESS: &str = "MERIT_TEST_POSTGRES";

/// A server whose schemas nobody else uses.
///
/// # Panics
/// When the variable is not set, or holds no address: the tests then have to be run by `cargo nextest run`.
#[must_use]
#[expect(clippy::expect_used, reason = "only tests come here, and they stop where there is no server")]
pub fn server() -> Server {
    let address = std::env::var(ADDRESS).expect("no MERIT_TEST_POSTGRES: run the tests by `cargo nextest run`");
    let mut random = [0_u8; 6];
    getrandom::fill(&mut random).expect("random bytes");
    let name = random.iter().fold("t".to_owned(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    });
    Server::new(&address, None, 4).expect("an address").with_prefix(&format!("{name}_"))
}

/// A connection of its own to a service's schema that reads whom a scope says: ids with commas between them, `*` for
/// everybody; without one it has said nothing.
///
/// # Panics
/// When the server doesn't answer.
#[expect(clippy::expect_used, reason = "only tests come here, and they stop where there is no server")]
pub async fn connection(server: &Server, service: &str, scope: Option<&str>) -> PgConnection {
    let options = server.options(service);
    let options = match scope {
        Some(scope) => options.options([("merit.scope", scope)]),
        None => options,
    };
    PgConnection::connect_with(&options).await.expect("a connection")
}

/// Holds row-level security to its promise for tables of a service, each given with a row: who has said no scope sees
/// nothing, and who has said one writes nothing.
///
/// # Panics
/// When a table shows or takes a row, or the server doesn't answer.
#[expect(clippy::expect_used, reason = "only tests come here")]
pub async fn hold_the_wall(server: &Server, service: &str, walled: &[(&str, &str)]) {
    let silent = &mut connection(server, service, None).await;
    let ana = &mut connection(server, service, Some("ana")).await;
    for (table, row) in walled {
        let all = AssertSqlSafe(format!("SELECT 1 FROM {table}"));
        assert!(sqlx::query(all).fetch_all(&mut *silent).await.expect("an answer").is_empty(), "{table}");
        let refused = sqlx::query(AssertSqlSafe(format!("INSERT INTO {table} VALUES ({row})"))).execute(&mut *ana);
        let refused = refused.await.expect_err("a refusal").to_string();
        assert!(refused.contains("row-level security"), "{table}: {refused}");
    }
}

/// Holds a backup of a service's file to its promise: it fills an empty schema, and one of that schema is the same text.
///
/// # Panics
/// When it doesn't.
#[expect(clippy::expect_used, reason = "only tests come here")]
pub async fn hold_the_backup(folder: &Path, server: Server, service: &str) {
    let (mut backup, mut again) = (Vec::new(), Vec::new());
    let rows = archive::back_up(&Place::folder(folder), &[service], &mut backup).await.expect("a backup");
    assert!(rows > 0, "there is something to back up");
    let place = Place::Postgres(server);
    assert_eq!(archive::restore(&place, &[service], backup.as_slice()).await.expect("a restored schema"), rows);
    archive::back_up(&place, &[service], &mut again).await.expect("a second backup");
    assert_eq!(String::from_utf8(again), String::from_utf8(backup));
}
