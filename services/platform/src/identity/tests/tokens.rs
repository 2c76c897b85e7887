//! Which tokens are good, and what is said of each that is not.

use super::*;

/// Everything that a provider can sign by.
struct Signers {
    rsa: Signer,
    rsa_fixed: Signer,
    ec: Signer,
    ed: Signer,
}

impl Signers {
    fn new() -> Self {
        Self {
            rsa: Signer::rsa("rsa", None),
            rsa_fixed: Signer::rsa("rsa-fixed", Some("RS256")),
            ec: Signer::new("ec"),
            ed: Signer::edwards("ed"),
        }
    }

    fn published(&self) -> Vec<Value> {
        [&self.rsa, &self.rsa_fixed, &self.ec, &self.ed].map(|signer| signer.jwk.clone()).into()
    }

    fn of(&self, algorithm: Algorithm) -> &Signer {
        match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => &self.rsa,
            Algorithm::EdDSA => &self.ed,
            _ => &self.ec,
        }
    }
}

const TAKEN: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];

#[test]
fn every_algorithm_that_can_be_chosen_is_tested() {
    assert_eq!(TAKEN.map(|algorithm| format!("{algorithm:?}")).as_slice(), ALGORITHMS);
}

#[tokio::test]
async fn a_token_of_the_provider_names_a_person_and_roles_by_each_algorithm() {
    let folder = tempfile::tempdir().unwrap();
    let signers = Signers::new();
    let (_, authenticate) = provider(&folder, &signers.published()).await;
    for algorithm in TAKEN {
        let signer = signers.of(algorithm);
        let ana = authenticate.principal(&shown(&signer.sign(algorithm, &claims(json!({}))))).await;
        let ana = ana.unwrap_or_else(|error| panic!("{algorithm:?}: {error}"));
        assert_eq!((ana.subject.as_str(), ana.roles.len()), ("ana", 2), "{algorithm:?}");
        let one = signer.sign(algorithm, &claims(json!({ "realm": { "roles": "auditor" } })));
        assert!(authenticate.principal(&shown(&one)).await.unwrap().roles.contains(&Role::Auditor));
    }
    // The only key that fits needs no name.
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
        let nameless = signers.of(algorithm).sign_as(None, algorithm, &claims(json!({})));
        assert!(authenticate.principal(&shown(&nameless)).await.is_ok(), "{algorithm:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_token_is_refused_and_said_whatever_signed_it() {
    let folder = tempfile::tempdir().unwrap();
    let signers = Signers::new();
    let (_, authenticate) = provider(&folder, &signers.published()).await;
    let table = [
        (json!({ "exp": now() - 60 }), "expired"),
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
    for algorithm in TAKEN {
        let signer = signers.of(algorithm);
        for (changes, words) in &table {
            let said = refused(&authenticate, &signer.sign(algorithm, &claims(changes.clone()))).await;
            assert!(said.contains(words), "{algorithm:?} {changes}: {said}");
        }
        // Clocks may differ by as much as the settings say.
        for within in [json!({ "exp": now() - 2 }), json!({ "nbf": now() + 4 })] {
            let token = signer.sign(algorithm, &claims(within.clone()));
            assert!(authenticate.principal(&shown(&token)).await.is_ok(), "{algorithm:?} {within}");
        }
    }
}

#[tokio::test]
async fn a_key_of_one_algorithm_is_no_key_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let signers = Signers::new();
    let (_, authenticate) = provider(&folder, &signers.published()).await;
    let good = claims(json!({}));
    for algorithm in TAKEN {
        for other in [&signers.rsa, &signers.ec, &signers.ed] {
            if other.kid == signers.of(algorithm).kid {
                continue;
            }
            let said = refused(&authenticate, &signers.of(algorithm).sign_as(Some(other.kid), algorithm, &good)).await;
            assert!(said.contains("doesn't publish"), "{algorithm:?} under `{}`: {said}", other.kid);
        }
    }
    // The provider says what this key is for.
    let said = refused(&authenticate, &signers.rsa_fixed.sign(Algorithm::PS256, &good)).await;
    assert!(said.contains("doesn't publish"), "{said}");
    // A signature of one kind under the header of another.
    for (one, other) in [(Algorithm::RS256, Algorithm::PS256), (Algorithm::PS256, Algorithm::RS256)] {
        let (signed, headed) = (signers.rsa.sign(one, &good), signers.rsa.sign(other, &good));
        let header = headed.split('.').next().unwrap();
        let rest = signed.split_once('.').unwrap().1;
        let said = refused(&authenticate, &format!("{header}.{rest}")).await;
        assert!(said.contains("signature is not good"), "{one:?} as {other:?}: {said}");
    }
    // Where two keys fit, a token has to say which.
    let said = refused(&authenticate, &signers.rsa.sign_as(None, Algorithm::RS256, &good)).await;
    assert!(said.contains("doesn't publish"), "{said}");
    // A key for encryption signs nothing.
    let mut encrypts = Signer::new("encrypts");
    encrypts.jwk["use"] = "enc".into();
    let folder = tempfile::tempdir().unwrap();
    let (_, authenticate) = provider(&folder, &[encrypts.jwk.clone()]).await;
    refused(&authenticate, &encrypts.sign(Algorithm::ES256, &good)).await;
}

#[tokio::test]
async fn a_forged_token_is_refused_whatever_its_algorithm() {
    let folder = tempfile::tempdir().unwrap();
    let signers = Signers::new();
    let secret = json!({ "kty": "oct", "kid": "secret", "k": base64url(&[9; 32]) });
    let (_, authenticate) = provider(&folder, &[signers.published(), vec![secret]].concat()).await;
    let good = claims(json!({}));
    for algorithm in TAKEN {
        let token = signers.of(algorithm).sign(algorithm, &good);
        let parts: Vec<_> = token.split('.').collect();
        // A changed claim, a signature of something else, one that is cut, and none.
        let changed = base64url(claims(json!({ "sub": "bo" })).to_string().as_bytes());
        let other = signers.of(algorithm).sign(algorithm, &claims(json!({ "sub": "bo" })));
        for signature in [parts[2], other.rsplit('.').next().unwrap(), &parts[2][..parts[2].len() / 2], ""] {
            let body = if signature == parts[2] { &changed } else { parts[1] };
            refused(&authenticate, &format!("{}.{body}.{signature}", parts[0])).await;
        }
        let said = refused(&authenticate, &signers.of(algorithm).sign_as(Some("unknown"), algorithm, &good)).await;
        assert!(said.contains("doesn't publish"), "{algorithm:?}: {said}");
        assert!(authenticate.principal(&shown(&token)).await.is_ok(), "{algorithm:?}");
    }
    // Somebody else's keys under the same names.
    refused(&authenticate, &Signer::new("ec").sign(Algorithm::ES256, &good)).await;
    refused(&authenticate, &Signer::edwards("ed").sign(Algorithm::EdDSA, &good)).await;
    // No signature at all.
    for none in ["none", "None", "NONE"] {
        let header = base64url(json!({ "alg": none, "typ": "JWT", "kid": "ec" }).to_string().as_bytes());
        refused(&authenticate, &format!("{header}.{}.", base64url(good.to_string().as_bytes()))).await;
    }
    // The public key as if it were a secret, and a secret that stands among the public keys.
    let modulus = signers.rsa.jwk["n"].as_str().unwrap().as_bytes().to_vec();
    let jwk = signers.rsa.jwk.to_string().into_bytes();
    for (kid, key) in [("rsa", RSA_PUBLIC.to_vec()), ("rsa", modulus), ("rsa", jwk), ("secret", vec![9; 32])] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let mut header = Header::new(algorithm);
            header.kid = Some(kid.to_owned());
            refused(&authenticate, &encode(&header, &good, &EncodingKey::from_secret(&key)).unwrap()).await;
        }
    }
    // More than anybody reads.
    refused(&authenticate, &"x".repeat(20_000)).await;
    refused(&authenticate, "").await;
}

