//! A conversation of one command with the services: inside the process on a data folder, or with a running server. Either
//! way only the generated clients speak.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use merit_core::{Clock, Error, Result, SystemClock};
use merit_platform::client::{self, Bearer, LIMIT, Link, Switchboard};
use merit_platform::identity::{Principal, Role};
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::goals::v1::goals_service_client::GoalsServiceClient;
use merit_proto::notifications::v1::notifications_service_client::NotificationsServiceClient;
use merit_proto::reviews::v1::reviews_service_client::ReviewsServiceClient;
use merit_proto::scoring::v1::scoring_service_client::ScoringServiceClient;

use crate::cli::Global;
use crate::placement::Service;
use crate::settings::Settings;
use crate::wiring::{self, Assembly, Ground};

/// Seconds that a command's own token is good for: longer than any command runs.
const TOKEN_SECONDS: i64 = 24 * 3600;

/// An open conversation.
pub struct Session {
    link: Link,
    // Holds the folder's lock while the command runs.
    _ground: Option<Ground>,
}

impl Session {
    /// Opens the data folder, or reaches the server, as the command line says. `command` tells another process who holds
    /// the folder.
    ///
    /// # Errors
    /// `DATA_FOLDER_LOCKED`, `SERVER_UNREACHABLE`, `TOKEN_NEEDED`, and those of opening a service.
    pub async fn open(global: &Global, command: &str) -> Result<Self> {
        let token = global.token.as_deref().map(read_token).transpose()?;
        let settings = Settings::load(global.config.as_deref())?;
        let switchboard = match &global.server {
            Some(url) => {
                let channel = client::remote(url, &settings.trust).await;
                Switchboard::from(channel.map_err(|error| settings.about_own_key(error))?)
            }
            None if settings.services.is_empty() => {
                return Self::embedded(&global.data, command, token, &settings, Arc::new(SystemClock)).await;
            }
            None => wiring::distributed(&settings)?,
        };
        let link = match (token, &settings.trust.identity) {
            (Some(token), _) => client::link(switchboard, Bearer::new(&token)?),
            // A certificate says who calls.
            (None, Some(_)) => client::link(switchboard, Bearer::none()),
            (None, None) => {
                return Err(Error::invalid(
                    "TOKEN_NEEDED",
                    "a server wants to know who calls: pass --token FILE with what `merit token` printed",
                ));
            }
        };
        Ok(Self { link, _ground: None })
    }

    /// Opens all services where they keep their records, with a clock of its own. Without a token the local operator acts.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub async fn embedded(
        data: &Path,
        command: &str,
        token: Option<String>,
        settings: &Settings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let ground = Ground::take(settings, data, &format!("merit {command}"))?;
        let keys = wiring::keys(settings, data)?;
        let assembly = Assembly::open(&ground.place, &Service::ALL.into(), &keys, settings, clock).await?;
        assembly.start_relay();
        let Assembly { server, switchboard, incoming, .. } = assembly;
        tokio::spawn(server.serve_in_process(incoming));
        let token = match token {
            Some(token) => token,
            None => keys.mint(&Principal::new("operator", Role::Operator), Timestamp::now(), TOKEN_SECONDS)?,
        };
        Ok(Self { link: client::link(switchboard, Bearer::new(&token)?), _ground: Some(ground) })
    }

    /// The link itself, for what makes its own clients.
    #[must_use]
    pub fn link(&self) -> Link {
        self.link.clone()
    }

    /// People and reporting lines.
    #[must_use]
    pub fn directory(&self) -> DirectoryServiceClient<Link> {
        DirectoryServiceClient::new(self.link()).max_decoding_message_size(LIMIT)
    }

    /// Cycles, schema and goals.
    #[must_use]
    pub fn goals(&self) -> GoalsServiceClient<Link> {
        GoalsServiceClient::new(self.link()).max_decoding_message_size(LIMIT)
    }

    /// Results, policies, runs and the ledger.
    #[must_use]
    pub fn scoring(&self) -> ScoringServiceClient<Link> {
        ScoringServiceClient::new(self.link()).max_decoding_message_size(LIMIT)
    }

    /// The close and its scorecards.
    #[must_use]
    pub fn reviews(&self) -> ReviewsServiceClient<Link> {
        ReviewsServiceClient::new(self.link()).max_decoding_message_size(LIMIT)
    }

    /// The outbox.
    #[must_use]
    pub fn notifications(&self) -> NotificationsServiceClient<Link> {
        NotificationsServiceClient::new(self.link()).max_decoding_message_size(LIMIT)
    }
}

fn read_token(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map(|text| text.trim().to_owned()).map_err(|error| {
        Error::invalid("TOKEN_FILE", format!("the token file `{}` can't be read: {error}", path.display()))
    })
}
