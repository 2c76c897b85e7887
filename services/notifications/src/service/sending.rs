//! A run through what is due: over a relay, or handed out to be written to files.

use merit_core::reads::ReadsPart;
use merit_core::{Error, Result};
use tokio::sync::{MutexGuard, mpsc};

use super::Outbox;
use crate::delivery::{Carrier, Session, Undelivered};
use crate::message;
use crate::model::{Contacts, Fetched, Fetcher, Mail, Outcome, Phase, Progress, Read, State};

/// Mails in memory at a time.
const CHUNK: usize = 100;

/// Where a run tells how it goes. It stops after the mail at hand when nobody listens any more.
pub type Told<T> = mpsc::Sender<Result<T>>;

impl Outbox {
    /// Sends what is due through the relay, and tells each outcome.
    ///
    /// # Errors
    /// `NO_RELAY` when none is configured; `SENDING` while another run is under way; `RELAY_UNREACHABLE` and
    /// `RELAY_REFUSED` when no connection can be had, which is no mail's fault: what was not tried stays as it was.
    pub async fn send(&self, told: &Told<Progress>) -> Result<()> {
        let carrier = self.carrier.as_deref().ok_or_else(|| {
            Error::precondition("NO_RELAY", "no mail relay is configured; set MERIT_SMTP_HOST and MERIT_MAIL_FROM, or write the mails to a folder with `merit mail send --to DIR`")
        })?;
        let _alone = self.alone()?;
        let due = self.due().await?;
        let mut line = Line { carrier, session: None, carried: 0 };
        let total = u32::try_from(due.len()).unwrap_or(u32::MAX);
        let mut done = 0;
        for keys in due.chunks(CHUNK) {
            let mails = self.store.mails(keys).await?;
            let contacts = self.contacts(&mails).await?;
            for mail in mails {
                self.send_one(&mail, &contacts, &mut line).await?;
                done += 1;
                let mail = self.store.mail(&mail.key).await?.unwrap_or(mail);
                if told.send(Ok(Progress { mail, done, total })).await.is_err() {
                    line.close().await;
                    return Ok(());
                }
            }
        }
        line.close().await;
        Ok(())
    }

    /// One mail, whatever becomes of it. An error here is the store's or the relay's, never the mail's.
    async fn send_one(&self, mail: &Mail, contacts: &Contacts, line: &mut Line<'_>) -> Result<()> {
        let Some(receiver) = contacts.get(&mail.receiver).filter(|contact| contact.address.is_some()) else {
            return self.store.no_address(&mail.key).await;
        };
        let made =
            message::receiver(receiver).and_then(|to| Ok((to, self.composer.message(mail, receiver, contacts)?)));
        let (to, message) = match made {
            Ok(made) => made,
            Err(error) => return self.put(mail, &failed(Phase::Compose, error.message)).await,
        };
        if let Err(undelivered) = line.announce(to.as_ref()).await? {
            return self.put(mail, &undelivered.outcome()).await;
        }
        // On record before the first byte goes out: whatever kills us now, this mail is unclear and not forgotten.
        if !self.store.hand_over(&mail.key, mail.attempts, self.clock.now()).await? {
            line.forget().await;
            return Ok(());
        }
        let outcome = match line.hand_over(&message).await {
            Ok(()) => Outcome { state: State::Sent, phase: Phase::Message, answer: String::new() },
            Err(undelivered) => undelivered.outcome(),
        };
        self.store.answer(&mail.key, &outcome).await
    }

