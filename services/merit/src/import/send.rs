//! Hands typed rows to the service that keeps them, and tells what came of it.

use std::path::Path;

use merit_core::{Error, Kind, Problem, Result};
use merit_platform::client::{LIMIT, Link};
use merit_platform::{status, wire};
use merit_proto::directory::v1::{ImportPeopleRequest, directory_service_client::DirectoryServiceClient};
use merit_proto::feedback::v1::feedback_service_client::FeedbackServiceClient;
use merit_proto::feedback::v1::{ImportFeedbackRequest, ImportRatingsRequest, ImportSelfAssessmentsRequest};
use merit_proto::goals::v1::{GetSchemaRequest, ImportGoalsRequest, goals_service_client::GoalsServiceClient};
use merit_proto::scoring::v1::scoring_service_client::ScoringServiceClient;
use merit_proto::scoring::v1::{ImportBalancesRequest, ImportEventsRequest, ImportResultsRequest};
use merit_proto::r#type::v1::{ImportHeader, ImportProblem, ImportSummary};
use merit_rules::{Schema, Source, load_schema, render};

use super::read::name_of;
use super::{ImportKind, Known, PeopleIndex, Profile, Reading, Recorded, Rows, read_bytes, withdrawn};

/// Rows in one message.
const CHUNK: usize = 500;

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows that are new.
    pub added: u32,
    /// Rows that made a new version of something on record.
    pub changed: u32,
    /// Rows that were on record already.
    pub unchanged: u32,
    /// Rows that the profile left out.
    pub left_out: usize,
    /// What is wrong, by line; if there is anything, nothing was written.
    pub problems: Vec<Problem>,
    /// Rows that were put aside for a person to look at; the others were taken.
    pub quarantined: Vec<Problem>,
    /// Rows that the profile left out, and that were corrected because they are on record from before.
    pub withdrawn: Vec<Problem>,
    /// Rows that the profile left out, and of which it can't be seen whether they are on record.
    pub unsure: Vec<Problem>,
    /// Whether the file was taken.
    pub written: bool,
}

/// Imports a file whole, or nothing of it and says what is wrong with it.
///
/// # Errors
/// Those of [`read_bytes`] and what the services answer; rows at fault are no error but part of the outcome.
pub async fn run(link: Link, kind: ImportKind, file: &Path, profile: &Profile, dry_run: bool) -> Result<Outcome> {
    let bytes = std::fs::read(file)
        .map_err(|error| Error::not_found("UNREADABLE", format!("`{}` can't be read: {error}", file.display())))?;
    run_bytes(link, kind, &name_of(file), &bytes, profile, dry_run).await
}

/// As [`run`], for a file's bytes.
///
/// # Errors
/// As [`run`].
pub async fn run_bytes(
    link: Link,
    kind: ImportKind,
    file: &str,
    bytes: &[u8],
    profile: &Profile,
    dry_run: bool,
) -> Result<Outcome> {
    let schema = if kind.needs_schema() { fetch_schema(link.clone()).await? } else { None };
    let people = PeopleIndex::fetch(link.clone()).await?;
    let recorded =
        if kind == ImportKind::Balances { Recorded::fetch(link.clone()).await? } else { Recorded::default() };
    let known = Known { schema: schema.as_ref(), people: &people, recorded: &recorded };
    let reading = read_bytes(kind, file, bytes, profile, &known)?;
    // A file with a problem is sent all the same, to be checked only: the service may find more, and one look is enough.
    let validate_only = dry_run || !reading.problems.is_empty();
    let header = ImportHeader { source: profile.source().to_owned(), file_name: file.to_owned(), validate_only };
    let dry_run = async |rows| {
        let header = ImportHeader { validate_only: true, ..header.clone() };
        send(link.clone(), header, Rows::Results(rows)).await
    };
    let found = withdrawn::on_record(reading.withdrawn.rows.clone(), dry_run).await?;
    let told = found.rows.iter().map(|row| withdrawn::told(profile, row)).collect();
    let mut rows = reading.rows.clone();
    if let Rows::Results(rows) = &mut rows {
        rows.extend(found.rows);
    }
    let summary = send(link, header, rows).await?;
    let mut outcome = outcome(&reading, &summary, &found.unsure, validate_only);
    outcome.withdrawn = told;
    Ok(outcome)
}