#[tokio::test]
async fn an_algorithm_that_the_settings_leave_out_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let signers = Signers::new();
    let path = folder.path().join("keys.json");
    std::fs::write(&path, json!({ "keys": signers.published() }).to_string()).unwrap();
    for left_in in TAKEN {
        let set = KeySet::start(Source::File(path.clone()), Pace::default()).await.unwrap();
        let authenticate = by(set, &[&format!("{left_in:?}")]);
        for algorithm in TAKEN {
            let token = signers.of(algorithm).sign(algorithm, &claims(json!({})));
            if algorithm == left_in {
                assert!(authenticate.principal(&shown(&token)).await.is_ok(), "{algorithm:?}");
            } else {
                let said = refused(&authenticate, &token).await;
                assert!(said.contains(&format!("taken are {left_in:?}")), "{algorithm:?}: {said}");
            }
        }
    }
}

#[tokio::test]
async fn our_own_key_speaks_only_for_our_own_parts_beside_a_provider() {
    let folder = tempfile::tempdir().unwrap();
    let signer = Signer::new("one");
    let (_, authenticate) = provider(&folder, std::slice::from_ref(&signer.jwk)).await;
    // And the provider speaks for people only.
    for part in ["service", "operator"] {
        let token = signer.sign(Algorithm::ES256, &claims(json!({ "realm": { "roles": ["member", part] } })));
        assert!(refused(&authenticate, &token).await.contains("Merit's own parts"), "{part}");
    }
    let ours = Keys::from_secret(&[7; 32]);
    let service = ours.mint(&Principal::new("service", Role::Service), jiff::Timestamp::now(), 60).unwrap();
    assert!(authenticate.principal(&shown(&service)).await.is_ok());
    let ana = ours.mint(&Principal::new("ana", Role::Manager), jiff::Timestamp::now(), 60).unwrap();
    refused(&authenticate, &ana).await;
}

