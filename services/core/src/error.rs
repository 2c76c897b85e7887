//! One error for every crate's edge: a kind that decides the gRPC code and the exit code, a stable reason that programs
//! may rely on, a sentence for a person, and the rows at fault where there are any.

use std::fmt;

use crate::problem::Problem;

/// What sort of failure this is; mapped to gRPC codes in one place (`merit-platform`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The caller's input is wrong, whatever the state of the system.
    InvalidArgument,
    /// The named thing is not there.
    NotFound,
    /// The thing to be made is there already, with other content.
    AlreadyExists,
    /// The system's present state does not allow it.
    FailedPrecondition,
    /// Somebody else changed the same thing meanwhile; try again.
    Aborted,
    /// No identity, or one that can't be verified.
    Unauthenticated,
    /// The identity may not do this.
    PermissionDenied,
    /// A part that is needed does not answer now.
    Unavailable,
    /// A fault of this software or of its storage.
    Internal,
}

/// A failure with what is needed to act on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What sort of failure.
    pub kind: Kind,
    /// Stable, in capitals: `UNKNOWN_CURRENCY`.
    pub reason: String,
    /// One sentence in the reader's words that says what to do.
    pub message: String,
    /// The rows or places at fault, if the failure has several.
    pub problems: Vec<Problem>,
}

/// The result of anything that can fail with an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of any kind.
    pub fn new(kind: Kind, reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), message: message.into(), problems: Vec::new() }
    }

    /// The caller's input is wrong.
    pub fn invalid(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::InvalidArgument, reason, message)
    }

    /// The named thing is not there.
    pub fn not_found(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, reason, message)
    }

    /// There already, with other content.
    pub fn exists(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::AlreadyExists, reason, message)
    }

    /// Not in the present state.
    pub fn precondition(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::FailedPrecondition, reason, message)
    }

    /// The identity may not do this.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(Kind::PermissionDenied, "PERMISSION_DENIED", message)
    }

    /// What is said about something that is not there, and about something that the caller may not see: nobody can tell
    /// which. `name` is what the caller asked for: `people/ana`.
    pub fn hidden(name: &str) -> Self {
        Self::not_found(
            "NOT_FOUND_OR_HIDDEN",
            format!("there is no `{}`, or it is not for you to see; check the name", crate::text::shown(name)),
        )
    }

    /// A fault of this software or its storage. The message is for logs; people are shown a general one.
    pub fn internal(message: impl fmt::Display) -> Self {
        Self::new(Kind::Internal, "INTERNAL", message.to_string())
    }

    /// The same error with the rows at fault.
    #[must_use]
    pub fn with_problems(mut self, problems: Vec<Problem>) -> Self {
        self.problems = problems;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// What somebody else's error says, and what caused it: their own words often say only that something didn't work.
#[must_use]
pub fn causes(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
