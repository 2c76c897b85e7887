//! The one place that knows every service's constructor and who talks to whom.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use merit_core::{Clock, Error, Problem, Result};
use merit_platform::access::{Decider, DirectoryReach, Guard};
use merit_platform::client::{self, Bearer, Incoming, LIMIT, Link, Switchboard};
use merit_platform::data_folder::DataFolder;
use merit_platform::identity::{Authenticate, Issuer, KeySet, Keys, Pace, Principal, Role};
use merit_platform::server::{Certificates, Server};
use merit_platform::store::Place;
use merit_platform::store::postgres;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::goals::v1::goals_service_client::GoalsServiceClient;

use crate::placement::Service;
use crate::settings::{Settings, Storage};

/// How often what waits in the outbox is counted.
const MEASURE_EVERY: Duration = Duration::from_secs(30);
/// The data folder's own key.
const KEY: &str = "identity.key";
/// Seconds that the services' token among themselves is good for: longer than a process lives without an update.
const SERVICE_TOKEN_SECONDS: i64 = 366 * 24 * 3600;

/// The key that signs our tokens: the one that the settings name, or the data folder's own, made at first use.
///
/// # Errors
/// `IDENTITY_KEY` when it can't be used or made, `BAD_SETTING` when the settings name no file that is there.
pub fn keys(settings: &Settings, data: &Path) -> Result<Keys> {
    match &settings.identity.key_file {
        Some(file) => settings.secret_is_there("identity.key_file", file).and_then(|()| Keys::load(file)),
        None => Keys::load_or_create(&data.join(KEY)),
    }
}

/// Whether a data folder has a key of its own already.
#[must_use]
pub fn has_key(data: &Path) -> bool {
    data.join(KEY).is_file()
}

/// Where records are. A data folder stays locked as long as this lives; on a server the database keeps order.
pub struct Ground {
    /// For the services.
    pub place: Place,
    /// What it is called, for people.
    pub name: String,
    _folder: Option<DataFolder>,
}

impl Ground {
    /// Takes the place that the settings name. `holder` says who we are to the next one who wants the folder.
    ///
    /// # Errors
    /// `DATA_FOLDER`, `DATA_FOLDER_LOCKED`; `BAD_SETTING` when the database's address or password can't be used.
    pub fn take(settings: &Settings, data: &Path, holder: &str) -> Result<Self> {
        match &settings.storage {
            Storage::Folder => {
                let folder = DataFolder::open(data, holder)?;
                let name = folder.path().display().to_string();
                Ok(Self { place: Place::folder(data), name, _folder: Some(folder) })
            }
            Storage::Postgres { .. } => Ok(Self {
                place: Place::Postgres(server(settings)?),
                name: "a PostgreSQL database".to_owned(),
                _folder: None,
            }),
        }
    }
}

fn server(settings: &Settings) -> Result<postgres::Server> {
    let Storage::Postgres { url, password_file, connections, prefix } = &settings.storage else {
        return Err(Error::internal("the settings name no database"));
    };
    let password = password_file.as_deref().map(|file| {
        settings.secret_is_there("storage.password_file", file)?;
        std::fs::read_to_string(file).map(|text| text.trim_end_matches(['\r', '\n']).to_owned()).map_err(|error| {
            let words = format!("the password in `{}` can't be read: {error}", file.display());
            Error::precondition("BAD_SETTING", words)
        })
    });
    Ok(postgres::Server::new(url, password.transpose()?.as_deref(), *connections)?.with_prefix(prefix))
}

/// Makes a service's schema where there is none, and brings it to this program's version.
///
/// # Errors
/// `STORAGE` when it can't be done, `STORE_UNAVAILABLE` when the server doesn't answer.
pub async fn migrate(server: &postgres::Server, service: Service) -> Result<()> {
    match service {
        Service::Directory => merit_directory::store::postgres::migrate(server).await,
        Service::Goals => merit_goals::store::postgres::migrate(server).await,
        Service::Scoring => merit_scoring::store::postgres::migrate(server).await,
        Service::Feedback => merit_feedback::store::postgres::migrate(server).await,
        Service::Notifications => merit_notifications::store::postgres::migrate(server).await,
        Service::Reviews => merit_reviews::store::postgres::migrate(server).await,
    }
}

/// Services of one process, ready to be served.
pub struct Assembly {
    /// The server, not yet listening.
    pub server: Server,
    /// A way to every service, without an identity.
    pub switchboard: Switchboard,
    /// What connections from inside arrive at; give it to the server.
    pub incoming: Incoming,
    reviews: Option<merit_reviews::ReviewsService>,
    notifications: Option<merit_notifications::NotificationsService>,
    relay_every: Duration,
}

