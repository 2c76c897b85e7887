//! Why a value can't be computed.

use super::NotScored;

/// Why a value can't be computed, and whether `otherwise` may step in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) cause: Cause,
    /// For people: "`quota` is missing".
    pub(super) reason: String,
    /// The input at fault.
    pub(super) input: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// An input that must be there is not: `otherwise` and `is missing` catch it.
    Missing,
    /// An `optional` input is not there: the same, but a read that isn't reached does no harm.
    Absent,
    /// A divisor is zero: `otherwise` catches it.
    Zero,
    /// A value outside its range, of another currency, too large: nothing catches it.
    Refused,
}

impl Stop {
    fn new(cause: Cause, reason: impl Into<String>, input: Option<&str>) -> Self {
        Self { cause, reason: reason.into(), input: input.map(str::to_owned) }
    }

    pub(super) fn missing(reason: impl Into<String>, input: Option<&str>) -> Self {
        Self::new(Cause::Missing, reason, input)
    }

    pub(super) fn absent(reason: impl Into<String>, input: Option<&str>) -> Self {
        Self::new(Cause::Absent, reason, input)
    }

    pub(super) fn zero(reason: impl Into<String>, input: Option<&str>) -> Self {
        Self::new(Cause::Zero, reason, input)
    }

    pub(super) fn refused(reason: impl Into<String>, input: Option<&str>) -> Self {
        Self::new(Cause::Refused, reason, input)
    }

    /// A fault of the program that the checker should have caught. Said rather than hidden.
    pub(super) fn broken(what: &str) -> Self {
        Self::refused(format!("the policy can't be evaluated here: {what}"), None)
    }

    /// Whether `otherwise` may step in.
    pub(super) const fn is_caught(&self) -> bool {
        !matches!(self.cause, Cause::Refused)
    }
}

impl From<Stop> for NotScored {
    fn from(stop: Stop) -> Self {
        Self { reason: stop.reason, input: stop.input }
    }
}
