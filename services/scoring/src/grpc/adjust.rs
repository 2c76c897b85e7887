//! Adjusting pay by hand.

use merit_core::ids::PersonId;
use merit_core::{Error, Kind, Result};
use merit_platform::access::{Permit, Terms};
use merit_platform::wire;
use merit_proto::scoring::v1 as proto;

use super::{Grpc, messages};
use crate::service::NewAdjustment;

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
        let amount = request.amount.ok_or_else(|| Error::invalid("NO_AMOUNT", "an adjustment needs an amount"))?;
        let new = NewAdjustment {
            cycle: request.cycle,
            participant,
            amount: wire::parse_money(&amount)?,
            reason: request.reason,
            request_id: request.request_id,
            by,
            validate_only: request.validate_only,
        };
        let (cycle, line) = self.scoring.adjust(new).await?;
        Ok(proto::CreateAdjustmentResponse { line: Some(messages::line(&cycle.id, "", None, line, Vec::new())) })
    }
}
