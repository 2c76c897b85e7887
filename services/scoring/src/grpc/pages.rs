//! Calls that list something, page by page.

use merit_core::ids::{PersonId, RunId};
use merit_core::{Error, Result, Scope};
use merit_platform::identity::{Principal, READ_ALL};
use merit_platform::page::{Page, cut};
use merit_proto::scoring::v1 as proto;

use super::{Grpc, messages};
use crate::model::{
    Attainment, Credit, Finding, Keyed, Line, Part, Recognition, RosterEntry, RunState, Score, ScoreKind,
};
use crate::service::Untold;

impl Grpc {
    pub(super) async fn lines(
        &self,
        request: &proto::ListLinesRequest,
        reader: &Principal,
    ) -> Result<proto::ListLinesResponse> {
        let participant = participant(&request.participant)?;
        let page = Page::of(request)?;
        let wanted = Part {
            participant: participant.as_ref().map(PersonId::as_str),
            after: page.after.as_deref(),
            limit: page.size + 1,
            ..Part::of(&Scope::Everyone)
        };
        if request.run.is_empty() {
            own_or_all(participant.as_ref(), reader)?;
            let (cycle, posted) = self.scoring.ledger(&request.cycle, wanted).await?;
            let (posted, next_page_token) = cut(posted, &page, |posted| posted.key.clone());
            let lines = posted.into_iter().map(|posted| (posted.run, posted.line)).collect();
            let lines = self.told(&cycle.id, lines, request.with_figures).await?;
            return Ok(proto::ListLinesResponse { lines, next_page_token });
        }
        let id = RunId::from_name(&request.run)?;
        let run = self.readable(&id, participant.as_ref(), reader).await?;
        let found: Vec<(String, Line)> = self.scoring.outcomes(&id, wanted).await?;
        let (found, next_page_token) = cut(found, &page, |(key, _)| key.clone());
        let lines = found.into_iter().map(|(_, line)| (id.to_string(), line)).collect();
        let lines = self.told(&run.cycle, lines, request.with_figures).await?;
        Ok(proto::ListLinesResponse { lines, next_page_token })
    }

    pub(super) async fn scores(
        &self,
        request: &proto::ListScoresRequest,
        reader: &Principal,
    ) -> Result<proto::ListScoresResponse> {
        let participant = participant(&request.participant)?;
        let page = Page::of(request)?;
        let id = RunId::from_name(&request.run)?;
        self.readable(&id, participant.as_ref(), reader).await?;
        let wanted = Part {
            participant: participant.as_ref().map(PersonId::as_str),
            after: page.after.as_deref(),
            limit: page.size + 1,
            ..Part::of(&Scope::Everyone)
        };
        let found: Vec<(String, Score)> = self.scoring.outcomes(&id, wanted).await?;
        let (found, next_page_token) = cut(found, &page, |(key, _)| key.clone());
        let untold = |score: &Score| Untold {
            run: id.clone(),
            participant: score.participant.to_string(),
            policy: score.policy.clone(),
            version: score.version,
            period: score.period.clone(),
            output: score.output.clone(),
        };
        let mut figures = if request.with_figures {
            let traced = found
                .iter()
                .map(|(_, score)| score)
                .filter(|s| !matches!(s.kind, ScoreKind::Measure | ScoreKind::Attainment));
            self.scoring.figures(&Scope::Everyone, &traced.map(untold).collect::<Vec<_>>()).await?
        } else {
            std::collections::BTreeMap::new()
        };
        let mut scores = Vec::with_capacity(found.len());
        for (_, score) in found {
            let told = figures.remove(&untold(&score)).unwrap_or_else(|| score.words.clone());
            scores.push(messages::score(score, if request.with_figures { told } else { Vec::new() }));
        }
        Ok(proto::ListScoresResponse { scores, next_page_token })
    }

    pub(super) async fn credits(&self, request: &proto::ListCreditsRequest) -> Result<proto::ListCreditsResponse> {
        let (found, next_page_token) = self.page::<Credit>(&request.run, &Page::of(request)?).await?;
        Ok(proto::ListCreditsResponse { credits: found.into_iter().map(messages::credit).collect(), next_page_token })
    }

