//! Which permission each call needs. A call that is not in this table is denied, and a test holds the table to the
//! contracts: a new RPC has to be given its row here.

use super::Action;

/// The calls of one service.
type Service = (&'static str, &'static [(&'static str, Action)]);

const SERVICES: &[Service] = &[
    (
        "merit.directory.v1.DirectoryService",
        &[
            ("ImportPeople", Action::ImportRecords),
            ("GetPerson", Action::ReadCatalogue),
            ("ListPeople", Action::ReadCatalogue),
            ("CreatePerson", Action::ImportRecords),
            ("UpdatePerson", Action::ImportRecords),
            ("ListTeams", Action::ReadCatalogue),
            ("ListReports", Action::ReadCatalogue),
            ("SnapshotPeople", Action::ReadRecords),
            ("GetCutoff", Action::ReadCatalogue),
        ],
    ),
    (
        "merit.goals.v1.GoalsService",
        &[
            ("ApplySchema", Action::ManageSchema),
            ("GetSchema", Action::ReadCatalogue),
            ("OpenCycle", Action::ManageCycles),
            ("UpdateCycle", Action::ManageCycles),
            ("GetCycle", Action::ReadCatalogue),
            ("ListCycles", Action::ReadCatalogue),
            ("ImportGoals", Action::ImportRecords),
            ("GetGoal", Action::ReadGoals),
            ("CreateGoal", Action::WriteGoals),
            ("UpdateGoal", Action::WriteGoals),
            ("RecordProgress", Action::WriteGoals),
            ("ListGoals", Action::ReadGoals),
            ("SnapshotGoals", Action::ReadRecords),
            ("GetCoverage", Action::ReadAnalytics),
            ("GetCutoff", Action::ReadCatalogue),
        ],
    ),
    (
        "merit.scoring.v1.ScoringService",
        &[
            ("ImportResults", Action::ImportRecords),
            ("ImportEvents", Action::ImportRecords),
            ("ImportBalances", Action::ImportRecords),
            ("PublishPolicies", Action::PublishPolicies),
            ("ListPolicies", Action::ReadCatalogue),
            ("GetPolicy", Action::ReadCatalogue),
            ("GetStanding", Action::ReadAttainment),
            ("FreezeRun", Action::RunReviews),
            ("ExecuteRun", Action::RunReviews),
            ("PreviewRun", Action::RunReviews),
            ("GetRun", Action::ReadRuns),
            ("ListRuns", Action::ReadRuns),
            ("PostRun", Action::PostRuns),
            ("VerifyRun", Action::ReadRuns),
            ("CreateAdjustment", Action::AdjustPay),
            ("GetLine", Action::ReadPay),
            ("ListLines", Action::ReadPay),
            ("ExportLedger", Action::ReadPay),
            ("ExplainPerson", Action::ReadPay),
            ("CompareImpact", Action::ComparePay),
            ("ListScores", Action::ReadAttainment),
            ("ExportScores", Action::ReadAttainment),
            ("ListCredits", Action::ReadAttainment),
            ("ListFindings", Action::ReadRuns),
            ("ListRecognitions", Action::ReadAttainment),
            ("ListAttainments", Action::ReadAttainment),
            ("ListRoster", Action::ReadRuns),
            ("ListPayReads", Action::ReadAccessLog),
            ("GetCutoff", Action::ReadCatalogue),
        ],
    ),
    (
        "merit.feedback.v1.FeedbackService",
        &[
            ("ImportFeedback", Action::ImportRecords),
            ("ImportSelfAssessments", Action::ImportRecords),
            ("ImportRatings", Action::ImportRecords),
            ("CreateNote", Action::GiveFeedback),
            ("ReplyToNote", Action::AnswerFeedback),
            ("AcknowledgeNote", Action::AnswerFeedback),
            ("ListNotes", Action::ReadFeedback),
            ("SnapshotFeedback", Action::ReadRecords),
            ("SnapshotRatings", Action::ReadRecords),
            ("GetCutoff", Action::ReadCatalogue),
        ],
    ),
    (
        "merit.notifications.v1.NotificationsService",
        &[
            ("Enqueue", Action::SendMail),
            ("GetMail", Action::ReadMail),
            ("ListMails", Action::ReadMail),
            ("SendMails", Action::SendMail),
            ("FetchMails", Action::SendMail),
            ("ConfirmMails", Action::SendMail),
            ("RenderScorecard", Action::RenderMail),
            ("ListMailReads", Action::ReadAccessLog),
        ],
    ),
    (
        "merit.reviews.v1.ReviewsService",
        &[
            ("RunReview", Action::RunReviews),
            ("StartReview", Action::RunReviews),
            ("GetOperation", Action::WatchOperations),
            ("ListOperations", Action::WatchOperations),
            ("WaitOperation", Action::WatchOperations),
            ("CancelOperation", Action::RunReviews),
            ("GetReview", Action::ReadRuns),
            ("ListReviews", Action::ReadRuns),
            ("ApproveReview", Action::ApproveReviews),
            ("RejectReview", Action::ApproveReviews),
            ("PublishReview", Action::PublishReviews),
            ("VerifyReview", Action::ReadRuns),
            ("ListScorecards", Action::ReadScorecards),
            ("ExportScorecards", Action::ReadScorecards),
            ("ListScorecardReads", Action::ReadAccessLog),
        ],
    ),
];

/// The permission that a call needs, by its path: `/merit.goals.v1.GoalsService/ListGoals`.
#[must_use]
pub fn action(path: &str) -> Option<Action> {
    row(path).map(|(_, action)| action)
}

/// The service of a path, if it is one of ours, and the method, if the service has it.
#[must_use]
pub fn names(path: &str) -> Option<(&'static str, Option<&'static str>)> {
    let (service, method) = path.strip_prefix('/')?.split_once('/')?;
    let (service, methods) = SERVICES.iter().find(|(name, _)| *name == service)?;
    Some((service, methods.iter().find(|(name, _)| *name == method).map(|(name, _)| *name)))
}

fn row(path: &str) -> Option<(&'static str, Action)> {
    let (service, method) = path.strip_prefix('/')?.split_once('/')?;
    let (_, methods) = SERVICES.iter().find(|(name, _)| *name == service)?;
    methods.iter().find(|(name, _)| *name == method).copied()
}

/// All calls, as `service/method`, with their permissions.
pub fn all() -> impl Iterator<Item = (String, Action)> {
    SERVICES.iter().flat_map(|(service, methods)| {
        methods.iter().map(move |(method, action)| (format!("{service}/{method}"), *action))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message as _;

    use super::*;

    #[test]
    fn each_call_of_the_contracts_has_its_row_and_no_row_is_left_over() {
        let files = prost_types::FileDescriptorSet::decode(merit_proto::DESCRIPTORS).unwrap().file;
        let known: BTreeSet<String> = files
            .iter()
            .filter(|file| file.package().starts_with("merit."))
            .flat_map(|file| {
                file.service.iter().flat_map(move |service| {
                    service
                        .method
                        .iter()
                        .map(move |method| format!("{}.{}/{}", file.package(), service.name(), method.name()))
                })
            })
            .collect();
        let rows: Vec<String> = all().map(|(call, _)| call).collect();
        assert_eq!(rows.len(), rows.iter().collect::<BTreeSet<_>>().len(), "a call has two rows");
        assert_eq!(rows.into_iter().collect::<BTreeSet<_>>(), known);
        assert_eq!(action("/merit.goals.v1.GoalsService/ListGoals"), Some(Action::ReadGoals));
        assert_eq!(action("/merit.goals.v1.GoalsService/DropEverything"), None);
        let goals = "merit.goals.v1.GoalsService";
        assert_eq!(names("/merit.goals.v1.GoalsService/ListGoals"), Some((goals, Some("ListGoals"))));
        assert_eq!(names("/merit.goals.v1.GoalsService/DropEverything"), Some((goals, None)));
        assert_eq!(names("/grpc.health.v1.Health/Check"), None);
    }
}
