//! TLS on the socket, and callers with certificates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType};
use tonic::Code;

use super::*;
use crate::access::Decider;
use crate::identity::{Authenticate, Named};

/// An authority of a test.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    fn new(folder: &Path, name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let file = folder.join(format!("{name}.pem"));
        std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
        Self { issuer: Issuer::new(params, key), file }
    }

    /// Writes a certificate and its key.
    fn issue(&self, folder: &Path, name: &str, alternative: SanType) -> (PathBuf, PathBuf) {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.subject_alt_names = vec![alternative];
        let key = KeyPair::generate().unwrap();
        let files = (folder.join(format!("{name}.crt")), folder.join(format!("{name}.key")));
        std::fs::write(&files.0, params.signed_by(&key, &self.issuer).unwrap().pem()).unwrap();
        std::fs::write(&files.1, key.serialize_pem()).unwrap();
        files
    }
}

fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().unwrap())
}

fn uri(name: &str) -> SanType {
    SanType::URI(name.try_into().unwrap())
}

async fn who(server: &Running, trust: &Trust, bearer: Bearer) -> Result<String, Status> {
    let channel = client::remote(&server.url, trust).await.map_err(to_status)?;
    let mut client = DirectoryServiceClient::new(client::link(channel, bearer));
    Ok(client.list_people(proto::ListPeopleRequest::default()).await?.into_inner().next_page_token)
}

#[tokio::test]
async fn a_certificate_says_who_calls_and_must_agree_with_a_token() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    let (ours, foreign) = (Authority::new(folder, "ours"), Authority::new(folder, "foreign"));
    let (certificate, key) = ours.issue(folder, "server", dns("localhost"));
    let files = TlsFiles { certificate, key, client_ca: Some(ours.file.clone()) };
    let table = BTreeMap::from([("spiffe://merit/goals".to_owned(), "service".to_owned())]);
    let keys = Keys::from_secret(&[7; 32]);
    let authenticate = Authenticate::new(keys.clone()).with_certificates(Named::read(&table).unwrap());
    let guard = Guard::new(authenticate, Decider::embedded().unwrap(), Arc::new(NoReach));
    let server = Running::behind(guard, Limits::default(), Some(Certificates::watch(files).unwrap())).await;

    let with = |identity| Trust { ca_file: Some(ours.file.clone()), identity };
    let goals = with(Some(ours.issue(folder, "goals", uri("spiffe://merit/goals"))));
    assert_eq!(who(&server, &goals, Bearer::none()).await.unwrap(), "service");
    // A token without a certificate is as good as ever; both together have to name the same caller.
    assert_eq!(who(&server, &with(None), server.token()).await.unwrap(), "operator");
    let differ = who(&server, &goals, server.token()).await.unwrap_err();
    assert_eq!((differ.code(), reason(&differ).as_str()), (Code::Unauthenticated, "IDENTITIES_DIFFER"));
    let service = keys.mint(&Principal::new("service", Role::Service), Timestamp::now(), 60).unwrap();
    assert_eq!(who(&server, &goals, Bearer::new(&service).unwrap()).await.unwrap(), "service");

    let nobody = who(&server, &with(None), Bearer::none()).await.unwrap_err();
    assert_eq!(reason(&nobody), "NO_IDENTITY");
    let stranger = with(Some(ours.issue(folder, "stranger", uri("spiffe://merit/stranger"))));
    assert!(who(&server, &stranger, Bearer::none()).await.unwrap_err().message().contains("[identity.certificates]"));
    // A name of ours in somebody else's certificate gets no connection.
    let forged = with(Some(foreign.issue(folder, "forged", uri("spiffe://merit/goals"))));
    assert_ne!(who(&server, &forged, Bearer::none()).await.unwrap_err().code(), Code::Ok);
    // Nor does a caller who doesn't trust the server's authority.
    let distrust = Trust { ca_file: Some(foreign.file), identity: None };
    assert_eq!(reason(&who(&server, &distrust, server.token()).await.unwrap_err()), "SERVER_UNREACHABLE");
}

#[tokio::test]
async fn new_certificates_are_taken_up_and_broken_ones_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    let (old, new) = (Authority::new(folder, "old"), Authority::new(folder, "new"));
    let (certificate, key) = old.issue(folder, "server", dns("localhost"));
    let files = TlsFiles { certificate: certificate.clone(), key, client_ca: None };
    let certificates = Certificates::watch(files).unwrap();
    let keys = Keys::from_secret(&[7; 32]);
    let guard = Guard::local(&keys, Arc::new(NoReach)).unwrap();
    let server = Running::behind(guard, Limits::default(), Some(certificates.clone())).await;
    let trusting = |authority: &Authority| Trust { ca_file: Some(authority.file.clone()), identity: None };
    assert!(who(&server, &trusting(&old), server.token()).await.is_ok());

    // The clock of a file system may be too coarse to tell two writes of one test apart.
    let written = |later: u64| {
        let file = std::fs::File::options().append(true).open(&certificate).unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(later)).unwrap();
        certificates.look();
    };
    std::fs::write(&certificate, "no certificate").unwrap();
    written(10);
    assert!(who(&server, &trusting(&old), server.token()).await.is_ok());
    new.issue(folder, "server", dns("localhost"));
    written(20);
    assert!(who(&server, &trusting(&new), server.token()).await.is_ok());
    assert!(who(&server, &trusting(&old), server.token()).await.is_err());
}

#[tokio::test]
async fn a_caller_takes_up_a_renewed_certificate_with_the_next_connection() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    let ours = Authority::new(folder, "ours");
    let (certificate, key) = ours.issue(folder, "server", dns("localhost"));
    let files = TlsFiles { certificate, key, client_ca: Some(ours.file.clone()) };
    let table = BTreeMap::from([
        ("spiffe://merit/old".to_owned(), "ana as operator".to_owned()),
        ("spiffe://merit/new".to_owned(), "bo as operator".to_owned()),
    ]);
    let authenticate = Authenticate::new(Keys::from_secret(&[7; 32])).with_certificates(Named::read(&table).unwrap());
    let guard = Guard::new(authenticate, Decider::embedded().unwrap(), Arc::new(NoReach));
    let young = Duration::from_millis(20);
    let limits = Limits { age: young, age_grace: young, ..Limits::default() };
    let server = Running::behind(guard, limits, Some(Certificates::watch(files).unwrap())).await;

    let trust = Trust {
        ca_file: Some(ours.file.clone()),
        identity: Some(ours.issue(folder, "caller", uri("spiffe://merit/old"))),
    };
    let channel = client::lazy(&server.url, &trust).unwrap();
    let mut client = DirectoryServiceClient::new(client::link(channel, Bearer::none()));
    // A connection that is cut as its call arrives answers nothing: the next one does.
    let comes_to_be = async |client: &mut DirectoryServiceClient<Link>, who: &str| {
        let comes = async {
            loop {
                let answer = client.list_people(proto::ListPeopleRequest::default()).await;
                if answer.is_ok_and(|people| people.into_inner().next_page_token == who) {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, comes).await.unwrap();
    };
    comes_to_be(&mut client, "ana").await;
    ours.issue(folder, "caller", uri("spiffe://merit/new"));
    comes_to_be(&mut client, "bo").await;
}
