//! Where a person stands.

use jiff::civil::Date;
use merit_core::Result;
use merit_core::ids::PersonId;
use merit_platform::access::Permit;
use merit_platform::wire;
use merit_proto::scoring::v1 as proto;

use super::{Grpc, messages};

impl Grpc {
    pub(super) async fn standing(
        &self,
        request: &proto::GetStandingRequest,
        permit: &Permit,
    ) -> Result<proto::GetStandingResponse> {
        let person = PersonId::from_name(&request.person)?;
        let on: Option<Date> = wire::optional_day("the day", &request.on)?;
        permit.on(&person).await?;
        self.forget_in_time();
        let standing = self.scoring.standing(&person, &request.cycle, on).await?;
        Ok(proto::GetStandingResponse {
            on: standing.on.to_string(),
            elapsed: standing.elapsed.to_string(),
            goals: standing.goals.into_iter().map(messages::standing).collect(),
        })
    }
}
