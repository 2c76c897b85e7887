//! Goals and quotas, and what changes in them later.

use merit_core::Problem;
use merit_core::text::shown;
use merit_proto::goals::v1::{GoalRow, OwnerKind};

use super::{Made, Material, Rows, of_measure};
use crate::import::fields::Cells;

/// None is needed by every row: goals fills in what a row leaves out from what is on record.
const FIELDS: &[&str] = &[
    "goal_id",
    "external_id",
    "cycle",
    "owner_kind",
    "owner",
    "title",
    "description",
    "measure",
    "perspective",
    "weight",
    "parent",
    "due",
    "done_when",
    "rationale",
    "from",
    "target",
    "progress",
    "progress_on",
];

pub fn make(material: &Material<'_>) -> Result<Made, Vec<Problem>> {
    let fields = material.bind("goals", &[], FIELDS)?;
    let (rows, problems) = material.each(&fields, |cells| Some(goal(material, cells)));
    Ok(Made { rows: Rows::Goals(rows), problems, fields })
}

fn goal(material: &Material<'_>, cells: &mut Cells<'_>) -> GoalRow {
    let kind = owner_kind(cells);
    let owner = match kind {
        OwnerKind::Person => cells.person("owner"),
        _ => cells.text("owner"),
    };
    let measure_name = cells.text("measure");
    let measure = if measure_name.is_empty() { None } else { material.measure(cells, &measure_name) };
    let target = match (material.schema, measure) {
        (Some(schema), Some(measure)) => of_measure(schema, measure).and_then(|wanted| cells.value("target", wanted)),
        _ => {
            if measure_name.is_empty() && !cells.text("target").is_empty() {
                cells.wrong("target", "a target needs a `measure`; name one, or empty the cell for a milestone");
            }
            None
        }
    };
    GoalRow {
        line: cells.line(),
        goal_id: cells.id("goal_id", "a goal's id"),
        external_id: cells.line_of_text("external_id"),
        cycle: cells.id("cycle", "a cycle's id"),
        owner_kind: kind.into(),
        owner,
        title: cells.line_of_text("title"),
        description: cells.note("description"),
        measure: measure_name,
        perspective: cells.text("perspective").to_lowercase(),
        weight: cells.share("weight"),
        parent: cells.id("parent", "a goal's id"),
        due: cells.day("due"),
        done_when: cells.note("done_when"),
        rationale: cells.note("rationale"),
        from: cells.day("from"),
        target,
        progress: cells.share("progress"),
        progress_on: cells.day("progress_on"),
    }
}

fn owner_kind(cells: &mut Cells<'_>) -> OwnerKind {
    let text = cells.text("owner_kind");
    match text.to_lowercase().as_str() {
        "organisation" | "organization" => OwnerKind::Organisation,
        "team" => OwnerKind::Team,
        "person" => OwnerKind::Person,
        "" => OwnerKind::Unspecified,
        _ => {
            cells.wrong("owner_kind", format!("`{}` is none of organisation, team, person", shown(&text)));
            OwnerKind::Unspecified
        }
    }
}
