//! People: who they are, and their attributes from a day on. People who appear only in a column get rows of their own.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::Problem;
use merit_core::text::shown;
use merit_proto::directory::v1::PersonRow;
use merit_proto::r#type::v1::Value as WireValue;

use super::{Made, Material, Rows, of_field};
use crate::import::PeopleIndex;
use crate::import::fields::{Cells, Fields, Known, bind, bind_rules};
use crate::import::table::Row;

const NEEDED: &[&str] = &["person_id", "display_name", "from"];
const OTHERS: &[&str] = &["external_id", "email"];

/// A row of the file and the rules that make a person of it.
struct Seen<'a> {
    fields: &'a Fields,
    row: &'a Row,
    person_id: String,
    display_name: String,
    problems: Vec<Problem>,
}

pub fn make(material: &Material<'_>) -> Result<Made, Vec<Problem>> {
    let known = known(material);
    let fields = bind(material.profile, "people", &known, material.columns);
    let made: Vec<_> = material
        .profile
        .people_from
        .iter()
        .map(|people| bind_rules(material.profile, people.fields.clone(), "people", &known, material.columns))
        .collect();
    let mut problems: Vec<Problem> = made.iter().filter_map(|bound| bound.as_ref().err()).flatten().cloned().collect();
    let fields = match fields {
        Ok(fields) if problems.is_empty() => fields,
        Ok(_) => return Err(problems),
        Err(own) => return Err(own.into_iter().chain(problems).collect()),
    };
    let made: Vec<Fields> = made.into_iter().flatten().collect();

    let mut seen: Vec<Seen<'_>> = material.rows.iter().map(|row| Seen::new(&fields, row)).collect();
    let mut people = index(material.people, &seen);
    let (only_in_columns, more) = from_columns(material, &made, &seen);
    seen.extend(only_in_columns);
    problems.extend(more);
    same_ids(&mut seen);
    seen.iter().for_each(|one| people.add(&one.display_name, &one.person_id));

    let mut rows = Vec::with_capacity(seen.len());
    for one in seen {
        rows.extend(person(material, &people, one, &mut problems));
    }
    Ok(Made { rows: Rows::People(rows), problems, fields })
}

fn known(material: &Material<'_>) -> Vec<Known> {
    let attributes = material.schema.into_iter().flat_map(|schema| schema.attributes().values());
    Known::list(NEEDED, true)
        .chain(Known::list(OTHERS, false))
        .chain(
            attributes.filter(|field| !field.computed).map(|field| Known { name: field.name.clone(), needed: false }),
        )
        .collect()
}

impl<'a> Seen<'a> {
    fn new(fields: &'a Fields, row: &'a Row) -> Self {
        let nobody = PeopleIndex::new();
        let mut cells = Cells::new(fields, &nobody, row);
        cells.needed("display_name");
        let display_name = cells.line_of_text("display_name");
        cells.needed("person_id");
        // A text that can't be an id is told once: `needed` has told what can't be made into one.
        let person_id = if cells.problems.is_empty() { cells.id("person_id", "a person's id") } else { String::new() };
        Self { fields, row, person_id, display_name, problems: cells.problems }
    }
}

fn index(on_record: &PeopleIndex, seen: &[Seen<'_>]) -> PeopleIndex {
    let mut people = on_record.clone();
    for one in seen.iter().filter(|one| !one.person_id.is_empty()) {
        people.add(&one.display_name, &one.person_id);
    }
    people
}

/// The people who appear only in a column, each from the first row that names them.
fn from_columns<'a>(material: &Material<'a>, made: &'a [Fields], rows: &[Seen<'_>]) -> (Vec<Seen<'a>>, Vec<Problem>) {
    let have_rows: BTreeSet<&str> =
        rows.iter().flat_map(|one| [one.display_name.as_str(), one.person_id.as_str()]).collect();
    let mut found: Vec<Seen<'a>> = Vec::new();
    let mut problems = Vec::new();
    for (people, fields) in material.profile.people_from.iter().zip(made) {
        let Some(column) = material.columns.get(&people.column) else { continue };
        let mut firsts: BTreeMap<&str, (u32, Vec<String>)> = BTreeMap::new();
        for row in &material.rows {
            let name = row.cells.get(*column).unwrap_or_default();
            if name.is_empty() || have_rows.contains(name) {
                continue;
            }
            let texts = texts(fields, row);
            match firsts.get(name) {
                None => {
                    firsts.insert(name, (row.line, texts));
                    found.push(Seen::new(fields, row));
                }
                Some((line, first)) if *first != texts => problems.push(Problem::cell(
                    row.line,
                    &people.column,
                    format!(
                        "`{}` comes out different here than on line {line}; give them a row of their own, or a constant in the profile",
                        shown(name)
                    ),
                )),
                Some(_) => {}
            }
        }
    }
    (found, problems)
}

