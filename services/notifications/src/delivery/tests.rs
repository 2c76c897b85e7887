//! Each way in which a relay can fail, and what is known afterwards.

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::fake::{FakeRelay, Fault, Step, impatient};
use super::*;

const MESSAGE: &[u8] = b"Message-ID: <1@x>\r\nSubject: Hi\r\n\r\nA line\r\n.\r\n..two dots\r\n";

/// Carries one message; what became of it, and whether the relay has it.
async fn carried(fault: Fault) -> (Result<(), Undelivered>, bool) {
    let relay = FakeRelay::start().await;
    relay.plan([fault]);
    let mut session = relay.carrier().connect().await.unwrap();
    let outcome = match session.announce("ana@example.com").await {
        Ok(()) => session.hand_over(MESSAGE).await,
        Err(undelivered) => Err(undelivered),
    };
    (outcome, !relay.taken().is_empty())
}

#[tokio::test]
async fn every_failure_has_its_phase_and_says_whether_the_mail_may_have_arrived() {
    use Phase::{Data, Mail, Message, Recipient};
    let failed = (false, false);
    let broken = (false, true);
    let unclear = (true, true);
    // (what the relay does, how far we came, (unclear, connection broken), the relay has it)
    let table = [
        (Fault::Drop(Step::Mail), Mail, broken, false),
        (Fault::Say(Step::Mail, "451 4.3.0 try later"), Mail, failed, false),
        (Fault::Say(Step::Mail, "421 4.3.2 closing"), Mail, broken, false),
        (Fault::Silence(Step::Mail), Mail, broken, false),
        (Fault::Drop(Step::Recipient), Recipient, broken, false),
        (Fault::Say(Step::Recipient, "550 5.1.1 no such user"), Recipient, failed, false),
        (Fault::Say(Step::Recipient, "450 4.2.1 greylisted"), Recipient, failed, false),
        (Fault::Silence(Step::Recipient), Recipient, broken, false),
        (Fault::Drop(Step::Data), Data, broken, false),
        (Fault::Say(Step::Data, "554 5.5.1 no"), Data, failed, false),
        (Fault::Say(Step::Data, "250 what data"), Data, broken, false),
        (Fault::Silence(Step::Data), Data, broken, false),
        (Fault::DropInsideMessage, Message, unclear, false),
        (Fault::Say(Step::Message, "554 5.7.1 looks like spam"), Message, failed, false),
        (Fault::Say(Step::Message, "452 4.2.2 full"), Message, failed, false),
        (Fault::Drop(Step::Message), Message, unclear, true),
        (Fault::Silence(Step::Message), Message, unclear, true),
        (Fault::Say(Step::Message, "what?"), Message, unclear, true),
        (Fault::Say(Step::Message, "354 go on"), Message, unclear, true),
    ];
    for (fault, phase, (is_unclear, is_broken), has_it) in table {
        let (outcome, taken) = carried(fault.clone()).await;
        let undelivered = outcome.expect_err(&format!("{fault:?}"));
        let found = (undelivered.phase, undelivered.unclear, undelivered.broken, taken);
        assert_eq!(found, (phase, is_unclear, is_broken, has_it), "{fault:?}: {}", undelivered.why);
        // Whatever the relay may have is unclear; what is failed it never has.
        assert!(undelivered.unclear || !taken, "{fault:?}");
        if let Fault::Say(Step::Recipient | Step::Mail, said) = fault {
            assert_eq!(undelivered.why, said, "the relay's own words are kept");
        }
    }
}

#[tokio::test]
async fn a_message_arrives_as_it_was_dots_and_all() {
    let relay = FakeRelay::start().await;
    let mut session = relay.carrier().connect().await.unwrap();
    session.announce("ana@example.com").await.unwrap();
    session.hand_over(MESSAGE).await.unwrap();
    assert_eq!(relay.last().trim_end(), String::from_utf8(MESSAGE.to_vec()).unwrap().trim_end());
    let commands = relay.commands();
    assert_eq!(commands[..3], ["EHLO example.com", "MAIL FROM:<scorecards@example.com>", "RCPT TO:<ana@example.com>"]);
}

