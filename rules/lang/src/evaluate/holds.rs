//! Which parts of a condition hold for a person.

use super::machine::Machine;
use super::{NotScored, PersonInputs};
use crate::program::{Expr, Program};

/// For each of the yes/no expressions whether it holds, or why that can't be said.
pub(crate) fn holds(program: &Program, inputs: &PersonInputs, parts: &[&Expr]) -> Vec<Result<bool, NotScored>> {
    let (mut machine, _) = Machine::new(program, inputs);
    machine.define_all(program);
    let mut held = Vec::with_capacity(parts.len());
    for part in parts {
        // An expression of the program: it lives as long as the machine's own.
        let found = machine.needs(part, false).and_then(|()| machine.eval(part));
        held.push(found.map(|value| value.is_yes()).map_err(NotScored::from));
    }
    held
}
