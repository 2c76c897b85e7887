//! Ratings: the value of a measure for a person on a day.

use merit_core::Problem;
use merit_proto::feedback::v1::RatingRow;

use super::{Made, Material, Rows, of_measure};
use crate::import::fields::Cells;

const NEEDED: &[&str] = &["person", "measure", "value", "on"];
const OTHERS: &[&str] = &["external_id", "rater"];

pub fn make(material: &Material<'_>) -> Result<Made, Vec<Problem>> {
    let fields = material.bind("ratings", NEEDED, OTHERS)?;
    let (rows, problems) = material.each(&fields, |cells| Some(rating(material, cells)));
    Ok(Made { rows: Rows::Ratings(rows), problems, fields })
}

fn rating(material: &Material<'_>, cells: &mut Cells<'_>) -> RatingRow {
    NEEDED.iter().for_each(|name| {
        cells.needed(name);
    });
    let person = cells.person("person");
    let measure = cells.text("measure");
    let on = cells.day("on");
    let found = if measure.is_empty() { None } else { material.measure(cells, &measure) };
    if found.is_some_and(|found| found.has_formula) {
        cells.wrong("measure", format!("`{measure}` is computed from results; import those instead"));
    }
    let value = match (material.schema, found) {
        (Some(schema), Some(measure)) => of_measure(schema, measure).and_then(|wanted| cells.value("value", wanted)),
        _ => None,
    };
    if let (Some(value), Some(found)) = (&value, found) {
        let read = merit_platform::wire::parse_value(value).map_err(|error| error.message);
        if let Err(message) = read.and_then(|value| found.accepts(&value)) {
            cells.wrong("value", message);
        }
    }
    let external_id = cells.line_of_text("external_id");
    RatingRow {
        line: cells.line(),
        external_id: if external_id.is_empty() { format!("{person}/{measure}/{on}") } else { external_id },
        person,
        measure,
        value,
        on,
        rater: cells.person("rater"),
    }
}
