//! What a reader could write to mend a policy.

use crate::schema::Schema;

/// The line that would list a name of the schema under `inputs`; none if the schema doesn't have it.
pub fn input_line(schema: &Schema, name: &str) -> Option<String> {
    if let Some(record) = schema.record_of_list(name) {
        return Some(format!("{name} : list of {}", record.name));
    }
    let attribute =
        schema.attributes().get(name).map(|field| (field.ty.value_type(), field.choice.clone(), field.optional));
    let measure = || schema.measures().get(name).map(|m| (m.ty.value_type(), m.choice.clone(), m.optional));
    let (kind, choice, optional) = attribute.or_else(measure)?;
    let ty = choice.unwrap_or_else(|| kind.map_or("", merit_core::ValueType::word).to_owned());
    Some(format!("{name} : {ty}{}", if optional { " optional" } else { "" }))
}
