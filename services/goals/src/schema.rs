//! Schema files, read by the policy language's own reader.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::{Currency, Error, Result, Value};
use merit_rules::{Source, load_schema, render};

use crate::model::{Measure, Perspective};
use crate::service::{Schema, Schemas};

/// Reads schema files as policies see them.
#[derive(Debug, Clone, Copy, Default)]
pub struct RulesSchemas;

impl Schemas for RulesSchemas {
    fn read(&self, file_name: &str, text: &str) -> Result<Box<dyn Schema>> {
        let name = if file_name.is_empty() { "schema.merit" } else { file_name };
        let refuse = |diagnostics, source: &Source| {
            Error::invalid("BAD_SCHEMA", render(&diagnostics, source, false).trim_end().to_owned())
        };
        let plain = Source { name: name.to_owned(), text: text.to_owned() };
        let source = Source::from_bytes(name, text.as_bytes()).map_err(|wrong| refuse(wrong, &plain))?;
        let schema = load_schema(&source).map_err(|wrong| refuse(wrong, &source))?;
        let measures =
            schema.measures().values().filter_map(|found| Some((found.name.clone(), measure(&schema, found)?)));
        Ok(Box::new(RulesSchema { measures: measures.collect(), schema }))
    }
}

struct RulesSchema {
    schema: merit_rules::Schema,
    measures: BTreeMap<String, Measure>,
}

impl Schema for RulesSchema {
    fn name(&self) -> &str {
        self.schema.name()
    }

    fn version(&self) -> u32 {
        self.schema.version()
    }

    fn measures(&self) -> &BTreeMap<String, Measure> {
        &self.measures
    }

    fn accepts(&self, measure: &str, target: &Value) -> Result<(), String> {
        let (Some(found), Some(known)) = (self.schema.measures().get(measure), self.measures.get(measure)) else {
            return Err(format!("`{}` is not a measure of the schema", merit_core::text::shown(measure)));
        };
        found.accepts(target)?;
        match (target, known.currency) {
            (Value::Money(money), Some(currency)) if money.currency != currency => {
                Err(format!("`{measure}` is kept in {currency}, and this is in {}", money.currency))
            }
            _ => Ok(()),
        }
    }
}

/// What goals need of a measure. One whose values are lists can't have targets.
fn measure(schema: &merit_rules::Schema, found: &merit_rules::Measure) -> Option<Measure> {
    Some(Measure {
        name: found.name.clone(),
        kind: found.ty.value_type()?,
        currency: found.currency.or_else(|| currency_of_records(schema, found)),
        perspective: match found.perspective {
            merit_rules::Perspective::Financial => Perspective::Financial,
            merit_rules::Perspective::Operational => Perspective::Operational,
            merit_rules::Perspective::Innovation => Perspective::Innovation,
            merit_rules::Perspective::Development => Perspective::Development,
        },
    })
}

/// The currency of the records that a measure's formula reads, where their amounts name one and the same.
fn currency_of_records(schema: &merit_rules::Schema, found: &merit_rules::Measure) -> Option<Currency> {
    let records = found.lists.iter().filter_map(|list| schema.record_of_list(list));
    let named: BTreeSet<Currency> =
        records.flat_map(|record| record.fields.values()).filter_map(|field| field.currency).collect();
    if named.len() == 1 { named.first().copied() } else { None }
}
