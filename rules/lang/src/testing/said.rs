//! A failing test as a diagnostic, for those who publish a policy.

use super::TestReport;
use crate::Source;
use crate::diagnostics::{Diagnostic, Diagnostics, Label, codes};

/// One diagnostic for each test that fails: what was expected, what was found and how it came about.
#[must_use]
pub fn failed_tests(reports: &[TestReport], source: &Source) -> Diagnostics {
    let place = |line: u32| source.line_span(usize::try_from(line).unwrap_or(usize::MAX));
    let failed = reports.iter().filter(|report| !report.failures.is_empty()).map(|report| {
        let title = format!("test \"{}\" fails", report.name);
        let mut said = Diagnostic::new(codes::TEST_FAILS, title, place(report.line), "");
        for failure in &report.failures {
            let text = format!("found {}", failure.found);
            said.labels.push(Label { span: place(failure.line), text, primary: false });
            let found = format!("line {}: expected {}, found {}", failure.line, failure.expected, failure.found);
            said.notes.push(found);
            said.notes.extend(failure.words.iter().cloned());
        }
        said
    });
    Diagnostics(failed.collect())
}