    pub(super) async fn findings(&self, request: &proto::ListFindingsRequest) -> Result<proto::ListFindingsResponse> {
        let (found, next_page_token) = self.page::<Finding>(&request.run, &Page::of(request)?).await?;
        Ok(proto::ListFindingsResponse {
            findings: found.into_iter().map(messages::finding).collect(),
            next_page_token,
        })
    }

    pub(super) async fn recognitions(
        &self,
        request: &proto::ListRecognitionsRequest,
    ) -> Result<proto::ListRecognitionsResponse> {
        let (found, next_page_token) = self.page::<Recognition>(&request.run, &Page::of(request)?).await?;
        let recognitions = found.into_iter().map(messages::recognition).collect();
        Ok(proto::ListRecognitionsResponse { recognitions, next_page_token })
    }

    pub(super) async fn attainments(
        &self,
        request: &proto::ListAttainmentsRequest,
    ) -> Result<proto::ListAttainmentsResponse> {
        let (found, next_page_token) = self.page::<Attainment>(&request.run, &Page::of(request)?).await?;
        let attainments = found.into_iter().map(messages::attainment).collect();
        Ok(proto::ListAttainmentsResponse { attainments, next_page_token })
    }

    pub(super) async fn roster(&self, request: &proto::ListRosterRequest) -> Result<proto::ListRosterResponse> {
        let (found, next_page_token) = self.page::<RosterEntry>(&request.run, &Page::of(request)?).await?;
        Ok(proto::ListRosterResponse { entries: found.into_iter().map(messages::roster).collect(), next_page_token })
    }

    async fn page<K: Keyed>(&self, run: &str, page: &Page) -> Result<(Vec<K>, String)> {
        let wanted = Part { after: page.after.as_deref(), limit: page.size + 1, ..Part::of(&Scope::Everyone) };
        let found: Vec<(String, K)> = self.scoring.outcomes(&RunId::from_name(run)?, wanted).await?;
        let (found, token) = cut(found, page, |(key, _)| key.clone());
        Ok((found.into_iter().map(|(_, typed)| typed).collect(), token))
    }

    /// A run, if the reader may see these rows of it: one's own only once it is posted.
    async fn readable(
        &self,
        id: &RunId,
        participant: Option<&PersonId>,
        reader: &Principal,
    ) -> Result<crate::model::Run> {
        own_or_all(participant, reader)?;
        let run = self.scoring.run(id).await?;
        if !reader.has_any(READ_ALL) && run.state != RunState::Posted {
            return Err(Error::denied("what is proposed can be seen once it is approved"));
        }
        Ok(run)
    }

    /// Lines with how they came about, where that is wanted.
    async fn told(
        &self,
        cycle: &merit_core::ids::CycleId,
        lines: Vec<(String, Line)>,
        with_figures: bool,
    ) -> Result<Vec<proto::Line>> {
        let untold = |run: &str, line: &Line| {
            Some(Untold {
                run: RunId::new(run).ok()?,
                participant: line.participant.to_string(),
                policy: line.policy.clone(),
                version: line.version,
                period: line.line.clone(),
                output: line.payout.clone(),
            })
        };
        let mut figures = std::collections::BTreeMap::new();
        if with_figures {
            let traced = lines.iter().filter(|(_, line)| line.words.is_empty());
            let wanted: Vec<Untold> = traced.filter_map(|(run, line)| untold(run, line)).collect();
            figures = self.scoring.figures(&Scope::Everyone, &wanted).await?;
        }
        let mut messages = Vec::with_capacity(lines.len());
        for (run, line) in lines {
            let told = untold(&run, &line).and_then(|untold| figures.remove(&untold));
            let told = told.unwrap_or_else(|| if with_figures { line.words.clone() } else { Vec::new() });
            messages.push(messages::line(cycle, &run, line, told));
        }
        Ok(messages)
    }
}

fn participant(name: &str) -> Result<Option<PersonId>> {
    if name.is_empty() { Ok(None) } else { PersonId::from_name(name).map(Some) }
}

pub(super) fn own_or_all(participant: Option<&PersonId>, reader: &Principal) -> Result<()> {
    if reader.has_any(READ_ALL) || (participant.is_some() && reader.person().as_ref() == participant) {
        Ok(())
    } else {
        Err(Error::denied("you may see what is your own; name yourself as the participant"))
    }
}
