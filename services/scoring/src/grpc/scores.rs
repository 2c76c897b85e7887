//! Scores: with pay for who may see that, without it for who may see attainment only.

use std::collections::BTreeMap;

use merit_core::ids::{PersonId, RunId};
use merit_core::{Result, Scope};
use merit_platform::access::Permit;
use merit_platform::page::{Page, cut};
use merit_proto::scoring::v1 as proto;

use super::pages::named;
use super::pay::participant;
use super::{Grpc, filter, messages};
use crate::model::{Part, Score};
use crate::service::Untold;

impl Grpc {
    pub(super) async fn scores(
        &self,
        request: &proto::ListScoresRequest,
        permit: &Permit,
    ) -> Result<proto::ListScoresResponse> {
        let participant = participant(&request.participant)?;
        let page = Page::of(request)?;
        let filter = filter::read::<Score>(&request.filter)?;
        let (run, scope) = self.run_for(permit, &RunId::from_name(&request.run)?).await?;
        let pay = self.pay_scope(permit, &run.cycle.name()).await?;
        let part = Part {
            pay: &pay,
            participant: participant.as_ref().map(PersonId::as_str),
            policy: named(&request.policy),
            output: named(&request.output),
            period: named(&request.period),
            ..Part::of(&scope)
        };
        let found = self.filtered::<Score>(&page, &filter, &run.id, part).await?;
        let (found, next_page_token) = cut(found, &page, |(key, _)| key.clone());
        let found: Vec<Score> = found.into_iter().map(|(_, score)| score).collect();
        let tells_pay = |score: &&Score| score.is_pay() || (request.with_figures && may_be_told(score, &pay));
        let paid = found.iter().filter(tells_pay).map(|score| &score.participant);
        self.pay_read(permit, "ListScores", &run.id.name(), paid).await?;
        let scores = self.scores_told(&run.id, &pay, found, request.with_figures).await?;
        Ok(proto::ListScoresResponse { scores, next_page_token })
    }

    /// Scores with how they came about, where that is wanted; of what a policy works out only for those whose pay is seen.
    pub(super) async fn scores_told(
        &self,
        run: &RunId,
        pay: &Scope,
        found: Vec<Score>,
        with_figures: bool,
    ) -> Result<Vec<proto::Score>> {
        let untold = |score: &Score| Untold {
            run: run.clone(),
            participant: score.participant.to_string(),
            policy: score.policy.clone(),
            version: score.version,
            period: score.period.clone(),
            output: score.output.clone(),
        };
        let mut figures = BTreeMap::new();
        if with_figures {
            let traced = found.iter().filter(|score| may_be_told(score, pay));
            figures = self.scoring.figures(pay, &traced.map(untold).collect::<Vec<_>>()).await?;
        }
        let mut scores = Vec::with_capacity(found.len());
        for score in found {
            let told = if !with_figures || (score.is_told_by_pay() && !may_be_told(&score, pay)) {
                Vec::new()
            } else {
                figures.remove(&untold(&score)).unwrap_or_else(|| score.words.clone())
            };
            scores.push(messages::score(score, told));
        }
        Ok(scores)
    }
}

/// Whether a score's figures let pay be seen that is within the scope.
fn may_be_told(score: &Score, pay: &Scope) -> bool {
    score.is_told_by_pay() && pay.holds(&score.participant)
}
