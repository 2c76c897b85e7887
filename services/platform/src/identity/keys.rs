//! The embedded key: made at first start, readable by its owner only, it signs and verifies tokens with one fixed
//! algorithm (HMAC-SHA-256, RFC 7518 section 3.2).

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use merit_core::{Error, Kind, Result};
use serde::{Deserialize, Serialize};

use super::principal::{Principal, Role};
use super::verified::{Times, Verified};

/// Who signs, and for whom: a token of another program is refused.
const ISSUER: &str = "merit";
/// Seconds by which the clocks of two machines may differ.
const LEEWAY: u64 = 5;
/// Bytes of the key (RFC 7518 asks for at least the hash's length).
const KEY_BYTES: usize = 32;

/// Who keeps a key file: what is closed to others there, and what to do about one that is open or damaged.
struct Keeper {
    closed: u32,
    open: &'static str,
    damaged: &'static str,
}

/// The program itself, which makes a new one where there is none.
const OURS: Keeper = Keeper {
    closed: 0o077,
    open: "can be read by others; run `chmod 600` on it, and if anyone may have seen it, delete it to make a new one",
    damaged: "is damaged; delete it to make a new one (tokens made before stop working)",
};
/// Whoever named it in a setting. A group may read it, as with a secret that a cluster mounts.
const NAMED: Keeper = Keeper {
    closed: 0o037,
    open: "can be read by others; run `chmod 600` on it, and if anyone may have seen it, put a new one there (`openssl rand -hex 32`)",
    damaged: "is none: the file that identity.key_file names must hold 64 hexadecimal digits, as `openssl rand -hex 32` makes them",
};

/// The key. Cheap to clone; never shown.
#[derive(Clone)]
pub struct Keys {
    pair: Arc<Pair>,
    verified: Arc<Verified<Pair>>,
}

struct Pair {
    signs: EncodingKey,
    verifies: DecodingKey,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    roles: BTreeSet<Role>,
    iat: i64,
    exp: i64,
}

impl Keys {
    /// Reads the key file, or makes one with mode 0600.
    ///
    /// # Errors
    /// `IDENTITY_KEY` when it can't be read or made, has not the right size, or others may read it.
    pub fn load_or_create(path: &Path) -> Result<Self> {
        if !path.exists() {
            create(path).map_err(|error| {
                Error::precondition("IDENTITY_KEY", format!("the key `{}` can't be made: {error}", path.display()))
            })?;
        }
        Self::read(path, OURS)
    }

    /// Reads a key file that somebody else keeps. A group may read it, as with a secret that a cluster mounts.
    ///
    /// # Errors
    /// `IDENTITY_KEY` when it can't be read, has not the right size, or others may read it.
    pub fn load(path: &Path) -> Result<Self> {
        Self::read(path, NAMED)
    }

    fn read(path: &Path, keeper: Keeper) -> Result<Self> {
        let refused = |what: &str| Error::precondition("IDENTITY_KEY", format!("the key `{}` {what}", path.display()));
        let mode =
            std::fs::metadata(path).map_err(|error| refused(&format!("can't be read: {error}")))?.permissions().mode();
        if mode & keeper.closed != 0 {
            return Err(refused(keeper.open));
        }
        let text = std::fs::read_to_string(path).map_err(|error| refused(&format!("can't be read: {error}")))?;
        let secret = text.trim();
        if secret.len() != KEY_BYTES * 2 || !secret.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(refused(keeper.damaged));
        }
        Ok(Self::from_secret(secret.as_bytes()))
    }

    /// From secret bytes.
    #[must_use]
    pub fn from_secret(secret: &[u8]) -> Self {
        let pair = Pair { signs: EncodingKey::from_secret(secret), verifies: DecodingKey::from_secret(secret) };
        Self { pair: Arc::new(pair), verified: Arc::default() }
    }

    /// A token for a principal, good for `seconds` from `now`.
    ///
    /// # Errors
    /// `INTERNAL` when signing fails.
    pub fn mint(&self, principal: &Principal, now: Timestamp, seconds: i64) -> Result<String> {
        let issued = now.as_second();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: ISSUER.to_owned(),
            sub: principal.subject.clone(),
            roles: principal.roles.clone(),
            iat: issued,
            exp: issued.saturating_add(seconds),
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.pair.signs).map_err(|_| Error::internal("signing failed"))
    }

    /// The principal that a token names.
    ///
    /// # Errors
    /// `BAD_TOKEN` when it is not one of ours, or has expired.
    pub fn verify(&self, token: &str) -> Result<Principal> {
        let now = Timestamp::now().as_second();
        if let Some(principal) = self.verified.principal(token, &self.pair, now) {
            return Ok(principal);
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY;
        let bad = |message: &str| Error::new(Kind::Unauthenticated, "BAD_TOKEN", message);
        let claims = decode::<Claims>(token, &self.pair.verifies, &validation)
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::ExpiredSignature => {
                    bad("the token has expired; make a new one with `merit token`")
                }
                _ => bad("the token is not one that this Merit made; make one with `merit token`"),
            })?
            .claims;
        if claims.roles.is_empty() {
            return Err(bad("the token names no role; make one with `merit token`"));
        }
        let principal = Principal { subject: claims.sub, roles: claims.roles };
        // None of ours says from when on it is good.
        let times = Times::until(claims.exp, LEEWAY);
        self.verified.keep(token, Arc::clone(&self.pair), times, &principal);
        Ok(principal)
    }
}

fn create(path: &Path) -> std::io::Result<()> {
    let mut secret = [0_u8; KEY_BYTES];
    getrandom::fill(&mut secret).map_err(std::io::Error::other)?;
    let text = secret.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_principal_until_it_expires() {
        let keys = Keys::from_secret(&[7; 32]);
        let ana = Principal::new("ana", Role::Manager);
        assert_eq!(keys.verify(&keys.mint(&ana, Timestamp::now(), 60).unwrap()).unwrap(), ana);
        let old = keys.mint(&ana, "2026-01-01T00:00:00Z".parse().unwrap(), 60).unwrap();
        assert!(keys.verify(&old).unwrap_err().message.contains("expired"));
        let foreign = Keys::from_secret(&[8; 32]).mint(&ana, Timestamp::now(), 60).unwrap();
        assert_eq!(keys.verify(&foreign).unwrap_err().reason, "BAD_TOKEN");
        // `alg: none`, the classic forgery.
        assert!(keys.verify("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.").is_err());
    }

    #[test]
    fn the_key_is_made_once_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("identity.key");
        let first = Keys::load_or_create(&path).unwrap();
        let token = first.mint(&Principal::new("ana", Role::Member), Timestamp::now(), 60).unwrap();
        assert!(Keys::load_or_create(&path).unwrap().verify(&token).is_ok());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Keys::load_or_create(&path).is_err_and(|e| e.message.contains("chmod 600")));
    }

    #[test]
    fn a_key_that_somebody_else_keeps_is_never_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("named.key");
        for (text, mode, said) in
            [("short", 0o600, "must hold 64 hexadecimal digits"), ("short", 0o644, "put a new one there")]
        {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let told = Keys::load(&path).err().unwrap().message;
            assert!(told.contains(said) && !told.contains("delete it"), "{told}");
            let ours = Keys::load_or_create(&path).err().unwrap().message;
            assert!(ours.contains("delete it to make a new one"), "{ours}");
        }
    }
}