#[tokio::test]
async fn a_token_of_our_own_key_is_held_to_the_same() {
    let authenticate = Authenticate::new(Keys::from_secret(&[7; 32]));
    let ours = |changes: Value| {
        let mut claims = json!({ "iss": "merit", "aud": "merit", "sub": "ana", "exp": now() + 600, "iat": now(), "roles": ["member"] });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    };
    let sign = |algorithm, key: &[u8], claims: &Value| {
        encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key)).unwrap()
    };
    assert!(authenticate.principal(&shown(&sign(Algorithm::HS256, &[7; 32], &ours(json!({}))))).await.is_ok());
    for within in [json!({ "exp": now() - 2 }), json!({ "nbf": now() + 4 })] {
        assert!(authenticate.principal(&shown(&sign(Algorithm::HS256, &[7; 32], &ours(within)))).await.is_ok());
    }
    for changes in [
        json!({ "exp": now() - 60 }),
        json!({ "exp": null }),
        json!({ "nbf": now() + 600 }),
        json!({ "iss": "https://login.example" }),
        json!({ "iss": null }),
        json!({ "aud": "other" }),
        json!({ "aud": null }),
        json!({ "sub": null }),
        json!({ "roles": [] }),
        json!({ "roles": ["king"] }),
        json!({ "roles": null }),
    ] {
        let said = refused(&authenticate, &sign(Algorithm::HS256, &[7; 32], &ours(changes.clone()))).await;
        assert!(said.contains("merit token"), "{changes}: {said}");
    }
    for (algorithm, key) in [(Algorithm::HS256, [8; 32]), (Algorithm::HS384, [7; 32]), (Algorithm::HS512, [7; 32])] {
        refused(&authenticate, &sign(algorithm, &key, &ours(json!({})))).await;
    }
    refused(&authenticate, &Signers::new().rsa.sign(Algorithm::RS256, &ours(json!({})))).await;
    let header = base64url(br#"{"alg":"none","typ":"JWT"}"#);
    refused(&authenticate, &format!("{header}.{}.", base64url(ours(json!({})).to_string().as_bytes()))).await;
}
