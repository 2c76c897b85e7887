//! Keys that change, and a provider that can't be reached: by a timer of the test's, so that nobody sleeps.

use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rcgen::CertifiedKey;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tracing_subscriber::fmt::MakeWriter;

use super::super::pace::Timer;
use super::*;
use crate::server::{Certificates, TlsFiles};

/// Longer than anything here takes on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);
const PACE: Pace =
    Pace { every: Duration::from_secs(600), unknown: Duration::from_secs(60), first: Duration::from_secs(5) };

/// A timer that stands until the test moves it.
struct Moved(watch::Sender<Duration>);

impl Moved {
    fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(Duration::ZERO)))
    }

    fn on(&self, seconds: u64) {
        self.0.send_modify(|now| *now += Duration::from_secs(seconds));
    }
}

#[async_trait]
impl Timer for Moved {
    fn now(&self) -> Duration {
        *self.0.borrow()
    }

    async fn until(&self, time: Duration) {
        let _ = self.0.subscribe().wait_for(|now| *now >= time).await;
    }
}

/// What a provider on loopback answers.
#[derive(Clone)]
enum Answer {
    Keys(Value),
    Text(&'static str),
    Busy,
    /// It takes the question and hangs up.
    Nothing,
}

/// A provider on loopback over TLS, which counts how often it was asked.
struct Provider {
    asked: watch::Receiver<usize>,
    answer: Arc<Mutex<Answer>>,
    source: Source,
    _folder: tempfile::TempDir,
}

impl Provider {
    async fn start(first: Answer) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (certificate, key) = (folder.path().join("tls.pem"), folder.path().join("tls.key"));
        std::fs::write(&certificate, cert.pem()).unwrap();
        std::fs::write(&key, signing_key.serialize_pem()).unwrap();
        let files = TlsFiles { certificate: certificate.clone(), key, client_ca: None };
        let mut config = (*Certificates::watch(files).unwrap().current()).clone();
        config.alpn_protocols.clear();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/keys", listener.local_addr().unwrap().port());
        let (count, asked) = watch::channel(0);
        let answer = Arc::new(Mutex::new(first));
        let answers = Arc::clone(&answer);
        tokio::spawn(async move {
            let acceptor = TlsAcceptor::from(Arc::new(config));
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let _ = stream.read(&mut [0; 4096]).await;
                let (status, body) = match answers.lock().unwrap().clone() {
                    Answer::Keys(keys) => ("200 OK", json!({ "keys": keys }).to_string()),
                    Answer::Text(text) => ("200 OK", text.to_owned()),
                    Answer::Busy => ("503 Busy", String::new()),
                    Answer::Nothing => ("", String::new()),
                };
                if !status.is_empty() {
                    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}", body.len());
                    let _ = stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await;
                }
                let _ = stream.shutdown().await;
                count.send_modify(|count| *count += 1);
            }
        });
        let source = Source::Address { url, ca_file: Some(certificate) };
        Self { asked, answer, source, _folder: folder }
    }

    fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// How often it was asked by now.
    fn count(&self) -> usize {
        *self.asked.borrow()
    }

    /// Waits until it has been asked so often.
    async fn until(&mut self, count: usize) {
        timeout(PATIENCE, self.asked.wait_for(|asked| *asked >= count)).await.unwrap().unwrap();
    }
}

/// Callers known by a provider's keys, as they are after `read` readings.
struct Known {
    authenticate: Authenticate,
    timer: Arc<Moved>,
}

impl Known {
    async fn by(provider: &Provider) -> Self {
        let timer = Moved::new();
        let keys = KeySet::timed(provider.source.clone(), PACE, timer.clone()).await.unwrap();
        Self { authenticate: by(keys, ALGORITHMS), timer }
    }

    async fn takes(&self, signer: &Signer) -> merit_core::Result<Principal> {
        self.authenticate.principal(&shown(&signer.sign(Algorithm::ES256, &claims(json!({}))))).await
    }

    /// Waits until a signer is taken, or is not, without asking the provider: its key has to be among those that are kept.
    async fn comes_to(&self, signer: &Signer, taken: bool) {
        let comes = async {
            while self.takes(signer).await.is_ok() != taken {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, comes).await.unwrap();
    }
}

/// What is logged on this thread, from now until it is dropped.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let subscriber = tracing_subscriber::fmt().with_writer(self.clone()).with_ansi(false).finish();
        tracing::subscriber::set_default(subscriber)
    }

    /// Waits until something is said.
    async fn comes_to_say(&self, words: &str) {
        let comes = async {
            while !String::from_utf8_lossy(&self.0.lock().unwrap()).contains(words) {
                tokio::task::yield_now().await;
            }
        };
        let said = timeout(PATIENCE, comes).await;
        assert!(said.is_ok(), "`{words}` is not in {}", String::from_utf8_lossy(&self.0.lock().unwrap()));
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_new_key_is_found_and_a_file_that_breaks_leaves_the_old_ones() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (Signer::new("first"), Signer::new("second"));
    let (path, authenticate) = provider(&folder, std::slice::from_ref(&first.jwk)).await;
    let good = |signer: &Signer| shown(&signer.sign(Algorithm::ES256, &claims(json!({}))));
    std::fs::write(&path, json!({ "keys": [second.jwk] }).to_string()).unwrap();
    assert!(authenticate.principal(&good(&second)).await.is_ok());
    std::fs::write(&path, "{").unwrap();
    refused(&authenticate, &Signer::new("third").sign(Algorithm::ES256, &claims(json!({})))).await;
    assert!(authenticate.principal(&good(&second)).await.is_ok());
    assert!(KeySet::start(Source::File(path), Pace::default()).await.is_err());
}

