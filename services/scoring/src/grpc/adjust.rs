//! Adjusting pay by hand.

use merit_core::ids::{CycleId, PersonId};
use merit_core::once::{Once, Outcome};
use merit_core::{Error, Kind, Result};
use merit_platform::access::{Permit, Terms};
use merit_platform::once::{again, asked, kept};
use merit_platform::wire;
use merit_proto::scoring::v1 as proto;

use super::{Grpc, messages};
use crate::model::Line;
use crate::service::NewAdjustment;

const CREATE_ADJUSTMENT: &str = "/merit.scoring.v1.ScoringService/CreateAdjustment";

impl Grpc {
    pub(super) async fn adjust(
        &self,
        request: proto::CreateAdjustmentRequest,
        permit: &Permit,
    ) -> Result<proto::CreateAdjustmentResponse> {
        let participant = PersonId::from_name(&request.participant)?;
        let by = permit.principal().person();
        if !permit.allows(&participant, Terms::default()).await? {
            // About oneself there is nothing to hide.
            return Err(if by.as_ref() == Some(&participant) {
                let message = "nobody may adjust their own pay; ask a compensation administrator";
                Error::new(Kind::PermissionDenied, "SELF_ADJUSTMENT", message)
            } else {
                Error::hidden(&request.participant)
            });
        }
        let asked = asked(&request.request_id, CREATE_ADJUSTMENT, permit.principal(), &request)?;
        let encoded = |(cycle, line): &(CycleId, Line)| kept(&adjusted(cycle, line));
        let once = asked.as_ref().map(|asked| Once { asked, answer: &encoded });
        let amount = request.amount.ok_or_else(|| Error::invalid("NO_AMOUNT", "an adjustment needs an amount"))?;
        let new = NewAdjustment {
            cycle: request.cycle,
            participant,
            amount: wire::parse_money(&amount)?,
            reason: request.reason,
            by,
            validate_only: request.validate_only,
        };
        match self.scoring.adjust(new, once.as_ref()).await? {
            Outcome::Done((cycle, line)) => Ok(adjusted(&cycle, &line)),
            Outcome::Before(before) => again(&before),
        }
    }
}

fn adjusted(cycle: &CycleId, line: &Line) -> proto::CreateAdjustmentResponse {
    proto::CreateAdjustmentResponse { line: Some(messages::line(cycle, "", None, line.clone(), Vec::new())) }
}
