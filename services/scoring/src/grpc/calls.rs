//! Calls that change or compute something.

use merit_core::ids::RunId;
use merit_core::once::{Once, Outcome};
use merit_core::{Result, Scope};
use merit_platform::access::{Action, Permit};
use merit_platform::identity::Principal;
use merit_platform::once::{again, asked, kept};
use merit_platform::page::{Page, cut, number};
use merit_platform::status::to_status;
use merit_platform::telemetry::metrics;
use merit_platform::wire;
use merit_proto::scoring::v1 as proto;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{Answers, Grpc, diagnostics, messages};
use crate::compute::Whole;
use crate::model::{Cutoffs, Run, RunState};
use crate::service::{Publication, SourceText};

const PUBLISH_POLICIES: &str = "/merit.scoring.v1.ScoringService/PublishPolicies";
const POST_RUN: &str = "/merit.scoring.v1.ScoringService/PostRun";

/// Rows of one message of a preview.
const PIECE: usize = 500;

impl Grpc {
    pub(super) async fn publish(
        &self,
        caller: &Principal,
        request: proto::PublishPoliciesRequest,
    ) -> Result<proto::PublishPoliciesResponse> {
        let asked = asked(&request.request_id, PUBLISH_POLICIES, caller, &request)?;
        let encoded = |publication: &Publication| kept(&published(publication));
        let once = asked.as_ref().map(|asked| Once { asked, answer: &encoded });
        let source = |source: proto::PolicySource| SourceText { file_name: source.file_name, text: source.text };
        let sources = request.sources.into_iter().map(source).collect();
        match self.scoring.publish(sources, request.validate_only, once.as_ref()).await? {
            Outcome::Done(publication) => Ok(published(&publication)),
            Outcome::Before(before) => again(&before),
        }
    }

    pub(super) async fn policies(&self, request: &proto::ListPoliciesRequest) -> Result<proto::ListPoliciesResponse> {
        let page = Page::of(request)?;
        let key =
            |policy: &crate::model::Policy| crate::model::joined(&[&policy.name, &format!("{:010}", policy.version)]);
        let mut policies = self.scoring.policies().await?;
        let day = wire::optional_day("the day", &request.in_force_on)?;
        policies.retain(|policy| request.policy_name.is_empty() || policy.name == request.policy_name);
        policies.retain(|policy| day.is_none_or(|day| policy.from <= day && policy.to.is_none_or(|to| day <= to)));
        policies.retain(|policy| page.after.as_ref().is_none_or(|after| key(policy) > *after));
        policies.truncate(page.size + 1);
        let (policies, next_page_token) = cut(policies, &page, key);
        let mut told: Vec<proto::Policy> = policies.iter().map(|policy| messages::policy(policy, false)).collect();
        if request.with_recorded {
            let recorded = self.scoring.recorded(policies).await?;
            for (policy, figures) in told.iter_mut().zip(recorded) {
                policy.recorded = figures.into_iter().map(messages::recorded).collect();
            }
        }
        Ok(proto::ListPoliciesResponse { policies: told, next_page_token })
    }

    pub(super) async fn freeze(&self, request: &proto::FreezeRunRequest) -> Result<proto::FreezeRunResponse> {
        let (run, created) = self.scoring.freeze(&request.cycle, cutoffs(request.cutoffs)).await?;
        Ok(proto::FreezeRunResponse { run: Some(self.with_about(&run).await?), created })
    }

    /// Runs on by itself: who stops listening doesn't stop it.
    pub(super) fn execute(&self, request: &proto::ExecuteRunRequest) -> Result<Answers<proto::ExecuteRunResponse>> {
        let id = RunId::from_name(&request.run)?;
        let (answers, receiver) = mpsc::channel(16);
        let (progress, mut told) = mpsc::channel(16);
        let grpc = self.clone();
        let steps = answers.clone();
        let forward = tokio::spawn(async move {
            while let Some(step) = told.recv().await {
                let crate::service::Progress { stage, done, total } = step;
                metrics::run_progress(stage, done.into(), total.into());
                let message = proto::ExecuteRunResponse { stage: stage.to_owned(), done, total, run: None };
                let _ = steps.send(Ok(message)).await;
            }
        });
        tokio::spawn(async move {
            let run = grpc.scoring.execute(&id, progress).await;
            let _ = forward.await;
            let last = match run {
                Ok(run) => grpc.with_about(&run).await.map(|message| proto::ExecuteRunResponse {
                    stage: "settling".to_owned(),
                    done: run.participants,
                    total: run.participants,
                    run: Some(message),
                }),
                Err(error) => Err(error),
            };
            let _ = answers.send(last.map_err(to_status)).await;
        });
        Ok(Box::pin(ReceiverStream::new(receiver)))
    }

    pub(super) async fn preview(
        &self,
        request: &proto::PreviewRunRequest,
        permit: &Permit,
    ) -> Result<Answers<proto::PreviewRunResponse>> {
        let (run, whole) = self.scoring.preview(&request.cycle, cutoffs(request.cutoffs)).await?;
        self.several_read(permit, "PreviewRun", &run.cycle.name()).await?;
        let message = self.with_about(&run).await?;
        let pieces = pieces(&run, message, whole);
        Ok(Box::pin(tokio_stream::iter(pieces.into_iter().map(Ok))))
    }

