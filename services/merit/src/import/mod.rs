//! Takes people's CSV files: a mapping profile says which column is what, the schema which type it has. All bad rows are
//! found in one pass, and where there is one, nothing is written.
//!
//! What only a service knows (whether a cycle is open, whether a reporting line is a circle) stays with the service.

mod cell;
mod fields;
mod filter;
mod kind;
mod people_index;
mod profile;
mod read;
mod recorded;
mod rows;
mod send;
mod table;
mod template;
mod withdrawn;

#[cfg(test)]
mod tests;

pub use kind::ImportKind;
pub use people_index::PeopleIndex;
pub use profile::Profile;
pub use read::{Known, Reading, read, read_bytes};
pub use recorded::Recorded;
pub use rows::Rows;
pub use send::{Outcome, fetch_schema, run, run_bytes, send};
