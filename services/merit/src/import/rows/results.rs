//! Results: deals, ideas and the schema's other records. Ranges are not judged here: what they refuse is put aside by
//! scoring, for a person to look at.

use std::collections::BTreeMap;

use merit_core::Problem;
use merit_core::text::shown;
use merit_proto::scoring::v1::ResultRow;
use merit_rules::{RecordType, Schema, nearest};

use super::{Made, Material, Rows, of_field};
use crate::import::fields::{Cells, Known, bind};

pub fn make(material: &Material<'_>) -> Result<Made, Vec<Problem>> {
    let Some(schema) = material.schema else { return Err(Vec::new()) };
    let record = match &material.profile.record {
        Some(name) => Some(schema.records().get(name).ok_or_else(|| vec![Problem::row(1, no_record(schema, name))])?),
        None => None,
    };
    let fields = bind(material.profile, &what(record), &known(schema, record), material.columns)?;
    let (rows, problems) = material.each(&fields, |cells| result(schema, record, cells));
    Ok(Made { rows: Rows::Results(rows), problems, fields })
}

fn what(record: Option<&RecordType>) -> String {
    record.map_or_else(|| "results".to_owned(), |record| record.list_name.clone())
}

fn no_record(schema: &Schema, name: &str) -> String {
    let names = schema.records().keys().map(String::as_str);
    let there = match nearest(name, names.clone()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("it has {}", names.collect::<Vec<_>>().join(", ")),
    };
    format!("the schema has no record `{}`; {there}", shown(name))
}

/// What a row may have: the columns of its record, or those of any where each row says what it is.
fn known(schema: &Schema, record: Option<&RecordType>) -> Vec<Known> {
    let mut known: Vec<Known> = Known::list(&["external_id"], true).collect();
    match record {
        Some(record) => known.extend(columns(record).map(|(name, needed)| Known { name: name.to_owned(), needed })),
        None => {
            known.extend(Known::list(&["record"], true));
            let every: BTreeMap<&str, bool> = schema.records().values().flat_map(columns).collect();
            known.extend(every.into_keys().map(|name| Known { name: name.to_owned(), needed: false }));
        }
    }
    known
}

/// A record's columns that are imported, and whether a row needs them.
fn columns(record: &RecordType) -> impl Iterator<Item = (&str, bool)> {
    let imported = record.fields.values().filter(|field| !field.computed);
    imported.map(|field| (field.name.as_str(), !field.optional && field.default.is_none()))
}

fn result(schema: &Schema, record: Option<&RecordType>, cells: &mut Cells<'_>) -> Option<ResultRow> {
    let record = match record {
        Some(record) => record,
        None => match cells.needed("record") {
            name if name.is_empty() => return None,
            name => schema.records().get(&name).or_else(|| {
                cells.wrong("record", no_record(schema, &name));
                None
            })?,
        },
    };
    cells.needed("external_id");
    let external_id = cells.line_of_text("external_id");
    let mut values = BTreeMap::new();
    for field in record.fields.values().filter(|field| !field.computed) {
        if !field.optional && field.default.is_none() {
            cells.needed(&field.name);
        }
        if let Some(value) = of_field(field).and_then(|wanted| cells.value(&field.name, wanted)) {
            values.insert(field.name.clone(), value);
        }
    }
    Some(ResultRow { line: cells.line(), record: record.name.clone(), external_id, values })
}