impl Assembly {
    /// Opens some services where they keep their records. Others are asked where the settings say.
    ///
    /// # Errors
    /// `STORAGE` or `STORE_VERSION` when a record can't be opened or is another version's; `BAD_SETTING` when a service
    /// that is asked has no address.
    pub async fn open(
        place: &Place,
        services: &BTreeSet<Service>,
        keys: &Keys,
        settings: &Settings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let (channel, incoming) = client::in_process();
        let switchboard = Switchboard::new(elsewhere(services, settings)?, Some(channel));
        let service = Principal::new("service", Role::Service);
        let token = keys.mint(&service, Timestamp::now(), SERVICE_TOKEN_SECONDS)?;
        let link = client::link(switchboard.clone(), Bearer::new(&token)?);

        let mut server = Server::new(guard(keys, settings, &link).await?)?.with_limits(settings.limits.clone());
        let mut reviews = None;
        let mut notifications = None;
        for service in services {
            let clock = clock.clone();
            match service {
                Service::Directory => server.add(merit_directory::open(place, clock).await?.server()),
                Service::Goals => server.add(merit_goals::open(place, link.clone(), clock).await?.server()),
                Service::Feedback => {
                    let (directory, goals) = (directory_client(&link), goals_client(&link));
                    server.add(merit_feedback::FeedbackService::open(place, directory, goals, clock).await?.server());
                }
                Service::Scoring => {
                    let link = || link.clone();
                    server.add(merit_scoring::open(place, link(), link(), link(), clock).await?.server());
                }
                Service::Notifications => {
                    let (directory, relay) = (directory_client(&link), settings.relay.clone());
                    let opened = merit_notifications::NotificationsService::open(place, directory, relay, clock);
                    let opened = opened.await?;
                    server.add(opened.server());
                    notifications = Some(opened);
                }
                Service::Reviews => {
                    let opened = merit_reviews::open(place, merit_reviews::Links::all(&link), clock).await?;
                    server.add(opened.server());
                    reviews = Some(opened);
                }
            }
        }
        Ok(Self { server, switchboard, incoming, reviews, notifications, relay_every: settings.relay_every })
    }

    /// Lets the server speak TLS on its socket, if the settings say so.
    ///
    /// # Errors
    /// `TLS` when the certificates can't be used.
    pub fn with_tls(mut self, settings: &Settings) -> Result<Self> {
        if let Some(files) = &settings.tls {
            self.server = self.server.with_tls(Certificates::watch(files.clone())?);
        }
        Ok(self)
    }

    /// Measures, now and then, what waits in the outbox.
    pub fn start_measuring(&self) {
        if let Some(notifications) = self.notifications.clone() {
            tokio::spawn(async move { notifications.measure_forever(MEASURE_EVERY).await });
        }
    }

    /// Hands on, now and then, what reviews still has to say to notifications.
    pub fn start_relay(&self) {
        if let Some(reviews) = self.reviews.clone() {
            let every = self.relay_every;
            tokio::spawn(async move { reviews.relay_forever(every).await });
        }
    }
}

/// Channels to the services that run elsewhere.
fn elsewhere(services: &BTreeSet<Service>, settings: &Settings) -> Result<BTreeMap<String, tonic::transport::Channel>> {
    let asked: BTreeSet<_> = services.iter().flat_map(|service| service.asks()).copied().collect();
    let mut channels = BTreeMap::new();
    let mut missing = Vec::new();
    for service in Service::ALL.into_iter().filter(|service| !services.contains(service)) {
        match settings.services.get(&service) {
            Some(url) => {
                let channel = client::lazy(url, &settings.trust).map_err(|error| settings.about_own_key(error))?;
                channels.insert(service.word().to_owned(), channel);
            }
            None if asked.contains(&service) || service == Service::Directory => {
                let words =
                    format!("{} has to say where `{}` runs, which is asked from here", service.key(), service.word());
                missing.push(Problem::row(0, words));
            }
            None => {}
        }
    }
    if missing.is_empty() {
        return Ok(channels);
    }
    Err(Error::invalid("BAD_SETTING", "services that are asked have no address").with_problems(missing))
}

/// Ways to the services at the addresses of the settings, for a command.
///
/// # Errors
/// `BAD_SERVER` or `TLS` when an address or a certificate can't be used.
pub fn distributed(settings: &Settings) -> Result<Switchboard> {
    let channel = |(service, url): (&Service, &String)| {
        let channel = client::lazy(url, &settings.trust).map_err(|error| settings.about_own_key(error))?;
        Ok((service.word().to_owned(), channel))
    };
    Ok(Switchboard::new(settings.services.iter().map(channel).collect::<Result<_>>()?, None))
}

async fn guard(keys: &Keys, settings: &Settings, link: &Link) -> Result<Guard> {
    let decider = match &settings.policies_file {
        Some(file) => Decider::from_file(file)?,
        None => Decider::embedded()?,
    };
    let mut authenticate = Authenticate::new(keys.clone()).with_certificates(settings.identity.certificates.clone());
    if let Some(provider) = &settings.identity.provider {
        let keys = KeySet::start(provider.keys.clone(), Pace::default()).await?;
        authenticate = authenticate.with_issuer(Issuer::new(provider.terms.clone(), keys)?);
    }
    Ok(Guard::new(authenticate, decider, Arc::new(DirectoryReach::new(link.clone()))))
}

fn directory_client(link: &Link) -> DirectoryServiceClient<Link> {
    DirectoryServiceClient::new(link.clone()).max_decoding_message_size(LIMIT)
}

fn goals_client(link: &Link) -> GoalsServiceClient<Link> {
    GoalsServiceClient::new(link.clone()).max_decoding_message_size(LIMIT)
}