fn texts(fields: &Fields, row: &Row) -> Vec<String> {
    let nobody = PeopleIndex::new();
    let mut cells = Cells::new(fields, &nobody, row);
    fields.names().map(|name| cells.text(name)).collect()
}

/// Ids that are made from names must not meet: two people would become one.
fn same_ids(seen: &mut [Seen<'_>]) {
    let mut first: BTreeMap<String, (u32, String)> = BTreeMap::new();
    for one in seen {
        if one.person_id.is_empty() || !one.fields.is_made("person_id") {
            continue;
        }
        let (line, name) =
            first.entry(one.person_id.clone()).or_insert_with(|| (one.row.line, one.display_name.clone()));
        if *name != one.display_name {
            let message = format!(
                "`{}` would get the id `{}`, as `{}` on line {line} does; give the file a column with ids",
                shown(&one.display_name),
                one.person_id,
                shown(name)
            );
            one.problems.push(Problem::cell(one.row.line, one.fields.column("person_id"), message));
        }
    }
}

/// A row is sent to be checked even if some of its attributes are wrong: others may refer to the person.
fn person(
    material: &Material<'_>,
    people: &PeopleIndex,
    seen: Seen<'_>,
    problems: &mut Vec<Problem>,
) -> Option<PersonRow> {
    let mut cells = Cells::new(seen.fields, people, seen.row);
    cells.problems = seen.problems;
    cells.needed("from");
    let from = cells.day("from");
    let external_id = cells.line_of_text("external_id");
    let email = cells.text("email");
    if !email.is_empty()
        && let Err(error) = merit_core::text::address(&email)
    {
        cells.wrong("email", error.message);
    }
    let whole = cells.problems.is_empty();
    let attributes = attributes(material, seen.fields, &mut cells);
    let line = cells.line();
    problems.append(&mut cells.problems);
    whole.then_some(PersonRow {
        line,
        external_id: if external_id.is_empty() { seen.person_id.clone() } else { external_id },
        person_id: seen.person_id,
        display_name: seen.display_name,
        email,
        from,
        attributes,
    })
}

fn attributes(material: &Material<'_>, fields: &Fields, cells: &mut Cells<'_>) -> BTreeMap<String, WireValue> {
    let mut attributes = BTreeMap::new();
    for field in material.schema.into_iter().flat_map(|schema| schema.attributes().values()) {
        if !fields.has(&field.name) {
            continue;
        }
        let text = cells.text(&field.name);
        if cells.is_nothing(&field.name, &text) {
            attributes.insert(field.name.clone(), WireValue::default());
            continue;
        }
        let value = of_field(field).and_then(|wanted| cells.value(&field.name, wanted));
        if let Some(value) = value
            && in_range(field, &value, cells)
        {
            attributes.insert(field.name.clone(), value);
        }
    }
    attributes
}

fn in_range(field: &merit_rules::Field, value: &WireValue, cells: &mut Cells<'_>) -> bool {
    let accepted =
        merit_platform::wire::parse_value(value).map_err(|error| error.message).and_then(|value| field.accepts(&value));
    match accepted {
        Ok(()) => true,
        Err(message) => {
            cells.wrong(&field.name, message);
            false
        }
    }
}
