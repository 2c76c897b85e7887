//! A conversation of one command with the services: inside the process on a data folder, or with a running server. Either
//! way only the generated clients speak.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use merit_core::{Clock, Error, Result, SystemClock};
use merit_platform::client::{self, Bearer, LIMIT, Link};
use merit_platform::data_folder::DataFolder;
use merit_platform::identity::{Keys, Principal, Role};
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::goals::v1::goals_service_client::GoalsServiceClient;
use merit_proto::notifications::v1::notifications_service_client::NotificationsServiceClient;
use merit_proto::reviews::v1::reviews_service_client::ReviewsServiceClient;
use merit_proto::scoring::v1::scoring_service_client::ScoringServiceClient;

use crate::cli::Global;
use crate::settings::Settings;
use crate::wiring::{self, Assembly};

/// Seconds that a command's own token is good for: longer than any command runs.
const TOKEN_SECONDS: i64 = 24 * 3600;

/// An open conversation.
pub struct Session {
    link: Link,
    // Holds the folder's lock while the command runs.
    _folder: Option<DataFolder>,
}

impl Session {
    /// Opens the data folder, or reaches the server, as the command line says. `command` tells another process who holds
    /// the folder.
    ///
    /// # Errors
    /// `DATA_FOLDER_LOCKED`, `SERVER_UNREACHABLE`, `TOKEN_NEEDED`, and those of opening a service.
    pub async fn open(global: &Global, command: &str) -> Result<Self> {
        let token = global.token.as_deref().map(read_token).transpose()?;
        match &global.server {
            Some(url) => {
                let token = token.ok_or_else(|| {
                    Error::invalid(
                        "TOKEN_NEEDED",
                        "a server wants to know who calls: pass --token FILE with what `merit token` printed",
                    )
                })?;
                let channel = client::remote(url).await?;
                Ok(Self { link: client::link(channel, Bearer::new(&token)?), _folder: None })
            }
            None => Self::embedded(&global.data, command, token, Arc::new(SystemClock)).await,
        }
    }

    /// Opens a data folder with a clock of its own. Without a token the local operator acts.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub async fn embedded(data: &Path, command: &str, token: Option<String>, clock: Arc<dyn Clock>) -> Result<Self> {
        let folder = DataFolder::open(data, &format!("merit {command}"))?;
        let keys = Keys::load_or_create(&wiring::key_file(data))?;
        let settings = Settings::from_environment()?;
        let assembly = Assembly::open(&folder, &keys, &settings, clock).await?;
        assembly.start_relay();
        let Assembly { server, channel, incoming, .. } = assembly;
        tokio::spawn(server.serve_in_process(incoming));
        let token = match token {
            Some(token) => token,
            None => keys.mint(&Principal::new("operator", Role::Operator), Timestamp::now(), TOKEN_SECONDS)?,
        };
        Ok(Self { link: client::link(channel, Bearer::new(&token)?), _folder: Some(folder) })
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
