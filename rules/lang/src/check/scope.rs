//! What names stand for.

use std::collections::BTreeMap;

use super::Checker;
use crate::diagnostics::{Diagnostic, MOST_SHOWN, Span, codes, nearest};
use crate::program::{DefineId, FactId, ListId, OutcomeId, Quantity, TableId, Type};
use crate::syntax::ast::Name;

/// What a name stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Symbol {
    /// A constant.
    Const(Type, Quantity),
    /// A single value from outside.
    Fact(FactId),
    /// A list of records.
    List(ListId),
    /// A definition.
    Define(DefineId),
    /// A table of any kind.
    Table(TableId),
    /// A payout or a recommendation.
    Outcome(OutcomeId),
    /// A contest.
    Contest,
    /// A choice.
    Choice,
}

impl Symbol {
    /// What it is, for people.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Const(..) => "a constant",
            Self::Fact(_) => "an input",
            Self::List(_) => "a list",
            Self::Define(_) => "a definition",
            Self::Table(_) => "a table",
            Self::Outcome(_) => "an outcome",
            Self::Contest => "a contest",
            Self::Choice => "a choice",
        }
    }
}

/// Names and where each was given; none for what the schema or the header binds.
#[derive(Debug, Default)]
pub struct Names(BTreeMap<String, (Symbol, Option<Span>)>);

impl Names {
    /// What a name stands for.
    pub fn get(&self, name: &str) -> Option<&Symbol> {
        self.0.get(name).map(|(symbol, _)| symbol)
    }

    /// Where a name was given.
    pub fn place(&self, name: &str) -> Option<Span> {
        self.0.get(name).and_then(|(_, span)| *span)
    }

    /// Gives a name a meaning.
    pub fn insert(&mut self, name: &str, symbol: Symbol, span: Option<Span>) {
        self.0.insert(name.to_owned(), (symbol, span));
    }

    /// Takes a name's meaning away.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// All names whose meaning is wanted.
    pub fn of<'a>(&'a self, wanted: impl Fn(&Symbol) -> bool + 'a) -> impl Iterator<Item = &'a str> + 'a {
        self.0.iter().filter(move |(_, (symbol, _))| wanted(symbol)).map(|(name, _)| name.as_str())
    }
}

/// Names that the language itself binds.
pub const BUILT_IN: &[&str] = &["period_start", "period_end", "quota", "attainment", "credited", "credited_as"];

impl Checker<'_> {
    /// Gives a declaration's name its meaning, unless the name is taken.
    pub fn declare(&mut self, name: &Name, symbol: Symbol) -> bool {
        let text = name.node.as_str();
        if let Some(before) = self.names.place(text) {
            let title = format!("`{text}` is defined twice");
            self.said.push(
                Diagnostic::new(codes::DEFINED_TWICE, title, name.span, "defined again here")
                    .also(before, "first defined here")
                    .help("give one of them another name"),
            );
            return false;
        }
        if let Some(owner) = self.taken(text) {
            self.said.push(
                Diagnostic::new(
                    codes::BUILT_IN_NAME,
                    format!("`{text}` is {owner}"),
                    name.span,
                    "it can't be defined again",
                )
                .help("choose another name"),
            );
            return false;
        }
        self.names.insert(text, symbol, Some(name.span));
        true
    }

    /// Who has a name already: the language or the schema.
    fn taken(&self, name: &str) -> Option<String> {
        if BUILT_IN.contains(&name) {
            return Some("built in".to_owned());
        }
        let schema = self.schema?;
        let kind = if schema.attributes().contains_key(name) {
            "an attribute of the schema"
        } else if schema.measures().contains_key(name) {
            "a measure of the schema"
        } else if schema.record_of_list(name).is_some() || schema.records().contains_key(name) {
            "a record of the schema"
        } else if schema.choices().contains_key(name) {
            "a choice of the schema"
        } else if schema.events().contains_key(name) {
            "an event of the schema"
        } else if schema.choices().values().any(|options| options.iter().any(|option| option == name)) {
            "one of the schema's choices"
        } else {
            return None;
        };
        Some(kind.to_owned())
    }

    /// Whether nothing more should be said about a name: its declaration had mistakes.
    pub fn is_damaged(&self, name: &str) -> bool {
        self.damaged.contains(name)
    }

    /// The message for a name that nobody gave, or that `inputs` doesn't list.
    pub fn unknown(&mut self, name: &str, span: Span) {
        if self.is_damaged(name) {
            return;
        }
        if let Some(line) = self.schema.and_then(|schema| super::suggestion::input_line(schema, name)) {
            self.said.push(
                Diagnostic::new(codes::NOT_LISTED, format!("`{name}` is not listed under `inputs`"), span, "")
                    .help(format!("add the line `{line}` to `inputs`")),
            );
            return;
        }
        if BUILT_IN.contains(&name) {
            let help = match name {
                "quota" | "attainment" => "the header line `attainment of bookings` binds it to that measure",
                _ => "it is a column of a list: write `sum of deals.credited`",
            };
            let title = format!("`{name}` has no meaning here");
            self.said.push(Diagnostic::new(codes::UNKNOWN_NAME, title, span, "").help(help));
            return;
        }
        let mut known: Vec<&str> = self.names.of(|_| true).collect();
        known.extend(self.locals.keys().map(String::as_str));
        if let Some(list) = self.row.and_then(|row| self.lists.get(row.0)) {
            known.extend(list.columns.iter().map(|column| column.name.as_str()));
        }
        let options = self.choices.values().flatten().map(String::as_str);
        let from_schema: Vec<&str> = self
            .schema
            .map(|schema| schema.attributes().keys().chain(schema.measures().keys()).map(String::as_str).collect())
            .unwrap_or_default();
        // Comparing each of thousands of unknown names with thousands of known ones helps nobody.
        let help = (self.said.0.len() < MOST_SHOWN)
            .then(|| nearest(name, known.into_iter().chain(options).chain(from_schema)))
            .flatten()
            .map(|meant| format!("did you mean `{meant}`?"));
        if let Some(help) = super::suggestion::for_unknown(name, &self.choices) {
            let title = format!("nothing is called `{name}`");
            self.said.push(Diagnostic::new(codes::UNKNOWN_NAME, title, span, "").help(help));
            return;
        }
        let nowhere = help
            .is_none()
            .then(|| "define it with `define`, or list it under `inputs` if the schema has it".to_owned());
        self.said.push(
            Diagnostic::new(codes::UNKNOWN_NAME, format!("nothing is called `{name}`"), span, "")
                .maybe_help(help.or(nowhere)),
        );
    }
}
