//! Names, types and units: a syntax tree and a schema in, a typed program out, or everything that is wrong with it.

mod after_rounding;
mod axis;
mod bands;
mod columns;
mod contest;
mod expectations;
mod expressions;
mod grid;
mod groups;
mod header;
mod history;
mod inputs;
mod list_inputs;
mod lists;
mod literals;
mod names;
mod narrowing;
mod operators;
mod order;
mod outcomes;
mod policy;
mod rates;
mod reading;
mod recompute;
mod schema_file;
mod scope;
mod settle;
mod stages;
mod stretches;
mod suggestion;
mod tests;
mod tiers;
mod weigh;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use merit_core::{Currency, Ratio};

#[cfg(test)]
pub(crate) use policy::check_policy;
pub use policy::load_policy;
pub use schema_file::load_schema;

use crate::diagnostics::Diagnostics;
use crate::program::{Define, DefineId, Fact, Input, List, ListId, LocalId, Outcome, Table, Type};
use crate::schema::Schema;
use crate::syntax::ast::Name;
use narrowing::Known;
use scope::Names;

/// The check at work.
pub struct Checker<'s> {
    /// What is wrong so far.
    pub said: Diagnostics,
    schema: Option<&'s Schema>,
    text: &'s str,
    /// The policy's currency; none in a schema, whose amounts name their own.
    currency: Option<Currency>,
    month_ends: bool,
    header_damaged: bool,
    choices: BTreeMap<String, Vec<String>>,
    names: Names,
    /// Names whose declarations had mistakes: nothing more is said about them.
    damaged: BTreeSet<String>,
    facts: Vec<Fact>,
    lists: Vec<List>,
    tables: Vec<Option<Table>>,
    defines: Vec<Option<Define>>,
    outcomes: Vec<Option<Outcome>>,
    outcome_types: Vec<Option<Type>>,
    /// Declared types of definitions.
    define_types: BTreeMap<DefineId, Type>,
    /// Definitions that may be missing.
    lacking: BTreeSet<String>,
    /// Which currency each table of rates converts into.
    rates_to: BTreeMap<String, Currency>,
    /// The input whose words name the columns of tiers.
    tiers_for: BTreeMap<String, Name>,
    contest_names: Vec<String>,
    /// Labels that contests distribute.
    labels: BTreeMap<String, Vec<String>>,
    recognition_names: Vec<String>,
    asked: BTreeMap<String, Input>,
    /// Definitions that are known to lie above 0.
    positive_defines: BTreeSet<DefineId>,
    /// Declared least values of lists' columns, by list and column.
    column_lows: BTreeMap<(usize, usize), Ratio>,
    /// The list whose row is at hand.
    row: Option<ListId>,
    locals: BTreeMap<String, (LocalId, Type)>,
    /// Above 0 where a missing value is caught.
    lenient: usize,
    known: Known,
    /// Whether places are left out: the expression stands in the schema, not in the policy.
    placeless: bool,
}

impl<'s> Checker<'s> {
    /// A check of a text, against a schema if there is one.
    pub fn new(text: &'s str, schema: Option<&'s Schema>) -> Self {
        Self {
            said: Diagnostics::default(),
            schema,
            text,
            currency: None,
            month_ends: false,
            header_damaged: false,
            choices: schema.map(|schema| schema.choices().clone()).unwrap_or_default(),
            names: Names::default(),
            damaged: BTreeSet::new(),
            facts: Vec::new(),
            lists: Vec::new(),
            tables: Vec::new(),
            defines: Vec::new(),
            outcomes: Vec::new(),
            outcome_types: Vec::new(),
            define_types: BTreeMap::new(),
            lacking: BTreeSet::new(),
            rates_to: BTreeMap::new(),
            tiers_for: BTreeMap::new(),
            contest_names: Vec::new(),
            labels: BTreeMap::new(),
            recognition_names: Vec::new(),
            asked: BTreeMap::new(),
            positive_defines: BTreeSet::new(),
            column_lows: BTreeMap::new(),
            row: None,
            locals: BTreeMap::new(),
            lenient: 0,
            known: Known::default(),
            placeless: false,
        }
    }

    /// The currency of amounts that name none.
    fn fallback(&self) -> Currency {
        self.currency.unwrap_or(Currency::USD)
    }
}
