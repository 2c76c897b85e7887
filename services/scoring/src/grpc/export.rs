//! Whole lists as streams, read piece by piece as fast as they are taken.

use futures::stream::try_unfold;
use merit_core::ids::{CycleId, PersonId, RunId};
use merit_core::{Result, Scope};
use merit_platform::access::Permit;
use merit_platform::status::to_status;
use merit_proto::scoring::v1 as proto;

use super::pages::Untied;
use super::pay::participant;
use super::{Answers, Grpc};
use crate::model::{Part, Run, Score};

/// Rows of one piece.
const PIECE: usize = 500;

/// An export of a cycle's ledger that is under way.
struct Ledger {
    grpc: Grpc,
    cycle: CycleId,
    /// The ledger's last line when it began.
    last: i64,
    scope: Scope,
    participant: Option<PersonId>,
    with_figures: bool,
    after: Option<String>,
}

/// An export of a run's scores that is under way.
struct Scores {
    grpc: Grpc,
    run: Run,
    scope: Scope,
    pay: Scope,
    participant: Option<PersonId>,
    with_figures: bool,
    after: Option<String>,
}

impl Grpc {
    pub(super) async fn ledger_export(
        &self,
        request: proto::ExportLedgerRequest,
        permit: &Permit,
    ) -> Result<Answers<proto::ExportLedgerResponse>> {
        let participant = participant(&request.participant)?;
        let scope = self.pay_scope(permit, &request.cycle).await?;
        let (cycle, last) = self.scoring.ledger_now(&request.cycle).await?;
        self.export_read(permit, "ExportLedger", &cycle.name(), &scope, participant.as_ref()).await?;
        let with_figures = request.with_figures;
        let export = Ledger { grpc: self.clone(), cycle, last, scope, participant, with_figures, after: None };
        Ok(Box::pin(try_unfold(export, |export| async { export.piece().await.map_err(to_status) })))
    }

    pub(super) async fn scores_export(
        &self,
        request: proto::ExportScoresRequest,
        permit: &Permit,
    ) -> Result<Answers<proto::ExportScoresResponse>> {
        let participant = participant(&request.participant)?;
        let (run, scope) = self.run_for(permit, &RunId::from_name(&request.run)?).await?;
        let pay = self.pay_scope(permit, &run.cycle.name()).await?;
        self.export_read(permit, "ExportScores", &run.id.name(), &pay, participant.as_ref()).await?;
        let with_figures = request.with_figures;
        let export = Scores { grpc: self.clone(), run, scope, pay, participant, with_figures, after: None };
        Ok(Box::pin(try_unfold(export, |export| async { export.piece().await.map_err(to_status) })))
    }

    /// Puts on record whose pay an export has, before its first piece leaves.
    async fn export_read(
        &self,
        permit: &Permit,
        method: &'static str,
        what: &str,
        pay: &Scope,
        participant: Option<&PersonId>,
    ) -> Result<()> {
        match (participant, pay) {
            (Some(person), _) => {
                self.pay_read(permit, method, what, Some(person).filter(|person| pay.holds(person))).await
            }
            (None, Scope::Everyone) => self.several_read(permit, method, what).await,
            (None, Scope::People(people)) => self.pay_read(permit, method, what, people.as_ref()).await,
        }
    }
}

impl Ledger {
    /// The next piece; none at the end.
    async fn piece(mut self) -> Result<Option<(proto::ExportLedgerResponse, Self)>> {
        loop {
            let part = Part {
                participant: self.participant.as_ref().map(PersonId::as_str),
                after: self.after.as_deref(),
                limit: PIECE,
                ..Part::of(&self.scope)
            };
            let (found, end) = self.grpc.scoring.ledger_until(&self.cycle, self.last, part).await?;
            let Some(end) = end else { return Ok(None) };
            self.after = Some(end);
            // All of them were posted since.
            if found.is_empty() {
                continue;
            }
            let found = found.into_iter().map(Untied::from).collect();
            let lines = self.grpc.told(&self.cycle, &self.scope, found, self.with_figures).await?;
            return Ok(Some((proto::ExportLedgerResponse { lines }, self)));
        }
    }
}

impl Scores {
    /// The next piece; none at the end.
    async fn piece(mut self) -> Result<Option<(proto::ExportScoresResponse, Self)>> {
        let part = Part {
            pay: &self.pay,
            participant: self.participant.as_ref().map(PersonId::as_str),
            after: self.after.as_deref(),
            limit: PIECE,
            ..Part::of(&self.scope)
        };
        let found: Vec<(String, Score)> = self.grpc.scoring.outcomes(&self.run.id, part).await?;
        let Some((end, _)) = found.last() else { return Ok(None) };
        self.after = Some(end.clone());
        let found = found.into_iter().map(|(_, score)| score).collect();
        let scores = self.grpc.scores_told(&self.run.id, &self.pay, found, self.with_figures).await?;
        Ok(Some((proto::ExportScoresResponse { scores }, self)))
    }
}
