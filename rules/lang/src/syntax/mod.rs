//! Text to syntax tree: slips are found and mended, the file is cut into declarations, and each is parsed by the grammar.
//! Nothing here knows what a name stands for; that is `check`'s.

pub mod ast;
mod declarations;
mod expected;
mod expressions;
pub(crate) mod grammar;
mod habits;
mod header;
mod outcomes;
mod parser;
mod phrases;
mod recovery;
mod size;
mod slips;
pub(crate) mod split;
mod tables;
mod tests_and_checks;

pub use parser::{parse_policy, parse_schema, schema_reference};
