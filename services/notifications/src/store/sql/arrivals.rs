//! Mails on their way into the database. Those that arrive while others are being written go in together, so that many
//! callers share one transaction and one wait for the disk.

use std::collections::HashSet;

use merit_core::{Error, Result};
use merit_platform::store::columns::Rows;
use merit_platform::store::{storage, unsure};
use tokio::sync::{mpsc, oneshot};

use super::super::dialect::{Database, insert};
use super::series;
use crate::model::Mail;

/// Most mails of one transaction; as many more may wait for their turn.
const TOGETHER: usize = 200;

/// A mail, and who wants to know whether it was added.
type Arrival = (Mail, oneshot::Sender<Result<bool>>);

/// The way into the database. It closes when the last copy is dropped.
#[derive(Debug, Clone)]
pub struct Arrivals {
    entrance: mpsc::Sender<Arrival>,
}

impl Arrivals {
    /// Into this one. Needs a runtime: a task of its own writes.
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
    let mut write = database.write().await?;
    let keys: Vec<&str> = arrived.iter().map(|(mail, _)| mail.key.as_str()).collect();
    let there: Vec<String> =
        sqlx::query_scalar("SELECT mail_key FROM mails WHERE mail_key IN (SELECT value FROM json_each($1))")
            .bind(serde_json::to_string(&keys).map_err(Error::internal)?)
            .fetch_all(&mut *write)
            .await
            .map_err(storage)?;
    // Nobody else writes meanwhile, so what is not there now is added.
    let mut taken: HashSet<String> = there.into_iter().collect();
    let fresh: Vec<&Mail> =
        arrived.iter().map(|(mail, _)| mail).filter(|mail| taken.insert(mail.key.clone())).collect();
    for mail in &fresh {
        // What is there now came before it.
        series::replace(&mut write, mail).await?;
        let row = Rows::of("mails", 1)
            .same_text("mail_key", &mail.key)
            .same_text("receiver", mail.receiver.as_str())
            .bytes("scorecard", [mail.scorecard.clone()])
            .text("enqueued_at", [mail.enqueued_at.to_string()])
            .same_text("state", mail.state.word());
        insert(&mut write, &row).await?;
    }
    write.commit().await.map_err(unsure)?;
    Ok(fresh.into_iter().map(|mail| mail.key.clone()).collect())
}
