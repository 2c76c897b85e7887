//! Stores for tests: a schema of its own for each, on the PostgreSQL server that the test runner started.

use std::fmt::Write as _;

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