fn outcome(reading: &Reading, summary: &ImportSummary, unsure: &[ImportProblem], validate_only: bool) -> Outcome {
    let told = |problems: &[ImportProblem]| {
        let mut told: Vec<Problem> =
            problems.iter().map(|problem| reading.in_the_files_words(wire::parse_problem(problem))).collect();
        told.sort();
        told
    };
    let mut problems = reading.problems.clone();
    // A cell that can't be read is told once, by whoever looked at it first.
    problems.extend(
        told(&summary.problems)
            .into_iter()
            .filter(|found| !reading.problems.iter().any(|own| own.line == found.line && own.column == found.column)),
    );
    problems.sort();
    let mut unsure = told(unsure);
    unsure.extend(reading.withdrawn.unsure.iter().cloned());
    unsure.sort();
    let written = problems.is_empty() && !validate_only;
    let counted = problems.is_empty();
    let count = |number: u32| if counted { number } else { 0 };
    Outcome {
        added: count(summary.added),
        changed: count(summary.changed),
        unchanged: count(summary.unchanged),
        left_out: reading.left_out,
        problems,
        quarantined: told(&summary.quarantined),
        withdrawn: Vec::new(),
        unsure,
        written,
    }
}

/// The schema in force; none if none is registered.
///
/// # Errors
/// What goals answers; `BAD_SCHEMA` when this program can't read what another one registered.
pub async fn fetch_schema(link: Link) -> Result<Option<Schema>> {
    let mut client = GoalsServiceClient::new(link).max_decoding_message_size(LIMIT);
    let answer = match client.get_schema(GetSchemaRequest {}).await {
        Ok(answer) => answer.into_inner(),
        Err(refused) => {
            let error = status::from_status(&refused);
            return if error.kind == Kind::NotFound { Ok(None) } else { Err(error) };
        }
    };
    let Some(schema) = answer.schema else { return Ok(None) };
    let source = Source { name: "schema.merit".to_owned(), text: schema.source };
    match load_schema(&source) {
        Ok(schema) => Ok(Some(schema)),
        Err(diagnostics) => Err(Error::precondition(
            "BAD_SCHEMA",
            format!("the registered schema can't be read by this version:\n{}", render(&diagnostics, &source, false)),
        )),
    }
}

/// Sends rows to the service that keeps them, in messages of 500.
///
/// # Errors
/// What the service answers.
pub async fn send(link: Link, header: ImportHeader, rows: Rows) -> Result<ImportSummary> {
    // One block for each kind: the generated messages have no trait in common.
    macro_rules! through {
        ($client:ident, $call:ident, $request:ident, $rows:expr) => {{
            let mut client = $client::new(link).max_decoding_message_size(LIMIT).max_encoding_message_size(LIMIT);
            let first = $request { header: Some(header), rows: Vec::new() };
            let others = chunks($rows).map(|rows| $request { header: None, rows });
            let messages = futures::stream::iter(std::iter::once(first).chain(others));
            let answer = client.$call(messages).await.map_err(|refused| status::from_status(&refused))?;
            answer.into_inner().summary
        }};
    }
    let summary = match rows {
        Rows::People(rows) => through!(DirectoryServiceClient, import_people, ImportPeopleRequest, rows),
        Rows::Goals(rows) => through!(GoalsServiceClient, import_goals, ImportGoalsRequest, rows),
        Rows::Results(rows) => through!(ScoringServiceClient, import_results, ImportResultsRequest, rows),
        Rows::Ratings(rows) => through!(FeedbackServiceClient, import_ratings, ImportRatingsRequest, rows),
        Rows::Events(rows) => through!(ScoringServiceClient, import_events, ImportEventsRequest, rows),
        Rows::Balances(rows) => through!(ScoringServiceClient, import_balances, ImportBalancesRequest, rows),
        Rows::Feedback(rows) => through!(FeedbackServiceClient, import_feedback, ImportFeedbackRequest, rows),
        Rows::SelfAssessments(rows) => {
            through!(FeedbackServiceClient, import_self_assessments, ImportSelfAssessmentsRequest, rows)
        }
    };
    summary.ok_or_else(|| Error::internal("an import was answered without a summary"))
}

fn chunks<T>(rows: Vec<T>) -> impl Iterator<Item = Vec<T>> + Send
where
    T: Send,
{
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || {
        let chunk: Vec<T> = rows.by_ref().take(CHUNK).collect();
        (!chunk.is_empty()).then_some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_travel_in_order_and_none_is_lost() {
        let sizes: Vec<usize> = chunks((0..1201).collect::<Vec<u32>>()).map(|chunk| chunk.len()).collect();
        assert_eq!(sizes, [500, 500, 201]);
        assert!(chunks((0..1201).collect::<Vec<u32>>()).flatten().eq(0..1201));
        assert_eq!(chunks(Vec::<u32>::new()).count(), 0);
    }
}