    pub(super) async fn run(&self, request: &proto::GetRunRequest) -> Result<proto::GetRunResponse> {
        let run = self.scoring.run(&RunId::from_name(&request.name)?).await?;
        Ok(proto::GetRunResponse { run: Some(self.with_about(&run).await?) })
    }

    pub(super) async fn runs(&self, request: &proto::ListRunsRequest) -> Result<proto::ListRunsResponse> {
        let page = Page::of(request)?;
        let before = number(page.after.as_deref())?;
        let cycle = if request.cycle.is_empty() { None } else { Some(self.scoring.cycle_of(&request.cycle).await?) };
        let least = RunState::from_number(i64::from(request.least_state)).unwrap_or(RunState::Frozen);
        let found = self.scoring.runs(cycle.as_ref(), least, before, page.size + 1).await?;
        let (found, next_page_token) = cut(found, &page, |(number, _)| number.to_string());
        let registered = self.scoring.policies().await?;
        let runs = found.iter().map(|(_, run)| messages::run(run, &registered)).collect();
        Ok(proto::ListRunsResponse { runs, next_page_token })
    }

    pub(super) async fn post(
        &self,
        caller: &Principal,
        request: &proto::PostRunRequest,
    ) -> Result<proto::PostRunResponse> {
        let asked = asked(&request.request_id, POST_RUN, caller, request)?;
        let encoded = |posted: &u32| kept(&proto::PostRunResponse { posted: *posted });
        let once = asked.as_ref().map(|asked| Once { asked, answer: &encoded });
        let run = RunId::from_name(&request.run)?;
        match self.scoring.post(&run, &request.approved_at, once.as_ref()).await? {
            Outcome::Done(posted) => Ok(proto::PostRunResponse { posted }),
            Outcome::Before(before) => again(&before),
        }
    }

    /// What differs may tell anybody's pay: amounts are for who sees everybody's, and on record then.
    pub(super) async fn verify(
        &self,
        request: &proto::VerifyRunRequest,
        permit: &Permit,
    ) -> Result<proto::VerifyRunResponse> {
        let id = RunId::from_name(&request.run)?;
        let amounts = !request.without_amounts && permit.to(Action::ReadPay).scope().await? == Scope::Everyone;
        let found = self.scoring.verify(&id, amounts).await?;
        if found.amounts_told {
            self.several_read(permit, "VerifyRun", &id.name()).await?;
        }
        Ok(proto::VerifyRunResponse {
            matches: found.matches,
            expected_root: found.expected_root,
            found_root: found.found_root,
            run_engine_version: found.run_engine_version,
            engine_version: found.engine_version,
            differences: found.differences,
            amounts_told: found.amounts_told,
        })
    }

    /// A run's message, with what its policies are about.
    pub(super) async fn with_about(&self, run: &Run) -> Result<proto::Run> {
        Ok(messages::run(run, &self.scoring.policies().await?))
    }
}

fn published(publication: &Publication) -> proto::PublishPoliciesResponse {
    proto::PublishPoliciesResponse {
        policies: publication.policies.iter().map(|(policy, new)| messages::policy(policy, *new)).collect(),
        failures: publication.refusals.iter().cloned().map(diagnostics::failure).collect(),
    }
}

fn cutoffs(found: Option<proto::Cutoffs>) -> Cutoffs {
    let found = found.unwrap_or_default();
    Cutoffs { directory: found.directory, goals: found.goals, feedback: found.feedback, scoring: found.scoring }
}

/// The run first, then what it gave, each sort in its own order.
fn pieces(run: &Run, message: proto::Run, mut whole: Whole) -> Vec<proto::PreviewRunResponse> {
    whole.sort();
    let mut pieces = vec![proto::PreviewRunResponse { run: Some(message), ..Default::default() }];
    let lines = whole.lines.into_iter().map(|line| {
        let words = line.words.clone();
        messages::line(&run.cycle, run.id.as_str(), None, line, words)
    });
    for lines in lines.collect::<Vec<_>>().chunks(PIECE) {
        pieces.push(proto::PreviewRunResponse { lines: lines.to_vec(), ..Default::default() });
    }
    let scores = whole.scores.into_iter().map(|score| {
        let words = score.words.clone();
        messages::score(score, words)
    });
    for scores in scores.collect::<Vec<_>>().chunks(PIECE) {
        pieces.push(proto::PreviewRunResponse { scores: scores.to_vec(), ..Default::default() });
    }
    for findings in whole.findings.into_iter().map(messages::finding).collect::<Vec<_>>().chunks(PIECE) {
        pieces.push(proto::PreviewRunResponse { findings: findings.to_vec(), ..Default::default() });
    }
    for given in whole.recognitions.into_iter().map(messages::recognition).collect::<Vec<_>>().chunks(PIECE) {
        pieces.push(proto::PreviewRunResponse { recognitions: given.to_vec(), ..Default::default() });
    }
    pieces
}
