//! Tokens of an identity provider, good and forged, and what becomes of them when its keys change or can't be had.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{CertifiedKey, KeyPair};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::server::{Certificates, TlsFiles};

/// A key pair of an identity provider.
struct Signer {
    kid: &'static str,
    key: KeyPair,
}

impl Signer {
    fn new(kid: &'static str) -> Self {
        Self { kid, key: KeyPair::generate().unwrap() }
    }

    /// The public half, as the provider publishes it.
    fn jwk(&self) -> Value {
        let point = self.key.public_key_raw();
        let half = |range: std::ops::Range<usize>| base64url(&point[range]);
        json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid, "x": half(1..33), "y": half(33..65) })
    }

    fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.kid.to_owned());
        encode(&header, claims, &EncodingKey::from_ec_der(&self.key.serialize_der())).unwrap()
    }
}

fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..=chunk.len() {
            text.push(char::from(LETTERS[(word >> (18 - 6 * at)) as usize & 63]));
        }
    }
    text
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Claims that are good, with some changed; a null takes one out.
fn claims(changes: Value) -> Value {
    let mut claims = json!({
        "iss": "https://login.example", "aud": ["other", "merit"], "sub": "ana", "exp": now() + 600,
        "realm": { "roles": ["manager", "member"] },
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

fn terms() -> Terms {
    Terms {
        issuer: "https://login.example".to_owned(),
        audience: "merit".to_owned(),
        algorithms: vec!["ES256".to_owned()],
        leeway: 5,
        role_claim: "realm.roles".to_owned(),
    }
}

/// A provider whose keys are in a file.
async fn provider(folder: &tempfile::TempDir, keys: &[Value]) -> (PathBuf, Authenticate) {
    let path = folder.path().join("keys.json");
    std::fs::write(&path, json!({ "keys": keys }).to_string()).unwrap();
    let pace = Pace { every: Duration::from_secs(600), unknown: Duration::ZERO };
    let set = KeySet::start(Source::File(path.clone()), pace).await.unwrap();
    let ours = Keys::from_secret(&[7; 32]);
    (path, Authenticate::new(ours).with_issuer(Issuer::new(terms(), set).unwrap()))
}

fn shown(token: &str) -> Shown {
    let request = http::Request::builder().header("authorization", format!("Bearer {token}")).body(()).unwrap();
    Shown::by(&request)
}

async fn refused(authenticate: &Authenticate, token: &str) -> String {
    let error = authenticate.principal(&shown(token)).await.unwrap_err();
    assert_eq!((error.kind, error.reason.as_str()), (merit_core::Kind::Unauthenticated, "BAD_TOKEN"), "{error}");
    error.message
}

#[tokio::test]
async fn a_token_of_the_provider_names_a_person_and_roles() {
    let folder = tempfile::tempdir().unwrap();
    let signer = Signer::new("one");
    let (_, authenticate) = provider(&folder, &[signer.jwk()]).await;
    let ana = authenticate.principal(&shown(&signer.sign(&claims(json!({}))))).await.unwrap();
    assert_eq!((ana.subject.as_str(), ana.roles.len()), ("ana", 2));
    let one = authenticate.principal(&shown(&signer.sign(&claims(json!({ "realm": { "roles": "auditor" } }))))).await;
    assert!(one.unwrap().roles.contains(&Role::Auditor));
}

#[tokio::test]
async fn what_is_wrong_with_a_token_is_refused_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let signer = Signer::new("one");
    let (_, authenticate) = provider(&folder, &[signer.jwk()]).await;
    let late = now() - 60;
    let table = [
        (json!({ "exp": late }), "expired"),
        (json!({ "exp": null }), "lacks one of"),
        (json!({ "nbf": now() + 600 }), "not good yet"),
        (json!({ "iss": "https://evil.example" }), "another issuer"),
        (json!({ "iss": null }), "lacks one of"),
        (json!({ "aud": "other" }), "somebody else"),
        (json!({ "aud": null }), "lacks one of"),
        (json!({ "sub": null }), "lacks one of"),
        (json!({ "sub": "people/../ana" }), "no person's id"),
        (json!({ "realm": { "roles": ["manager", "king"] } }), "king"),
        (json!({ "realm": { "roles": [] } }), "no role"),
        (json!({ "realm": null }), "no role"),
    ];
    for (changes, words) in table {
        let said = refused(&authenticate, &signer.sign(&claims(changes.clone()))).await;
        assert!(said.contains(words), "{changes}: {said}");
    }
    // Clocks may differ by as much as the settings say.
    assert!(authenticate.principal(&shown(&signer.sign(&claims(json!({ "exp": now() - 2 }))))).await.is_ok());
}

#[tokio::test]
async fn a_forged_token_is_refused_whatever_its_algorithm() {
    let folder = tempfile::tempdir().unwrap();
    let signer = Signer::new("one");
    let secret = json!({ "kty": "oct", "kid": "secret", "k": base64url(&[9; 32]) });
    let (_, authenticate) = provider(&folder, &[signer.jwk(), secret]).await;
    let good = signer.sign(&claims(json!({})));

    // Somebody else's key under the same name.
    refused(&authenticate, &Signer::new("one").sign(&claims(json!({})))).await;
    refused(&authenticate, &Signer::new("two").sign(&claims(json!({})))).await;
    // No signature at all.
    let none = format!("{}.{}.", base64url(br#"{"alg":"none","typ":"JWT"}"#), good.split('.').nth(1).unwrap());
    refused(&authenticate, &none).await;
    // The public key as if it were a secret, and a secret that stands among the public keys.
    for (kid, key) in [("one", signer.key.public_key_raw().to_vec()), ("secret", vec![9; 32])] {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(kid.to_owned());
        let forged = encode(&header, &claims(json!({})), &EncodingKey::from_secret(&key)).unwrap();
        refused(&authenticate, &forged).await;
    }
    // An algorithm that is not among those of the settings, and a changed claim.
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some("one".to_owned());
    let other = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let signed = encode(&header, &claims(json!({})), &EncodingKey::from_ed_der(&other.serialize_der())).unwrap();
    assert!(refused(&authenticate, &signed).await.contains("ES256"));
    let parts: Vec<_> = good.split('.').collect();
    let claimed = base64url(claims(json!({ "sub": "bo" })).to_string().as_bytes());
    refused(&authenticate, &format!("{}.{claimed}.{}", parts[0], parts[2])).await;
    refused(&authenticate, &"x".repeat(20_000)).await;
    assert!(authenticate.principal(&shown(&good)).await.is_ok());
}

#[tokio::test]
async fn our_own_key_speaks_only_for_our_own_parts_beside_a_provider() {
    let folder = tempfile::tempdir().unwrap();
    let (_, authenticate) = provider(&folder, &[Signer::new("one").jwk()]).await;
    let ours = Keys::from_secret(&[7; 32]);
    let service = ours.mint(&Principal::new("service", Role::Service), jiff::Timestamp::now(), 60).unwrap();
    assert!(authenticate.principal(&shown(&service)).await.is_ok());
    let ana = ours.mint(&Principal::new("ana", Role::Manager), jiff::Timestamp::now(), 60).unwrap();
    refused(&authenticate, &ana).await;
}

#[tokio::test]
async fn a_new_key_is_found_and_a_file_that_breaks_leaves_the_old_ones() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (Signer::new("first"), Signer::new("second"));
    let (path, authenticate) = provider(&folder, &[first.jwk()]).await;
    std::fs::write(&path, json!({ "keys": [second.jwk()] }).to_string()).unwrap();
    assert!(authenticate.principal(&shown(&second.sign(&claims(json!({}))))).await.is_ok());
    std::fs::write(&path, "{").unwrap();
    refused(&authenticate, &Signer::new("third").sign(&claims(json!({})))).await;
    assert!(authenticate.principal(&shown(&second.sign(&claims(json!({}))))).await.is_ok());
    assert!(KeySet::start(Source::File(path), Pace::default()).await.is_err());
}

/// A provider on loopback over TLS, which counts how often it was asked and can fall silent.
struct Provider {
    asked: Arc<AtomicUsize>,
    up: Arc<AtomicBool>,
    url: String,
    ca_file: PathBuf,
}

async fn serve_keys(folder: &tempfile::TempDir, keys: &[Value], up: bool) -> Provider {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let files =
        TlsFiles { certificate: folder.path().join("tls.pem"), key: folder.path().join("tls.key"), client_ca: None };
    std::fs::write(&files.certificate, cert.pem()).unwrap();
    std::fs::write(&files.key, signing_key.serialize_pem()).unwrap();
    let mut config = (*Certificates::watch(files.clone()).unwrap().current()).clone();
    config.alpn_protocols.clear();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let provider = Provider {
        asked: Arc::default(),
        up: Arc::new(AtomicBool::new(up)),
        url: format!("https://localhost:{port}/keys"),
        ca_file: files.certificate,
    };
    let (asked, up, body) = (provider.asked.clone(), provider.up.clone(), json!({ "keys": keys }).to_string());
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            asked.fetch_add(1, Ordering::SeqCst);
            let answer = if up.load(Ordering::SeqCst) {
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
            } else {
                "HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".to_owned()
            };
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    provider
}

#[tokio::test]
async fn keys_come_from_an_address_and_an_unknown_one_asks_once_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let signer = Signer::new("one");
    let provider = serve_keys(&folder, &[signer.jwk()], true).await;
    let source = Source::Address { url: provider.url.clone(), ca_file: Some(provider.ca_file.clone()) };
    let set = KeySet::start(source, Pace::default()).await.unwrap();
    let authenticate = Authenticate::new(Keys::from_secret(&[7; 32])).with_issuer(Issuer::new(terms(), set).unwrap());
    assert!(authenticate.principal(&shown(&signer.sign(&claims(json!({}))))).await.is_ok());
    for _ in 0..10 {
        refused(&authenticate, &Signer::new("unknown").sign(&claims(json!({})))).await;
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_provider_that_is_not_up_yet_is_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let signer = Signer::new("one");
    let provider = serve_keys(&folder, &[signer.jwk()], false).await;
    let source = Source::Address { url: provider.url.clone(), ca_file: Some(provider.ca_file.clone()) };
    let set = KeySet::start(source, Pace { unknown: Duration::ZERO, ..Pace::default() }).await.unwrap();
    let authenticate = Authenticate::new(Keys::from_secret(&[7; 32])).with_issuer(Issuer::new(terms(), set).unwrap());
    let token = shown(&signer.sign(&claims(json!({}))));
    assert_eq!(authenticate.principal(&token).await.unwrap_err().reason, "IDENTITY_KEYS_UNAVAILABLE");
    provider.up.store(true, Ordering::SeqCst);
    assert!(authenticate.principal(&token).await.is_ok());
    // An address whose certificate nobody vouches for is not believed.
    let foreign = Source::Address { url: provider.url.clone(), ca_file: None };
    let set = KeySet::start(foreign, Pace { unknown: Duration::ZERO, ..Pace::default() }).await.unwrap();
    let authenticate = Authenticate::new(Keys::from_secret(&[7; 32])).with_issuer(Issuer::new(terms(), set).unwrap());
    assert_eq!(authenticate.principal(&token).await.unwrap_err().reason, "IDENTITY_KEYS_UNAVAILABLE");
}
