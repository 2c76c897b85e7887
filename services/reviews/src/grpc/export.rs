//! Scorecards to their readers: who reads, what of them they see, and whole reviews as streams that are read piece by piece
//! as fast as they are taken.

use futures::StreamExt as _;
use futures::stream::{BoxStream, try_unfold};
use merit_core::ids::{PersonId, RunId};
use merit_core::{Result, Scope};
use merit_platform::access::{Action, Permit, Terms};
use merit_platform::status::to_status;
use merit_proto::reviews::v1 as proto;
use tonic::Status;

use super::Grpc;
use super::sight::Sight;
use crate::model::StoredCard;
use crate::service::{CardPage, Reader};

/// Scorecards of one piece.
const PIECE: usize = 100;

/// An export that is under way.
struct Export {
    grpc: Grpc,
    reader: Reader,
    sight: Sight,
    run: RunId,
    person: Option<PersonId>,
    after: Option<String>,
    /// Whether the read is on record.
    recorded: bool,
}

impl Grpc {
    pub(super) async fn export(
        &self,
        request: proto::ExportScorecardsRequest,
        permit: &Permit,
    ) -> Result<BoxStream<'static, Result<proto::ExportScorecardsResponse, Status>>> {
        let person = self.one(permit, &request.person).await?;
        let reader = self.reader(permit).await?;
        let sight = self.sight(permit, &request.cycle, &reader.scope).await?;
        let run = self.reviews.readable(&reader, &request.cycle, &request.run).await?.run;
        let export = Export { grpc: self.clone(), reader, sight, run, person, after: None, recorded: false };
        Ok(try_unfold(export, |export| async { export.piece().await.map_err(to_status) }).boxed())
    }

    /// The one person whose scorecards are wanted, whom the caller has to be allowed to read about.
    pub(super) async fn one(&self, permit: &Permit, name: &str) -> Result<Option<PersonId>> {
        if name.is_empty() {
            return Ok(None);
        }
        let person = PersonId::from_name(name)?;
        permit.on(&person).await?;
        Ok(Some(person))
    }

    /// Who reads, and whose scorecards.
    pub(super) async fn reader(&self, permit: &Permit) -> Result<Reader> {
        Ok(Reader {
            subject: permit.principal().subject.clone(),
            person: permit.principal().person(),
            scope: permit.scope().await?,
            reads_runs: permit.may(Action::ReadRuns),
        })
    }

    /// What of the scorecards of a cycle the caller sees.
    pub(super) async fn sight(&self, permit: &Permit, cycle: &str, seen: &Scope) -> Result<Sight> {
        Ok(Sight {
            seen: seen.clone(),
            paid: self.paid(permit, cycle).await?,
            feedback: permit.to(Action::ReadFeedback).scope().await?,
        })
    }

    /// Whose pay a reader may see on scorecards of a cycle. The cycle is asked only where its setting matters.
    async fn paid(&self, permit: &Permit, cycle: &str) -> Result<Scope> {
        let pay = permit.to(Action::ReadPay);
        let hidden = pay.scope().await?;
        let shown = pay.scope_on(Terms { team_pay_shown: true }).await?;
        if hidden == shown || !self.reviews.shows_pay(cycle).await? { Ok(hidden) } else { Ok(shown) }
    }
}

impl Export {
    /// The next piece; none at the end.
    async fn piece(mut self) -> Result<Option<(proto::ExportScorecardsResponse, Self)>> {
        let page = CardPage { person: self.person.clone(), after: self.after.take(), limit: PIECE };
        let cards = self.grpc.reviews.piece(&self.reader, &self.run, &page, &mut self.recorded).await?;
        let Some(last) = cards.last() else { return Ok(None) };
        self.after = Some(StoredCard::key(last));
        let scorecards = self.sight.shown(&cards)?;
        Ok(Some((proto::ExportScorecardsResponse { scorecards }, self)))
    }
}
