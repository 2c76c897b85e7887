//! The one place where an error's kind becomes a gRPC code, and back again. The stable reason, and the rows at fault,
//! travel as `google.rpc` details.

use merit_core::{Error, Kind, Problem};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

/// Whose reasons they are (AIP-193).
const DOMAIN: &str = "merit";
/// Rows listed in one error; an import's whole list travels in its response.
const MAX_ROWS: usize = 100;
/// Bytes that an error's words and rows may take on their way, and its words alone: callers take headers of eight kilobytes,
/// and of an error that is longer they see neither code nor reason.
const ROOM: (usize, usize) = (7000, 6000);

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
        cut(error.message)
    };
    let mut room = ROOM.0.saturating_sub(size(&message));
    let mut details = ErrorDetails::new();
    details.set_error_info(error.reason, DOMAIN, std::collections::HashMap::new());
    if !error.problems.is_empty() {
        let rows = error.problems.iter().take(MAX_ROWS).map(|p| {
            // What is not of a file has no line.
            let field = if p.line == 0 { p.column.clone() } else { format!("{}:{}", p.line, p.column) };
            FieldViolation::new(field, p.message.clone())
        });
        let fits = |row: &FieldViolation| {
            let taken = encoded(row.field.len() + row.description.len() + 8);
            room = room.checked_sub(taken)?;
            Some(())
        };
        details.set_bad_request(rows.scan(fits, |fits, row| fits(&row).map(|()| row)).collect::<Vec<_>>());
    }
    Status::with_error_details(code, message, details)
}

/// Words that fit: the first of them where they are too many.
fn cut(words: String) -> String {
    const MORE: &str = " … and there is more";
    if size(&words) <= ROOM.1 {
        return words;
    }
    let mut left = ROOM.1 - size(MORE);
    let fits = |c: &char| {
        let taken = size(c.encode_utf8(&mut [0; 4]));
        left.checked_sub(taken).map(|rest| left = rest).is_some()
    };
    words.chars().take_while(fits).chain(MORE.chars()).collect()
}

/// Bytes that words take: as gRPC writes them (percent-encoded) and once more among the details.
fn size(words: &str) -> usize {
    let written: usize =
        words.bytes().map(|byte| if (b' '..=b'~').contains(&byte) && byte != b'%' { 1 } else { 3 }).sum();
    written + encoded(words.len())
}

/// Characters that so many bytes of details take, at most.
const fn encoded(bytes: usize) -> usize {
    bytes * 4 / 3 + 2
}

/// A status of a kind that only the wire has, with a stable reason.
#[must_use]
pub fn with_reason(code: Code, reason: &str, message: &str) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, DOMAIN, std::collections::HashMap::new());
    Status::with_error_details(code, message, details)
}

/// An error from the wire. One that no service made is the connection's: nobody knows then how far the call came.
#[must_use]
pub fn from_status(status: &Status) -> Error {
    let broken =
        matches!(status.code(), Code::Unknown | Code::Internal | Code::Cancelled) && status.details().is_empty();
    if let Some(fault) = std::error::Error::source(status).filter(|_| broken) {
        tracing::info!(code = word(status.code()), %fault, "a connection broke off");
        let words = "the connection broke off before the answer was whole; see what became of it, and try again";
        return Error::new(Kind::Unavailable, "CONNECTION_LOST", words);
    }
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
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn errors_cross_the_wire_with_reason_and_rows() {
        let error = Error::invalid("BAD_ROWS", "2 rows can't be taken")
            .with_problems(vec![Problem::cell(3, "amount", "too precise"), Problem::row(4, "unknown person")]);
        assert_eq!(from_status(&to_status(error.clone())), error);
    }

    /// As RFC 9113 section 6.5.2 counts them.
    fn bytes_of_headers(status: Status) -> usize {
        let answer = status.into_http::<tonic::body::Body>();
        answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn an_error_however_long_fits_in_the_headers_that_callers_take(
            words in "[a-zé💶\\n%]{0,9000}",
            rows in prop::collection::vec("[a-zé]{0,400}", 0..150),
        ) {
            let problems = rows.iter().map(|row| Problem::cell(7, "amount", row.clone())).collect();
            let status = to_status(Error::invalid("BAD_ROWS", words.clone()).with_problems(problems));
            let told = from_status(&status);
            prop_assert!(told.problems.len() <= rows.len().min(MAX_ROWS));
            prop_assert!(rows.is_empty() || size(&words) > 5000 || !told.problems.is_empty());
            prop_assert_eq!(told.reason, "BAD_ROWS");
            prop_assert!(told.message == words || (size(&words) > ROOM.1 && told.message.ends_with("there is more")));
            prop_assert!(bytes_of_headers(status) < 8192);
        }
    }

    #[test]
    fn an_answer_that_broke_off_is_the_connections_fault_and_no_service_s() {
        let mut broken = Status::internal("h2 protocol error: error reading a body from connection");
        broken.set_source(std::sync::Arc::new(std::io::Error::from(std::io::ErrorKind::BrokenPipe)));
        let error = from_status(&broken);
        assert_eq!((error.kind, error.reason.as_str()), (Kind::Unavailable, "CONNECTION_LOST"));
        assert!(error.message.contains("try again"), "{error}");
        let ours = from_status(&Status::internal("whatever"));
        assert_eq!((ours.kind, ours.reason.as_str()), (Kind::Internal, "UNKNOWN"));
    }

    #[test]
    fn our_own_faults_keep_their_text_to_the_log() {
        let status = to_status(Error::internal("secret 42"));
        assert_eq!(status.code(), Code::Internal);
        assert!(!status.message().contains("secret"));
    }
}
