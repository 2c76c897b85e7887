//! Running a policy's `test` blocks: period after period, each with what those before it left behind.

mod expected;
mod given;
mod group;
mod periods;
mod said;

use crate::program::{Program, Test};

pub use said::failed_tests;

/// What a `test` block came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    /// Its title.
    pub name: String,
    /// Line of its title, from 1.
    pub line: u32,
    /// The expectations that don't hold; none: it passes.
    pub failures: Vec<TestFailure>,
}

/// An expectation that doesn't hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestFailure {
    /// Its line, from 1.
    pub line: u32,
    /// What was expected: `commission = $30,000.00`.
    pub expected: String,
    /// What was found: `commission = $28,000.00`, `commission is not scored: …`.
    pub found: String,
    /// How that came about, line by line.
    pub words: Vec<String>,
}

/// Runs all tests of a policy, in order.
#[must_use]
pub fn run_tests(program: &Program) -> Vec<TestReport> {
    let report = |test: &Test| {
        let failures = match &test.group {
            Some(group) => group::failures(program, test, group),
            None => periods::failures(program, test),
        };
        TestReport { name: test.name.clone(), line: test.line, failures }
    };
    program.tests.iter().map(report).collect()
}
