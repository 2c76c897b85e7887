//! Which rows each figure over a list counted.

use crate::program::Program;
use crate::trace::{Event, Step, Trace};

/// The rows that one name's figures counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedRows {
    /// What counted them: a measure, a definition or an outcome.
    pub name: String,
    /// Of which list.
    pub list: String,
    /// Their ids, as the inputs gave them.
    pub rows: Vec<String>,
}

/// What counted which rows of the lists, in the program's order, from the trace of one evaluation.
#[must_use]
pub fn counted_rows(program: &Program, trace: &Trace) -> Vec<CountedRows> {
    let facts = program.facts.iter().zip(&trace.facts).map(|(fact, told)| (&fact.name, told.steps.iter().collect()));
    let defines =
        program.defines.iter().zip(&trace.defines).map(|(define, told)| (&define.name, told.steps.iter().collect()));
    let outcomes = program.outcomes.iter().zip(&trace.outcomes).map(|(outcome, told)| {
        let steps = told.events.iter().filter_map(|event| match event {
            Event::Step(step) => Some(step),
            Event::Effect(..) => None,
        });
        (&outcome.name, steps.collect())
    });
    let mut found = Vec::new();
    for (name, steps) in facts.chain(defines).chain(outcomes) {
        let steps: Vec<&Step> = steps;
        for step in steps {
            let Step::Counted(counted) = step else { continue };
            let Some(list) = program.lists.get(counted.list.0) else { continue };
            let rows = counted.rows.iter().map(|(id, _)| id.clone()).collect();
            found.push(CountedRows { name: name.clone(), list: list.name.clone(), rows });
        }
    }
    found
}
