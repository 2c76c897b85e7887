//! What a row of results must be before it is taken.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use merit_core::ids::PersonId;
use merit_core::text::{line, shown};
use merit_core::{Problem, Result, Value};
use merit_rules::{Field, RecordType, Schema};

use super::ResultRow;
use crate::model::{NewResult, pack};

/// Rows that were looked at.
#[derive(Debug, Default)]
pub struct Checked {
    /// Those that can be taken, quarantined ones included.
    pub ready: Vec<NewResult>,
    /// Why others can't.
    pub problems: Vec<Problem>,
    /// Why some don't count.
    pub quarantined: Vec<Problem>,
}

/// A record's fields without their ranges: what they take at all.
struct Unranged(BTreeMap<String, BTreeMap<String, Field>>);

impl Unranged {
    fn of(schema: &Schema) -> Self {
        let fields = |record: &RecordType| {
            let open = |(name, field): (&String, &Field)| {
                let mut field = field.clone();
                field.range = None;
                (name.clone(), field)
            };
            record.fields.iter().map(open).collect()
        };
        Self(schema.records().iter().map(|(name, record)| (name.clone(), fields(record))).collect())
    }

    fn accepts(&self, record: &RecordType, name: &str, value: &Value) -> Result<(), String> {
        self.0.get(&record.name).and_then(|fields| fields.get(name)).map_or(Ok(()), |field| field.accepts(value))
    }
}

/// Everyone that the rows name.
#[must_use]
pub fn named(rows: &[ResultRow]) -> BTreeSet<PersonId> {
    let values = rows.iter().flat_map(|row| row.values.values());
    values
        .filter_map(|value| if let Value::Participant(person) = value { Some(person.clone()) } else { None })
        .collect()
}

/// Looks at all rows. `known` are those of the named people who are in the directory.
///
/// # Errors
/// Never for values that a wire message can hold.
pub fn check(schema: &Schema, known: &BTreeSet<PersonId>, rows: Vec<ResultRow>) -> Result<Checked> {
    let unranged = Unranged::of(schema);
    let mut seen: HashMap<(String, String), u32> = HashMap::new();
    let mut checked = Checked::default();
    for row in rows {
        let before = checked.problems.len();
        let Some(record) = schema.records().get(&row.record) else {
            let all: Vec<&str> = schema.records().keys().map(String::as_str).collect();
            let message =
                format!("`{}` is not a record of the schema, which has {}", shown(&row.record), all.join(", "));
            checked.problems.push(Problem::row(row.line, message));
            continue;
        };
        if let Err(error) = line("the external id", &row.external_id) {
            checked
                .problems
                .push(Problem::row(row.line, format!("{}; every result needs one that stays the same", error.message)));
        } else if let Some(first) = seen.insert((row.record.clone(), row.external_id.clone()), row.line) {
            let message = format!(
                "`{}` is on line {first} already; each external id may appear once in a file",
                shown(&row.external_id)
            );
            checked.problems.push(Problem::row(row.line, message));
        }
        fields(&unranged, record, known, &row, &mut checked.problems);
        if checked.problems.len() == before {
            let result = ready(record, row, &mut checked.quarantined)?;
            checked.ready.extend(result);
        }
    }
    Ok(checked)
}

/// Every field known, typed, in the right currency, naming people who are there; every required one present.
fn fields(
    unranged: &Unranged,
    record: &RecordType,
    known: &BTreeSet<PersonId>,
    row: &ResultRow,
    problems: &mut Vec<Problem>,
) {
    for (name, value) in &row.values {
        let Some(field) = record.fields.get(name) else {
            let message =
                format!("`{}` has no field `{}`; it has {}", record.name, shown(name), record.order.join(", "));
            problems.push(Problem::cell(row.line, name, message));
            continue;
        };
        if field.computed {
            problems.push(Problem::cell(row.line, name, format!("`{name}` is computed by the schema; leave it out")));
        } else if let Err(reason) = unranged.accepts(record, name, value) {
            problems.push(Problem::cell(row.line, name, reason));
        } else if let Value::Participant(person) = value
            && !known.contains(person)
        {
            problems.push(Problem::cell(
                row.line,
                name,
                format!("`{person}` is not in the directory; import people first"),
            ));
        }
    }
    for (name, field) in record.fields.iter().filter(|(name, _)| !row.values.contains_key(*name)) {
        if *name == record.dated_by {
            let message = format!("`{name}` is missing, and it says which period a {} belongs to", record.name);
            problems.push(Problem::cell(row.line, name, message));
        } else if !field.optional && !field.computed && field.default.is_none() {
            problems.push(Problem::cell(
                row.line,
                name,
                format!("`{name}` is missing, and every {} needs one", record.name),
            ));
        }
    }
}

fn ready(record: &RecordType, row: ResultRow, quarantined: &mut Vec<Problem>) -> Result<Option<NewResult>> {
    let out_of_range = row.values.iter().find_map(|(name, value)| {
        let reason = record.fields.get(name)?.accepts(value).err()?;
        Some(Problem::cell(row.line, name, reason))
    });
    let Some(Value::Date(dated)) = row.values.get(&record.dated_by) else {
        return Ok(None);
    };
    let belongs_to = match row.values.get(&record.belongs_to) {
        Some(Value::Participant(person)) => Some(person.clone()),
        _ => None,
    };
    let result = NewResult {
        line: row.line,
        dated: *dated,
        belongs_to,
        content: pack(&row.values)?,
        quarantined: out_of_range.as_ref().map(|problem| problem.message.clone()),
        record: row.record,
        external_id: row.external_id,
    };
    quarantined.extend(out_of_range);
    Ok(Some(result))
}
