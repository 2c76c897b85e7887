//! Pulls everything that a run's scorecards are made of: whole pages and streams, nothing per person.

use std::future::Future;

use merit_core::ids::CycleId;
use merit_core::{Error, Result};
use merit_platform::client::Link;
use merit_platform::status::from_status;
use merit_proto::scoring::v1::scoring_service_client::ScoringServiceClient;
use merit_proto::{feedback, goals, scoring};
use tonic::{Response, Status};

use super::{Links, PAGE, rows};
use crate::model::{Adjustment, Gathered, Scope};

/// Everything of a run.
pub(super) async fn gather(links: &Links, scope: &Scope) -> Result<Gathered> {
    let run = scope.run.name();
    let client = || links.scoring();
    let (roster, attainments, scores, rewards, recognitions, findings, goals, (feedback, self_assessments)) = tokio::try_join!(
        roster(client(), &run),
        attainments(client(), &run),
        scores(client(), &run),
        lines(client(), scoring::v1::ListLinesRequest { run: run.clone(), with_figures: true, ..Default::default() }),
        recognitions(client(), &run),
        findings(client(), &run),
        goals(links, scope),
        feedback(links, scope),
    )?;
    Ok(Gathered {
        roster: roster.iter().map(rows::roster).collect::<Result<_>>()?,
        attainments: attainments.into_iter().map(rows::attainment).collect::<Result<_>>()?,
        goals: goals.into_iter().map(|goal| rows::goal(goal, scope.last_day)).collect::<Result<_>>()?,
        scores: scores.into_iter().map(rows::score).collect::<Result<_>>()?,
        rewards: rewards.into_iter().map(rows::reward).collect::<Result<_>>()?,
        recognitions: recognitions.into_iter().map(rows::recognition).collect::<Result<_>>()?,
        findings: findings.into_iter().map(rows::finding).collect::<Result<_>>()?,
        feedback: feedback.into_iter().map(rows::note).collect::<Result<_>>()?,
        self_assessments: self_assessments.into_iter().map(rows::self_assessment).collect::<Result<_>>()?,
    })
}

/// The cycle's manual adjustments, by person and line.
pub(super) async fn adjustments(links: &Links, cycle: &CycleId) -> Result<Vec<Adjustment>> {
    let request = scoring::v1::ListLinesRequest { cycle: cycle.name(), ..Default::default() };
    let lines = lines(links.scoring(), request).await?;
    let mut adjustments = lines
        .into_iter()
        .filter(|line| line.kind() == scoring::v1::LineKind::Adjustment)
        .map(|line| rows::reward(line).map(|(person, line)| Adjustment { person, line }))
        .collect::<Result<Vec<_>>>()?;
    adjustments.sort_by(|a, b| (&a.person, &a.line.line).cmp(&(&b.person, &b.line.line)));
    Ok(adjustments)
}

