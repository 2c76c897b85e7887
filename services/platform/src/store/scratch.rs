//! Stores for tests: a schema of its own for each, on the PostgreSQL server that the test runner started.

use std::fmt::Write as _;

use sqlx::{Connection as _, PgConnection};

use super::postgres::Server;

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
