//! Goals and quotas: a target from a day on is a row.

use merit_core::Problem;
use merit_core::text::shown;
use merit_proto::goals::v1::{GoalRow, OwnerKind};

use super::{Made, Material, Rows, of_measure};
use crate::import::fields::Cells;

const NEEDED: &[&str] = &["goal_id", "cycle", "owner_kind", "title"];
const OTHERS: &[&str] = &[
    "external_id",
    "owner",
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
    let fields = material.bind("goals", NEEDED, OTHERS)?;
    let (rows, problems) = material.each(&fields, |cells| Some(goal(material, cells)));
    Ok(Made { rows: Rows::Goals(rows), problems, fields })
}

fn goal(material: &Material<'_>, cells: &mut Cells<'_>) -> GoalRow {
    NEEDED.iter().for_each(|name| {
        cells.needed(name);
    });
    let goal_id = cells.id("goal_id", "a goal's id");
    let cycle = cells.id("cycle", "a cycle's id");
    let title = cells.line_of_text("title");
    let kind = owner_kind(cells);
    let owner = match kind {
        OwnerKind::Person => cells.person("owner"),
        _ => cells.id("owner", "a team's id"),
    };
    match kind {
        OwnerKind::Person | OwnerKind::Team if cells.text("owner").is_empty() => {
            cells.wrong("owner", "`owner` is empty; name whose goal it is");
        }
        OwnerKind::Organisation if !owner.is_empty() => {
            cells.wrong("owner", "the organisation's goals have no owner; empty the cell, or change `owner_kind`");
        }
        _ => {}
    }
    let measure_name = cells.text("measure");
    let measure = if measure_name.is_empty() { None } else { material.measure(cells, &measure_name) };
    let perspective = match (perspective(cells), measure) {
        (said, _) if !said.is_empty() => said,
        (_, Some(measure)) => measure.perspective.word().to_owned(),
        (said, None) => said,
    };
    let target = match (material.schema, measure) {
        (Some(schema), Some(measure)) => of_measure(schema, measure).and_then(|wanted| cells.value("target", wanted)),
        _ => {
            if measure_name.is_empty() && !cells.text("target").is_empty() {
                cells.wrong("target", "a target needs a `measure`; name one, or empty the cell for a milestone");
            }
            None
        }
    };
    let external_id = cells.line_of_text("external_id");
    GoalRow {
        line: cells.line(),
        external_id: if external_id.is_empty() { goal_id.clone() } else { external_id },
        goal_id,
        cycle,
        owner_kind: kind.into(),
        owner,
        title,
        description: cells.note("description"),
        measure: measure_name,
        perspective,
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

fn perspective(cells: &mut Cells<'_>) -> String {
    let text = cells.text("perspective").to_lowercase();
    if !matches!(text.as_str(), "" | "financial" | "operational" | "innovation" | "development") {
        cells.wrong(
            "perspective",
            format!("`{}` is none of financial, operational, innovation, development", shown(&text)),
        );
    }
    text
}
