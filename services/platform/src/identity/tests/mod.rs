//! Tokens of an identity provider, good and forged, and what becomes of them when its keys change or can't be had.

mod refresh;
mod tokens;

use std::path::PathBuf;
use std::time::Duration;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::KeyPair;
use serde_json::{Value, json};

use super::*;

/// A key of 2048 bits as PKCS #1, made for these tests: making one takes longer than all of them.
const RSA: &[u8] = include_bytes!("rsa.der");
/// Its public half as PEM, which everybody has.
const RSA_PUBLIC: &[u8] = include_bytes!("rsa.pub.pem");

/// A key of an identity provider.
struct Signer {
    kid: &'static str,
    key: EncodingKey,
    /// The public half, as the provider publishes it.
    jwk: Value,
}

impl Signer {
    /// On the curve P-256.
    fn new(kid: &'static str) -> Self {
        let key = KeyPair::generate().unwrap();
        let point = key.public_key_raw();
        let half = |range: std::ops::Range<usize>| base64url(&point[range]);
        let jwk = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": kid, "x": half(1..33), "y": half(33..65) });
        Self { kid, key: EncodingKey::from_ec_der(&key.serialize_der()), jwk }
    }

    /// On the curve Ed25519.
    fn edwards(kid: &'static str) -> Self {
        let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let jwk =
            json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": kid, "x": base64url(key.public_key_raw()) });
        Self { kid, key: EncodingKey::from_ed_der(&key.serialize_der()), jwk }
    }

    /// By RSA; good for one algorithm where one is named, else for both.
    fn rsa(kid: &'static str, algorithm: Option<&str>) -> Self {
        let key = EncodingKey::from_rsa_der(RSA);
        let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap()).unwrap();
        jwk["kid"] = kid.into();
        jwk["alg"] = algorithm.into();
        jwk.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        Self { kid, key, jwk }
    }

    fn sign(&self, algorithm: Algorithm, claims: &Value) -> String {
        self.sign_as(Some(self.kid), algorithm, claims)
    }

    /// Under another key's name, or none.
    fn sign_as(&self, kid: Option<&str>, algorithm: Algorithm, claims: &Value) -> String {
        let mut header = Header::new(algorithm);
        header.kid = kid.map(str::to_owned);
        encode(&header, claims, &self.key).unwrap()
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

/// Terms with these algorithms.
fn terms(algorithms: &[&str]) -> Terms {
    Terms {
        issuer: "https://login.example".to_owned(),
        audience: "merit".to_owned(),
        algorithms: algorithms.iter().map(|name| (*name).to_owned()).collect(),
        leeway: 5,
        role_claim: "realm.roles".to_owned(),
    }
}

fn by(keys: KeySet, algorithms: &[&str]) -> Authenticate {
    Authenticate::new(Keys::from_secret(&[7; 32])).with_issuer(Issuer::new(terms(algorithms), keys).unwrap())
}

/// A provider whose keys are in a file, which is read again for each key that is not known.
async fn provider(folder: &tempfile::TempDir, keys: &[Value]) -> (PathBuf, Authenticate) {
    let path = folder.path().join("keys.json");
    std::fs::write(&path, json!({ "keys": keys }).to_string()).unwrap();
    let pace = Pace { every: Duration::from_secs(600), unknown: Duration::ZERO, first: Duration::ZERO };
    let set = KeySet::start(Source::File(path.clone()), pace).await.unwrap();
    (path, by(set, ALGORITHMS))
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
