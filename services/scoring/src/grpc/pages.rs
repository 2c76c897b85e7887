//! Calls that list something, page by page.

use merit_core::ids::{CycleId, PersonId, RunId};
use merit_core::{Error, Result, Scope};
use merit_platform::access::Permit;
use merit_platform::filter::Filter;
use merit_platform::page::{Page, cut, fill};
use merit_proto::scoring::v1 as proto;

use super::filter::Filtered;
use super::pay::participant;
use super::{Grpc, filter, messages};
use crate::model::{Attainment, Credit, Finding, Keyed, Line, Part, Recognition, RosterEntry};
use crate::service::Untold;
use crate::store::Posted;

/// What narrows a list.
#[derive(Default)]
struct Narrowed<'a> {
    run: &'a str,
    participant: &'a str,
    policy: &'a str,
    output: &'a str,
    period: &'a str,
    filter: &'a str,
}

/// A filter's value; none where it is empty.
pub(super) fn named(text: &str) -> Option<&str> {
    if text.is_empty() { None } else { Some(text) }
}

/// A line on its way out, with the run that posts or proposes it, and its number on the ledger if it is there.
pub(super) struct Untied {
    pub(super) number: Option<i64>,
    pub(super) run: String,
    pub(super) line: Line,
}

impl From<Posted> for Untied {
    fn from(posted: Posted) -> Self {
        Self { number: Some(posted.number), run: posted.run, line: posted.line }
    }
}

impl Grpc {
    pub(super) async fn line(
        &self,
        request: &proto::GetLineRequest,
        permit: &Permit,
    ) -> Result<proto::GetLineResponse> {
        let (cycle, number) = line_name(&request.name)?;
        let scope = self.pay_scope(permit, &cycle.name()).await?;
        let found = self.scoring.ledger_line(&cycle, number, &scope).await?;
        let found = found.ok_or_else(|| Error::hidden(&request.name))?;
        self.pay_read(permit, "GetLine", &cycle.name(), [&found.line.participant]).await?;
        let line = self.told(&cycle, &scope, vec![found.into()], true).await?.pop();
        Ok(proto::GetLineResponse { line })
    }

    pub(super) async fn lines(
        &self,
        request: &proto::ListLinesRequest,
        permit: &Permit,
    ) -> Result<proto::ListLinesResponse> {
        let participant = participant(&request.participant)?;
        let page = Page::of(request)?;
        let filter = filter::read::<Line>(&request.filter)?;
        let (of, scope) = if request.run.is_empty() {
            (None, self.pay_scope(permit, &request.cycle).await?)
        } else {
            let (run, scope) = self.run_for_pay(permit, &RunId::from_name(&request.run)?).await?;
            (Some(run), scope)
        };
        let part = Part {
            participant: participant.as_ref().map(PersonId::as_str),
            policy: named(&request.policy),
            output: named(&request.payout),
            period: named(&request.period),
            ..Part::of(&scope)
        };
        let (cycle, found, next_page_token) = match &of {
            None => {
                let cycle = self.scoring.cycle_of(&request.cycle).await?;
                let of = &cycle;
                let passes = |filter: &Filter, posted: &Posted| filter::passes(filter, &posted.line);
                let read = |after: Option<String>, limit| async move {
                    self.scoring.ledger(of, Part { after: after.as_deref(), limit, ..part }).await
                };
                let posted = fill(&page, &filter, passes, |posted| posted.key.clone(), read).await?;
                let (posted, token) = cut(posted, &page, |posted| posted.key.clone());
                (cycle, posted.into_iter().map(Untied::from).collect::<Vec<_>>(), token)
            }
            Some(run) => {
                let found = self.filtered::<Line>(&page, &filter, &run.id, part).await?;
                let (found, token) = cut(found, &page, |(key, _)| key.clone());
                let proposed = |(_, line)| Untied { number: None, run: run.id.to_string(), line };
                (run.cycle.clone(), found.into_iter().map(proposed).collect(), token)
            }
        };
        // That there is nothing is told about somebody, too.
        let asked = participant.iter().filter(|person| scope.holds(person));
        let whose = found.iter().map(|found| &found.line.participant).chain(asked);
        self.pay_read(permit, "ListLines", named(&request.run).unwrap_or(&request.cycle), whose).await?;
        let lines = self.told(&cycle, &scope, found, request.with_figures).await?;
        Ok(proto::ListLinesResponse { lines, next_page_token })
    }

    pub(super) async fn credits(
        &self,
        request: &proto::ListCreditsRequest,
        permit: &Permit,
    ) -> Result<proto::ListCreditsResponse> {
        let narrowed = Narrowed {
            run: &request.run,
            participant: &request.participant,
            policy: &request.policy,
            output: &request.list,
            filter: &request.filter,
            ..Narrowed::default()
        };
        let (found, next_page_token) = self.page::<Credit>(Page::of(request)?, narrowed, Some(permit)).await?;
        Ok(proto::ListCreditsResponse { credits: found.into_iter().map(messages::credit).collect(), next_page_token })
    }

