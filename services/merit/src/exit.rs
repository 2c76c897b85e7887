//! How a command ended, as the exit code that scripts rely on.

use std::process::ExitCode;

use merit_core::{Error, Kind};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    Done,
    /// Exit code 1: problems in the user's input, already told.
    Problems,
    /// Exit code 4: a person must approve.
    Waiting,
}

impl Outcome {
    /// The exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Problems => 1,
            Self::Waiting => 4,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}

/// The exit code of a failure: 4 where an approval is missing, 1 where the user's input is at fault, else 3.
#[must_use]
pub fn failure(error: &Error) -> u8 {
    match (error.kind, error.reason.as_str()) {
        (_, "NOT_APPROVED" | "NEEDS_APPROVAL") => 4,
        (_, "DATA_FOLDER" | "DATA_FOLDER_LOCKED" | "IDENTITY_KEY" | "STORAGE") => 3,
        (Kind::InvalidArgument | Kind::NotFound | Kind::AlreadyExists | Kind::FailedPrecondition, _) => 1,
        (Kind::Aborted | Kind::Unauthenticated | Kind::PermissionDenied | Kind::Unavailable | Kind::Internal, _) => 3,
    }
}