#[tokio::test]
async fn an_unknown_key_asks_the_address_once_a_while() {
    let (first, second) = (Signer::new("first"), Signer::new("second"));
    let provider = Provider::start(Answer::Keys(json!([first.jwk]))).await;
    let known = Known::by(&provider).await;
    assert!(known.takes(&first).await.is_ok());
    provider.answers(Answer::Keys(json!([first.jwk, second.jwk])));
    // It was read just now, so that nobody can make us ask again by inventing keys.
    for name in ["a", "b", "c"] {
        assert_eq!(known.takes(&Signer::new(name)).await.unwrap_err().reason, "BAD_TOKEN");
    }
    known.timer.on(59);
    assert_eq!(known.takes(&second).await.unwrap_err().reason, "BAD_TOKEN");
    assert_eq!(provider.count(), 1);
    known.timer.on(1);
    assert!(known.takes(&second).await.is_ok());
    assert_eq!(known.takes(&Signer::new("d")).await.unwrap_err().reason, "BAD_TOKEN");
    assert_eq!(provider.count(), 2);
}

#[tokio::test]
async fn many_who_come_at_once_with_an_unknown_key_ask_once() {
    let (first, second) = (Signer::new("first"), Signer::new("second"));
    let provider = Provider::start(Answer::Keys(json!([first.jwk]))).await;
    let known = Known::by(&provider).await;
    provider.answers(Answer::Keys(json!([second.jwk])));
    known.timer.on(60);
    let all = futures::future::join_all((0..20).map(|_| known.takes(&second))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert_eq!(provider.count(), 2);
}

#[tokio::test]
async fn keys_are_read_again_when_their_time_has_come_and_old_ones_are_then_forgotten() {
    let (first, second) = (Signer::new("first"), Signer::new("second"));
    let mut provider = Provider::start(Answer::Keys(json!([first.jwk]))).await;
    let known = Known::by(&provider).await;
    provider.answers(Answer::Keys(json!([second.jwk])));
    known.timer.on(599);
    assert!(known.takes(&first).await.is_ok());
    assert_eq!(provider.count(), 1);
    known.timer.on(1);
    provider.until(2).await;
    // Nobody asks for a key that is known: only the time that passed can have brought the new ones.
    known.comes_to(&first, false).await;
    assert!(known.takes(&second).await.is_ok());
}

#[tokio::test]
async fn an_address_that_fails_keeps_the_old_keys_and_the_log_says_so() {
    let log = Log::default();
    let _listening = log.listen();
    let first = Signer::new("first");
    let mut provider = Provider::start(Answer::Keys(json!([first.jwk]))).await;
    let known = Known::by(&provider).await;
    let failures = [
        (Answer::Busy, "503"),
        (Answer::Text("<html>"), "expected value"),
        (Answer::Text(r#"{"keys":[]}"#), "it holds no key"),
        (Answer::Nothing, "client error"),
    ];
    for (at, (answer, said)) in failures.into_iter().enumerate() {
        provider.answers(answer);
        known.timer.on(600);
        provider.until(at + 2).await;
        log.comes_to_say(said).await;
        log.comes_to_say("the ones that were read before stay").await;
        log.0.lock().unwrap().clear();
        assert!(known.takes(&first).await.is_ok(), "{said}");
    }
}

#[tokio::test]
async fn what_is_logged_of_a_provider_that_is_down_is_the_cause_and_no_keys_from_before() {
    let log = Log::default();
    let _listening = log.listen();
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let source = Source::Address { url: format!("https://127.0.0.1:{port}/keys"), ca_file: None };
    let keys = KeySet::timed(source, PACE, Moved::new()).await.unwrap();
    assert_eq!(keys.with(None).await.unwrap_err().reason, "IDENTITY_KEYS_UNAVAILABLE");
    let said = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_eq!(said.matches("Connection refused").count(), 2, "{said}");
    assert!(!said.contains("read before"), "{said}");
}

#[tokio::test]
async fn a_provider_that_is_not_up_yet_is_asked_again() {
    let log = Log::default();
    let _listening = log.listen();
    let signer = Signer::new("one");
    let provider = Provider::start(Answer::Busy).await;
    let known = Known::by(&provider).await;
    log.comes_to_say("they are asked for again").await;
    assert_eq!(known.takes(&signer).await.unwrap_err().reason, "IDENTITY_KEYS_UNAVAILABLE");
    // Nobody gets in, so that whoever comes after a few seconds has it tried again.
    provider.answers(Answer::Keys(json!([signer.jwk])));
    known.timer.on(4);
    assert_eq!(known.takes(&signer).await.unwrap_err().reason, "IDENTITY_KEYS_UNAVAILABLE");
    assert_eq!(provider.count(), 2);
    known.timer.on(1);
    assert!(known.takes(&signer).await.is_ok());
    // From then on a key that is not known is asked for as seldom as ever.
    known.timer.on(5);
    assert_eq!(known.takes(&Signer::new("other")).await.unwrap_err().reason, "BAD_TOKEN");
    assert_eq!(provider.count(), 3);
    // An address whose certificate nobody vouches for is not believed.
    let Source::Address { url, .. } = provider.source.clone() else { unreachable!() };
    let foreign = KeySet::timed(Source::Address { url, ca_file: None }, PACE, Moved::new()).await.unwrap();
    let token = shown(&signer.sign(Algorithm::ES256, &claims(json!({}))));
    let refused = by(foreign, ALGORITHMS).principal(&token).await.unwrap_err();
    assert_eq!(refused.reason, "IDENTITY_KEYS_UNAVAILABLE");
}
