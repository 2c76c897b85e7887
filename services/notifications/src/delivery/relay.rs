//! Which relay takes our mail: the settings, checked before anything is sent.

use std::net::IpAddr;
use std::path::PathBuf;

use merit_core::{Error, Result};
use serde::Deserialize;

/// A relay for outgoing mail.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relay {
    /// Its name or address.
    pub host: String,
    /// Usually 587 (StartTls), 465 (Tls) or 25.
    pub port: u16,
    /// How the connection is protected.
    #[serde(default)]
    pub security: Security,
    /// Who we are to the relay, where it asks.
    #[serde(default)]
    pub username: Option<String>,
    /// A file that holds the password. It is read at each connection, so a new password needs no restart.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// A file with certificates (PEM) to trust beside the public ones, for a relay of one's own.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Who sends: `Merit <scorecards@example.com>`.
    pub sender: String,
    /// Whether a mail that may have arrived is sent again. No: somebody looks first. Yes: some may come twice.
    #[serde(default)]
    pub resend_unclear: bool,
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Not at all. Only for a relay on this machine or inside a trusted network.
    None,
    /// Begins open and must turn to TLS before anything is said (RFC 3207).
    #[default]
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Tls,
}

impl Relay {
    /// Checks what can be checked without connecting.
    ///
    /// # Errors
    /// `BAD_RELAY` or `BAD_SENDER`, saying which setting to change.
    pub fn check(&self) -> Result<()> {
        let bad = |what: &str| Err(Error::invalid("BAD_RELAY", format!("the mail relay's settings: {what}")));
        crate::message::sender(&self.sender)?;
        if self.host.trim().is_empty() || self.port == 0 {
            return bad("`host` and `port` say where the relay is");
        }
        match (&self.username, &self.password_file) {
            (Some(_), None) => return bad("`username` needs a `password_file`"),
            (None, Some(_)) => return bad("`password_file` needs a `username`"),
            (Some(_), Some(_)) if self.security == Security::None && !self.is_local() => {
                return bad("a password would cross the network in the open; set `security` to `starttls` or `tls`");
            }
            _ => {}
        }
        Ok(())
    }

    fn is_local(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay() -> Relay {
        Relay {
            host: "relay.example.com".to_owned(),
            port: 587,
            security: Security::StartTls,
            username: None,
            password_file: None,
            ca_file: None,
            sender: "Merit <scorecards@example.com>".to_owned(),
            resend_unclear: false,
        }
    }

    #[test]
    fn wrong_settings_are_told_before_anything_is_sent() {
        let named = Relay { username: Some("merit".to_owned()), ..relay() };
        let secret = Relay { password_file: Some("/run/password".into()), ..named.clone() };
        let open = Relay { security: Security::None, ..secret.clone() };
        for (relay, said) in [
            (relay(), None),
            (secret, None),
            (Relay { host: "127.0.0.1".to_owned(), ..open.clone() }, None),
            (named, Some("password_file")),
            (open, Some("starttls")),
            (Relay { port: 0, ..relay() }, Some("port")),
            (Relay { sender: "nobody".to_owned(), ..relay() }, Some("sender")),
        ] {
            match (relay.check(), said) {
                (Ok(()), None) => {}
                (Err(error), Some(said)) => assert!(error.message.contains(said), "{error}"),
                (result, said) => panic!("{relay:?}: {result:?}, expected {said:?}"),
            }
        }
    }

    #[test]
    fn settings_are_read_strictly() {
        let read = |json: &str| serde_json::from_str::<Relay>(json);
        let least = read(r#"{"host": "h", "port": 465, "security": "tls", "sender": "a@example.com"}"#).unwrap();
        assert_eq!((least.security, least.resend_unclear), (Security::Tls, false));
        assert!(read(r#"{"host": "h", "port": 465, "sender": "a@example.com", "pasword_file": "x"}"#).is_err());
    }
}
