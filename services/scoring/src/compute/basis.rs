//! What everything about a person is computed from.

use merit_core::Result;

use super::{Credited, Plan, credit};
use crate::model::Frozen;

/// Everybody's inputs, and who is credited with what.
#[derive(Debug)]
pub struct Basis {
    /// What there is.
    pub plan: Plan,
    /// To whom.
    pub credited: Credited,
}

impl Basis {
    /// Of inputs.
    ///
    /// # Errors
    /// `POLICY_UNREADABLE`.
    pub fn of(frozen: Frozen) -> Result<Self> {
        Plan::new(frozen).map(Self::from)
    }
}

impl From<Plan> for Basis {
    fn from(plan: Plan) -> Self {
        let credited = credit(&plan);
        Self { plan, credited }
    }
}
