//! Who is credited with how much of a result.

use merit_core::Ratio;

use super::ListId;

/// `credit deals { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Credit {
    /// The list.
    pub list: ListId,
    /// Which money fields are credited, at least one: `amount`.
    pub of: Vec<String>,
    /// The shares in the order in which they are written. Those without `in addition` sum to 100%.
    pub shares: Vec<Share>,
    /// Whether managers are credited too.
    pub roll_up: Option<RollUp>,
}

/// `overlay 30% in addition`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The record's participant field that names the receiver.
    pub to: String,
    /// Which share: 3/10 for 30%.
    pub share: Ratio,
    /// Beside the shares that sum to 100%.
    pub in_addition: bool,
    /// The field whose participant gets it where the receiver is missing.
    pub otherwise: Option<String>,
}

/// `roll up to managers on closed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollUp {
    /// The record's date field: the reporting line in force on that day counts.
    pub on: String,
}
