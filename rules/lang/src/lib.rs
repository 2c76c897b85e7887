//! The policy language: text in, one exact answer and its explanation out.

mod program;

pub use program::{CheckReport, Input, InputSource, OncePer, OutputInfo, OutputKind, Program};
