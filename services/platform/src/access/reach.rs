//! The reporting line, asked of the directory and kept for a moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use merit_core::Result;
use merit_core::ids::PersonId;
use merit_proto::directory::v1::ListReportsRequest;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use tokio::sync::Mutex;

use crate::client::{LIMIT, Link};
use crate::status::from_status;

/// How long a line that was asked for is used again. A change of manager is in force everywhere after this time.
const FRESH: Duration = Duration::from_secs(5);
/// Lines kept at a time.
const KEPT: usize = 10_000;

/// Who reports to whom.
#[async_trait]
pub trait Reach: Send + Sync {
    /// Everyone who reports to a person today, at whatever level. Better with the person themselves: most may do about
    /// themselves what they may about those, and then the line is their scope as it stands.
    ///
    /// # Errors
    /// When the directory doesn't answer; the call is denied then.
    async fn line(&self, manager: &PersonId) -> Result<Arc<BTreeSet<PersonId>>>;
}

/// Nobody reports to anybody.
#[derive(Debug, Clone, Copy)]
pub struct NoReach;

#[async_trait]
impl Reach for NoReach {
    async fn line(&self, _: &PersonId) -> Result<Arc<BTreeSet<PersonId>>> {
        Ok(Arc::default())
    }
}

type Lines = BTreeMap<PersonId, (Instant, Arc<BTreeSet<PersonId>>)>;

/// The directory's reporting lines.
pub struct DirectoryReach {
    directory: Link,
    kept: Mutex<Lines>,
}

impl DirectoryReach {
    /// Asks the directory behind a link.
    #[must_use]
    pub fn new(directory: Link) -> Self {
        Self { directory, kept: Mutex::default() }
    }
}

#[async_trait]
impl Reach for DirectoryReach {
    async fn line(&self, manager: &PersonId) -> Result<Arc<BTreeSet<PersonId>>> {
        let now = Instant::now();
        if let Some((asked, line)) = self.kept.lock().await.get(manager)
            && now.duration_since(*asked) < FRESH
        {
            return Ok(line.clone());
        }
        let mut client = DirectoryServiceClient::new(self.directory.clone()).max_decoding_message_size(LIMIT);
        let request = ListReportsRequest { manager: manager.name(), on: String::new() };
        let answer = client.list_reports(request).await.map_err(|status| from_status(&status))?.into_inner();
        let mut line: BTreeSet<PersonId> =
            answer.people.iter().map(|name| PersonId::from_name(name)).collect::<Result<_>>()?;
        line.insert(manager.clone());
        let line = Arc::new(line);
        let mut kept = self.kept.lock().await;
        if kept.len() >= KEPT {
            kept.retain(|_, (asked, _)| now.duration_since(*asked) < FRESH);
        }
        if kept.len() < KEPT {
            kept.insert(manager.clone(), (now, line.clone()));
        }
        Ok(line)
    }
}
