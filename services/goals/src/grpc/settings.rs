//! A cycle's settings over the wire.

use merit_core::{Error, Result};
use merit_platform::identity::Principal;
use merit_platform::mask::Mask;
use merit_platform::once::asked;
use merit_platform::{etag, wire};
use merit_proto::goals::v1 as proto;

use super::{Grpc, cycle_id, wire_goal};
use crate::model::{Approval, TeamPay};

const UPDATE_CYCLE: &str = "/merit.goals.v1.GoalsService/UpdateCycle";

/// What an update can write.
const PATHS: [&str; 3] = ["approval", "team_pay", "self_assessment_until"];

impl Grpc {
    pub(super) async fn change_settings(
        &self,
        caller: &Principal,
        request: &proto::UpdateCycleRequest,
    ) -> Result<proto::UpdateCycleResponse> {
        let asked = asked(&request.request_id, UPDATE_CYCLE, caller, request)?;
        let mask = Mask::read(request.update_mask.as_ref(), &PATHS, &set(request))?;
        let id = self.goals.cycle(&cycle_id(&request.name)?).await?.id;
        let approval = match (mask.has("approval"), request.approval()) {
            (false, _) => None,
            (true, proto::Approval::Unspecified) => return Err(no_value("approval")),
            (true, proto::Approval::Required) => Some(Approval::Required),
            (true, proto::Approval::Automatic) => Some(Approval::Automatic),
        };
        let team_pay = match (mask.has("team_pay"), request.team_pay()) {
            (false, _) => None,
            (true, proto::TeamPay::Unspecified) => return Err(no_value("team_pay")),
            (true, proto::TeamPay::Hidden) => Some(TeamPay::Hidden),
            (true, proto::TeamPay::Shown) => Some(TeamPay::Shown),
        };
        let until = match (mask.has("self_assessment_until"), request.self_assessment_until.as_str()) {
            (false, _) => None,
            (true, "") => return Err(no_value("self_assessment_until")),
            (true, day) => Some(wire::day("the last day for self-assessments", day)?),
        };
        let expect = |known: &crate::model::Cycle| etag::check(&request.etag, &wire_goal::etag_of_cycle(known));
        let cycle = self.goals.update_cycle(&id, asked.as_ref(), &expect, approval, team_pay, until).await?;
        Ok(proto::UpdateCycleResponse { cycle: Some(self.cycle(&cycle)) })
    }
}

/// What is set in a request, of what can be written.
fn set(request: &proto::UpdateCycleRequest) -> Vec<String> {
    let given = [
        request.approval() != proto::Approval::Unspecified,
        request.team_pay() != proto::TeamPay::Unspecified,
        !request.self_assessment_until.is_empty(),
    ];
    PATHS.iter().zip(given).filter(|(_, given)| *given).map(|(path, _)| (*path).to_owned()).collect()
}

fn no_value(path: &str) -> Error {
    Error::invalid("BAD_MASK", format!("`{path}` in the update mask has no value in the request; give one"))
}
