//! Notes of feedback, with the answer where there was one.

use merit_core::Problem;
use merit_proto::feedback::v1::NoteRow;

use super::{Made, Material, Rows};
use crate::import::fields::Cells;

const NEEDED: &[&str] = &["external_id", "author", "receiver", "given_on", "text"];
const OTHERS: &[&str] = &["goal", "reply", "replied_on", "acknowledged_on"];

pub fn make(material: &Material<'_>) -> Result<Made, Vec<Problem>> {
    let fields = material.bind("notes", NEEDED, OTHERS)?;
    let (rows, problems) = material.each(&fields, |cells| Some(note(cells)));
    Ok(Made { rows: Rows::Feedback(rows), problems, fields })
}

fn note(cells: &mut Cells<'_>) -> NoteRow {
    NEEDED.iter().for_each(|name| {
        cells.needed(name);
    });
    let (reply, replied_on) = (cells.note("reply"), cells.day("replied_on"));
    if reply.is_empty() != replied_on.is_empty() && cells.problems.is_empty() {
        let (name, message) = if reply.is_empty() {
            ("reply", "there is a day of the answer and no answer; give both or neither")
        } else {
            ("replied_on", "there is an answer and not its day; give both or neither")
        };
        cells.wrong(name, message);
    }
    NoteRow {
        line: cells.line(),
        external_id: cells.line_of_text("external_id"),
        author: cells.person("author"),
        receiver: cells.person("receiver"),
        given_on: cells.day("given_on"),
        text: cells.note("text"),
        goal: cells.id("goal", "a goal's id"),
        reply,
        replied_on,
        acknowledged_on: cells.day("acknowledged_on"),
    }
}
