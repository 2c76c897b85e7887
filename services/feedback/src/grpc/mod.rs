//! Between the wire and the service: translation, and who may call what.

mod rows;

use std::pin::Pin;
use std::sync::Arc;

use futures::Stream;
use merit_core::ids::{CycleId, GoalId, PersonId};
use merit_core::once::{Once, Outcome};
use merit_core::{Result, Scope};
use merit_platform::access::{Action, Permit, Terms};
use merit_platform::import::{self, collect};
use merit_platform::once::{again, asked, kept};
use merit_platform::page::{Page, cut};
use merit_platform::status::to_status;
use merit_platform::wire;
use merit_proto::feedback::v1 as proto;
use merit_proto::feedback::v1::feedback_service_server::FeedbackService;
use merit_proto::r#type::v1::ImportSummary;
use tonic::{Request, Response, Status, Streaming};

use crate::model::{File, Note, NoteId, Tally};
use crate::service::Feedback;
use crate::store::sort_key;

/// Rows in one message of a stream.
const CHUNK: usize = 1000;

/// Which write an id of a request belongs to.
const CREATE_NOTE: &str = "/merit.feedback.v1.FeedbackService/CreateNote";
const REPLY_TO_NOTE: &str = "/merit.feedback.v1.FeedbackService/ReplyToNote";

/// The service on the wire.
#[derive(Clone)]
pub struct Grpc {
    feedback: Arc<Feedback>,
}

impl Grpc {
    /// Around the service.
    #[must_use]
    pub const fn new(feedback: Arc<Feedback>) -> Self {
        Self { feedback }
    }
}

