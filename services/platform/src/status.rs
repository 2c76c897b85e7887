//! The one place where an error's kind becomes a gRPC code, and back again. The stable reason, and the rows at fault,
//! travel as `google.rpc` details.

use merit_core::{Error, Kind, Problem};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

/// Whose reasons they are (AIP-193).
const DOMAIN: &str = "merit";
/// Rows listed in one error; an import's whole list travels in its response.
const MAX_ROWS: usize = 100;

/// An error for the wire. A fault of our own is logged and shown as a general sentence: its text may hold what the caller
/// must not see.
#[must_use]
pub fn to_status(error: Error) -> Status {
    let code = match error.kind {
        Kind::InvalidArgument => Code::InvalidArgument,
        Kind::NotFound => Code::NotFound,
        Kind::AlreadyExists => Code::AlreadyExists,
        Kind::FailedPrecondition => Code::FailedPrecondition,
        Kind::Aborted => Code::Aborted,
        Kind::Unauthenticated => Code::Unauthenticated,
        Kind::PermissionDenied => Code::PermissionDenied,
        Kind::Unavailable => Code::Unavailable,
        Kind::Internal => {
            tracing::error!(reason = %error.reason, "{}", error.message);
            Code::Internal
        }
    };
    let message = if code == Code::Internal {
        "something went wrong inside Merit; its log says what".to_owned()
    } else {
        error.message
    };
    let mut details = ErrorDetails::new();
    details.set_error_info(error.reason, DOMAIN, std::collections::HashMap::new());
    if !error.problems.is_empty() {
        let rows = error.problems.iter().take(MAX_ROWS);
        details.set_bad_request(
            rows.map(|p| {
                // What is not of a file has no line.
                let field = if p.line == 0 { p.column.clone() } else { format!("{}:{}", p.line, p.column) };
                FieldViolation::new(field, p.message.clone())
            })
            .collect::<Vec<_>>(),
        );
    }
    Status::with_error_details(code, message, details)
}

/// A status of a kind that only the wire has, with a stable reason.
#[must_use]
pub fn with_reason(code: Code, reason: &str, message: &str) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, DOMAIN, std::collections::HashMap::new());
    Status::with_error_details(code, message, details)
}

/// An error from the wire.
#[must_use]
pub fn from_status(status: &Status) -> Error {
    let kind = match status.code() {
        Code::InvalidArgument | Code::OutOfRange => Kind::InvalidArgument,
        Code::NotFound => Kind::NotFound,
        Code::AlreadyExists => Kind::AlreadyExists,
        Code::FailedPrecondition => Kind::FailedPrecondition,
        Code::Aborted => Kind::Aborted,
        Code::Unauthenticated => Kind::Unauthenticated,
        Code::PermissionDenied => Kind::PermissionDenied,
        Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted | Code::Cancelled => Kind::Unavailable,
        _ => Kind::Internal,
    };
    let reason = status.get_details_error_info().map_or_else(|| "UNKNOWN".to_owned(), |info| info.reason);
    let rows = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    let problems = rows.into_iter().map(|row| {
        let (line, column) = row.field.split_once(':').unwrap_or(("0", &row.field));
        Problem::cell(line.parse().unwrap_or(0), column, row.description)
    });
    Error::new(kind, reason, status.message()).with_problems(problems.collect())
}

/// gRPC's own word for a code.
#[must_use]
pub const fn word(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_cross_the_wire_with_reason_and_rows() {
        let error = Error::invalid("BAD_ROWS", "2 rows can't be taken")
            .with_problems(vec![Problem::cell(3, "amount", "too precise"), Problem::row(4, "unknown person")]);
        assert_eq!(from_status(&to_status(error.clone())), error);
    }

    #[test]
    fn our_own_faults_keep_their_text_to_the_log() {
        let status = to_status(Error::internal("secret 42"));
        assert_eq!(status.code(), Code::Internal);
        assert!(!status.message().contains("secret"));
    }
}
