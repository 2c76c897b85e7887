//! What people can be filtered by: what anybody may read of anybody.

use jiff::civil::Date;
use merit_core::Result;
use merit_platform::filter::{Field, Filter, Kind, Value};

use crate::model::{OPEN_ATTRIBUTES, Person};
use crate::store::Having;

const FIELDS: [Field; 5] = [
    Field { name: "name", kind: Kind::Text },
    Field { name: "display_name", kind: Kind::Text },
    Field { name: "role", kind: Kind::Text },
    Field { name: "team", kind: Kind::Text },
    Field { name: "manager", kind: Kind::Text },
];

/// Reads a filter of people.
///
/// # Errors
/// `BAD_FILTER`.
pub fn read(text: &str) -> Result<Filter> {
    Filter::parse(text, &FIELDS)
}

/// What has to be in force on a day for anybody to pass.
pub fn having(filter: &Filter, on: Date) -> Having {
    let needed = |name: &'static str| filter.needs(name).map(|value| (name, value.to_owned()));
    Having { on, values: OPEN_ATTRIBUTES.into_iter().filter_map(needed).collect() }
}

/// Whether a person passes, by what is in force on a day.
pub fn passes(filter: &Filter, person: &Person, day: Date) -> bool {
    filter.passes(&|field: &str| match field {
        "name" => Some(Value::Text(person.id.name())),
        "display_name" => Some(Value::Text(person.display_name.clone())),
        attribute => person.value(attribute, day).map(|value| Value::Text(value.to_string())),
    })
}
