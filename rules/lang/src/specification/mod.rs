//! The language a second time, as plainly as it can be written: one person's figures straight from the syntax tree, with
//! names looked up where they stand. It judges the evaluator (see `comparison`), so it shares nothing with `check`,
//! `program` and `evaluate` but what the outside gives: the tree, amounts, dates and a person's inputs.
//!
//! It takes a checked policy, so it gives no messages, only a value or the kind of [`values::Gap`] in its place.

mod after_rounding;
mod agreement;
mod comparison;
mod credit;
mod dates;
mod expressions;
mod generator;
mod history;
mod inputs;
mod lists;
mod outcomes;
mod rank;
mod reads;
mod recognitions;
mod release;
mod rounding;
mod settle;
mod shrink;
mod tables;
mod values;
mod weigh;

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::evaluate::{PersonInputs, Row};
use crate::syntax::ast::{Expr, Field, File, Item, Literal, Measure, Record};
use outcomes::Ran;
use values::{Answer, Gap, Value};

/// One person under a policy and its schema.
pub struct Person<'a> {
    policy: &'a File,
    schema: &'a File,
    inputs: &'a PersonInputs,
    /// Whether nothing is computed of outcomes but what stands up to their rounding.
    up_to_rounding: bool,
    /// What was worked out so far, by name: each figure has one value, however often it is read.
    known: RefCell<BTreeMap<String, Ran>>,
}

/// What a name may mean beside the file's own names: the lets above, and the columns of a row.
#[derive(Clone, Copy, Default)]
struct Here<'a> {
    lets: &'a [(String, Value)],
    /// The list whose rows are spoken of.
    list: Option<&'a str>,
    row: Option<(&'a Record, &'a Row)>,
}

impl<'a> Person<'a> {
    fn new(policy: &'a File, schema: &'a File, inputs: &'a PersonInputs) -> Self {
        Self { policy, schema, inputs, up_to_rounding: false, known: RefCell::default() }
    }

    /// What a name stands for: an input, a definition, an outcome or a constant; none for a choice's word.
    fn figure(&self, name: &str) -> Option<Answer> {
        self.worked_out(name).map(|ran| ran.value)
    }

    /// A name's value with what is held back of it.
    fn worked_out(&self, name: &str) -> Option<Ran> {
        if let Some(ran) = self.known.borrow().get(name) {
            return Some(ran.clone());
        }
        let ran = match self.input(name) {
            Some(value) => Ran::only(value),
            None => self.policy.items.iter().find_map(|item| match item {
                Item::Const { name: own, value } if own.node == name => {
                    Some(Ran::only(Ok(Value::literal(&value.kind))))
                }
                Item::Define { name: own, value, .. } if own.node == name => Some(Ran::only(self.read(value))),
                Item::Weigh(weigh) if weigh.name.node == name => Some(Ran::only(self.weighed(weigh))),
                Item::Outcome(outcome) if outcome.name.node == name => Some(self.outcome(outcome)),
                _ => None,
            })?,
        };
        self.known.borrow_mut().insert(name.to_owned(), ran.clone());
        Some(ran)
    }

    /// An expression that stands on its own: scored only if all that it reads is there.
    fn read(&self, expr: &Expr) -> Answer {
        self.needs(expr, false, Here::default()).worst()?;
        self.value(expr, Here::default())
    }

    /// Whether the policy applies to the person.
    fn applies(&self) -> Result<bool, Gap> {
        match self.policy.header.applies.as_ref().and_then(|applies| applies.node.as_ref()) {
            Some(condition) => self.read(condition).map(|value| value.yes()),
            None => Ok(true),
        }
    }

    fn month_ends_up(&self) -> bool {
        self.policy.header.month_ends_up.as_ref().is_some_and(|up| up.node)
    }

    fn currency(&self) -> merit_core::Currency {
        self.policy.header.currency.as_ref().unwrap().node.parse().unwrap()
    }

    fn attribute(&self, name: &str) -> Option<&'a Field> {
        self.schema.items.iter().find_map(|item| match item {
            Item::Attributes(fields) => fields.iter().find(|field| field.name.node == name),
            _ => None,
        })
    }

    fn measure(&self, name: &str) -> Option<&'a Measure> {
        self.schema.items.iter().find_map(|item| match item {
            Item::Measure(measure) if measure.name.node == name => Some(measure),
            _ => None,
        })
    }

    /// The record whose results stand in a list.
    fn record(&self, list: &str) -> &'a Record {
        record_of(self.schema, list)
    }
}

fn record_of<'a>(schema: &'a File, list: &str) -> &'a Record {
    let found = schema.items.iter().find_map(|item| match item {
        Item::Record(record) if record.plural.as_ref().is_some_and(|plural| plural.node == list) => Some(record),
        _ => None,
    });
    found.unwrap()
}

fn literal(literal: &Literal) -> Value {
    Value::literal(&literal.kind)
}
