//! The permissions. Their words are the actions of `merit.cedarschema`.

/// What a caller wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Read what everybody may: who works here, in which role, team and line; cycles, the schema, policies.
    ReadCatalogue,
    /// Bring in files of people, goals, results, feedback.
    ImportRecords,
    /// Register a schema.
    ManageSchema,
    /// Open cycles and change their settings.
    ManageCycles,
    /// Register policies.
    PublishPolicies,
    /// Read whole records at a cut-off.
    ReadRecords,
    /// Read runs, reviews and their findings.
    ReadRuns,
    /// Freeze, execute and preview runs.
    RunReviews,
    /// Post a run's lines to the ledger. For our own parts, once a review was approved: no person pays without approval.
    PostRuns,
    /// Approve or reject a review.
    ApproveReviews,
    /// Make a review's scorecards visible.
    PublishReviews,
    /// Read figures about everybody, such as who has goals.
    ReadAnalytics,
    /// Put mails in the outbox, send them, fetch them.
    SendMail,
    /// Read the outbox.
    ReadMail,
    /// See a scorecard that one has as it would be mailed.
    RenderMail,
    /// Read who read whose pay and scorecards, and to whom mails were handed out.
    ReadAccessLog,
    /// Compare what policies would have paid everybody.
    ComparePay,
    /// Follow long-running work.
    WatchOperations,
    /// Read all of a person's attributes and their address.
    ReadDetails,
    /// Read a person's goals.
    ReadGoals,
    /// Set a person's goals.
    WriteGoals,
    /// Read a person's results, attainment, scores and credits.
    ReadAttainment,
    /// Read a person's scorecards, without the pay on them.
    ReadScorecards,
    /// Read a person's pay and why it is what it is.
    ReadPay,
    /// Adjust a person's pay.
    AdjustPay,
    /// Read feedback that a person got.
    ReadFeedback,
    /// Give a person feedback.
    GiveFeedback,
    /// Answer, as a person, to feedback that they got.
    AnswerFeedback,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 28] = [
        Self::ReadCatalogue,
        Self::ImportRecords,
        Self::ManageSchema,
        Self::ManageCycles,
        Self::PublishPolicies,
        Self::ReadRecords,
        Self::ReadRuns,
        Self::RunReviews,
        Self::PostRuns,
        Self::ApproveReviews,
        Self::PublishReviews,
        Self::ReadAnalytics,
        Self::SendMail,
        Self::ReadMail,
        Self::RenderMail,
        Self::ReadAccessLog,
        Self::ComparePay,
        Self::WatchOperations,
        Self::ReadDetails,
        Self::ReadGoals,
        Self::WriteGoals,
        Self::ReadAttainment,
        Self::ReadScorecards,
        Self::ReadPay,
        Self::AdjustPay,
        Self::ReadFeedback,
        Self::GiveFeedback,
        Self::AnswerFeedback,
    ];

    /// Its word in the policies: `readPay`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReadCatalogue => "readCatalogue",
            Self::ImportRecords => "importRecords",
            Self::ManageSchema => "manageSchema",
            Self::ManageCycles => "manageCycles",
            Self::PublishPolicies => "publishPolicies",
            Self::ReadRecords => "readRecords",
            Self::ReadRuns => "readRuns",
            Self::RunReviews => "runReviews",
            Self::PostRuns => "postRuns",
            Self::ApproveReviews => "approveReviews",
            Self::PublishReviews => "publishReviews",
            Self::ReadAnalytics => "readAnalytics",
            Self::SendMail => "sendMail",
            Self::ReadMail => "readMail",
            Self::RenderMail => "renderMail",
            Self::ReadAccessLog => "readAccessLog",
            Self::ComparePay => "comparePay",
            Self::WatchOperations => "watchOperations",
            Self::ReadDetails => "readDetails",
            Self::ReadGoals => "readGoals",
            Self::WriteGoals => "writeGoals",
            Self::ReadAttainment => "readAttainment",
            Self::ReadScorecards => "readScorecards",
            Self::ReadPay => "readPay",
            Self::AdjustPay => "adjustPay",
            Self::ReadFeedback => "readFeedback",
            Self::GiveFeedback => "giveFeedback",
            Self::AnswerFeedback => "answerFeedback",
        }
    }

    /// Whether it is about somebody's goals, figures, pay or feedback; otherwise it is about the organisation.
    #[must_use]
    pub const fn is_about_people(self) -> bool {
        matches!(
            self,
            Self::ReadDetails
                | Self::ReadGoals
                | Self::WriteGoals
                | Self::ReadAttainment
                | Self::ReadScorecards
                | Self::ReadPay
                | Self::AdjustPay
                | Self::ReadFeedback
                | Self::GiveFeedback
                | Self::AnswerFeedback
        )
    }
}
