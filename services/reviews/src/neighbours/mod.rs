//! The neighbours behind the service's ports, through their generated clients. Translation only.

mod gather;
mod rows;

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use jiff::Timestamp;
use merit_core::ids::{CycleId, PersonId, RunId};
use merit_core::{Error, Result};
use merit_platform::client::{LIMIT, Link};
use merit_platform::status::from_status;
use merit_platform::wire;
use merit_proto::directory::v1::directory_service_client::DirectoryServiceClient;
use merit_proto::feedback::v1::feedback_service_client::FeedbackServiceClient;
use merit_proto::goals::v1::goals_service_client::GoalsServiceClient;
use merit_proto::notifications::v1::notifications_service_client::NotificationsServiceClient;
use merit_proto::scoring::v1::scoring_service_client::ScoringServiceClient;
use merit_proto::{directory, feedback, goals, notifications, scoring};

use crate::encoding::decode;
use crate::model::{Adjustment, Cutoffs, Cycle, Gathered, Progress, Run, Scope, StoredCard, Verification};
use crate::service::{Execution, Neighbours, Outbox};

/// Rows on a page that is asked for.
const PAGE: i32 = 1000;

/// Where the neighbours are.
#[derive(Debug, Clone)]
pub struct Links {
    /// The directory.
    pub directory: Link,
    /// Goals.
    pub goals: Link,
    /// Scoring.
    pub scoring: Link,
    /// Feedback.
    pub feedback: Link,
    /// Notifications.
    pub notifications: Link,
}

impl Links {
    /// All of them behind one channel, as in one process.
    #[must_use]
    pub fn all(link: &Link) -> Self {
        Self {
            directory: link.clone(),
            goals: link.clone(),
            scoring: link.clone(),
            feedback: link.clone(),
            notifications: link.clone(),
        }
    }

    pub(crate) fn scoring(&self) -> ScoringServiceClient<Link> {
        ScoringServiceClient::new(self.scoring.clone()).max_decoding_message_size(LIMIT)
    }

    fn goals(&self) -> GoalsServiceClient<Link> {
        GoalsServiceClient::new(self.goals.clone()).max_decoding_message_size(LIMIT)
    }

    fn feedback(&self) -> FeedbackServiceClient<Link> {
        FeedbackServiceClient::new(self.feedback.clone()).max_decoding_message_size(LIMIT)
    }
}

#[async_trait]
impl Neighbours for Links {
    async fn cycle(&self, name: &str) -> Result<Cycle> {
        let request = goals::v1::GetCycleRequest { name: name.to_owned() };
        let response = self.goals().get_cycle(request).await.map_err(|status| from_status(&status))?;
        cycle(response.into_inner().cycle.ok_or_else(|| absent("cycle"))?)
    }

    async fn cutoffs(&self) -> Result<Cutoffs> {
        let mut directory = DirectoryServiceClient::new(self.directory.clone());
        let (mut goals, mut feedback, mut scoring) = (self.goals(), self.feedback(), self.scoring());
        let (directory, goals, feedback, scoring) = tokio::try_join!(
            directory.get_cutoff(directory::v1::GetCutoffRequest {}),
            goals.get_cutoff(goals::v1::GetCutoffRequest {}),
            feedback.get_cutoff(feedback::v1::GetCutoffRequest {}),
            scoring.get_cutoff(scoring::v1::GetCutoffRequest {}),
        )
        .map_err(|status| from_status(&status))?;
        Ok(Cutoffs {
            directory: directory.into_inner().cutoff,
            goals: goals.into_inner().cutoff,
            feedback: feedback.into_inner().cutoff,
            scoring: scoring.into_inner().cutoff,
        })
    }

    async fn freeze(&self, cycle: &CycleId, cutoffs: Cutoffs) -> Result<Run> {
        let request = scoring::v1::FreezeRunRequest { cycle: cycle.name(), cutoffs: Some(cutoffs_to_wire(cutoffs)) };
        let response = self.scoring().freeze_run(request).await.map_err(|status| from_status(&status))?;
        run(response.into_inner().run)
    }