type Outgoing<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl FeedbackService for Grpc {
    type SnapshotFeedbackStream = Outgoing<proto::SnapshotFeedbackResponse>;
    type SnapshotRatingsStream = Outgoing<proto::SnapshotRatingsResponse>;

    async fn import_feedback(
        &self,
        request: Request<Streaming<proto::ImportFeedbackRequest>>,
    ) -> Result<Response<proto::ImportFeedbackResponse>, Status> {
        let import = collect(request.into_inner(), |m| (m.header, m.rows)).await.map_err(to_status)?;
        let tally = self.feedback.import_notes(file(import, rows::note)).await.map_err(to_status)?;
        Ok(Response::new(proto::ImportFeedbackResponse { summary: Some(summary(tally)) }))
    }

    async fn import_self_assessments(
        &self,
        request: Request<Streaming<proto::ImportSelfAssessmentsRequest>>,
    ) -> Result<Response<proto::ImportSelfAssessmentsResponse>, Status> {
        let import = collect(request.into_inner(), |m| (m.header, m.rows)).await.map_err(to_status)?;
        let file = file(import, rows::self_assessment);
        let tally = self.feedback.import_self_assessments(file).await.map_err(to_status)?;
        Ok(Response::new(proto::ImportSelfAssessmentsResponse { summary: Some(summary(tally)) }))
    }

    async fn import_ratings(
        &self,
        request: Request<Streaming<proto::ImportRatingsRequest>>,
    ) -> Result<Response<proto::ImportRatingsResponse>, Status> {
        let import = collect(request.into_inner(), |m| (m.header, m.rows)).await.map_err(to_status)?;
        let tally = self.feedback.import_ratings(file(import, rows::rating)).await.map_err(to_status)?;
        Ok(Response::new(proto::ImportRatingsResponse { summary: Some(summary(tally)) }))
    }

    async fn create_note(
        &self,
        request: Request<proto::CreateNoteRequest>,
    ) -> Result<Response<proto::CreateNoteResponse>, Status> {
        let permit = Permit::of(&request)?;
        let request = request.into_inner();
        let answer = |note: &Note| proto::CreateNoteResponse { note: Some(note_to_wire(note.clone())) };
        let made = async {
            let author = permit.person()?;
            let asked = asked(&request.request_id, CREATE_NOTE, permit.principal(), &request)?;
            let encoded = |note: &Note| kept(&answer(note));
            let once = asked.as_ref().map(|asked| Once { asked, answer: &encoded });
            let receiver = PersonId::from_name(&request.receiver)?;
            permit.on(&receiver).await?;
            let goal = optional(&request.goal, GoalId::from_name)?;
            let goals_seen = permit.to(Action::ReadGoals).allows(&receiver, Terms::default()).await?;
            match self.feedback.create_note(author, receiver, &request.text, goal, goals_seen, once.as_ref()).await? {
                Outcome::Done(note) => Ok(answer(&note)),
                Outcome::Before(before) => again(&before),
            }
        };
        Ok(Response::new(made.await.map_err(to_status)?))
    }

    async fn reply_to_note(
        &self,
        request: Request<proto::ReplyToNoteRequest>,
    ) -> Result<Response<proto::ReplyToNoteResponse>, Status> {
        let permit = Permit::of(&request)?;
        let request = request.into_inner();
        let answer = |note: &Note| proto::ReplyToNoteResponse { note: Some(note_to_wire(note.clone())) };
        let replied = async {
            let (by, seen) = answering(&permit).await?;
            let asked = asked(&request.request_id, REPLY_TO_NOTE, permit.principal(), &request)?;
            let encoded = |note: &Note| kept(&answer(note));
            let once = asked.as_ref().map(|asked| Once { asked, answer: &encoded });
            let id = NoteId::from_name(&request.name)?;
            match self.feedback.reply(&id, &by, &request.text, &seen, once.as_ref()).await? {
                Outcome::Done(note) => Ok(answer(&note)),
                Outcome::Before(before) => again(&before),
            }
        };
        Ok(Response::new(replied.await.map_err(to_status)?))
    }

    async fn acknowledge_note(
        &self,
        request: Request<proto::AcknowledgeNoteRequest>,
    ) -> Result<Response<proto::AcknowledgeNoteResponse>, Status> {
        let permit = Permit::of(&request)?;
        let acknowledged = async {
            let (by, seen) = answering(&permit).await?;
            self.feedback.acknowledge(&NoteId::from_name(&request.get_ref().name)?, &by, &seen).await
        };
        let note = acknowledged.await.map_err(to_status)?;
        Ok(Response::new(proto::AcknowledgeNoteResponse { note: Some(note_to_wire(note)) }))
    }

    async fn list_notes(
        &self,
        request: Request<proto::ListNotesRequest>,
    ) -> Result<Response<proto::ListNotesResponse>, Status> {
        let permit = Permit::of(&request)?;
        let request = request.into_inner();
        let page = Page::of(&request).map_err(to_status)?;
        let read = async {
            let person = PersonId::from_name(&request.person)?;
            permit.on(&person).await?;
            let scope = permit.scope().await?;
            self.feedback.notes_of(&person, page.after.as_deref(), page.size + 1, &scope).await
        };
        let notes = read.await.map_err(to_status)?;
        let (notes, next_page_token) = cut(notes, &page, sort_key);
        let notes = notes.into_iter().map(note_to_wire).collect();
        Ok(Response::new(proto::ListNotesResponse { notes, next_page_token }))
    }

    async fn snapshot_feedback(
        &self,
        request: Request<proto::SnapshotFeedbackRequest>,
    ) -> Result<Response<Self::SnapshotFeedbackStream>, Status> {
        let request = request.into_inner();
        let read = async {
            let cycle = CycleId::from_name(&request.cycle)?;
            let first = wire::day("the first day", &request.first_day)?;
            let last = wire::day("the last day", &request.last_day)?;
            self.feedback.snapshot(&cycle, first, last, request.cutoff).await
        };
        let (notes, own) = read.await.map_err(to_status)?;
        let notes = chunks(notes.into_iter().map(note_to_wire).collect())
            .map(|notes| proto::SnapshotFeedbackResponse { notes, ..Default::default() });
        let own = chunks(own.into_iter().map(self_assessment_to_wire).collect())
            .map(|self_assessments| proto::SnapshotFeedbackResponse { self_assessments, ..Default::default() });
        Ok(Response::new(Box::pin(futures::stream::iter(notes.chain(own).map(Ok)))))
    }

    async fn snapshot_ratings(
        &self,
        request: Request<proto::SnapshotRatingsRequest>,
    ) -> Result<Response<Self::SnapshotRatingsStream>, Status> {
        let request = request.into_inner();
        let read = async {
            let first = wire::day("the first day", &request.first_day)?;
            let last = wire::day("the last day", &request.last_day)?;
            self.feedback.snapshot_ratings(first, last, request.cutoff).await
        };
        let ratings = read.await.map_err(to_status)?;
        let messages = chunks(ratings.into_iter().map(rating_to_wire).collect())
            .map(|ratings| Ok(proto::SnapshotRatingsResponse { ratings }));
        Ok(Response::new(Box::pin(futures::stream::iter(messages))))
    }

    async fn get_cutoff(
        &self,
        _: Request<proto::GetCutoffRequest>,
    ) -> Result<Response<proto::GetCutoffResponse>, Status> {
        let cutoff = self.feedback.cutoff().await.map_err(to_status)?;
        Ok(Response::new(proto::GetCutoffResponse { cutoff }))
    }
}

