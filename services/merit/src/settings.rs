//! What the environment says. Read and checked before a port is bound.

use std::path::PathBuf;

use merit_core::text::shown;
use merit_core::{Error, Result};
use merit_notifications::{Relay, Security};
use merit_platform::telemetry;

/// Settings of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The relay that mail leaves through; none: mail leaves as files only.
    pub relay: Option<Relay>,
}

impl Settings {
    /// From the environment: `MERIT_SMTP_HOST`, `…_PORT`, `…_SECURITY`, `…_USERNAME`, `…_PASSWORD_FILE`, `…_CA_FILE`,
    /// `MERIT_MAIL_FROM` and `MERIT_MAIL_RESEND_UNCLEAR`. Without a host there is no relay.
    ///
    /// # Errors
    /// `BAD_SETTING`, naming the variable and what it takes.
    pub fn from_environment() -> Result<Self> {
        Self::read(|name| std::env::var(name).ok())
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let Some(host) = variable("MERIT_SMTP_HOST") else { return Ok(Self { relay: None }) };
        let security = choice(
            "MERIT_SMTP_SECURITY",
            variable("MERIT_SMTP_SECURITY"),
            &[("starttls", Security::StartTls), ("tls", Security::Tls), ("none", Security::None)],
        )?;
        let port = match variable("MERIT_SMTP_PORT") {
            Some(port) => port
                .parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| bad("MERIT_SMTP_PORT", &port, "a port from 1 to 65535, such as 587"))?,
            None => match security {
                Security::StartTls => 587,
                Security::Tls => 465,
                Security::None => 25,
            },
        };
        let sender = variable("MERIT_MAIL_FROM").ok_or_else(|| {
            bad("MERIT_MAIL_FROM", "", "who the mails are from, such as `Merit <scorecards@example.com>`")
        })?;
        let unclear = variable("MERIT_MAIL_RESEND_UNCLEAR");
        let resend_unclear = choice("MERIT_MAIL_RESEND_UNCLEAR", unclear, &[("no", false), ("yes", true)])?;
        Ok(Self {
            relay: Some(Relay {
                host,
                port,
                security,
                username: variable("MERIT_SMTP_USERNAME"),
                password_file: variable("MERIT_SMTP_PASSWORD_FILE").map(PathBuf::from),
                ca_file: variable("MERIT_SMTP_CA_FILE").map(PathBuf::from),
                sender,
                resend_unclear,
            }),
        })
    }
}

/// What the process tells of itself: `MERIT_TELEMETRY_OTLP`, a collector's address such as `http://127.0.0.1:4317`, and
/// `MERIT_TELEMETRY_PROMETHEUS`, where metrics may be asked for, such as `127.0.0.1:9464`.
///
/// # Errors
/// `BAD_SETTING`, naming the variable and what it takes.
pub fn telemetry(
    filter: &str,
    serving: bool,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<telemetry::Settings> {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let prometheus = variable("MERIT_TELEMETRY_PROMETHEUS").map(|value| {
        value.parse().map_err(|_| {
            bad("MERIT_TELEMETRY_PROMETHEUS", &value, "an address and port to listen on, such as 127.0.0.1:9464")
        })
    });
    Ok(telemetry::Settings {
        otlp: variable("MERIT_TELEMETRY_OTLP"),
        prometheus: prometheus.transpose()?,
        role: if serving { "serve" } else { "command-line" }.to_owned(),
        ..telemetry::Settings::logs(filter, serving)
    })
}

/// One of a few words; the first where nothing is said.
fn choice<T: Copy>(name: &str, value: Option<String>, words: &[(&str, T)]) -> Result<T> {
    let wanted = value.unwrap_or_else(|| words.first().map(|(word, _)| (*word).to_owned()).unwrap_or_default());
    words.iter().find(|(word, _)| *word == wanted).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let list: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        bad(name, &wanted, &format!("one of {}", list.join(", ")))
    })
}

fn bad(name: &str, value: &str, takes: &str) -> Error {
    Error::invalid("BAD_SETTING", format!("the setting {name} is `{}`, and takes {takes}", shown(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings> {
        Settings::read(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_relay_needs_a_host_and_a_sender() {
        assert_eq!(read(&[]).unwrap().relay, None);
        assert!(read(&[("MERIT_SMTP_HOST", "relay")]).unwrap_err().message.contains("MERIT_MAIL_FROM"));
        let relay =
            read(&[("MERIT_SMTP_HOST", "relay"), ("MERIT_MAIL_FROM", "M <m@example.com>")]).unwrap().relay.unwrap();
        assert_eq!((relay.port, relay.security, relay.resend_unclear), (587, Security::StartTls, false));
    }

    #[test]
    fn words_that_mean_nothing_are_named() {
        for (name, value) in [
            ("MERIT_SMTP_PORT", "0"),
            ("MERIT_SMTP_PORT", "smtp"),
            ("MERIT_SMTP_SECURITY", "ssl"),
            ("MERIT_MAIL_RESEND_UNCLEAR", "maybe"),
        ] {
            let error =
                read(&[("MERIT_SMTP_HOST", "relay"), ("MERIT_MAIL_FROM", "m@example.com"), (name, value)]).unwrap_err();
            assert!(error.message.contains(name) && error.message.contains(value), "{error}");
        }
    }
}
