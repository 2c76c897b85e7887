//! Rows of files as they arrive, read cell by cell; every cell at fault is told.

use merit_core::ids::{CycleId, GoalId, PersonId};
use merit_core::{Error, Problem, Result, text};
use merit_platform::wire;
use merit_proto::feedback::v1 as proto;

use crate::model::{NoteContent, Rating, Row, SelfAssessment};

/// A row, or everything that is wrong with it.
pub type Read<T> = Result<Row<T>, Vec<Problem>>;

/// Gathers what is wrong with one row.
struct Cells {
    line: u32,
    problems: Vec<Problem>,
}

impl Cells {
    const fn new(line: u32) -> Self {
        Self { line, problems: Vec::new() }
    }

    fn take<T>(&mut self, column: &str, read: Result<T>) -> Option<T> {
        read.map_err(|error| self.problems.push(Problem::cell(self.line, column, error.message))).ok()
    }

    fn row<T>(self, external_id: String, content: Option<T>) -> Read<T> {
        match content {
            Some(content) if self.problems.is_empty() => Ok(Row { line: self.line, external_id, content }),
            _ => Err(self.problems),
        }
    }
}

fn optional<T>(cell: &str, read: impl Fn(&str) -> Result<T>) -> Result<Option<T>> {
    if cell.is_empty() { Ok(None) } else { read(cell).map(Some) }
}

pub fn note(row: proto::NoteRow) -> Read<NoteContent> {
    let mut cells = Cells::new(row.line);
    let external_id = cells.take("external_id", id(&row.external_id));
    let author = cells.take("author", PersonId::new(&row.author));
    let receiver = cells.take("receiver", PersonId::new(&row.receiver));
    let given_on = cells.take("given_on", wire::day("the day", &row.given_on));
    let words = cells.take("text", text::note("the note", &row.text));
    let goal = cells.take("goal", optional(&row.goal, GoalId::new));
    let reply = cells.take("reply", optional(row.reply.trim(), |reply| text::note("the reply", reply)));
    let replied_on = cells.take("replied_on", wire::optional_day("the day", &row.replied_on));
    let acknowledged_on = cells.take("acknowledged_on", wire::optional_day("the day", &row.acknowledged_on));
    let content = (|| {
        let reply = match (reply?, replied_on?) {
            (Some(reply), Some(on)) => Some((reply, on)),
            (None, None) => None,
            (Some(_), None) => {
                cells.take("replied_on", Err(Error::invalid("BAD_DATE", "a reply needs the day it was given")))
            }
            (None, Some(_)) => cells.take("reply", Err(Error::invalid("BAD_TEXT", "a day is there, but no reply"))),
        };
        Some(NoteContent {
            author: author?,
            receiver: receiver?,
            given_on: given_on?,
            text: words?,
            goal: goal?,
            reply,
            acknowledged_on: acknowledged_on?,
        })
    })();
    cells.row(external_id.unwrap_or_default(), content)
}

pub fn self_assessment(row: proto::SelfAssessmentRow) -> Read<SelfAssessment> {
    let mut cells = Cells::new(row.line);
    let external_id = cells.take("external_id", id(&row.external_id));
    let person = cells.take("person", PersonId::new(&row.person));
    let cycle = cells.take("cycle", CycleId::new(&row.cycle));
    let goal = cells.take("goal", GoalId::new(&row.goal));
    let rating = cells.take("rating", wire::optional_ratio("the rating", &row.rating));
    let comment = cells.take("comment", optional(row.comment.trim(), |words| text::note("the comment", words)));
    let given_on = cells.take("given_on", wire::day("the day", &row.given_on));
    if rating.as_ref().and_then(Option::as_ref).is_some_and(merit_core::Ratio::is_negative) {
        cells.take::<()>("rating", Err(Error::invalid("BAD_NUMBER", "a rating is 0% or above")));
    }
    if rating == Some(None) && comment == Some(None) {
        let problem =
            Problem::row(row.line, "neither a rating nor a comment is there; leave the row out if it is missing");
        cells.problems.push(problem);
    }
    let content = (|| {
        Some(SelfAssessment {
            person: person?,
            cycle: cycle?,
            goal: goal?,
            rating: rating?,
            comment: comment?.unwrap_or_default(),
            given_on: given_on?,
        })
    })();
    cells.row(external_id.unwrap_or_default(), content)
}

pub fn rating(row: proto::RatingRow) -> Read<Rating> {
    let mut cells = Cells::new(row.line);
    let external_id = cells.take("external_id", id(&row.external_id));
    let person = cells.take("person", PersonId::new(&row.person));
    let measure = cells.take("measure", measure(&row.measure));
    let value = match &row.value {
        Some(value) => wire::parse_value(value),
        None => Err(Error::invalid("BAD_VALUE", "the value is missing; leave the row out if nobody rated")),
    };
    let value = cells.take("value", value);
    let on = cells.take("on", wire::day("the day", &row.on));
    let rater = cells.take("rater", optional(&row.rater, PersonId::new));
    let content = (|| Some(Rating { person: person?, measure: measure?, value: value?, on: on?, rater: rater? }))();
    cells.row(external_id.unwrap_or_default(), content)
}

/// An id in the file's own system; an empty one is told by the checks over the whole file.
fn id(cell: &str) -> Result<String> {
    if cell.trim().is_empty() { Ok(String::new()) } else { text::line("the id", cell) }
}

/// A measure's name, as the schema writes it.
fn measure(cell: &str) -> Result<String> {
    let ok = cell.len() <= merit_core::ids::MAX_ID
        && cell.starts_with(|c: char| c.is_ascii_alphabetic())
        && cell.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if ok {
        Ok(cell.to_owned())
    } else {
        Err(Error::invalid(
            "BAD_MEASURE",
            format!("`{}` is not a measure's name like coding_accuracy", text::shown(cell)),
        ))
    }
}
