//! Constants, and what is read from outside.

use super::{Aspect, Both, Of, Part, paired};
use crate::Source;
use crate::diagnostics::Diagnostics;
use crate::program::{Column, ColumnSource, Expr, Fact, FactSource, Input, Program};
use crate::syntax::ast::Item;
use crate::syntax::parse_policy;

impl Both<'_> {
    /// The program knows constants only as the values that they stand for, so they are read from the text.
    pub(super) fn constants(&mut self) {
        self.renamed(Part::Constant);
        let (mut old, new) = (constants(self.old), constants(self.new));
        for (name, _) in &mut old {
            *name = self.renames.new_name(name).unwrap_or(name).to_owned();
        }
        for (old, new) in paired(&old, &new, |constant| &constant.0) {
            let Some((name, _)) = new.or(old) else { continue };
            let of = Of { part: Part::Constant, name, pays: self.reach.has(name) };
            let what = if old.is_some() && new.is_some() { Aspect::Value } else { Aspect::Itself };
            self.note(of, what, "", old.map(|c| c.1.clone()), new.map(|c| c.1.clone()));
        }
    }

    pub(super) fn inputs(&mut self) {
        for (old, new) in paired(&self.old.facts, &self.new.facts, |fact| &fact.name) {
            match (old, new) {
                (Some(old), Some(new)) => self.input(old, new),
                (None, Some(new)) => {
                    let of = Of { part: Part::Input, name: &new.name, pays: false };
                    self.note(of, Aspect::Itself, "", None, Some(new.ty.value_type().word().to_owned()));
                }
                (Some(old), None) => {
                    let of = Of { part: Part::Input, name: &old.name, pays: false };
                    self.note(of, Aspect::Itself, "", Some(old.ty.value_type().word().to_owned()), None);
                }
                (None, None) => {}
            }
        }
        self.stretches();
        self.columns();
    }

    /// Over which days inputs are read.
    fn stretches(&mut self) {
        let (old, new) = (self.old, self.new);
        for (name, is) in new.inputs() {
            let Some(was) = old.inputs().get(name) else { continue };
            let of = Of { part: Part::Input, name, pays: self.reach.has(name) };
            self.note(of, Aspect::Line, "taken", Some(stretch(was)), Some(stretch(is)));
        }
    }

    /// What a row's columns are where it lacks them, and what a schema or the policy computes for each row.
    fn columns(&mut self) {
        let (old, new) = (self.old, self.new);
        for (was, is) in paired(&old.lists, &new.lists, |list| &list.name) {
            let none: &[Column] = &[];
            let (before, after) = (was.map_or(none, |list| &list.columns), is.map_or(none, |list| &list.columns));
            let Some(list) = is.or(was) else { continue };
            for (was, is) in paired(before, after, |column| &column.name) {
                let Some(column) = is.or(was) else { continue };
                let name = format!("{}.{}", list.name, column.name);
                let of = Of { part: Part::Definition, name: &name, pays: self.reach.has(&column.name) };
                if let (Some(was), Some(is)) = (was, is) {
                    let input = Of { part: Part::Input, ..of };
                    let default = |column: &Column| column.default.as_ref().map(|value| value.spoken(&column.ty));
                    self.note(input, Aspect::Default, "", default(was), default(is));
                    let optional = |column: &Column| column.optional.then(|| "optional".to_owned());
                    self.note(input, Aspect::Optional, "", optional(was), optional(is));
                }
                let (was, is) = (was.and_then(computed), is.and_then(computed));
                self.formula(
                    of,
                    if was.is_some() && is.is_some() { Aspect::Value } else { Aspect::Itself },
                    "",
                    was,
                    is,
                );
            }
        }
    }

    fn input(&mut self, old: &Fact, new: &Fact) {
        let of = Of { part: Part::Input, name: &new.name, pays: self.reach.has(&new.name) };
        let ty = |fact: &Fact| Some(fact.ty.value_type().word().to_owned());
        self.note(of, Aspect::Value, "", ty(old), ty(new));
        self.note(of, Aspect::Range, "", range(old), range(new));
        let default = |fact: &Fact| fact.default.as_ref().map(|value| value.spoken(&fact.ty));
        self.note(of, Aspect::Default, "", default(old), default(new));
        let optional = |fact: &Fact| fact.optional.then(|| "optional".to_owned());
        self.note(of, Aspect::Optional, "", optional(old), optional(new));
        self.words(of, Aspect::About, "", old.about.as_ref(), new.about.as_ref());
        if let (FactSource::Formula(old), FactSource::Formula(new)) = (&old.source, &new.source) {
            self.formula(of, Aspect::Value, "", Some(old), Some(new));
        } else if let (
            FactSource::Attainment { higher_is_better: was, .. },
            FactSource::Attainment { higher_is_better: is, .. },
        ) = (&old.source, &new.source)
        {
            let word = |higher: bool| Some(if higher { "higher is better" } else { "lower is better" }.to_owned());
            self.note(of, Aspect::Line, "direction", word(*was), word(*is));
        }
    }
}

fn computed(column: &Column) -> Option<&Expr> {
    match &column.source {
        ColumnSource::Defined(formula) | ColumnSource::Formula(formula) => Some(formula),
        _ => None,
    }
}

/// `year to date`, `averaged by days`, `for the period`.
fn stretch(input: &Input) -> String {
    let to_date = input.to_date.map(|unit| format!("{} to date", unit.word()));
    let averaged = input.averaged.then(|| "averaged by days".to_owned());
    let spread = input.spread.then(|| "spread evenly".to_owned());
    let words: Vec<String> = [to_date, averaged, spread].into_iter().flatten().collect();
    if words.is_empty() { "for the period".to_owned() } else { words.join(", ") }
}

/// Names and values as written, in the order of the text.
fn constants(program: &Program) -> Vec<(String, String)> {
    if !program.text.contains("const") {
        return Vec::new();
    }
    let source = Source { name: String::new(), text: program.text.clone() };
    let Some(file) = parse_policy(&source, &mut Diagnostics::default()) else { return Vec::new() };
    let constant = |item: &Item| match item {
        Item::Const { name, value } => {
            let text = program.text.get(value.span.start..value.span.end).unwrap_or_default();
            Some((name.node.clone(), text.trim().to_owned()))
        }
        _ => None,
    };
    file.items.iter().filter_map(constant).collect()
}

/// `from $1.00 to $5,000,000.00`; none where every value is taken.
fn range(fact: &Fact) -> Option<String> {
    let word = |value: &crate::program::Quantity| value.spoken(&fact.ty);
    match (fact.range.min.as_ref().map(word), fact.range.max.as_ref().map(word)) {
        (Some(min), Some(max)) => Some(format!("from {min} to {max}")),
        (Some(min), None) => Some(format!("from {min} on")),
        (None, Some(max)) => Some(format!("up to {max}")),
        (None, None) => None,
    }
}
