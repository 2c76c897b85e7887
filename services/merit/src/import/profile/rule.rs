//! Where one field comes from: a column, a constant, a template or an id made from a column, and how it is written there.

use std::collections::BTreeMap;
use std::fmt;

use merit_core::Currency;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::import::cell::{DateFormat, Formats, Mark, PercentFormat, Unit};
use crate::import::template::Template;

/// Where a field's text comes from.
#[derive(Debug, Clone)]
pub enum Source {
    Column(String),
    Always(String),
    Template(Template),
}

/// How a column says who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lookup {
    /// By the person's id.
    #[default]
    Id,
    /// By the person's name.
    Name,
    /// By the key that the same source gave the person when people were imported.
    ExternalId,
}

/// The rule of one field.
#[derive(Debug, Clone)]
pub struct Rule {
    pub source: Source,
    /// Whether the file may lack the column.
    pub optional: bool,
    /// What stands for an empty cell.
    pub otherwise: Option<String>,
    /// The text that says that there is none from now on, such as `none`.
    pub nothing: Option<String>,
    /// Texts of the file and what they mean.
    pub aliases: BTreeMap<String, String>,
    pub by: Lookup,
    /// The column that names the currency.
    pub currency_column: Option<String>,
    /// Whether the file may lack that column; then the currency is the profile's.
    pub currency_optional: bool,
    own: Own,
}

/// What the rule says of the form, over what the profile says.
#[derive(Debug, Clone, Default)]
struct Own {
    dates: Option<DateFormat>,
    decimal: Option<Mark>,
    thousands: Option<Mark>,
    currency: Option<Currency>,
    percent: Option<PercentFormat>,
    unit: Option<Unit>,
}

impl Rule {
    /// The field is the column of that name.
    pub fn column(name: &str) -> Self {
        Self {
            source: Source::Column(name.to_owned()),
            optional: false,
            otherwise: None,
            nothing: None,
            aliases: BTreeMap::new(),
            by: Lookup::Id,
            currency_column: None,
            currency_optional: false,
            own: Own::default(),
        }
    }

    /// The columns that it reads.
    pub fn columns(&self) -> Vec<&str> {
        let mut columns = self.own_columns();
        columns.extend(self.currency_column.as_deref());
        columns
    }

    /// The columns that it can't be read without.
    pub fn needed_columns(&self) -> Vec<&str> {
        if self.currency_optional { self.own_columns() } else { self.columns() }
    }

    fn own_columns(&self) -> Vec<&str> {
        match &self.source {
            Source::Column(column) => vec![column],
            Source::Always(_) => Vec::new(),
            Source::Template(template) => template.columns().collect(),
        }
    }

    /// How its values are written, where the profile says `general`.
    pub fn formats(&self, general: &Formats) -> Formats {
        let own = &self.own;
        Formats {
            dates: own.dates.clone().unwrap_or_else(|| general.dates.clone()),
            decimal: own.decimal.or(general.decimal),
            thousands: own.thousands.or(general.thousands),
            currency: own.currency.or(general.currency),
            percent: own.percent.or(general.percent),
            unit: own.unit.or(general.unit),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleTable {
    column: Option<String>,
    always: Option<String>,
    template: Option<Template>,
    slug: Option<String>,
    #[serde(default)]
    optional: bool,
    otherwise: Option<String>,
    nothing: Option<String>,
    #[serde(default)]
    aliases: BTreeMap<String, String>,
    #[serde(default)]
    by: Lookup,
    currency: Option<Currency>,
    currency_column: Option<String>,
    #[serde(default)]
    currency_optional: bool,
    dates: Option<DateFormat>,
    decimal: Option<Mark>,
    thousands: Option<Mark>,
    percent: Option<PercentFormat>,
    unit: Option<Unit>,
}

impl TryFrom<RuleTable> for Rule {
    type Error = &'static str;

    fn try_from(table: RuleTable) -> Result<Self, Self::Error> {
        let sources = [
            table.column.map(Source::Column),
            table.always.map(Source::Always),
            table.template.map(Source::Template),
            table.slug.map(|column| Source::Template(Template::slug_of(&column))),
        ];
        let mut sources = sources.into_iter().flatten();
        let source = sources.next().ok_or("a field needs one of `column`, `always`, `template` and `slug`")?;
        if sources.next().is_some() {
            return Err("a field takes one of `column`, `always`, `template` and `slug`, not several");
        }
        if table.currency_optional && table.currency_column.is_none() {
            return Err("`currency_optional` is for a field with a `currency_column`; name one");
        }
        Ok(Self {
            source,
            optional: table.optional,
            otherwise: table.otherwise,
            nothing: table.nothing,
            aliases: table.aliases,
            by: table.by,
            currency_column: table.currency_column,
            currency_optional: table.currency_optional,
            own: Own {
                dates: table.dates,
                decimal: table.decimal,
                thousands: table.thousands,
                currency: table.currency,
                percent: table.percent,
                unit: table.unit,
            },
        })
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ColumnOrTable;

        impl<'de> Visitor<'de> for ColumnOrTable {
            type Value = Rule;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column's name, or a table such as { column = \"…\" }")
            }

            fn visit_str<E: serde::de::Error>(self, column: &str) -> Result<Rule, E> {
                Ok(Rule::column(column))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Rule, A::Error> {
                let table = RuleTable::deserialize(MapAccessDeserializer::new(map))?;
                Rule::try_from(table).map_err(A::Error::custom)
            }
        }

        deserializer.deserialize_any(ColumnOrTable)
    }
}

/// One text or several.
#[derive(Debug, Clone)]
pub struct Words(pub Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrSeveral;

        impl<'de> Visitor<'de> for OneOrSeveral {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Words, E> {
                Ok(Words(vec![word.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element()? {
                    words.push(word);
                }
                Ok(Words(words))
            }
        }

        deserializer.deserialize_any(OneOrSeveral)
    }
}
