//! The policy language: text in, one exact answer and its explanation out.

mod check;
mod compare;
mod diagnostics;
mod evaluate;
mod explain;
mod format;
mod program;
mod schema;
mod sheet;
mod source;
#[cfg(test)]
mod specification;
mod syntax;
mod testing;
mod trace;

pub use check::{load_policy, load_schema};
pub use compare::{Aspect, Change, Part, compare};
pub use diagnostics::{
    Code, Diagnostic, Diagnostics, Label, Located, LocatedLabel, Place, Severity, Span, codes, located, nearest, place,
    render,
};
pub use evaluate::{
    Announcement, Awaited, Award, CAP_TOTAL, ContestEntry, ContestOutcome, CreditOutcome, CreditShare, DRAW,
    DRAW_RECOVERY, ENGINE_VERSION, Evaluation, GUARANTEE, Guideline, History, Kudos, Labelled, NotScored, Output,
    PARTICIPANT_NAME, Past, PersonInputs, Recognition, Release, Row, SettleInput, SettleLine, Settled, Waiting,
    applies, credit, credit_default, evaluate, inputs_from_json, measure_value, rank, record, recorded_of, release,
    settle,
};
pub use explain::{CountedRows, counted_rows, explain, explain_applies};
pub use format::{format, outline};
pub use program::{CheckReport, Input, InputSource, OnRecord, OncePer, OutputInfo, OutputKind, Program};
pub use schema::{Field, Measure, Perspective, Range, RecordType, Schema, Type};
pub use sheet::{TableError, table_from_csv, table_to_csv};
pub use source::Source;
pub use syntax::schema_reference;
pub use testing::{TestFailure, TestReport, failed_tests, run_tests};
pub use trace::Trace;