/// Who answers, as themselves, and whose notes they may see.
async fn answering(permit: &Permit) -> Result<(PersonId, Scope)> {
    let by = permit.person()?;
    permit.on(&by).await?;
    Ok((by, permit.to(Action::ReadFeedback).scope().await?))
}

fn optional<T>(text: &str, parse: impl Fn(&str) -> Result<T>) -> Result<Option<T>> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
}

fn chunks<T>(rows: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || Some(rows.by_ref().take(CHUNK).collect::<Vec<T>>()).filter(|chunk| !chunk.is_empty()))
}

fn file<R, T>(import: import::Import<R>, read: impl Fn(R) -> rows::Read<T>) -> File<T> {
    let mut file = File {
        source: import.source,
        validate_only: import.validate_only,
        rows: Vec::with_capacity(import.rows.len()),
        problems: Vec::new(),
    };
    for row in import.rows {
        match read(row) {
            Ok(row) => file.rows.push(row),
            Err(problems) => file.problems.extend(problems),
        }
    }
    file
}

fn summary(tally: Tally) -> ImportSummary {
    let Tally { added, changed, unchanged, problems } = tally;
    import::Tally { added, changed, unchanged, problems, quarantined: Vec::new() }.to_wire()
}

fn note_to_wire(note: Note) -> proto::Note {
    proto::Note {
        name: note.id.name(),
        author: note.content.author.name(),
        receiver: note.content.receiver.name(),
        given_on: note.content.given_on.to_string(),
        text: note.content.text,
        goal: note.content.goal.map(|goal| goal.name()).unwrap_or_default(),
        acknowledged_at: crate::model::or_empty(note.acknowledged_at.as_ref()),
        replies: note
            .replies
            .into_iter()
            .map(|reply| proto::Reply {
                author: reply.author.name(),
                given_on: reply.given_on.to_string(),
                text: reply.text,
            })
            .collect(),
        source: note.source,
        external_id: note.external_id,
    }
}

fn self_assessment_to_wire(own: crate::model::SelfAssessment) -> proto::SelfAssessment {
    proto::SelfAssessment {
        person: own.person.name(),
        cycle: own.cycle.name(),
        goal: own.goal.name(),
        rating: crate::model::or_empty(own.rating.as_ref()),
        comment: own.comment,
        given_on: own.given_on.to_string(),
    }
}

fn rating_to_wire(rating: crate::model::Rating) -> proto::Rating {
    proto::Rating {
        person: rating.person.name(),
        measure: rating.measure,
        value: Some(wire::value(&rating.value)),
        on: rating.on.to_string(),
        rater: rating.rater.map(|rater| rater.name()).unwrap_or_default(),
    }
}
