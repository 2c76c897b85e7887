//! What is said about a policy, as data on the wire.

use merit_proto::scoring::v1 as proto;
use merit_proto::r#type::v1 as wire;
use merit_rules::{Located, LocatedLabel, Severity};

/// Why a file is refused, as text and as data.
pub fn failure(refusal: crate::service::Refusal) -> proto::PolicyFailure {
    proto::PolicyFailure {
        file_name: refusal.file_name,
        report: refusal.report,
        diagnostics: refusal.diagnostics.into_iter().map(to_wire).collect(),
    }
}

fn to_wire(said: Located) -> wire::Diagnostic {
    let severity = match said.severity {
        Severity::Error => wire::Severity::Error,
        Severity::Warning => wire::Severity::Warning,
    };
    wire::Diagnostic {
        code: said.code,
        severity: severity.into(),
        title: said.title,
        labels: said.labels.into_iter().map(label).collect(),
        notes: said.notes,
        help: said.help.unwrap_or_default(),
    }
}

fn label(label: LocatedLabel) -> wire::DiagnosticLabel {
    // A text has at most 1 MiB.
    let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    wire::DiagnosticLabel {
        start_byte: number(label.start_byte),
        end_byte: number(label.end_byte),
        start_line: number(label.start_line),
        start_column: number(label.start_column),
        end_line: number(label.end_line),
        end_column: number(label.end_column),
        text: label.text,
        primary: label.primary,
    }
}
