//! SMTP (RFC 5321), phase by phase. lettre's own `send` can't tell a drop before MAIL from one after the final dot; only
//! the second leaves it open whether the mail arrived.

use std::time::Duration;

use async_trait::async_trait;
use lettre::address::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};
use merit_core::text::harmless;
use merit_core::{Error, Kind, Result};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Carrier, Relay, Security, Session, Undelivered, tls};
use crate::message;
use crate::model::Phase;

/// How long to wait for what (RFC 5321, section 4.5.3.2).
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the connection.
    pub connect: Duration,
    /// For the answer to a command.
    pub command: Duration,
    /// For the answer to the message.
    pub message: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(30), command: Duration::from_secs(300), message: Duration::from_secs(600) }
    }
}

/// Longest answer kept, in characters.
const MAX_ANSWER: usize = 300;
/// The relay closes the connection (RFC 5321, section 3.8).
const CLOSING: &str = "421";

/// Carries mail to a relay.
#[derive(Debug, Clone)]
pub struct SmtpCarrier {
    relay: Relay,
    sender: Address,
    patience: Patience,
}

impl SmtpCarrier {
    /// To this relay.
    ///
    /// # Errors
    /// As [`Relay::check`].
    pub fn new(relay: Relay, patience: Patience) -> Result<Self> {
        relay.check()?;
        let sender = message::sender(&relay.sender)?.email;
        Ok(Self { relay, sender, patience })
    }

    async fn open(&self) -> Result<AsyncSmtpConnection> {
        let relay = &self.relay;
        let address = (relay.host.as_str(), relay.port);
        let stream = match timeout(self.patience.connect, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(self.unreachable(&error.to_string())),
            Err(_) => return Err(self.unreachable("it does not answer")),
        };
        // The message and its final dot go out in two writes; without this the second waits some 40 ms.
        stream.set_nodelay(true).map_err(|error| self.unreachable(&error.to_string()))?;
        let hello = ClientId::Domain(self.sender.domain().to_owned());
        let stream = if relay.security == Security::Tls { tls::wrap(relay, stream).await? } else { Box::new(stream) };
        let mut connection =
            AsyncSmtpConnection::connect_with_transport(stream, &hello).await.map_err(|error| self.refused(&error))?;
        if relay.security == Security::StartTls {
            if !connection.can_starttls() {
                return Err(self.refusal("it offers no STARTTLS, and mail is not sent in the open; look at `security`"));
            }
            connection.starttls(tls::parameters(relay)?, &hello).await.map_err(|error| self.refused(&error))?;
        }
        if let Some(credentials) = self.credentials()? {
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await
                .map_err(|error| self.refused(&error))?;
        }
        Ok(connection)
    }

    fn credentials(&self) -> Result<Option<Credentials>> {
        let (Some(username), Some(file)) = (&self.relay.username, &self.relay.password_file) else { return Ok(None) };
        let password = std::fs::read_to_string(file).map_err(|error| {
            let file = file.display();
            Error::precondition("BAD_RELAY", format!("the relay's `password_file` `{file}` can't be read: {error}"))
        })?;
        Ok(Some(Credentials::new(username.clone(), password.trim_end_matches(['\r', '\n']).to_owned())))
    }

    fn unreachable(&self, why: &str) -> Error {
        let Relay { host, port, .. } = &self.relay;
        let message = format!(
            "the mail relay {host}:{port} can't be reached: {}; nothing was lost, send again later",
            harmless(why)
        );
        Error::new(Kind::Unavailable, "RELAY_UNREACHABLE", message)
    }

    fn refused(&self, error: &SmtpError) -> Error {
        self.refusal(&answer(error))
    }

    fn refusal(&self, why: &str) -> Error {
        let Relay { host, port, .. } = &self.relay;
        Error::new(
            Kind::Unavailable,
            "RELAY_REFUSED",
            format!("the mail relay {host}:{port} does not take our mail: {why}"),
        )
    }
}

#[async_trait]
impl Carrier for SmtpCarrier {
    async fn connect(&self) -> Result<Box<dyn Session>> {
        let connection = timeout(self.patience.connect + self.patience.command, self.open())
            .await
            .map_err(|_| self.unreachable("it does not answer"))??;
        Ok(Box::new(SmtpSession { connection, sender: self.sender.clone(), patience: self.patience }))
    }
}

struct SmtpSession {
    connection: AsyncSmtpConnection,
    sender: Address,
    patience: Patience,
}

impl SmtpSession {
    /// One command up to its answer. Whatever goes wrong here, no message was handed over.
    async fn step(&mut self, phase: Phase, command: impl std::fmt::Display) -> Result<Response, Undelivered> {
        match timeout(self.patience.command, self.connection.command(command)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                Err(Undelivered { phase, why: answer(&error), unclear: false, broken: is_broken(&error) })
            }
            Err(_) => Err(Undelivered { phase, why: silence(self.patience.command), unclear: false, broken: true }),
        }
    }
}

#[async_trait]
impl Session for SmtpSession {
    async fn announce(&mut self, to: &str) -> Result<(), Undelivered> {
        let to: Address = to.parse().map_err(|_| Undelivered {
            phase: Phase::Recipient,
            why: format!("`{}` is not an address that mail can be sent to", merit_core::text::shown(to)),
            unclear: false,
            broken: false,
        })?;
        self.step(Phase::Mail, Mail::new(Some(self.sender.clone()), Vec::new())).await?;
        self.step(Phase::Recipient, Rcpt::new(to, Vec::new())).await?;
        Ok(())
    }

    async fn hand_over(&mut self, message: &[u8]) -> Result<(), Undelivered> {
        let ready = self.step(Phase::Data, Data).await?;
        if !ready.has_code(354) {
            let why = format!("{} where 354 was expected", ready.code());
            return Err(Undelivered { phase: Phase::Data, why, unclear: false, broken: true });
        }
        let unclear = |why: String| Undelivered { phase: Phase::Message, why, unclear: true, broken: true };
        match timeout(self.patience.message, self.connection.message(message)).await {
            Ok(Ok(response)) if response.code().severity == Severity::PositiveCompletion => Ok(()),
            Ok(Ok(response)) => Err(unclear(format!("{} after the message", response.code()))),
            // A refusal is an answer: the relay does not have the message.
            Ok(Err(error)) if error.status().is_some() => Err(Undelivered {
                phase: Phase::Message,
                why: answer(&error),
                unclear: false,
                broken: is_broken(&error),
            }),
            Ok(Err(error)) => Err(unclear(answer(&error))),
            Err(_) => Err(unclear(silence(self.patience.message))),
        }
    }

    async fn reset(&mut self) -> bool {
        self.step(Phase::Mail, Rset).await.is_ok()
    }

    async fn close(&mut self) {
        let _ = timeout(Duration::from_secs(5), self.connection.command(Quit)).await;
    }
}

/// Without an answer, or with the answer that it closes, a connection is of no more use.
fn is_broken(error: &SmtpError) -> bool {
    error.status().is_none_or(|code| code.to_string() == CLOSING)
}

/// What the relay said, or what broke, on one line that is safe to show.
fn answer(error: &SmtpError) -> String {
    let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let said = match error.status() {
        Some(code) => format!("{code} {said}"),
        None if said.is_empty() => error.to_string(),
        None => format!("the connection broke: {said}"),
    };
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    harmless(&line).chars().take(MAX_ANSWER).collect()
}

fn silence(waited: Duration) -> String {
    format!("the relay did not answer within {} seconds", waited.as_secs())
}