    /// Hands out what is due as complete messages, which is on record before the first of them leaves. A mail stays due until
    /// it is confirmed.
    ///
    /// # Errors
    /// `SENDING` while a run over the relay is under way; when the store or the directory fails.
    pub async fn fetch(&self, by: &Fetcher, told: &Told<Fetched>) -> Result<()> {
        let _alone = self.alone()?;
        let due = self.due().await?;
        self.put_on_record(by, &due).await?;
        for keys in due.chunks(CHUNK) {
            let mails = self.store.mails(keys).await?;
            let contacts = self.contacts(&mails).await?;
            for mail in mails {
                if told.send(Ok(self.fetch_one(mail, &contacts).await?)).await.is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Puts on record who is given which mails: a mail is a whole scorecard, with the pay on it.
    async fn put_on_record(&self, by: &Fetcher, due: &[String]) -> Result<()> {
        let person = match due {
            [] => return Ok(()),
            [one] => self.store.mail(one).await?.map(|mail| mail.receiver),
            _ => None,
        };
        let mails = u32::try_from(due.len()).unwrap_or(u32::MAX);
        let Fetcher { subject, roles } = by.clone();
        self.store.record_read(&Read { reader: subject, roles, person, mails, at: self.clock.now() }).await
    }

    /// To whom mails were handed out, with the numbers of the reads, the latest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reads(&self, part: &ReadsPart) -> Result<Vec<(i64, Read)>> {
        self.store.reads(part).await
    }

    async fn fetch_one(&self, mail: Mail, contacts: &Contacts) -> Result<Fetched> {
        let made = match contacts.get(&mail.receiver).filter(|contact| contact.address.is_some()) {
            None => {
                self.store.no_address(&mail.key).await?;
                None
            }
            Some(receiver) => match self.composer.message(&mail, receiver, contacts) {
                Ok(message) => Some(message),
                Err(error) => {
                    self.put(&mail, &failed(Phase::Compose, error.message)).await?;
                    None
                }
            },
        };
        Ok(match made {
            Some(message) => Fetched { file_name: message::file_name(&mail.key), message, mail },
            None => {
                let mail = self.store.mail(&mail.key).await?.unwrap_or(mail);
                Fetched { mail, file_name: String::new(), message: Vec::new() }
            }
        })
    }

    async fn put(&self, mail: &Mail, outcome: &Outcome) -> Result<()> {
        self.store.attempt(&mail.key, mail.attempts, self.clock.now(), outcome).await.map(drop)
    }

    fn alone(&self) -> Result<MutexGuard<'_, ()>> {
        self.sending.try_lock().map_err(|_| {
            Error::precondition(
                "SENDING",
                "mails are being sent at this moment; wait until that has ended, then try again",
            )
        })
    }
}

fn failed(phase: Phase, answer: String) -> Outcome {
    Outcome { state: State::Failed, phase, answer }
}

/// The line to the relay: a session, and a new one when that is broken.
struct Line<'a> {
    carrier: &'a dyn Carrier,
    session: Option<Box<dyn Session>>,
    /// Mails that went through this session.
    carried: u32,
}

impl Line<'_> {
    /// Announces a mail. A relay may close a connection that has carried some; that is not this mail's fault, and nothing of
    /// it was handed over, so it gets a fresh one.
    ///
    /// # Errors
    /// When no connection can be had.
    async fn announce(&mut self, to: &str) -> Result<Result<(), Undelivered>> {
        let used = self.carried > 0;
        match self.try_announce(to).await? {
            Err(undelivered) if undelivered.broken && used => self.try_announce(to).await,
            outcome => Ok(outcome),
        }
    }

    async fn try_announce(&mut self, to: &str) -> Result<Result<(), Undelivered>> {
        let session = match &mut self.session {
            Some(session) => session,
            none => {
                self.carried = 0;
                none.insert(self.carrier.connect().await?)
            }
        };
        let outcome = session.announce(to).await;
        self.after(outcome.as_ref().err()).await;
        Ok(outcome)
    }

    async fn hand_over(&mut self, message: &[u8]) -> Result<(), Undelivered> {
        let Some(session) = &mut self.session else {
            let why = "the connection is gone".to_owned();
            return Err(Undelivered { phase: Phase::Data, why, unclear: false, broken: true });
        };
        let outcome = session.hand_over(message).await;
        self.carried += 1;
        self.after(outcome.as_ref().err()).await;
        outcome
    }

    /// After a failure: a broken connection is dropped, a whole one forgets the mail that failed.
    async fn after(&mut self, failure: Option<&Undelivered>) {
        match failure {
            None => {}
            Some(failure) if failure.broken => self.session = None,
            Some(_) => self.forget().await,
        }
    }

    async fn forget(&mut self) {
        if let Some(session) = &mut self.session
            && !session.reset().await
        {
            self.session = None;
        }
    }

    async fn close(&mut self) {
        if let Some(session) = &mut self.session {
            session.close().await;
        }
    }
}