/// All rows of a list, page by page. `ask` is given a page's token and gives rows and the next token.
async fn pages<T, F>(mut ask: impl FnMut(String) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<(Vec<T>, String), Status>>,
{
    let mut all = Vec::new();
    let mut token = String::new();
    loop {
        let (rows, next) = ask(token.clone()).await.map_err(|status| from_status(&status))?;
        all.extend(rows);
        if next.is_empty() {
            return Ok(all);
        }
        // A neighbour that answers with the same page again would keep us here for ever.
        if next == token {
            return Err(Error::internal("a neighbour's page leads to itself"));
        }
        token = next;
    }
}

type Scoring = ScoringServiceClient<Link>;

async fn lines(client: Scoring, request: scoring::v1::ListLinesRequest) -> Result<Vec<scoring::v1::Line>> {
    pages(|page_token| {
        let mut client = client.clone();
        let request = scoring::v1::ListLinesRequest { page_size: PAGE, page_token, ..request.clone() };
        async move {
            let page = client.list_lines(request).await.map(Response::into_inner)?;
            Ok((page.lines, page.next_page_token))
        }
    })
    .await
}

async fn scores(client: Scoring, run: &str) -> Result<Vec<scoring::v1::Score>> {
    pages(|page_token| {
        let mut client = client.clone();
        let request = scoring::v1::ListScoresRequest {
            run: run.to_owned(),
            with_figures: true,
            page_size: PAGE,
            page_token,
            ..Default::default()
        };
        async move {
            let page = client.list_scores(request).await.map(Response::into_inner)?;
            Ok((page.scores, page.next_page_token))
        }
    })
    .await
}

async fn roster(client: Scoring, run: &str) -> Result<Vec<scoring::v1::RosterEntry>> {
    pages(|page_token| {
        let mut client = client.clone();
        let request =
            scoring::v1::ListRosterRequest { run: run.to_owned(), page_size: PAGE, page_token, ..Default::default() };
        async move {
            let page = client.list_roster(request).await.map(Response::into_inner)?;
            Ok((page.entries, page.next_page_token))
        }
    })
    .await
}

async fn attainments(client: Scoring, run: &str) -> Result<Vec<scoring::v1::Attainment>> {
    pages(|page_token| {
        let mut client = client.clone();
        let request = scoring::v1::ListAttainmentsRequest {
            run: run.to_owned(),
            page_size: PAGE,
            page_token,
            ..Default::default()
        };
        async move {
            let page = client.list_attainments(request).await.map(Response::into_inner)?;
            Ok((page.attainments, page.next_page_token))
        }
    })
    .await
}

async fn recognitions(client: Scoring, run: &str) -> Result<Vec<scoring::v1::Recognition>> {
    pages(|page_token| {
        let mut client = client.clone();
        let request = scoring::v1::ListRecognitionsRequest {
            run: run.to_owned(),
            page_size: PAGE,
            page_token,
            ..Default::default()
        };
        async move {
            let page = client.list_recognitions(request).await.map(Response::into_inner)?;
            Ok((page.recognitions, page.next_page_token))
        }
    })
    .await
}

async fn findings(client: Scoring, run: &str) -> Result<Vec<scoring::v1::Finding>> {
    pages(|page_token| {
        let mut client = client.clone();
        let request =
            scoring::v1::ListFindingsRequest { run: run.to_owned(), page_size: PAGE, page_token, ..Default::default() };
        async move {
            let page = client.list_findings(request).await.map(Response::into_inner)?;
            Ok((page.findings, page.next_page_token))
        }
    })
    .await
}

async fn goals(links: &Links, scope: &Scope) -> Result<Vec<goals::v1::Goal>> {
    let request = goals::v1::SnapshotGoalsRequest { cycle: scope.cycle.name(), cutoff: scope.goals };
    let read = async {
        let mut stream = links.goals().snapshot_goals(request).await?.into_inner();
        let mut all = Vec::new();
        while let Some(message) = stream.message().await? {
            all.extend(message.goals);
        }
        Ok(all)
    };
    read.await.map_err(|status: Status| from_status(&status))
}

async fn feedback(
    links: &Links,
    scope: &Scope,
) -> Result<(Vec<feedback::v1::Note>, Vec<feedback::v1::SelfAssessment>)> {
    let request = feedback::v1::SnapshotFeedbackRequest {
        cycle: scope.cycle.name(),
        first_day: scope.first_day.to_string(),
        last_day: scope.last_day.to_string(),
        cutoff: scope.feedback,
    };
    let read = async {
        let mut stream = links.feedback().snapshot_feedback(request).await?.into_inner();
        let (mut notes, mut views) = (Vec::new(), Vec::new());
        while let Some(message) = stream.message().await? {
            notes.extend(message.notes);
            views.extend(message.self_assessments);
        }
        Ok((notes, views))
    };
    read.await.map_err(|status: Status| from_status(&status))
}