#[tokio::test]
async fn what_a_relay_says_is_shown_safely() {
    let said = "550-5.1.1 no\u{1b}[31m such\u{202E} user\r\n550 really";
    let (outcome, _) = carried(Fault::Say(Step::Recipient, said)).await;
    let why = outcome.unwrap_err().why;
    assert_eq!(why, "550 5.1.1 no\u{FFFD}[31m such\u{FFFD} user really");
}

#[tokio::test]
async fn a_relay_that_is_not_there_or_will_not_talk_is_named() {
    let relay = FakeRelay::start().await;
    for (fault, reason) in [
        (Fault::Drop(Step::Greeting), "RELAY_REFUSED"),
        (Fault::Say(Step::Greeting, "554 not you"), "RELAY_REFUSED"),
        (Fault::Say(Step::Hello, "550 no"), "RELAY_REFUSED"),
        (Fault::Silence(Step::Greeting), "RELAY_UNREACHABLE"),
    ] {
        relay.plan([fault.clone()]);
        let error = relay.carrier().connect().await.err().unwrap();
        assert_eq!((error.reason.as_str(), error.kind), (reason, merit_core::Kind::Unavailable), "{fault:?}: {error}");
        assert!(error.message.contains("127.0.0.1"), "{error}");
    }
    let nobody = Relay { port: 1, ..relay.settings(Security::None) };
    let error = SmtpCarrier::new(nobody, impatient()).unwrap().connect().await.err().unwrap();
    assert_eq!(error.reason, "RELAY_UNREACHABLE");
}

#[tokio::test]
async fn a_password_is_read_from_its_file_and_shown() {
    let relay = FakeRelay::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    let settings = Relay {
        username: Some("merit".to_owned()),
        password_file: Some(file.clone()),
        ..relay.settings(Security::None)
    };
    let carrier = SmtpCarrier::new(settings, impatient()).unwrap();
    assert_eq!(carrier.connect().await.err().unwrap().reason, "BAD_RELAY");
    std::fs::write(&file, "secret\n").unwrap();
    carrier.connect().await.unwrap();
    // "\0merit\0secret" in base64.
    assert!(relay.commands().contains(&"AUTH PLAIN AG1lcml0AHNlY3JldA==".to_owned()), "{:?}", relay.commands());
}

#[tokio::test]
async fn without_starttls_nothing_is_said_in_the_open() {
    let relay = FakeRelay::start().await;
    let carrier = SmtpCarrier::new(relay.settings(Security::StartTls), impatient()).unwrap();
    let error = carrier.connect().await.err().unwrap();
    assert!(error.message.contains("STARTTLS"), "{error}");
    assert_eq!(relay.commands(), ["EHLO example.com"]);
}

#[tokio::test]
async fn tls_from_the_start_and_by_starttls_carry_mail_and_ask_for_proof() {
    let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, certified.cert.pem()).unwrap();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(std::sync::Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(std::sync::Arc::new(config));
    for (security, implicit) in [(Security::Tls, true), (Security::StartTls, false)] {
        let relay = FakeRelay::with_tls(acceptor.clone(), implicit).await;
        let unproven = SmtpCarrier::new(relay.settings(security), impatient()).unwrap();
        let error = unproven.connect().await.err().unwrap();
        assert_eq!(error.reason, "RELAY_REFUSED", "{security:?}");

        let trusting = Relay { ca_file: Some(ca_file.clone()), ..relay.settings(security) };
        let mut session = SmtpCarrier::new(trusting, impatient()).unwrap().connect().await.unwrap();
        session.announce("ana@example.com").await.unwrap();
        session.hand_over(MESSAGE).await.unwrap();
        assert_eq!(relay.acknowledged().len(), 1, "{security:?}");
    }
    let no_such = Relay { ca_file: Some("/nowhere".into()), ..FakeRelay::start().await.settings(Security::Tls) };
    let error = SmtpCarrier::new(no_such, impatient()).unwrap().connect().await.err().unwrap();
    assert_eq!(error.reason, "BAD_RELAY");
}
