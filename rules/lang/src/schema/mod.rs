//! What an organisation has: attributes of people, result records, measures, choices and events, read from a schema file.
//! Policies are checked against it, imports are held to it.

mod accept;

use std::collections::BTreeMap;

use merit_core::{Currency, Value, ValueType};

use crate::program::Formula;
use crate::syntax::ast;

/// A checked schema.
#[derive(Debug, Clone)]
pub struct Schema {
    name: String,
    version: u32,
    choices: BTreeMap<String, Vec<String>>,
    attributes: BTreeMap<String, Field>,
    records: BTreeMap<String, RecordType>,
    measures: BTreeMap<String, Measure>,
    events: BTreeMap<String, String>,
}

/// What a value is, as a schema says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A single value.
    Value(ValueType),
    /// A list of the named record.
    List(String),
}

impl Type {
    /// The kind of a single value; none for a list.
    #[must_use]
    pub const fn value_type(&self) -> Option<ValueType> {
        match self {
            Self::Value(kind) => Some(*kind),
            Self::List(_) => None,
        }
    }
}

/// The values that are taken, both ends included; open where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Range {
    /// The least.
    pub min: Option<Value>,
    /// The most.
    pub max: Option<Value>,
}

/// An attribute of people or a column of a record.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// For a choice: which.
    pub choice: Option<String>,
    /// For a choice: its words, in order.
    pub options: Vec<String>,
    /// For money: the currency that its range or default names, if any; otherwise that of the policy or the data.
    pub currency: Option<Currency>,
    /// The range.
    pub range: Option<Range>,
    /// Whether it may be missing.
    pub optional: bool,
    /// What stands for a missing value.
    pub default: Option<Value>,
    /// Whether a formula gives it, so that nobody imports it.
    pub computed: bool,
    /// What it is, for people.
    pub about: Option<String>,
    pub(crate) formula: Option<ast::Expr>,
}

/// A kind of result.
#[derive(Debug, Clone)]
pub struct RecordType {
    /// Its name: `Deal`.
    pub name: String,
    /// The name of a list of them: `deals`.
    pub list_name: String,
    /// The date column that puts a result in a period.
    pub dated_by: String,
    /// The participant column that says whose it is before any crediting.
    pub belongs_to: String,
    /// Its columns by name.
    pub fields: BTreeMap<String, Field>,
    /// Its columns' names in the order of the file.
    pub order: Vec<String>,
}

impl RecordType {
    /// The field that is credited where no policy says which: `amount`, or else the first money field that is given.
    #[must_use]
    pub fn credited_field(&self) -> Option<&Field> {
        let money = |field: &&Field| field.ty.value_type() == Some(ValueType::Money) && !field.computed;
        let named = self.fields.get("amount").filter(money);
        named.or_else(|| self.order.iter().filter_map(|name| self.fields.get(name)).find(money))
    }
}

/// One of the four sides on which performance is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Perspective {
    /// Money.
    Financial,
    /// How the work is done.
    Operational,
    /// What is new.
    Innovation,
    /// How people grow.
    Development,
}

impl Perspective {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Financial => "financial",
            Self::Operational => "operational",
            Self::Innovation => "innovation",
            Self::Development => "development",
        }
    }
}

/// A named quantity over a period.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether a formula over result records gives it.
    pub has_formula: bool,
    /// Names of the lists that its formula reads.
    pub lists: Vec<String>,
    /// Whether more is better.
    pub higher_is_better: bool,
    /// Its perspective.
    pub perspective: Perspective,
    /// Whether it may be missing.
    pub optional: bool,
    /// What stands for a missing value.
    pub default: Option<Value>,
    /// The range.
    pub range: Option<Range>,
    /// What it is, for people.
    pub about: Option<String>,
    /// For money: the currency that its range, default or formula names, if any.
    pub currency: Option<Currency>,
    /// For a choice: which.
    pub choice: Option<String>,
    pub(crate) formula: Option<ast::Expr>,
    /// The formula checked on its own, amounts without a currency of their own taken as US dollars.
    pub(crate) checked: Option<Formula>,
}

/// A schema's parts, for the check that builds it.
#[derive(Debug, Default)]
pub(crate) struct SchemaParts {
    pub name: String,
    pub version: u32,
    pub choices: BTreeMap<String, Vec<String>>,
    pub attributes: BTreeMap<String, Field>,
    pub records: BTreeMap<String, RecordType>,
    pub measures: BTreeMap<String, Measure>,
    pub events: BTreeMap<String, String>,
}

impl Schema {
    pub(crate) fn new(parts: SchemaParts) -> Self {
        let SchemaParts { name, version, choices, attributes, records, measures, events } = parts;
        Self { name, version, choices, attributes, records, measures, events }
    }

    pub(crate) fn field_mut(&mut self, record: &str, field: &str) -> Option<&mut Field> {
        self.records.get_mut(record)?.fields.get_mut(field)
    }

    pub(crate) fn measure_mut(&mut self, measure: &str) -> Option<&mut Measure> {
        self.measures.get_mut(measure)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version; 1 if the file gives none.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The choices and their words, in order.
    #[must_use]
    pub const fn choices(&self) -> &BTreeMap<String, Vec<String>> {
        &self.choices
    }

    /// What is known of a person.
    #[must_use]
    pub const fn attributes(&self) -> &BTreeMap<String, Field> {
        &self.attributes
    }

    /// Kinds of results by their name: `Deal`.
    #[must_use]
    pub const fn records(&self) -> &BTreeMap<String, RecordType> {
        &self.records
    }

    /// The record whose list has that name: `deals`.
    #[must_use]
    pub fn record_of_list(&self, list: &str) -> Option<&RecordType> {
        self.records.values().find(|record| record.list_name == list)
    }

    /// Measures by name.
    #[must_use]
    pub const fn measures(&self) -> &BTreeMap<String, Measure> {
        &self.measures
    }

    /// Events and what they are.
    #[must_use]
    pub const fn events(&self) -> &BTreeMap<String, String> {
        &self.events
    }
}