    pub(super) async fn findings(&self, request: &proto::ListFindingsRequest) -> Result<proto::ListFindingsResponse> {
        let narrowed = Narrowed {
            run: &request.run,
            participant: &request.participant,
            policy: &request.policy,
            output: &request.output,
            filter: &request.filter,
            ..Narrowed::default()
        };
        let (found, next_page_token) = self.page::<Finding>(Page::of(request)?, narrowed, None).await?;
        let findings = found.into_iter().map(messages::finding).collect();
        Ok(proto::ListFindingsResponse { findings, next_page_token })
    }

    pub(super) async fn recognitions(
        &self,
        request: &proto::ListRecognitionsRequest,
        permit: &Permit,
    ) -> Result<proto::ListRecognitionsResponse> {
        let narrowed = Narrowed {
            run: &request.run,
            participant: &request.participant,
            policy: &request.policy,
            output: &request.title,
            period: &request.period,
            filter: &request.filter,
        };
        let (found, next_page_token) = self.page::<Recognition>(Page::of(request)?, narrowed, Some(permit)).await?;
        let recognitions = found.into_iter().map(messages::recognition).collect();
        Ok(proto::ListRecognitionsResponse { recognitions, next_page_token })
    }

    pub(super) async fn attainments(
        &self,
        request: &proto::ListAttainmentsRequest,
        permit: &Permit,
    ) -> Result<proto::ListAttainmentsResponse> {
        let narrowed = Narrowed {
            run: &request.run,
            participant: &request.participant,
            filter: &request.filter,
            ..Narrowed::default()
        };
        let (found, next_page_token) = self.page::<Attainment>(Page::of(request)?, narrowed, Some(permit)).await?;
        let attainments = found.into_iter().map(messages::attainment).collect();
        Ok(proto::ListAttainmentsResponse { attainments, next_page_token })
    }

    pub(super) async fn roster(&self, request: &proto::ListRosterRequest) -> Result<proto::ListRosterResponse> {
        let narrowed = Narrowed {
            run: &request.run,
            participant: &request.participant,
            filter: &request.filter,
            ..Narrowed::default()
        };
        let (found, next_page_token) = self.page::<RosterEntry>(Page::of(request)?, narrowed, None).await?;
        Ok(proto::ListRosterResponse { entries: found.into_iter().map(messages::roster).collect(), next_page_token })
    }

    /// A page of a run's outcomes of one kind; without a permit, of a call that is about the organisation.
    async fn page<K: Keyed + Filtered>(
        &self,
        page: Page,
        narrowed: Narrowed<'_>,
        permit: Option<&Permit>,
    ) -> Result<(Vec<K>, String)> {
        let participant = participant(narrowed.participant)?;
        let filter = filter::read::<K>(narrowed.filter)?;
        let id = RunId::from_name(narrowed.run)?;
        let scope = match permit {
            Some(permit) => self.run_for(permit, &id).await?.1,
            None => Scope::Everyone,
        };
        let part = Part {
            participant: participant.as_ref().map(PersonId::as_str),
            policy: named(narrowed.policy),
            output: named(narrowed.output),
            period: named(narrowed.period),
            ..Part::of(&scope)
        };
        let found = self.filtered::<K>(&page, &filter, &id, part).await?;
        let (found, token) = cut(found, &page, |(key, _)| key.clone());
        Ok((found.into_iter().map(|(_, typed)| typed).collect(), token))
    }

    /// A part of a run's outcomes of one kind with their keys, read on until a page of what passes a filter is full.
    pub(super) async fn filtered<K: Keyed + Filtered>(
        &self,
        page: &Page,
        filter: &Filter,
        run: &RunId,
        part: Part<'_>,
    ) -> Result<Vec<(String, K)>> {
        let passes = |filter: &Filter, (_, row): &(String, K)| filter::passes(filter, row);
        let read = |after: Option<String>, limit| async move {
            self.scoring.outcomes(run, Part { after: after.as_deref(), limit, ..part }).await
        };
        fill(page, filter, passes, |(key, _)| key.clone(), read).await
    }

    /// Lines with how they came about, where that is wanted.
    pub(super) async fn told(
        &self,
        cycle: &CycleId,
        scope: &Scope,
        lines: Vec<Untied>,
        with_figures: bool,
    ) -> Result<Vec<proto::Line>> {
        let untold = |Untied { run, line, .. }: &Untied| {
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
            let traced = lines.iter().filter(|untied| untied.line.words.is_empty());
            figures = self.scoring.figures(scope, &traced.filter_map(untold).collect::<Vec<_>>()).await?;
        }
        let mut messages = Vec::with_capacity(lines.len());
        for untied in lines {
            let told = untold(&untied).and_then(|untold| figures.remove(&untold));
            let told = told.unwrap_or_else(|| if with_figures { untied.line.words.clone() } else { Vec::new() });
            messages.push(messages::line(cycle, &untied.run, untied.number, untied.line, told));
        }
        Ok(messages)
    }
}

/// `cycles/…/lines/…`
fn line_name(name: &str) -> Result<(CycleId, i64)> {
    let parts = name.split_once("/lines/").and_then(|(cycle, number)| Some((cycle, number.parse().ok()?)));
    let (cycle, number) = parts.ok_or_else(|| {
        let message = format!(
            "`{}` is not the name of a line, which is like `cycles/2026-Q3/lines/17`",
            merit_core::text::shown(name)
        );
        Error::invalid("BAD_NAME", message)
    })?;
    Ok((CycleId::from_name(cycle)?, number))
}
