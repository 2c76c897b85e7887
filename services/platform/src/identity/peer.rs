//! Who is on the other end of a connection with TLS, by the certificate that they showed and the table that maps its names.

use std::collections::BTreeMap;
use std::sync::Arc;

use merit_core::text::shown;
use merit_core::{Error, Kind, Result};
use tokio_rustls::rustls::pki_types::CertificateDer;

use super::principal::{Principal, Role};

/// The object identifier of a common name, 2.5.4.3.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// What a verified certificate of the other end says. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peer {
    names: Option<Arc<Vec<String>>>,
}

impl Peer {
    /// From a certificate that was verified: its names of the kind URI (RFC 5280 section 4.2.1.6), then its common name.
    #[must_use]
    pub fn of(certificate: &CertificateDer<'_>) -> Self {
        let Ok(certificate) = webpki::EndEntityCert::try_from(certificate) else { return Self::default() };
        let mut names: Vec<String> = certificate.valid_uri_names().map(str::to_owned).collect();
        names.extend(common_name(certificate.subject()));
        Self { names: Some(Arc::new(names)) }
    }

    /// The names; none where no certificate was shown.
    #[must_use]
    pub fn names(&self) -> Option<&[String]> {
        self.names.as_deref().map(Vec::as_slice)
    }
}

/// Which name in a certificate is whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named(BTreeMap<String, Principal>);

impl Named {
    /// From a table such as `"spiffe://merit/goals" = "service"` or `"ana.example" = "ana as manager, executive"`.
    ///
    /// # Errors
    /// `BAD_SETTING`, naming the entry.
    pub fn read(table: &BTreeMap<String, String>) -> Result<Self> {
        table.iter().map(|(name, whom)| Ok((name.clone(), principal(name, whom)?))).collect::<Result<_>>().map(Self)
    }

    /// Whom a certificate names: the first of its names that is in the table.
    #[must_use]
    pub fn principal(&self, peer: &Peer) -> Option<&Principal> {
        peer.names()?.iter().find_map(|name| self.0.get(name))
    }
}

fn principal(name: &str, whom: &str) -> Result<Principal> {
    let bad = |why: &str| {
        let words = format!(
            "the certificate `{}` is `{}`: {why}; it takes `service`, or a person and roles such as `ana as manager`",
            shown(name),
            shown(whom)
        );
        Error::invalid("BAD_SETTING", words)
    };
    if whom.trim() == Role::Service.word() {
        return Ok(Principal::new(Role::Service.word(), Role::Service));
    }
    let (subject, roles) = whom.split_once(" as ").ok_or_else(|| bad("there is no role"))?;
    let subject = merit_core::ids::PersonId::new(subject.trim()).map_err(|error| bad(&error.message))?;
    let roles = roles.split(',').map(|word| Role::from_word(word.trim())).collect::<Result<_>>();
    Ok(Principal { subject: subject.as_str().to_owned(), roles: roles.map_err(|error| bad(&error.message))? })
}

/// Whether a token and a certificate are of the same caller: the same subject, in no role that the certificate doesn't
/// have.
///
/// # Errors
/// `IDENTITIES_DIFFER` where they are not.
pub fn agree(token: &Principal, certificate: &Principal) -> Result<()> {
    if token.subject == certificate.subject && token.roles.is_subset(&certificate.roles) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Unauthenticated,
        "IDENTITIES_DIFFER",
        "the token and the certificate name different callers; send one of them, or two that agree",
    ))
}

/// The common name in a subject: a sequence of sets of pairs, in DER.
fn common_name(mut subject: &[u8]) -> Option<String> {
    while let Some((_, set, rest)) = element(subject) {
        let (_, pair, _) = element(set)?;
        let (_, kind, value) = element(pair)?;
        if kind == COMMON_NAME {
            let (_, text, _) = element(value)?;
            return std::str::from_utf8(text).ok().map(str::to_owned);
        }
        subject = rest;
    }
    None
}

/// The next element: its tag, its content, and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, bytes) = bytes.split_first()?;
    let (first, bytes) = bytes.split_first()?;
    let (length, bytes) = match first {
        0..=0x7f => (usize::from(*first), bytes),
        0x81 => bytes.split_first().map(|(length, rest)| (usize::from(*length), rest))?,
        0x82 => {
            let (length, rest) = bytes.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        _ => return None,
    };
    let (content, rest) = bytes.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_by(uris: &[&str], common_name: &str) -> Peer {
        let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::OrganizationName, "Example");
        params.distinguished_name.push(rcgen::DnType::CommonName, common_name);
        params.subject_alt_names = uris.iter().map(|uri| rcgen::SanType::URI((*uri).try_into().unwrap())).collect();
        let key = rcgen::KeyPair::generate().unwrap();
        Peer::of(params.self_signed(&key).unwrap().der())
    }

    fn table(entries: &[(&str, &str)]) -> Result<Named> {
        Named::read(&entries.iter().map(|(name, whom)| ((*name).to_owned(), (*whom).to_owned())).collect())
    }

    #[test]
    fn a_certificate_is_known_by_its_uri_or_its_common_name() {
        let named =
            table(&[("spiffe://merit/goals", "service"), ("ana.example", "ana as manager, executive")]).unwrap();
        let service = Principal::new("service", Role::Service);
        assert_eq!(named.principal(&shown_by(&["spiffe://merit/goals"], "whatever")), Some(&service));
        let ana = named.principal(&shown_by(&[], "ana.example")).unwrap();
        assert_eq!((ana.subject.as_str(), ana.roles.len()), ("ana", 2));
        assert_eq!(named.principal(&shown_by(&["spiffe://merit/other"], "else")), None);
        assert_eq!(named.principal(&Peer::default()), None);
        assert!(agree(&Principal::new("ana", Role::Manager), ana).is_ok());
        assert!(agree(&Principal::new("ana", Role::Auditor), ana).is_err());
        assert!(agree(&Principal::new("bo", Role::Manager), ana).is_err());
    }

    #[test]
    fn a_table_that_makes_no_sense_names_its_entry() {
        for whom in ["ana", "ana as king", " as manager", "service as"] {
            assert!(table(&[("x.example", whom)]).unwrap_err().message.contains("x.example"), "{whom}");
        }
    }

    #[test]
    fn bytes_that_are_no_subject_name_nobody() {
        for bytes in [&[][..], &[0x31], &[0x31, 0x05, 0x30], &[0x31, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x31, 0x00]] {
            assert_eq!(common_name(bytes), None);
        }
    }
}