    async fn execute(&self, id: &RunId) -> Result<BoxStream<'static, Result<Execution>>> {
        let request = scoring::v1::ExecuteRunRequest { run: id.name() };
        let response = self.scoring().execute_run(request).await.map_err(|status| from_status(&status))?;
        let steps = response.into_inner().map(|message| {
            let message = message.map_err(|status| from_status(&status))?;
            if message.run.is_some() {
                return run(message.run).map(Execution::Settled);
            }
            Ok(Execution::Progress(Progress { stage: message.stage, done: message.done, total: message.total }))
        });
        Ok(steps.boxed())
    }

    async fn gather(&self, scope: &Scope) -> Result<Gathered> {
        gather::gather(self, scope).await
    }

    async fn adjustments(&self, cycle: &CycleId) -> Result<Vec<Adjustment>> {
        gather::adjustments(self, cycle).await
    }

    async fn has_lines(&self, run: &RunId, person: &PersonId) -> Result<bool> {
        let request = scoring::v1::ListLinesRequest {
            run: run.name(),
            participant: person.name(),
            page_size: 1,
            ..Default::default()
        };
        let response = self.scoring().list_lines(request).await.map_err(|status| from_status(&status))?;
        Ok(!response.into_inner().lines.is_empty())
    }

    async fn post(&self, run: &RunId, approved_at: Timestamp) -> Result<u32> {
        let request = scoring::v1::PostRunRequest {
            run: run.name(),
            approved_at: approved_at.to_string(),
            // Scoring posts a run once by itself.
            request_id: String::new(),
        };
        let response = self.scoring().post_run(request).await.map_err(|status| from_status(&status))?;
        Ok(response.into_inner().posted)
    }

    async fn verify(&self, run: &RunId, amounts: bool) -> Result<Verification> {
        let request = scoring::v1::VerifyRunRequest { run: run.name(), without_amounts: !amounts };
        let found = self.scoring().verify_run(request).await.map_err(|status| from_status(&status))?.into_inner();
        Ok(Verification {
            matches: found.matches,
            expected_root: found.expected_root,
            found_root: found.found_root,
            run_engine_version: found.run_engine_version,
            engine_version: found.engine_version,
            differences: found.differences,
            amounts_told: found.amounts_told,
        })
    }
}

#[async_trait]
impl Outbox for Links {
    async fn enqueue(&self, key: &str, card: &StoredCard) -> Result<()> {
        let request = notifications::v1::EnqueueRequest {
            key: key.to_owned(),
            receiver: card.person.name(),
            scorecard: Some(decode(&card.bytes)?),
        };
        let mut client = NotificationsServiceClient::new(self.notifications.clone()).max_encoding_message_size(LIMIT);
        client.enqueue(request).await.map(drop).map_err(|status| from_status(&status))
    }
}

pub(crate) fn cutoffs_to_wire(cutoffs: Cutoffs) -> scoring::v1::Cutoffs {
    scoring::v1::Cutoffs {
        directory: cutoffs.directory,
        goals: cutoffs.goals,
        feedback: cutoffs.feedback,
        scoring: cutoffs.scoring,
    }
}

fn run(run: Option<scoring::v1::Run>) -> Result<Run> {
    let run = run.ok_or_else(|| absent("run"))?;
    let cutoffs = run.cutoffs.ok_or_else(|| absent("run's cut-offs"))?;
    Ok(Run {
        id: RunId::from_name(&run.name)?,
        cutoffs: Cutoffs {
            directory: cutoffs.directory,
            goals: cutoffs.goals,
            feedback: cutoffs.feedback,
            scoring: cutoffs.scoring,
        },
        root: run.root,
        participants: run.participants,
    })
}

fn cycle(cycle: goals::v1::Cycle) -> Result<Cycle> {
    Ok(Cycle {
        id: CycleId::from_name(&cycle.name)?,
        first_day: wire::day("the cycle's first day", &cycle.first_day)?,
        last_day: wire::day("the cycle's last day", &cycle.last_day)?,
        self_assessment_until: wire::optional_day("the window's last day", &cycle.self_assessment_until)?,
        ended: cycle.ended,
        window_ended: cycle.window_ended,
        automatic: cycle.approval() == goals::v1::Approval::Automatic,
        shows_pay: cycle.team_pay() == goals::v1::TeamPay::Shown,
    })
}

fn absent(what: &str) -> Error {
    Error::internal(format!("a neighbour's answer lacks its {what}"))
}
