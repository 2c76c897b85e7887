//! A letter as a complete message (RFC 5322). The same mail gives the same bytes each time it is made.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use lettre::address::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use merit_core::text::{harmless, shown};
use merit_core::{Error, Result, digest};

use crate::model::{Contact, Letter};

/// Who sends, when no relay is configured.
pub const DEFAULT_SENDER: &str = "Merit <scorecards@merit.local>";

/// Tells other machines not to answer (RFC 3834, section 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Reads who sends: `Merit <scorecards@example.com>` or an address alone.
///
/// # Errors
/// `BAD_SENDER` when it is neither.
pub fn sender(text: &str) -> Result<Mailbox> {
    let bad = || {
        Error::invalid(
            "BAD_SENDER",
            format!("the sender `{}` is not like `Merit <scorecards@example.com>`", shown(text)),
        )
    };
    let (name, address) = match text.trim().strip_suffix('>').and_then(|text| text.split_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"').trim(), address),
        None => ("", text.trim()),
    };
    let address = merit_core::text::address(address).map_err(|_| bad())?;
    let name =
        if name.is_empty() { None } else { Some(merit_core::text::line("the sender", name).map_err(|_| bad())?) };
    Ok(Mailbox::new(name, address.parse().map_err(|_| bad())?))
}

/// Whom a contact's mail goes to.
///
/// # Errors
/// `BAD_ADDRESS` when it is not an address that mail can be sent to.
pub fn receiver(contact: &Contact) -> Result<Address> {
    let address = merit_core::text::address(contact.address.as_deref().unwrap_or_default())?;
    address.parse().map_err(|_| {
        Error::invalid("BAD_ADDRESS", format!("`{}` is not an address that mail can be sent to", shown(&address)))
    })
}

/// The whole message, line ends CRLF, plain ASCII.
///
/// # Errors
/// `BAD_ADDRESS` as [`receiver`].
pub fn compose(key: &str, at: Timestamp, from: &Mailbox, to: &Contact, letter: &Letter) -> Result<Vec<u8>> {
    let id = digest::sha256(key.as_bytes());
    let name = Some(harmless(to.display_name.trim())).filter(|name| !name.is_empty());
    let (token, _) = id.split_at(32);
    let message = lettre::Message::builder()
        .message_id(Some(format!("<{token}@{}>", from.email.domain())))
        .date(instant(at))
        .from(from.clone())
        .to(Mailbox::new(name, receiver(to)?))
        .subject(letter.subject.clone())
        .header(AutoSubmitted)
        .multipart(
            // The usual boundary is random.
            MultiPart::alternative()
                .boundary(format!("merit-{token}"))
                .singlepart(SinglePart::plain(letter.text.clone()))
                .singlepart(SinglePart::html(letter.html.clone())),
        )
        .map_err(Error::internal)?;
    Ok(message.formatted())
}

/// A safe file name: what the key says in plain letters, and a piece of its hash so that two keys never share a file.
#[must_use]
pub fn file_name(key: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let mut name = String::new();
    for c in key.chars().map(plain) {
        if c != '-' || !(name.is_empty() || name.ends_with('-')) {
            name.push(c);
        }
    }
    // Long names lose their middle; the end holds the person.
    let name = name.trim_matches('-');
    let name = name.split_at(name.len().saturating_sub(100)).1.trim_start_matches('-');
    let hash = digest::sha256(key.as_bytes());
    format!("{name}-{}.eml", hash.split_at(8).0)
}

