//! Schema files, read by the policy language's own reader.

use std::collections::BTreeMap;

use merit_core::{Error, Result, Value};
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
        let measures = schema.measures().values().map(|found| (found.name.clone(), measure(found)));
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
        match self.schema.measures().get(measure) {
            Some(found) => found.accepts(target),
            None => Err(format!("`{}` is not a measure of the schema", merit_core::text::shown(measure))),
        }
    }
}

/// What goals need of a measure.
fn measure(found: &merit_rules::Measure) -> Measure {
    Measure {
        name: found.name.clone(),
        perspective: match found.perspective {
            merit_rules::Perspective::Financial => Perspective::Financial,
            merit_rules::Perspective::Operational => Perspective::Operational,
            merit_rules::Perspective::Innovation => Perspective::Innovation,
            merit_rules::Perspective::Development => Perspective::Development,
        },
    }
}
