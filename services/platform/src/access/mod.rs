//! Who may do what: one decision, in one layer in front of every service.
//!
//! The layer knows the caller ([`crate::identity`]) and looks the call up in the table of [`calls`]. A call about the
//! organisation is decided there, and its handler has nothing to do. A call about people goes on with a [`Permit`], which
//! its handler asks about a person ([`Permit::on`]) or for the scope of a list ([`Permit::scope`]); an answer that was given
//! without asking never leaves. Decisions are made by Cedar over the policies in `services/platform/access`, where what is
//! not permitted is denied, and so is what can't be evaluated. Scopes come from the same decisions: about somebody else, a
//! person of the caller's reporting line, and the caller.

mod action;
pub mod calls;
mod decide;
mod layer;
mod permit;
mod policies;
mod reach;

pub use action::Action;
pub use decide::{Decider, Relation, Terms};
pub use layer::{Guard, Guarded};
pub use permit::Permit;
pub use reach::{DirectoryReach, NoReach, Reach};
