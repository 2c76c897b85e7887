//! A backup shows one point in time, whoever writes while it is made.

use std::io;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::*;
use crate::store::postgres::Server;
use crate::store::scratch;

const SERVICES: [&str; 2] = ["one", "two"];

/// A schema with a table of notes, as a service would have it.
async fn prepare(server: &Server, service: &str) {
    let connection = &mut scratch::connection(server, service, Some("*")).await;
    for statement in [
        format!("CREATE SCHEMA \"{}\"", server.schema(service)),
        "CREATE TABLE _sqlx_migrations (version bigint)".to_owned(),
        "INSERT INTO _sqlx_migrations VALUES (1)".to_owned(),
        "CREATE TABLE notes (words text)".to_owned(),
        "INSERT INTO notes VALUES ('before')".to_owned(),
    ] {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *connection).await.unwrap();
    }
}

async fn write(connection: &mut PgConnection) {
    sqlx::query("INSERT INTO notes VALUES ('meanwhile')").execute(connection).await.unwrap();
}

/// A backup's file; when its first line comes, somebody writes into every service's record, each by itself.
struct Meanwhile {
    server: Server,
    text: Vec<u8>,
}

impl Write for Meanwhile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.text.is_empty() {
            let server = self.server.clone();
            let writes = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    for service in SERVICES {
                        let mut connection = scratch::connection(&server, service, Some("*")).await;
                        write(&mut connection).await;
                        connection.close().await.unwrap();
                    }
                });
            });
            writes.join().unwrap();
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_backup_of_postgres_shows_no_service_what_another_does_not() {
    let server = scratch::server();
    for service in SERVICES {
        prepare(&server, service).await;
    }
    let mut file = Meanwhile { server: server.clone(), text: Vec::new() };
    let place = Place::Postgres(server);
    assert_eq!(back_up(&place, &SERVICES, &mut file).await.unwrap(), 2);
    assert!(!String::from_utf8(file.text).unwrap().contains("meanwhile"));
    let mut later = Vec::new();
    assert_eq!(back_up(&place, &SERVICES, &mut later).await.unwrap(), 4);
    assert!(String::from_utf8(later).unwrap().contains("meanwhile"));
}
