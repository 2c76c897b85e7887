//! From rows to notes, self-assessments and ratings.

use jiff::civil::Date;
use merit_core::ids::{CycleId, GoalId, PersonId};
use merit_core::{Error, Result, Value, ValueType};
use merit_platform::store::storage;
use sqlx::Row as _;

use super::super::dialect;
use crate::model::{Note, NoteContent, NoteId, Rating, Reply, SelfAssessment};

fn text(row: &dialect::Row, column: &'static str) -> Result<String> {
    row.try_get(column).map_err(storage)
}

pub fn day(text: &str) -> Result<Date> {
    text.parse().map_err(Error::internal)
}

/// A stored text, none where it is empty.
fn filled(row: &dialect::Row, column: &'static str) -> Result<Option<String>> {
    Ok(Some(text(row, column)?).filter(|text| !text.is_empty()))
}

pub fn note(row: &dialect::Row) -> Result<Note> {
    let receiver = PersonId::new(&text(row, "receiver")?)?;
    let acknowledged_on = filled(row, "acknowledged_on")?.map(|on| day(&on)).transpose()?;
    let reply = match filled(row, "reply")? {
        Some(text_of_reply) => Some((text_of_reply, day(&text(row, "replied_on")?)?)),
        None => None,
    };
    let replies = reply.iter().map(|(text, on)| Reply { author: receiver.clone(), given_on: *on, text: text.clone() });
    let start_of_day = |on: Date| jiff::tz::TimeZone::UTC.to_timestamp(on.at(0, 0, 0, 0)).map_err(Error::internal);
    Ok(Note {
        id: NoteId::stored(text(row, "note")?),
        source: text(row, "source")?,
        external_id: text(row, "external_id")?,
        replies: replies.collect(),
        acknowledged_at: acknowledged_on.map(start_of_day).transpose()?,
        content: NoteContent {
            author: PersonId::new(&text(row, "author")?)?,
            receiver,
            given_on: day(&text(row, "given_on")?)?,
            text: text(row, "body")?,
            goal: filled(row, "goal")?.map(|id| GoalId::new(&id)).transpose()?,
            reply,
            acknowledged_on,
        },
    })
}

pub fn self_assessment(row: &dialect::Row) -> Result<SelfAssessment> {
    Ok(SelfAssessment {
        person: PersonId::new(&text(row, "person")?)?,
        cycle: CycleId::new(&text(row, "cycle")?)?,
        goal: GoalId::new(&text(row, "goal")?)?,
        rating: filled(row, "rating")?.map(|rating| rating.parse()).transpose()?,
        comment: text(row, "comment")?,
        given_on: day(&text(row, "given_on")?)?,
    })
}

pub fn rating(row: &dialect::Row) -> Result<Rating> {
    let kind = text(row, "kind")?;
    let kind = ValueType::from_word(&kind).ok_or_else(|| Error::internal(format!("stored kind {kind}")))?;
    Ok(Rating {
        person: PersonId::new(&text(row, "person")?)?,
        measure: text(row, "measure")?,
        value: Value::parse(kind, &text(row, "value")?)?,
        on: day(&text(row, "rated_on")?)?,
        rater: filled(row, "rater")?.map(|id| PersonId::new(&id)).transpose()?,
    })
}