fn instant(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(at.as_second()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            subject: "Your scorecard for 2026-Q3".to_owned(),
            html: format!("<p>Zoë {}</p>", "long line ".repeat(200)),
            text: "Zoë\n.\nFrom here on\n".to_owned(),
        }
    }

    fn made(name: &str, address: &str) -> Result<String> {
        let to = Contact { display_name: name.to_owned(), address: Some(address.to_owned()) };
        let at = "2026-10-08T06:00:00Z".parse().unwrap();
        let from = sender("Merit <scorecards@example.com>").unwrap();
        compose("scorecard/2026-Q3/r/people/ana", at, &from, &to, &letter())
            .map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn the_same_mail_has_the_same_bytes() {
        let message = made("Ana Silva", "ana@example.com").unwrap();
        assert_eq!(message, made("Ana Silva", "ana@example.com").unwrap());
        let (head, _) = message.split_once("\r\n\r\n").unwrap();
        insta::assert_snapshot!(head.replace("\r\n", "\n"), @r#"
        Message-ID: <be027b823cf092f5a9269b5334793035@example.com>
        Date: Thu, 08 Oct 2026 06:00:00 +0000
        From: Merit <scorecards@example.com>
        To: "Ana Silva" <ana@example.com>
        Subject: Your scorecard for 2026-Q3
        Auto-Submitted: auto-generated
        MIME-Version: 1.0
        Content-Type: multipart/alternative;
         boundary="merit-be027b823cf092f5a9269b5334793035"
        "#);
    }

    #[test]
    fn messages_are_ascii_with_short_lines_and_no_bare_line_ends() {
        let message = made("Zoë", "zoe@example.com").unwrap();
        assert!(message.is_ascii());
        assert!(message.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
    }

    #[test]
    fn a_name_is_no_header() {
        for name in [
            "Ana\r\nBcc: all@example.com",
            "Ana\rX: y",
            "Ana\u{202E}x",
            "\" <other@example.com>, \"",
            "=HYPERLINK(\"http://x\")",
            "=?utf-8?q?Boss?=",
        ] {
            let message = made(name, "ana@example.com").unwrap();
            let (head, _) = message.split_once("\r\n\r\n").unwrap();
            let names: Vec<&str> = head
                .split("\r\n")
                .filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split(':').next().unwrap())
                .collect();
            assert_eq!(
                names,
                ["Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type"],
                "{name:?}"
            );
            let parsed: lettre::message::Mailboxes = head
                .split("\r\nTo: ")
                .nth(1)
                .unwrap()
                .split("\r\nSubject")
                .next()
                .unwrap()
                .replace("\r\n", "")
                .parse()
                .unwrap();
            let addresses: Vec<String> = parsed.iter().map(|mailbox| mailbox.email.to_string()).collect();
            assert_eq!(addresses, ["ana@example.com"], "{name:?}");
        }
    }

    #[test]
    fn bad_addresses_are_refused() {
        for bad in
            ["", "ana", "ana@example.com\r\nRCPT TO:<x@y.z>", "ana@example.com>", "ana@localhost", "ünï@example.com"]
        {
            assert_eq!(made("Ana", bad).unwrap_err().reason, "BAD_ADDRESS", "{bad:?}");
        }
    }

    #[test]
    fn senders_are_read_or_refused() {
        for (text, name, address) in [
            ("Merit <a@example.com>", Some("Merit"), "a@example.com"),
            ("a@example.com", None, "a@example.com"),
            ("\"Sales, Europe\" <a@example.com>", Some("Sales, Europe"), "a@example.com"),
        ] {
            let read = sender(text).unwrap();
            assert_eq!((read.name.as_deref(), read.email.to_string().as_str()), (name, address));
        }
        for bad in ["", "Merit", "Merit <a@b", "M\r\nBcc: x@example.com <a@example.com>"] {
            assert_eq!(sender(bad).unwrap_err().reason, "BAD_SENDER", "{bad:?}");
        }
        assert!(sender(DEFAULT_SENDER).is_ok());
    }

    #[test]
    fn file_names_are_safe_and_differ() {
        let name = file_name("scorecard/2026-Q3/2026-q3-4f8b1c0d92ae/people/ana-silva");
        assert_eq!(name, "scorecard-2026-q3-2026-q3-4f8b1c0d92ae-people-ana-silva-ffa16996.eml");
        for key in ["../../etc/passwd", "a\0b", "CON", "=cmd", "x".repeat(500).as_str(), "ë/ü", "."] {
            let name = file_name(key);
            assert!(name.len() <= 120 && name.ends_with(".eml"), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c)), "{name}");
        }
        assert_ne!(file_name("a/b"), file_name("a-b"));
    }
}
