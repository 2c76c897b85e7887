//! What stands before each call: a decision about a person and the scope of a list, and the verification of a token by each
//! algorithm that is taken: shown for the first time, and again. Nanoseconds, each the median of several rounds.

use std::collections::BTreeSet;
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, encode};
use merit_core::ids::PersonId;
use merit_platform::access::{Action, Decider, Permit, Reach};
use merit_platform::identity::{
    ALGORITHMS, Authenticate, Issuer, KeySet, Keys, Pace, Principal, Role, Shown, Source, Terms,
};
use rcgen::KeyPair;
use serde_json::json;

type Failed = Box<dyn Error>;

/// Rounds; odd, so that one of them is the median.
const ROUNDS: usize = 11;
/// Times that something is done in a round.
const TIMES: u32 = 2000;
/// Tokens that are each shown for the first time in a round.
const TOKENS: usize = 100;
/// Deciders that each decide for the first time.
const FRESH: usize = 51;
/// A key of 2048 bits, that of the tests.
const RSA: &[u8] = include_bytes!("../src/identity/tests/rsa.der");
const ISSUER: &str = "https://login.example";

/// A reporting line that is known: the directory is asked only every few seconds.
struct Line(Arc<BTreeSet<PersonId>>);

#[async_trait]
impl Reach for Line {
    async fn line(&self, _: &PersonId) -> merit_core::Result<Arc<BTreeSet<PersonId>>> {
        Ok(Arc::clone(&self.0))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    println!("{:<64} {:>10}", "decisions", "ns");
    let decider = Decider::embedded()?;
    for (whose, role, reports) in [
        ("a member, about themselves", Role::Member, 0),
        ("a manager of 10, about one of them", Role::Manager, 10),
        ("a manager of 1,000, about one of them", Role::Manager, 1000),
        ("an auditor, about anybody", Role::Auditor, 0),
    ] {
        let mut line =
            (0..reports).map(|at| PersonId::new(&format!("report-{at}"))).collect::<Result<BTreeSet<_>, _>>()?;
        let person = line.iter().next().cloned().unwrap_or(PersonId::new("ana")?);
        // As the directory has it.
        line.insert(PersonId::new("ana")?);
        let reach: Arc<dyn Reach> = Arc::new(Line(Arc::new(line)));
        let ana = Principal::new("ana", role);
        let permit = Permit::new(ana, Action::ReadGoals, decider.clone(), reach);
        let took = median(async || {
            black_box(permit.on(&person).await?);
            black_box(permit.scope().await?);
            Ok(())
        })
        .await?;
        println!("{:<64} {took:>10}", format!("a decision and a scope: {whose}"));
    }
    println!("{:<64} {:>10}", "a decision that was not made before, by Cedar", first_decision()?);
    tokens().await
}

/// How long a decision takes that nothing is kept of.
fn first_decision() -> Result<u64, Failed> {
    let ana = Principal::new("ana", Role::Member);
    let mut times = Vec::with_capacity(FRESH);
    for _ in 0..FRESH {
        let decider = Decider::embedded()?;
        let began = Instant::now();
        black_box(decider.permits(&ana, Action::ReadCatalogue));
        times.push(u64::try_from(began.elapsed().as_nanos())?);
    }
    times.sort_unstable();
    Ok(times.get(FRESH / 2).copied().unwrap_or(0))
}

async fn tokens() -> Result<(), Failed> {
    println!("{:<64} {:>10}", "tokens", "ns");
    let ours = Keys::from_secret(&[7; 32]);
    let token = ours.mint(&Principal::new("ana", Role::Member), Timestamp::now(), 3600)?;
    println!("{:<64} {:>10}", "HS256, by our own key", again(&Authenticate::new(ours.clone()), &token).await?);

    let folder = tempfile::tempdir()?;
    let rsa = EncodingKey::from_rsa_der(RSA);
    let p256 = EncodingKey::from_ec_der(&KeyPair::generate()?.serialize_der());
    let edwards = KeyPair::generate_for(&rcgen::PKCS_ED25519)?;
    let ed25519 = EncodingKey::from_ed_der(&edwards.serialize_der());
    let edwards = DecodingKey::from_ed_der(edwards.public_key_raw());
    let signers = [
        (Algorithm::RS256, &rsa, "RSA of 2048 bits"),
        (Algorithm::PS256, &rsa, "RSA of 2048 bits"),
        (Algorithm::ES256, &p256, "P-256"),
        (Algorithm::EdDSA, &ed25519, "Ed25519"),
    ];
    let mut set = JwkSet { keys: Vec::new() };
    for (algorithm, key, _) in signers {
        let mut published = match algorithm {
            Algorithm::EdDSA => Jwk::from_decoding_key(&edwards, Some(algorithm))?,
            _ => Jwk::from_encoding_key(key, algorithm)?,
        };
        published.common.key_id = Some(format!("{algorithm:?}"));
        set.keys.push(published);
    }
    let file = folder.path().join("keys.json");
    std::fs::write(&file, serde_json::to_vec(&set)?)?;
    let terms = Terms {
        issuer: ISSUER.to_owned(),
        audience: "merit".to_owned(),
        algorithms: ALGORITHMS.iter().map(|name| (*name).to_owned()).collect(),
        leeway: 5,
        role_claim: "roles".to_owned(),
    };
    let keys = KeySet::start(Source::File(file), Pace::default()).await?;
    let authenticate = Authenticate::new(ours).with_issuer(Issuer::new(terms, keys)?);
    for (algorithm, key, size) in signers {
        let mut header = Header::new(algorithm);
        header.kid = Some(format!("{algorithm:?}"));
        let until = Timestamp::now().as_second() + 3600;
        let token = |at: usize| {
            let claims = json!({
                "iss": ISSUER, "aud": "merit", "sub": "ana", "roles": ["member"], "exp": until, "jti": at.to_string()
            });
            encode(&header, &claims, key)
        };
        let shown = (0..ROUNDS * TOKENS).map(token).collect::<Result<Vec<_>, _>>()?;
        let first = first_time(&authenticate, &shown).await?;
        println!("{:<64} {first:>10}", format!("{algorithm:?}, an identity provider's, {size}"));
        let again = again(&authenticate, shown.last().ok_or("no token was made")?).await?;
        println!("{:<64} {again:>10}", "  the same token again");
    }
    Ok(())
}

/// How long it takes to know a caller by a token that was never shown before.
async fn first_time(authenticate: &Authenticate, tokens: &[String]) -> Result<u64, Failed> {
    let mut times = Vec::with_capacity(ROUNDS);
    for round in tokens.chunks(TOKENS) {
        let shown = round.iter().map(|token| by(token)).collect::<Result<Vec<_>, _>>()?;
        let began = Instant::now();
        for shown in &shown {
            black_box(authenticate.principal(shown).await?);
        }
        times.push(u64::try_from((began.elapsed() / u32::try_from(round.len())?).as_nanos())?);
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or(0))
}

/// How long it takes to know a caller by a token that they show again and again.
async fn again(authenticate: &Authenticate, token: &str) -> Result<u64, Failed> {
    let shown = by(token)?;
    median(async || {
        black_box(authenticate.principal(&shown).await?);
        Ok(())
    })
    .await
}

fn by(token: &str) -> Result<Shown, Failed> {
    Ok(Shown::by(&http::Request::builder().header("authorization", format!("Bearer {token}")).body(())?))
}

/// Nanoseconds that it takes once, in the median round.
async fn median(work: impl AsyncFn() -> Result<(), Failed>) -> Result<u64, Failed> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        for _ in 0..TIMES {
            work().await?;
        }
        times.push(u64::try_from((began.elapsed() / TIMES).as_nanos())?);
    }
    times.sort_unstable();
    Ok(times.get(ROUNDS / 2).copied().unwrap_or(0))
}
