//! Events: what held back amounts wait for.

use merit_core::Problem;
use merit_proto::scoring::v1::EventRow;

use super::{Made, Material, Rows, named};
use crate::import::fields::Cells;

const NEEDED: &[&str] = &["event", "cycle", "date"];
const OTHERS: &[&str] = &["person"];

pub fn make(material: &Material<'_>) -> Result<Made, Vec<Problem>> {
    let fields = material.bind("events", NEEDED, OTHERS)?;
    let (rows, problems) = material.each(&fields, |cells| Some(event(cells)));
    Ok(Made { rows: Rows::Events(rows), problems, fields })
}

fn event(cells: &mut Cells<'_>) -> EventRow {
    NEEDED.iter().for_each(|name| {
        cells.needed(name);
    });
    EventRow {
        line: cells.line(),
        event: cells.text("event"),
        cycle: named("cycles", &cells.id("cycle", "a cycle's id")),
        person: named("people", &cells.person("person")),
        on: cells.day("date"),
    }
}
