//! Mails on their way into the SQLite file. Those that arrive while others are being written go in together, so that many
//! callers share one transaction and one wait for the disk.

use std::collections::HashSet;

use merit_core::{Error, Result};
use merit_platform::store::{sqlite::Database, storage};
use sqlx::{QueryBuilder, Sqlite};
use tokio::sync::{mpsc, oneshot};

use super::series;
use crate::model::Mail;

/// Most mails of one transaction, which is one statement; as many more may wait for their turn.
const TOGETHER: usize = 200;

/// A mail, and who wants to know whether it was added.
type Arrival = (Mail, oneshot::Sender<Result<bool>>);

/// The way into the file. It closes when the last copy is dropped.
#[derive(Debug, Clone)]
pub struct Arrivals {
    entrance: mpsc::Sender<Arrival>,
}

impl Arrivals {
    /// Into this file. Needs a runtime: a task of its own writes.
    pub fn new(database: Database) -> Self {
        let (entrance, waiting) = mpsc::channel(TOGETHER);
        tokio::spawn(write_on(database, waiting));
        Self { entrance }
    }

    /// Adds a mail unless its key is there; says whether it was added, once it is on disk.
    pub async fn add(&self, mail: Mail) -> Result<bool> {
        let stopped = || Error::internal("the outbox's writer has stopped");
        let (tell, told) = oneshot::channel();
        self.entrance.send((mail, tell)).await.map_err(|_| stopped())?;
        told.await.map_err(|_| stopped())?
    }
}

/// Writes what has arrived, again and again.
async fn write_on(database: Database, mut waiting: mpsc::Receiver<Arrival>) {
    let mut arrived = Vec::new();
    while waiting.recv_many(&mut arrived, TOGETHER).await > 0 {
        let mut written = write(&database, &arrived).await;
        for (mail, tell) in arrived.drain(..) {
            // Of two mails with one key, the first is the one that was added.
            let added = written.as_mut().map(|added| added.remove(&mail.key)).map_err(|error| error.clone());
            // Whoever went away needs no answer.
            let _ = tell.send(added);
        }
    }
}

/// Adds these mails but for those whose keys are there, and withdraws what they replace; gives the keys that were added.
async fn write(database: &Database, arrived: &[Arrival]) -> Result<HashSet<String>> {
    let mut tx = database.write().await?;
    let mut insert =
        QueryBuilder::<Sqlite>::new("INSERT INTO mails (mail_key, receiver, scorecard, enqueued_at, state) ");
    insert.push_values(arrived, |mut row, (mail, _)| {
        row.push_bind(&mail.key)
            .push_bind(mail.receiver.as_str())
            .push_bind(&mail.scorecard)
            .push_bind(mail.enqueued_at.to_string())
            .push_bind(mail.state.word());
    });
    insert.push(" ON CONFLICT (mail_key) DO NOTHING RETURNING mail_key");
    let added: Vec<String> = insert.build_query_scalar().fetch_all(&mut *tx).await.map_err(storage)?;
    let added: HashSet<String> = added.into_iter().collect();
    for (mail, _) in arrived.iter().filter(|(mail, _)| added.contains(&mail.key)) {
        series::replace(&mut tx, mail).await?;
    }
    tx.commit().await.map_err(storage)?;
    Ok(added)
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use jiff::Timestamp;
    use merit_core::ids::PersonId;

    use super::*;
    use crate::MIGRATOR;
    use crate::model::State;

    fn mail(key: &str, receiver: &str) -> Mail {
        Mail {
            key: key.to_owned(),
            receiver: PersonId::new(receiver).unwrap(),
            scorecard: vec![1, 2, 3],
            enqueued_at: Timestamp::UNIX_EPOCH,
            state: State::Waiting,
            attempts: 0,
            failure: String::new(),
        }
    }

    /// More than fit one transaction come at once, each twice: one of each pair is told that it was added, and each key is
    /// there once.
    #[tokio::test]
    async fn of_two_with_one_key_that_come_together_one_is_added() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("mails.db"), &MIGRATOR).await.unwrap();
        let arrivals = Arrivals::new(database.clone());
        assert!(arrivals.add(mail("key-7", "ana")).await.unwrap());
        let keys: Vec<String> = (0..2 * TOGETHER).map(|number| format!("key-{}", number / 2)).collect();
        let told = join_all(keys.iter().map(|key| arrivals.add(mail(key, "bo")))).await;
        for (pair, told) in told.chunks(2).enumerate() {
            let added = told.iter().filter(|told| *told.as_ref().unwrap()).count();
            assert_eq!(added, usize::from(pair != 7), "key-{pair}");
        }
        let receivers: Vec<(String, String)> =
            sqlx::query_as("SELECT mail_key, receiver FROM mails").fetch_all(database.pool()).await.unwrap();
        assert_eq!(receivers.len(), TOGETHER);
        assert!(receivers.contains(&("key-7".to_owned(), "ana".to_owned())), "what was there was replaced");
    }
}
