//! What goals can be filtered by.

use merit_core::Result;
use merit_platform::filter::{Field, Filter, Kind, Value};

use crate::model::Perspective;
use crate::service::Assessed;

const FIELDS: [Field; 10] = [
    Field { name: "name", kind: Kind::Text },
    Field { name: "owner", kind: Kind::Text },
    Field { name: "owner_kind", kind: Kind::Word(&["organisation", "team", "person"]) },
    Field { name: "title", kind: Kind::Text },
    Field { name: "measure", kind: Kind::Text },
    Field { name: "perspective", kind: Kind::Word(&["financial", "operational", "innovation", "development"]) },
    Field { name: "parent", kind: Kind::Text },
    Field { name: "weight", kind: Kind::Number },
    Field { name: "due", kind: Kind::Day },
    Field { name: "version", kind: Kind::Number },
];

/// Reads a filter of goals.
///
/// # Errors
/// `BAD_FILTER`.
pub fn read(text: &str) -> Result<Filter> {
    Filter::parse(text, &FIELDS)
}

/// Whether a goal passes.
pub fn passes(filter: &Filter, assessed: &Assessed) -> bool {
    let goal = &assessed.goal;
    let content = &goal.content;
    let text = |text: String| Some(text).filter(|text| !text.is_empty()).map(Value::Text);
    filter.passes(&|field: &str| match field {
        "name" => text(goal.id.name()),
        "owner" => text(content.owner.name()),
        "owner_kind" => text(content.owner.level_word().to_owned()),
        "title" => text(content.title.clone()),
        "measure" => text(content.measure.clone().unwrap_or_default()),
        "perspective" => text(Perspective::word(content.perspective).to_owned()),
        "parent" => text(content.parent.as_ref().map(|parent| parent.name()).unwrap_or_default()),
        "weight" => content.weight.clone().map(Value::Number),
        "due" => Some(Value::Day(content.due)),
        "version" => Some(Value::Number(merit_core::Ratio::whole(i64::from(goal.version)))),
        _ => None,
    })
}
