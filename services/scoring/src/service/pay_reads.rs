//! Who read whose pay.

use merit_core::Result;
use merit_core::ids::PersonId;
use merit_core::reads::ReadsPart;

use super::Scoring;
use crate::model::PayRead;

/// A read that is about to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayRead {
    /// Who reads: a person's id, or `operator` or `service`.
    pub reader: String,
    /// The words of their roles.
    pub roles: Vec<String>,
    /// Whose pay; none: that of several people.
    pub person: Option<PersonId>,
    /// Of what: the resource name of a cycle or a run.
    pub what: String,
    /// The call.
    pub method: &'static str,
}

impl Scoring {
    /// Puts on record that somebody reads somebody else's pay. Nothing is answered before it is.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn log_pay_read(&self, new: NewPayRead) -> Result<()> {
        let NewPayRead { reader, roles, person, what, method } = new;
        let read = PayRead { reader, roles, person, what, method: method.to_owned(), at: self.clock.now() };
        self.store.log_pay_read(&read).await
    }

    /// Reads on record with their numbers, the latest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn pay_reads(&self, part: &ReadsPart) -> Result<Vec<(i64, PayRead)>> {
        self.store.pay_reads(part).await
    }

    /// Whether a cycle shows a team's pay to its manager, by the cycle's resource name.
    ///
    /// # Errors
    /// `UNKNOWN_CYCLE`, and those of goals.
    pub async fn team_pay_shown(&self, cycle: &str) -> Result<bool> {
        self.neighbours.team_pay_shown(cycle).await
    }
}
