//! What a close computes, pure: from a run's frozen inputs to its lines, scores, findings, recognitions and attainments.
//! No clock, no store, no wire. Workers, previews and verification all run the same functions.

pub mod attainment;
pub mod audit;
mod averages;
mod basis;
pub mod credit;
mod departed;
pub mod digest;
pub mod employment;
pub mod explain;
pub mod groups;
pub mod history;
pub mod impact;
mod inputs;
pub mod ledger;
pub mod plan;
mod quota;
pub mod rank;
mod recognition;
pub mod root;
pub mod score;
pub mod settle;
pub mod standing;
pub mod whole;

pub use basis::Basis;
pub use credit::{Credited, credit};
pub use employment::{in_force, last_day};
pub use plan::{Plan, Prepared};
pub use score::{PersonOutcome, score_person};
pub use whole::{Whole, compute};
