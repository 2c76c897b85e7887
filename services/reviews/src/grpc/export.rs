//! Scorecards of whole reviews, as streams that are read piece by piece as fast as they are taken.

use futures::StreamExt as _;
use futures::stream::{BoxStream, try_unfold};
use merit_core::Result;
use merit_core::ids::{PersonId, RunId};
use merit_platform::access::Permit;
use merit_platform::status::to_status;
use merit_proto::kept::ExportScorecardsResponse;
use merit_proto::reviews::v1::ExportScorecardsRequest;
use tonic::Status;

use super::Grpc;
use super::sight::Sight;
use crate::model::StoredCard;
use crate::service::{CardPage, Others, Reader};

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
    /// Whose are on record as read.
    on_record: Others,
}

impl Grpc {
    pub(super) async fn export(
        &self,
        request: ExportScorecardsRequest,
        permit: &Permit,
    ) -> Result<BoxStream<'static, Result<ExportScorecardsResponse, Status>>> {
        let person = self.one(permit, &request.person).await?;
        let reader = self.reader(permit, "ExportScorecards").await?;
        let sight = self.sight(permit, &request.cycle, &reader.scope).await?;
        let run = self.reviews.readable(&reader, &request.cycle, &request.run).await?.run;
        let export = Export { grpc: self.clone(), reader, sight, run, person, after: None, on_record: Others::Nobody };
        Ok(try_unfold(export, |export| async { export.piece().await.map_err(to_status) }).boxed())
    }
}

impl Export {
    /// The next piece; none at the end.
    async fn piece(mut self) -> Result<Option<(ExportScorecardsResponse, Self)>> {
        let (person, after) = (self.person.clone(), self.after.take());
        let page = CardPage { person, after, limit: PIECE, answered: PIECE };
        let cards = self.grpc.reviews.scorecards(&self.reader, &self.run, &page, &mut self.on_record).await?;
        let Some(last) = cards.last() else { return Ok(None) };
        self.after = Some(StoredCard::key(last));
        let scorecards = self.sight.shown(cards)?;
        Ok(Some((ExportScorecardsResponse { scorecards }, self)))
    }
}
