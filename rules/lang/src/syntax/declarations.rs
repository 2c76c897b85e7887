//! Constants, choices, records, measures, inputs, definitions and crediting.

use merit_core::ValueType;
use merit_core::period::PeriodUnit;
use pest::iterators::Pair;

use super::ast::{
    Credit, Expr, Field, FieldOptions, Item, ListColumn, Measure, Range, Record, Share, Spanned, TypeKind, TypeRef,
};
use super::grammar::{Kids, Rule};
use super::parser::Reader;
use crate::diagnostics::{Diagnostic, Span, codes};

impl Reader<'_> {
    /// A declaration that is no table, no stage, no test and no check.
    pub fn plain_declaration(&mut self, pair: &Pair<'_, Rule>) -> Option<Item> {
        let kids = Kids::of(pair);
        let span = self.span(pair);
        Some(match pair.as_rule() {
            Rule::const_def => {
                Item::Const { name: self.named(&kids, Rule::name)?, value: self.literal(kids.get(Rule::literal)?)? }
            }
            Rule::choice => Item::Choice {
                name: self.named(&kids, Rule::name)?,
                options: kids.all(Rule::name).skip(1).map(|pair| self.name(pair)).collect(),
            },
            Rule::record => Item::Record(self.record(&kids)?),
            Rule::measure => Item::Measure(self.measure(&kids)?),
            Rule::attributes => Item::Attributes(self.fields(&kids)),
            Rule::event => Item::Event { name: self.named(&kids, Rule::name)?, about: self.named(&kids, Rule::text) },
            Rule::inputs => Item::Inputs { fields: self.fields(&kids), span },
            Rule::define => self.define(&kids)?,
            Rule::credit => Item::Credit(self.credit(pair, &kids)?),
            _ => return None,
        })
    }

    /// `deals.amount`
    pub fn list_column(&self, pair: &Pair<'_, Rule>) -> Option<ListColumn> {
        let kids = Kids::of(pair);
        Some(ListColumn { list: self.name(kids.nth(Rule::name, 0)?), column: self.name(kids.nth(Rule::name, 1)?) })
    }

    fn define(&mut self, kids: &Kids<'_>) -> Option<Item> {
        let ty = match kids.get(Rule::type_ref) {
            Some(pair) => Some(self.type_ref(pair)?),
            None => None,
        };
        let value = self.expr(kids.get(Rule::expr)?)?;
        let about = kids.get(Rule::doc).and_then(|doc| self.named(&Kids::of(doc), Rule::text));
        if let Some(pair) = kids.get(Rule::list_col) {
            let (name, column) = (self.name(pair), self.list_column(pair)?);
            return Some(Item::Column { list: column.list, column: column.column, name, ty, value });
        }
        Some(Item::Define { name: self.named(kids, Rule::name)?, ty, value, about })
    }

    fn record(&mut self, kids: &Kids<'_>) -> Option<Record> {
        let inner = |rule| kids.get(rule).map(Kids::of);
        Some(Record {
            name: self.named(kids, Rule::name)?,
            plural: inner(Rule::plural).and_then(|kids| self.named(&kids, Rule::name)),
            dated_by: inner(Rule::dated_by).and_then(|kids| self.named(&kids, Rule::name)),
            belongs_to: inner(Rule::belongs_to).and_then(|kids| self.named(&kids, Rule::name)),
            fields: self.fields(kids),
        })
    }

    fn measure(&mut self, kids: &Kids<'_>) -> Option<Measure> {
        Some(Measure {
            name: self.named(kids, Rule::name)?,
            ty: self.type_ref(kids.get(Rule::type_ref)?)?,
            formula: self.maybe(kids.get(Rule::expr))?,
            options: self.options(kids)?,
            higher_is_better: Kids::of(kids.get(Rule::direction)?).has(Rule::kw_higher_is_better),
            perspective: kids.get(Rule::perspective)?.as_str().trim().to_owned(),
            about: self.named(kids, Rule::text),
        })
    }

    /// An expression that may be left out: `Some(None)` if it is, `None` if it was reported.
    pub fn maybe(&mut self, pair: Option<&Pair<'_, Rule>>) -> Option<Option<Expr>> {
        match pair {
            Some(pair) => self.expr(pair).map(Some),
            None => Some(None),
        }
    }

    /// Fields that could be read; the others were reported.
    fn fields(&mut self, kids: &Kids<'_>) -> Vec<Field> {
        let mut fields = Vec::new();
        for pair in kids.all(Rule::field) {
            fields.extend(self.field(pair));
        }
        fields
    }

    fn field(&mut self, pair: &Pair<'_, Rule>) -> Option<Field> {
        let kids = Kids::of(pair);
        Some(Field {
            name: self.named(&kids, Rule::name)?,
            ty: self.type_ref(kids.get(Rule::type_ref)?)?,
            formula: self.maybe(kids.get(Rule::expr))?,
            options: self.options(&kids)?,
            about: self.named(&kids, Rule::text),
        })
    }

    fn options(&mut self, kids: &Kids<'_>) -> Option<FieldOptions> {
        for (rule, word) in
            [(Rule::range_opt, "a range"), (Rule::default_opt, "`default`"), (Rule::kw_optional, "`optional`")]
        {
            if let (Some(first), Some(second)) = (kids.nth(rule, 0), kids.nth(rule, 1)) {
                let (first, second) = (self.span(first), self.span(second));
                let title = format!("{word} stands here twice");
                self.said.push(Diagnostic::new(codes::REPEATED, title, second, "again here").also(first, "first here"));
            }
        }
        let range = match kids.get(Rule::range_opt) {
            Some(pair) => Some(self.range(pair)?),
            None => None,
        };
        let default = match kids.get(Rule::default_opt) {
            Some(pair) => Some(self.literal(Kids::of(pair).get(Rule::literal)?)?),
            None => None,
        };
        let place = |rule| kids.get(rule).map(|pair| self.span(pair));
        let stretches = [
            (Rule::kw_year_to_date, PeriodUnit::Year),
            (Rule::kw_half_to_date, PeriodUnit::Half),
            (Rule::kw_quarter_to_date, PeriodUnit::Quarter),
        ];
        let to_date = stretches.into_iter().find_map(|(rule, unit)| place(rule).map(|span| Spanned::new(unit, span)));
        Some(FieldOptions {
            range,
            default,
            optional: place(Rule::kw_optional),
            to_date,
            averaged: place(Rule::kw_averaged_by_days),
            spread: place(Rule::kw_spread_evenly),
        })
    }

    fn range(&mut self, pair: &Pair<'_, Rule>) -> Option<Range> {
        let kids = Kids::of(pair);
        let min = self.literal(kids.nth(Rule::literal, 0)?)?;
        let max = match kids.nth(Rule::literal, 1) {
            Some(pair) => Some(self.literal(pair)?),
            None => None,
        };
        Some(Range { min, max, span: self.span(pair) })
    }

    /// A type as written.
    pub fn type_ref(&mut self, pair: &Pair<'_, Rule>) -> Option<TypeRef> {
        let kids = Kids::of(pair);
        let kind = if let Some(list) = kids.get(Rule::list_of) {
            TypeKind::List(self.named(&Kids::of(list), Rule::name)?.node)
        } else {
            let word = pair.as_str().trim();
            match ValueType::from_word(word) {
                Some(kind) => TypeKind::Plain(kind),
                None => TypeKind::Named(word.to_owned()),
            }
        };
        Some(TypeRef { kind, span: self.span(pair) })
    }

    fn credit(&mut self, pair: &Pair<'_, Rule>, kids: &Kids<'_>) -> Option<Credit> {
        let of = kids.get(Rule::credit_of).map(Kids::of);
        let of = of.iter().flat_map(|kids| kids.all(Rule::name)).map(|pair| self.name(pair)).collect();
        let mut shares = Vec::new();
        for share in Kids::of(kids.get(Rule::credit_to)?).all(Rule::share) {
            shares.push(self.share(share)?);
        }
        let roll_up_on = kids.get(Rule::roll_up).map(Kids::of).and_then(|kids| self.named(&kids, Rule::name));
        Some(Credit { list: self.named(kids, Rule::name)?, of, shares, roll_up_on, span: head(self.span(pair), pair) })
    }

    fn share(&mut self, pair: &Pair<'_, Rule>) -> Option<Share> {
        let kids = Kids::of(pair);
        let percent = kids.get(Rule::percent)?;
        Some(Share {
            to: self.name(kids.nth(Rule::name, 0)?),
            percent: Spanned::new(self.percent(percent)?, self.span(percent)),
            in_addition: kids.has(Rule::kw_in_addition),
            otherwise: kids.nth(Rule::name, 1).map(|pair| self.name(pair)),
        })
    }
}

/// The first line of a declaration: enough to point at it.
pub fn head(span: Span, pair: &Pair<'_, Rule>) -> Span {
    let line = pair.as_str().find(['\n', '{']).unwrap_or(pair.as_str().len());
    let length = pair.as_str().get(..line).map_or(0, |line| line.trim_end().len());
    Span::new(span.start, span.start + length)
}
