//! Self-assessments: a person's own view of one goal.

use merit_core::Problem;
use merit_proto::feedback::v1::SelfAssessmentRow;

use super::{Made, Material, Rows};
use crate::import::fields::Cells;

const NEEDED: &[&str] = &["person", "cycle", "goal", "given_on"];
const OTHERS: &[&str] = &["external_id", "rating", "comment"];

pub fn make(material: &Material<'_>) -> Result<Made, Vec<Problem>> {
    let fields = material.bind("self-assessments", NEEDED, OTHERS)?;
    let (rows, problems) = material.each(&fields, |cells| Some(self_assessment(cells)));
    Ok(Made { rows: Rows::SelfAssessments(rows), problems, fields })
}

fn self_assessment(cells: &mut Cells<'_>) -> SelfAssessmentRow {
    NEEDED.iter().for_each(|name| {
        cells.needed(name);
    });
    let (rating, comment) = (cells.share("rating"), cells.note("comment"));
    if rating.is_empty() && comment.is_empty() && cells.problems.is_empty() {
        cells.wrong("rating", "there is neither a rating nor a comment; give one, or leave the row out");
    }
    let person = cells.person("person");
    let goal = cells.id("goal", "a goal's id");
    let external_id = cells.line_of_text("external_id");
    SelfAssessmentRow {
        line: cells.line(),
        external_id: if external_id.is_empty() { format!("{person}/{goal}") } else { external_id },
        person,
        cycle: cells.id("cycle", "a cycle's id"),
        goal,
        rating,
        comment,
        given_on: cells.day("given_on"),
    }
}
